#!/usr/bin/env python3
"""Looks at the status page in a headless Chromium: on a phone and on a desk, light and dark.

    cargo build -p copydesk-core --example status_demo
    python3 tests/browser/status.py target/debug/examples/status_demo OUT

Fails where a page is wider than its window, a needed text is missing or cannot be seen, a text stands out
too little from what is behind it, a link or its like is too small for a finger, or the browser complains.
Screenshots are left in OUT.
"""

import os
import shutil
import subprocess
import sys

from chromium import Chromium

PROGRAMS = ["chromium", "chromium-browser", "google-chrome"]

SIZES = [("phone", 360, 800), ("desk", 1280, 900)]
SCHEMES = ["light", "dark"]

# What each page must show, whatever the size.
PAGES = {
    "overview": ("/", [
        "3 jobs", "1 running", "2 with warnings", "harbour-news", "running", "every 30 minutes",
        "Nothing new or changed in 3 runs", "Layout drift", "No space left on device", "undelivered",
        "in 13 min", "tide-tables",
    ]),
    "job": ("/jobs/harbour-news", [
        "harbour-news", "Last 24 hours", "Visits by the hour", "unchanged", "Runs", "budget",
        "resumed after a crash, once", "Errors", "timeout", "502 Bad Gateway", "4 times in a row",
        "Latest records", "Ferry returns after nine weeks in dock",
        "The ferry sailed again on Monday", "Sign up for our newsletter", "newsletter", "paywall",
        '<script>alert("a title that is markup")</script>',
    ]),
    "quiet-job": ("/jobs/tide-tables", ["tide-tables", "31 active", "None yet."]),
    "hosts": ("/hosts", [
        "4 in back-off", "paper-00.example", "503 Service Unavailable", "1s", "desk-1",
    ]),
    "missing": ("/jobs/none", ["there is no job `none`"]),
}

# Elements that reach out of what the page leaves them.
OVERFLOWING = """
[...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.right > document.querySelector('main').getBoundingClientRect().right + 0.5;
}).map(e => e.tagName.toLowerCase() + '.' + e.getAttribute('class') + ': ' + e.textContent.trim().slice(0, 60))
"""

# What one goes by, too small for a finger: less than 24 px (WCAG 2.2, 2.5.8, which leaves out links in text).
SMALL = """
[...document.querySelectorAll('nav a, h2 a, summary')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.height > 0 && (box.height < 24 || box.width < 24);
}).map(e => e.textContent.trim())
"""

# Texts with a contrast of less than 4.5 (WCAG 2.2, 1.4.3) to what is behind them.
FAINT = """
(() => {
    const parse = c => (c.match(/[\\d.]+/g) || []).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = e => {
        for (; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) return c;
        }
        return [255, 255, 255];
    };
    const found = new Set();
    for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
        if (!own || !e.getClientRects().length || e.closest('svg')) continue;
        const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) found.add(
            e.tagName.toLowerCase() + '.' + e.getAttribute('class') + ' ' + contrast.toFixed(2));
    }
    return [...found];
})()
"""


def problems_of(browser, width, texts, complaints):
    problems = [f"the browser says: {complaint}" for complaint in complaints]
    # On a phone, the window grows with what is in it.
    wide = browser.run("Math.max(document.scrollingElement.scrollWidth, window.innerWidth)")
    if wide > width:
        problems.append(f"it is {wide} px wide in a window of {width} px")
    problems += [f"reaches out of the page: {e}" for e in browser.run(OVERFLOWING)]
    problems += [f"too small for a finger: {e}" for e in browser.run(SMALL)]
    problems += [f"too faint: {e}" for e in browser.run(FAINT)]
    # Opened, so that all that is there can be seen.
    browser.run("document.querySelectorAll('details').forEach(e => { e.open = true })")
    seen = " ".join(browser.run("document.body.innerText").split())
    problems += [f"`{text}` is not to be seen" for text in texts if text not in seen]
    problems += [f"reaches out of the page when opened: {e}" for e in browser.run(OVERFLOWING)]
    return problems


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    demo, out = sys.argv[1:]
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        sys.exit("Chromium is missing (Debian: apt-get install chromium).")
    os.makedirs(out, exist_ok=True)
    server = subprocess.Popen([demo], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    browser = Chromium(program)
    failed = False
    try:
        address = server.stdout.readline().strip().rstrip("/")
        for name, (path, texts) in PAGES.items():
            for size, width, height in SIZES:
                for scheme in SCHEMES:
                    browser.show(width, height, scheme)
                    complaints = browser.go(address + path)
                    if name == "missing":
                        # The page reports on purpose that it is missing.
                        complaints = [c for c in complaints if "404" not in c]
                    shot = os.path.join(out, f"{name}-{size}-{scheme}.png")
                    browser.screenshot(shot, height * 6)
                    problems = problems_of(browser, width, texts, complaints)
                    failed |= bool(problems)
                    print("FAIL " if problems else "ok   ", shot)
                    for problem in problems:
                        print("        ", problem)
    finally:
        browser.close()
        # It ends with its input.
        server.stdin.close()
        ended = server.wait(30)
    if ended:
        sys.exit(f"the server ended with status {ended}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

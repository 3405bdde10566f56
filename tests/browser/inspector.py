#!/usr/bin/env python3
"""Looks at inspectors of pages in a headless Chromium: on a phone, on a desk and on a wide screen, light and dark.

    cargo build -p copydesk
    python3 tests/browser/inspector.py target/debug/copydesk OUT [--axe axe.min.js] [PAGE ...]

Without pages, those in tests/browser/pages are shown. Fails where anything of a page runs or asks the network, a block has
no place, the kept text is not that of the record, the browser complains, a page is wider than its window, a text stands
out too little from what is behind it, or axe-core finds a violation. Screenshots of the first ten pages are left in OUT.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from chromium import Chromium
from status import FAINT, PROGRAMS

PAGES = Path(__file__).resolve().parent / "pages"
SIZES = [("phone", 360, 800), ("desk", 1280, 900), ("wide", 1920, 1080)]
SCHEMES = ["light", "dark"]
SHOWN = 10
# Seconds in which an inspector must be usable, and milliseconds in which the other side follows the pointer. Generous:
# they are to find what grows with the square of the page, on a machine that does other things too.
MAX_LOAD, MAX_HOVER = 10, 50

# Blocks without a place on the page, or whose text is not that of the block.
LOST = """
(() => {
    const letters = text => text.replace(/[^\\p{L}\\p{N}]/gu, '');
    const lost = [];
    for (const [number, block] of blocks.entries()) {
        const of = where => places[number].filter(p => p.where === where).map(p => p.element);
        const words = of('text').map(e => {
            const copy = e.cloneNode(true);
            copy.querySelectorAll('.picture').forEach(p => p.remove());
            return copy.textContent;
        }).join('');
        if (!of('page').length) lost.push(`no place on the page: ${block.text.slice(0, 60)}`);
        if (block.kept && letters(words) !== letters(block.text))
            lost.push(`another text: ${words.slice(0, 60)} for ${block.text.slice(0, 60)}`);
    }
    return lost;
})()
"""

# What ran, and what could.
RAN = """
(() => {
    const inner = document.getElementById('frame')?.contentDocument;
    const found = [];
    if (window.ran !== undefined) found.push(`a script of the page ran: ${window.ran}`);
    if (!inner) return found;
    if (inner.URL !== 'about:srcdoc') found.push(`the frame left its page for ${inner.URL}`);
    for (const e of inner.querySelectorAll('*')) {
        if (/^(script|iframe|object|embed|link|meta|base|svg|video|audio)$/i.test(e.tagName)
            && !e.matches('meta[charset]')) found.push(`<${e.tagName}> in the frame`);
        for (const { name, value } of e.attributes)
            if (/^(on|src|href|action|formaction|background|poster)/i.test(name) || /url\\(/i.test(value))
                found.push(`${name}=${value}`);
    }
    return found;
})()
"""


def inspected(command, page, out):
    """The inspector of a page, as a file."""
    target = out / f"{page.name}.inspect.html"
    done = subprocess.run(
        [command, "inspect", page, "-o", target, "--overwrite", "--quiet"], capture_output=True, text=True
    )
    if done.returncode > 1:
        sys.exit(f"{page}: {done.stderr}")
    return target


def ready(browser):
    until = time.monotonic() + MAX_LOAD
    while not browser.run("document.documentElement.dataset.ready !== undefined"):
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def problems_of(browser, width, complaints, axe, is_small):
    problems = [f"the browser says: {complaint}" for complaint in complaints]
    asked = [event["params"]["request"]["url"] for event in browser.events
             if event.get("method") == "Network.requestWillBeSent"]
    problems += [f"asks for {url}" for url in asked if not url.startswith(("file:", "about:", "data:"))]
    problems += browser.run(RAN) + browser.run(LOST)
    wide = browser.run("Math.max(document.scrollingElement.scrollWidth, window.innerWidth)")
    if wide > width:
        problems.append(f"it is {wide} px wide in a window of {width} px")
    hover = browser.run(
        "(() => { const t = performance.now(); let n = 0; for (; n < Math.min(50, blocks.length); n++) heat(n, 'page');"
        " return (performance.now() - t) / Math.max(n, 1); })()"
    )
    if hover > MAX_HOVER:
        problems.append(f"the other side follows the pointer after {hover:.0f} ms")
    browser.run("select(Math.max(0, blocks.findIndex(b => !b.kept && b.class)), '')")
    if is_small:
        browser.run("show('why')")
    problems += [f"too faint: {e}" for e in browser.run(FAINT)]
    if axe:
        browser.run(axe)
        found = browser.call(
            "Runtime.evaluate", awaitPromise=True, returnByValue=True,
            expression="axe.run(document, {iframes: false}).then(r => r.violations.map(v =>"
            " `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | ')}`))",
        )
        problems += [f"axe: {violation}" for violation in found["result"]["value"]]
    if is_small:
        browser.run("show('page')")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command")
    parser.add_argument("out", type=Path)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("pages", type=Path, nargs="*")
    args = parser.parse_intermixed_args()
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        sys.exit("Chromium is missing (Debian: apt-get install chromium).")
    args.out.mkdir(parents=True, exist_ok=True)
    axe = args.axe.read_text() if args.axe else None
    pages = args.pages or sorted(PAGES.iterdir())
    browser = Chromium(program)
    failed, slowest = 0, 0
    try:
        for number, page in enumerate(pages):
            inspector = inspected(args.command, page.resolve(), args.out.resolve())
            is_shown = number < SHOWN
            for size, width, height in SIZES if is_shown else SIZES[1:2]:
                for scheme in SCHEMES if is_shown else SCHEMES[:1]:
                    browser.show(width, height, scheme)
                    started = time.monotonic()
                    complaints = browser.go(inspector.as_uri())
                    problems = [] if ready(browser) else [f"it is not usable after {MAX_LOAD} s"]
                    slowest = max(slowest, time.monotonic() - started)
                    problems = problems or problems_of(browser, width, complaints, axe, size == "phone")
                    failed += bool(problems)
                    if is_shown:
                        browser.screenshot(args.out / f"{page.name}-{size}-{scheme}.png", height)
                    if is_shown or problems:
                        print("FAIL " if problems else "ok   ", f"{page.name}, {size}, {scheme}")
                    for problem in problems[:8]:
                        print("        ", problem)
            if not is_shown:
                inspector.unlink()
    finally:
        browser.close()
    print(f"{len(pages)} pages, {failed} with problems; the slowest was usable after {slowest:.2f} s")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

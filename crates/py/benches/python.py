"""Times the Python package: import, constructor, pages, threads; beside resiliparse, if it is installed.

    python crates/py/benches/python.py FOLDER

FOLDER has pages, `*.html` or `*.html.gz`. They are read first. Everything is measured in rounds that take turns, since
other work on a machine makes two runs incomparable, and medians are printed. One thread is measured by its processor
time. Two threads are measured by the clock, so their figure means something only on an idle machine; the share of two
processors that they got is printed beside it.
"""

import argparse
import gzip
import statistics
import subprocess
import sys
import time
from pathlib import Path

import copydesk

STARTS = 5


def read(path):
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def started(statement):
    """Milliseconds that a statement takes in an interpreter of its own, once `copydesk` is imported or to import it."""
    before = "" if statement.startswith("import") else "import copydesk\n"
    program = f"import time\n{before}start = time.perf_counter()\n{statement}\nprint(time.perf_counter() - start)"
    runs = (subprocess.run([sys.executable, "-c", program], capture_output=True, check=True) for _ in range(STARTS))
    return statistics.median(float(run.stdout) * 1000 for run in runs)


def processor_seconds(work, pages):
    start = time.thread_time()
    for page in pages:
        work(page)
    return time.thread_time() - start


def resiliparse():
    try:
        from resiliparse.extract.html2text import extract_plain_text
        from resiliparse.parse.encoding import bytes_to_str, detect_encoding
    except ImportError:
        return None

    def text(page):
        html = bytes_to_str(page, detect_encoding(page, from_html_meta=True))
        return extract_plain_text(html, main_content=True)

    return text


def with_threads(cleaner, pages, threads):
    """Seconds by the clock, and how many processors worked meanwhile."""
    start, used = time.perf_counter(), time.process_time()
    for _ in cleaner.clean_many(pages, threads=threads):
        pass
    seconds = time.perf_counter() - start
    return seconds, (time.process_time() - used) / seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    paths = sorted(path for path in arguments.folder.iterdir() if path.name.endswith((".html", ".html.gz")))
    pages = [read(path) for path in paths]
    print(f"{len(pages)} pages, {sum(map(len, pages)) / 1e6:.1f} MB, copydesk {copydesk.__version__}")
    print(f"import {started('import copydesk'):.1f} ms, constructor {started('copydesk.Cleaner()'):.1f} ms")

    cleaner, peer = copydesk.Cleaner(), resiliparse()
    ours, theirs, scaling = [], [], []
    for _ in range(arguments.rounds):
        ours.append(processor_seconds(cleaner.clean, pages))
        if peer:
            theirs.append(processor_seconds(peer, pages))
        one, two = (with_threads(cleaner, pages, threads) for threads in (1, 2))
        scaling.append((one[0] / two[0], two[1], len(pages) / two[0]))
    seconds = statistics.median(ours)
    print(f"Cleaner.clean, one thread: {len(pages) / seconds:.0f} pages per second of processor time")
    if peer:
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(f"of the time of resiliparse: {ratio:.2f}")
    for gain, processors, rate in scaling:
        print(f"two threads of one: {gain:.2f} times, {rate:.0f} pages per second, on {processors:.2f} processors")


if __name__ == "__main__":
    main()

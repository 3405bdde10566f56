"""Measures cleaning a folder of pages against other extractors, all in one run.

    python3 crates/cli/benches/batch.py COPYDESK PAGES [--rounds 3] [--only NAME ...]

COPYDESK is the built command, PAGES a folder of pages (`.html`, `.html.gz`). The interpreter that runs this
is that of the other extractors, resiliparse and rs-trafilatura; those that it does not have are left out, and
said to be.

Each reads the folder, inflates, extracts the main text of every page and writes one JSON object a page, with one
thread and with two. Those from Python have processes for threads, since the interpreter would hold them up. What
is timed is the whole command, from its start to its end. They take turns, since other work on a machine makes two
runs incomparable.

Prints the median of the rounds: seconds, pages a second, what part of each one's time copydesk takes, and what
two threads gain.
"""

import argparse
import gzip
import importlib.util
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

THREADS = (1, 2)


def resiliparse():
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def text(page):
        html = bytes_to_str(page, detect_encoding(page, from_html_meta=True))
        return extract_plain_text(html, main_content=True)

    return text


def rs_trafilatura():
    from rs_trafilatura import extract_bytes

    return lambda page: extract_bytes(page).main_content


PEERS = {"resiliparse": resiliparse, "rs-trafilatura": rs_trafilatura}


def pages(folder):
    return sorted(path for path in folder.iterdir() if path.name.endswith((".html", ".html.gz")))


# What a worker process extracts with.
extract = None


def load(name):
    global extract
    extract = PEERS[name]()


def record(path):
    page = path.read_bytes()
    if path.suffix == ".gz":
        page = gzip.decompress(page)
    try:
        return json.dumps({"source": str(path), "text": extract(page)}, ensure_ascii=False)
    except Exception as error:  # A page on which a peer fails is a record too.
        return json.dumps({"source": str(path), "error": str(error)})


def run_peer(name, threads, folder, out):
    """What a peer's own process does."""
    with open(out, "w", encoding="utf-8", errors="replace") as file:
        if threads == 1:
            load(name)
            file.writelines(record(path) + "\n" for path in pages(folder))
        else:
            with multiprocessing.Pool(threads, load, (name,)) as pool:
                records = pool.imap(record, pages(folder), chunksize=8)
                file.writelines(line + "\n" for line in records)


def command(name, threads, copydesk, folder, out):
    if name == "copydesk":
        return [copydesk, "clean", folder, "-o", out, "--overwrite", "--threads", str(threads)]
    return [sys.executable, __file__, "--peer", name, "--threads", str(threads), folder, out]


def seconds(command, out, expected):
    started = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    taken = time.monotonic() - started
    written = 0
    if os.path.exists(out):
        with open(out, encoding="utf-8") as file:
            written = sum(1 for _ in file)
        os.remove(out)
    if written != expected:
        sys.exit(f"{command[0]} wrote {written} records of {expected}: {done.stderr.strip()[-500:]}")
    return taken


def measure(names, rounds, copydesk, folder, count):
    runs = [(name, threads) for name in names for threads in THREADS]
    taken = {run: [] for run in runs}
    # What is read for the first time comes from the disk.
    for path in pages(Path(folder)):
        path.read_bytes()
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "out.jsonl")
        for _ in range(rounds):
            for name, threads in runs:
                taken[name, threads].append(seconds(command(name, threads, copydesk, folder, out), out, count))
    return {run: statistics.median(times) for run, times in taken.items()}


def print_table(medians, names, count):
    print(f"{'extractor':26} {'threads':>7} {'seconds':>8} {'pages/s':>8} {'copydesk takes':>15}")
    for name in names:
        label = name if name == "copydesk" else f"{name} {version(name)}"
        for threads in THREADS:
            taken, ours = medians[name, threads], medians["copydesk", threads]
            ratio = "" if name == "copydesk" else f"{ours / taken:.2f}"
            print(f"{label:26} {threads:>7} {taken:8.2f} {count / taken:8.1f} {ratio:>15}")
    one, two = (medians["copydesk", threads] for threads in THREADS)
    print(f"\ncopydesk with two threads is {one / two:.2f} times as fast as with one")


def main():
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("copydesk", metavar="COPYDESK", help="the built command")
    add("pages", metavar="PAGES", help="folder of pages")
    add("--rounds", type=int, default=3, metavar="N", help="default: %(default)s")
    add("--only", nargs="+", choices=PEERS, metavar="NAME", help="compare with these alone")
    arguments = parser.parse_args()
    if not os.access(arguments.copydesk, os.X_OK):
        sys.exit(f"there is no {arguments.copydesk}: make bench-batch builds it")
    folder = Path(arguments.pages)
    count = len(pages(folder)) if folder.is_dir() else 0
    if not count:
        sys.exit(f"there are no pages (.html, .html.gz) in {folder}: make bench-batch DATASET=folder, with html/ in it")
    names = ["copydesk"]
    for name in arguments.only or PEERS:
        if importlib.util.find_spec(name.replace("-", "_")):
            names.append(name)
        else:
            print(f"left out: {name} is not installed", file=sys.stderr)
    medians = measure(names, max(arguments.rounds, 1), arguments.copydesk, arguments.pages, count)
    print_table(medians, names, count)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        _, _, peer, _, jobs, source, target = sys.argv
        run_peer(peer, int(jobs), Path(source), target)
    else:
        main()

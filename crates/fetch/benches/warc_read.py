"""Measures reading archives beside fastwarc, in one run.

    python3 crates/fetch/benches/warc_read.py WARC [--pages 6000] [--rounds 5]

WARC is the built example (`target/release/examples/warc`). The archive is made up: pages of 30 to 90 KB, with a request
beside each answer, every record compressed by itself as crawlers do it. Both read every record with its body and
parse the HTTP heads; each round starts a process for each reader, one after the other on the same core. The time is
that of the reading itself for fastwarc, and that of the whole process for us.

Prints the median time of the rounds, the inflated MB a second, and the ratio of the speeds.
"""

import argparse
import gzip
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

FASTWARC = """
import sys, time
from fastwarc.warc import ArchiveIterator, WarcRecordType
started = time.perf_counter()
records = answers = size = 0
for record in ArchiveIterator(sys.argv[1]):
    records += 1
    body = record.reader.read()
    if record.record_type == WarcRecordType.response:
        answers += 1
        size += len(body)
print(records, answers, size, time.perf_counter() - started)
"""


def page(source):
    """A page of 30 to 90 KB that compresses about as HTML does, to a fifth."""
    words = ["".join(source.choices("etaoinshrdlucmfwypvbgk", k=source.randint(2, 9))) for _ in range(900)]
    parts = ["<!doctype html><html><head><title>", source.choice(words), "</title></head><body>"]
    size, wanted = 0, source.randint(30_000, 90_000)
    while size < wanted:
        text = " ".join(source.choices(words, k=source.randint(4, 20)))
        part = (
            f'<div class="item item-{source.randint(1, 99)}"><a href="/{source.choice(words)}/{source.randint(1, 9999)}" '
            f'class="link link--primary" data-track="click">{text}</a></div>\n'
        )
        parts.append(part)
        size += len(part)
    return "".join(parts).encode()


def record(kind, number, content, content_type):
    return (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2024-06-01T12:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>\r\n"
        f"WARC-Target-URI: https://site-{number % 97}.example/page/{number}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content + b"\r\n\r\n"


def write(path, pages):
    """Writes the archive, and gives its inflated bytes."""
    source = random.Random(7)
    bodies = [page(source) for _ in range(min(pages, 300))]
    inflated = 0
    with open(path, "wb") as file:
        for number in range(pages):
            body = bodies[number % len(bodies)]
            request = f"GET /page/{number} HTTP/1.1\r\nHost: site-{number % 97}.example\r\n\r\n".encode()
            answer = (
                f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nX-Number: {number}\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            ).encode() + body
            for kind, content in (("request", request), ("response", answer)):
                whole = record(kind, number, content, f"application/http; msgtype={kind}")
                inflated += len(whole)
                file.write(gzip.compress(whole, 6))
    return inflated


def pinned(command):
    """The command, held to one core where that can be done."""
    return ["taskset", "-c", "0", *command] if shutil.which("taskset") else command


def run(command):
    started = time.perf_counter()
    out = subprocess.run(pinned(command), check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return out, time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("warc")
    parser.add_argument("--pages", type=int, default=6000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "crawl.warc.gz")
        inflated = write(path, arguments.pages)
        stored = os.path.getsize(path)
        print(f"{arguments.pages * 2} records, {inflated / 1e6:.0f} MB, {stored / 1e6:.0f} MB stored")
        ours, theirs = [], []
        for _ in range(arguments.rounds):
            counted, seconds = run([arguments.warc, "count", path])
            ours.append(seconds)
            *their_count, seconds = run([sys.executable, "-c", FASTWARC, path])[0]
            theirs.append(float(seconds))
            if counted != their_count:
                sys.exit(f"the readers disagree: {counted} and {their_count}")
        for name, times in (("copydesk-fetch", ours), ("fastwarc", theirs)):
            seconds = statistics.median(times)
            print(f"{name:15} {seconds:7.3f} s  {inflated / 1e6 / seconds:7.0f} MB/s")
        print(f"speed against fastwarc: {statistics.median(theirs) / statistics.median(ours):.2f}")


if __name__ == "__main__":
    main()

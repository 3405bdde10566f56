#!/usr/bin/env python3
"""Holds WARC archives against warcio and wget, both ways.

    cargo build --example warc -p copydesk-fetch
    python3 tests/interop/warc.py target/debug/examples/warc [FOLDER]

needs warcio (pip install warcio==1.8.1) in the same Python, and wget on the path; without wget, that part
is left out and said so. Archives are left in FOLDER, or in a temporary one that is removed.

- warcio reads what the example writes, plain and gzip, and finds every digest right; so does zstd, once
  inflated by the `zstd` command, if there is one.
- The example lists what warcio writes: gzip for each record, plain, WARC 1.0 and 1.1, and a body with
  chunks and gzip.
- The example lists what `wget --warc-file` writes from a server on loopback, with chunks and without.

Exits with status 1 if anything differs.
"""

import gzip
import http.server
import io
import os
import shutil
import subprocess
import sys
import tempfile
import threading

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

PAGE = "<!DOCTYPE html><p>The ferry sailed on Monday – at last.\n".encode() * 50
failures = 0


def check(what, got, expected):
    global failures
    if got == expected:
        print(f"ok    {what}")
    else:
        failures += 1
        print(f"WRONG {what}\n      got      {got!r}\n      expected {expected!r}")


def listed(tool, path):
    """What the example lists: (type, url, status, length, intact) for each record."""
    done = subprocess.run([tool, "list", path], capture_output=True, text=True, check=False)
    if done.returncode:
        return done.stderr.strip()
    return [tuple(line.split("\t")[1:]) for line in done.stdout.splitlines()]


WRITTEN = [
    ("warcinfo", None, None, None),
    ("response", "200", "<p>The", True),
    ("request", None, "", False),
    ("response", "200", "<p>The", True),
    ("request", None, "", False),
    ("response", "200", "<p>The", True),
    ("request", None, "", False),
    ("revisit", "200", "", True),
    ("request", None, "", False),
    ("revisit", "304", "", False),
    ("request", None, "", False),
    ("metadata", None, None, None),
]


def warcio_reads(path):
    got = []
    with open(path, "rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            http = record.rec_type in ("request", "response", "revisit")
            body = record.content_stream().read()
            status = None
            if record.rec_type in ("response", "revisit"):
                status = record.http_headers.get_statuscode()
            got.append((
                record.rec_type,
                status,
                body[:6].decode() if http else None,
                record.rec_headers.get_header("WARC-Payload-Digest") is not None
                if record.rec_type in ("response", "revisit") else (False if http else None),
            ))
    return got


def ours_by_warcio(tool, folder):
    for suffix in ("warc", "warc.gz", "warc.zst"):
        path = os.path.join(folder, "ours." + suffix)
        subprocess.run([tool, "write", path], check=True)
        if suffix == "warc.zst":
            if not shutil.which("zstd"):
                print("--    no zstd command: warcio does not see ours.warc.zst")
                check("we list our own warc.zst", len(listed(tool, path)), len(WRITTEN))
                continue
            subprocess.run(["zstd", "-dqf", path, "-o", path + ".warc"], check=True)
            path += ".warc"
        check(f"warcio reads our {suffix}, digests right", warcio_reads(path), WRITTEN)
        done = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "check", path],
            capture_output=True, text=True, check=False,
        )
        check(f"warcio check of our {suffix}", (done.returncode, done.stdout.strip()), (0, ""))
        # warcio's index has the offsets that we list.
        done = subprocess.run(
            [sys.executable, "-m", "warcio.cli", "index", "-f", "offset", path],
            capture_output=True, text=True, check=True,
        )
        offsets = [line.split('"')[3] for line in done.stdout.splitlines()]
        ours = subprocess.run([tool, "list", path], capture_output=True, text=True, check=True)
        check(
            f"the same offsets in {suffix}",
            [line.split("\t")[0] for line in ours.stdout.splitlines()],
            offsets,
        )


def warcio_by_ours(tool, folder):
    for suffix, zipped in (("warc", False), ("warc.gz", True)):
        for version in ("1.0", "1.1"):
            path = os.path.join(folder, f"warcio-{version}.{suffix}")
            with open(path, "wb") as stream:
                writer = WARCWriter(stream, gzip=zipped, warc_version=version)
                writer.write_record(writer.create_warcinfo_record("x.warc", {"software": "warcio"}))
                chunked = b"".join(
                    b"%x\r\n%s\r\n" % (len(part), part)
                    for part in (gzip.compress(PAGE)[:20], gzip.compress(PAGE)[20:])
                ) + b"0\r\n\r\n"
                for url, headers, body in (
                    ("http://localhost/a", [("Content-Type", "text/html")], PAGE),
                    (
                        "http://localhost/b",
                        [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")],
                        chunked,
                    ),
                ):
                    head = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1")
                    writer.write_record(writer.create_warc_record(
                        url, "response", payload=io.BytesIO(body), http_headers=head))
                writer.write_record(writer.create_revisit_record(
                    "http://localhost/a", "sha1:B6QJ6BNJ3R4B23XXMRKZKHLPGJY2VE4O",
                    "http://localhost/b", "2020-01-01T00:00:00Z",
                    http_headers=StatusAndHeaders("200 OK", [], protocol="HTTP/1.1")))
                writer.write_record(writer.create_warc_record(
                    "urn:text", "conversion", payload=io.BytesIO(b"plain text"),
                    warc_content_type="text/plain"))
            got = listed(tool, path)
            check(
                f"we list warcio's {os.path.basename(path)}",
                got[1:] if isinstance(got, list) else got,
                [
                    ("response", "http://localhost/a", "200", str(len(PAGE)), "intact"),
                    ("response", "http://localhost/b", "200", str(len(PAGE)), "intact"),
                    ("revisit", "http://localhost/a", "200", "0", "intact"),
                    ("conversion", "urn:text", "-", "10", "intact"),
                ],
            )


class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        if self.path == "/chunked":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for at in range(0, len(PAGE), 1000):
                part = PAGE[at:at + 1000]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.send_header("Content-Length", str(len(PAGE)))
            self.end_headers()
            self.wfile.write(PAGE)

    def log_message(self, *_):
        pass


def wget_by_ours(tool, folder):
    if not shutil.which("wget"):
        print("--    no wget: what it writes is not looked at")
        return
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    for flags in ([], ["--no-warc-compression"]):
        name = os.path.join(folder, "wget-plain" if flags else "wget")
        subprocess.run(
            ["wget", "-q", "--no-proxy", "--header", "Accept-Encoding: identity",
             "--warc-file", name, *flags, "-O", os.devnull, base + "/page", base + "/chunked"],
            check=True,
        )
        path = name + (".warc" if flags else ".warc.gz")
        got = listed(tool, path)
        responses = [row for row in got if row[0] == "response"] if isinstance(got, list) else got
        check(
            f"we list wget's {os.path.basename(path)}",
            responses,
            [
                ("response", base + "/page", "200", str(len(PAGE)), "intact"),
                ("response", base + "/chunked", "200", str(len(PAGE)), "intact"),
            ],
        )
    server.shutdown()


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    tool = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as temporary:
        folder = sys.argv[2] if len(sys.argv) == 3 else temporary
        os.makedirs(folder, exist_ok=True)
        ours_by_warcio(tool, folder)
        warcio_by_ours(tool, folder)
        wget_by_ours(tool, folder)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()

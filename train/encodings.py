#!/usr/bin/env python3
"""Measures how often bytes are decoded right, on the labelled files of the chardet distribution.

    cargo build --release -p copydesk-clean --example decode
    python3 train/encodings.py WORK [--decode target/release/examples/decode] [--verbose]

Downloads the source distribution of chardet into WORK with pip; nothing of it becomes part of the project. Its
files lie in folders named after their encoding. A file counts as right if its text is what Python's codec makes
of it under that name, where the codec is that of the superset by which the Encoding Standard reads the label
(iso-8859-1 as windows-1252, gb2312 as gb18030, euc-kr as cp949, shift_jis as cp932, tis-620 as cp874, and so on).
What counts as the same: the characters at which those codecs and the standard differ in their tables (WAVE DASH
and FULLWIDTH TILDE, and the like), compatibility forms, a byte order mark, and a character cut off at the end.

Folders of encodings that are none of the web's (EUC-TW, IBM855, Johab, ISO-2022-KR) are left out; UTF-32 counts.
Four figures: the files as they are; without their labels (XML declarations, comments and `charset=` taken
out), so that only the bytes can tell; their text without markup, cut after its first 100 bytes; and runs of 100
bytes from anywhere in that text, of which 10 or more are not ASCII. The last two without ASCII, UTF-8, UTF-16 and
UTF-32, which nobody has to guess.
"""

import argparse
import html
import json
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

VERSION = "5.2.0"
NOT_OF_THE_WEB = {"EUC-TW", "IBM855", "Johab", "iso-2022-kr"}
# Python's name of the superset by which the standard reads a label.
CODECS = {
    "cp949": "cp949", "euc-kr": "cp949", "gb2312": "gb18030", "shift_jis": "cp932", "cp932": "cp932",
    "iso-8859-1": "cp1252", "iso-8859-9": "cp1254", "tis-620": "cp874", "big5": "cp950",
    "maccyrillic": "mac_cyrillic", "macroman": "mac_roman",
}
# Where Python's tables differ from the standard's.
SAME = {"〜～", "−－", "‖∥", "―—", "¢￠", "£￡", "¬￢", "¤€", "¢Ґ", "¶ґ", "·・"}
RUNS_A_FILE = 20
CUT_BYTES = 100


@dataclass
class Sample:
    folder: str
    name: str
    codec: str
    content: bytes

    def is_right(self, text: str) -> bool:
        expected = self.content.decode(self.codec, "replace").removeprefix("\ufeff").rstrip("\ufffd")
        text = text.rstrip("\ufffd")
        return len(expected) == len(text) and all(map(is_same, expected, text))

    def __str__(self) -> str:
        return f"{self.folder}/{self.name}"


def is_same(expected: str, char: str) -> bool:
    if expected == char or expected == "\ufffd" or {expected + char, char + expected} & SAME:
        return True
    return unicodedata.normalize("NFKC", expected) == unicodedata.normalize("NFKC", char)


def download(work: Path) -> Path:
    """The folder of the labelled files, fetched where it is missing."""
    archive = work / f"chardet-{VERSION}.tar.gz"
    if not archive.exists():
        work.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        subprocess.run([*command, "-d", str(work), f"chardet=={VERSION}"], check=True)
    tests = work / f"chardet-{VERSION}" / "tests"
    if not tests.exists():
        with tarfile.open(archive) as opened:
            opened.extractall(work, filter="data")
    return tests


def files(tests: Path) -> list[Sample]:
    samples = []
    for path in sorted(tests.glob("*/*")):
        folder = path.parent.name
        if folder in NOT_OF_THE_WEB or path.suffix not in (".html", ".txt", ".xml", ".srt"):
            continue
        # iso-8859-2-hungarian is ISO-8859-2.
        label = re.sub(r"^((?:iso-8859|windows)-\d+)-[a-z]+$", r"\1", folder.lower())
        samples.append(Sample(folder, path.name, CODECS.get(label, label), path.read_bytes()))
    return samples


def without_label(content: bytes) -> bytes:
    content = re.sub(rb"<\?xml[^>]*\?>|<!--.*?-->", b"", content, flags=re.S)
    return re.sub(rb"(?i)charset=[^\s\"'>;]*", b"", content)


def running_text(sample: Sample) -> bytes:
    """The text of a file without markup, in the same encoding."""
    text = sample.content.decode(sample.codec, "replace")
    text = re.sub(r"(?s)<\?xml[^>]*\?>|<!--.*?-->", "", text)
    text = html.unescape(re.sub(r"(?s)<!\[CDATA\[(.*?)\]\]>", r"\1", text))
    text = re.sub(r"(?is)<(script|style).*?</\1>|<[^>]*>", " ", text)
    return " ".join(html.unescape(text).split()).encode(sample.codec, "ignore")


def runs(sample: Sample, text: bytes, chance: random.Random):
    """Runs of a text that begin with a character."""
    if sample.codec == "iso-2022-jp" or len(text) < 2 * CUT_BYTES:
        return
    starts = [0]
    for char in text.decode(sample.codec):
        starts.append(starts[-1] + len(char.encode(sample.codec)))
    starts = [start for start in starts if start + CUT_BYTES <= len(text)]
    for start in sorted(chance.choices(starts, k=RUNS_A_FILE)):
        run = text[start : start + CUT_BYTES]
        if sum(byte > 0x7F for byte in run) >= CUT_BYTES // 10:
            yield Sample(sample.folder, f"{sample.name} at {start}", sample.codec, run)


def decode(command: str, samples: list[Sample]) -> list[dict]:
    decoded = []
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(index) for index in range(len(samples))]
        for path, sample in zip(paths, samples):
            path.write_bytes(sample.content)
        for start in range(0, len(paths), 500):
            batch = map(str, paths[start : start + 500])
            output = subprocess.run([command, *batch], check=True, stdout=subprocess.PIPE).stdout
            decoded += map(json.loads, output.decode().splitlines())
    return decoded


def measure(title: str, command: str, samples: list[Sample], verbose: bool) -> None:
    wrong = Counter()
    for sample, decoded in zip(samples, decode(command, samples), strict=True):
        if not sample.is_right(decoded["text"]):
            wrong[sample.folder] += 1
            if verbose:
                print(f"  {sample}: {decoded['encoding']['charset']} ({decoded['encoding']['decided_by']})")
    right = len(samples) - wrong.total()
    print(f"{title}: {right} of {len(samples)} right ({100 * right / len(samples):.2f}%)")
    if wrong:
        print("  wrong: " + ", ".join(f"{folder} {count}" for folder, count in wrong.most_common()))


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("work", type=Path, metavar="WORK", help="folder for the download")
    add("--decode", default="target/release/examples/decode", metavar="FILE", help="default: %(default)s")
    add("--verbose", action="store_true", help="name each file that is decoded wrong")
    arguments = parser.parse_args()
    samples = files(download(arguments.work))
    chance = random.Random(1)
    bare = [Sample(s.folder, s.name, s.codec, without_label(s.content)) for s in samples]
    guessed = [s for s in samples if "utf" not in s.codec and s.codec != "ascii"]
    texts = [(s, running_text(s)) for s in guessed]
    cut = [Sample(s.folder, s.name, s.codec, text[:CUT_BYTES]) for s, text in texts]
    anywhere = [run for s, text in texts for run in runs(s, text, chance)]
    for title, measured in (
        ("files", samples),
        ("files without their labels", bare),
        (f"first {CUT_BYTES} bytes of text", cut),
        (f"any {CUT_BYTES} bytes of text", anywhere),
    ):
        measure(title, arguments.decode, measured, arguments.verbose)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Counts which letter follows which, for telling legacy charsets apart.

    python3 train/charsets.py WORK [--out crates/clean/src/charset/models.bin]

Downloads the packages of PACKAGES into WORK with pip, reads the translation catalogues in them (the texts of
buttons and messages; BSD and MIT licences), and writes one table a language: what each letter costs after each
other, and for Chinese, Japanese and Korean the characters by rank. Counts are all that is taken from the texts.
`crates/clean/src/charset/models.rs` says what the file looks like.
"""

import argparse
import math
import re
import struct
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

PACKAGES = [
    "django==5.2.19",
    "wagtail==8.0.1",
    "django-allauth==65.21.1",
    "sphinx==9.0.4",
    "django-oscar==4.2.1",
    "django-cms==5.1.3",
]

# The languages that are written in a legacy charset, and the names that their catalogues go by.
LATIN = "en fr es ca it nl de sv fi pt da nb is gl eu pl cs sk hu sl hr ro tr lt lv et vi".split()
OTHERS = "ru uk be bg sr mk el he ar fa th".split()
BY_RANK = {"ja": 900, "zh": 900, "zt": 900, "ko": 700}
ALIASES = {
    "zh_Hans": "zh", "zh_CN": "zh", "zh": "zh", "zh_Hant": "zt", "zh_TW": "zt", "zh_HK": "zt",
    "no": "nb", "nn": "nb", "bs": "hr",
}
SCRIPTS = {
    **dict.fromkeys("ru uk be bg sr mk".split(), "CYRILLIC"), **dict.fromkeys(LATIN, "LATIN"),
    "el": "GREEK", "he": "HEBREW", "ar": "ARABIC", "fa": "ARABIC", "th": "THAI",
}
# Letters of which charsets only have a look-alike.
TWINS = str.maketrans("șțȘȚیکۀ", "şţŞŢيكه")
# The tones of Vietnamese, which windows-1258 writes as characters of their own.
TONES = "\u0300\u0301\u0303\u0309\u0323"

STEPS_A_NAT = 16
SMOOTHING = 4.0


def download(work: Path) -> list[Path]:
    """The wheels, fetched where they are missing."""
    work.mkdir(parents=True, exist_ok=True)
    wheels = []
    for package in PACKAGES:
        name, version = package.split("==")
        pattern = f"{name.replace('-', '_')}-{version}-*.whl"
        if not list(work.glob(pattern)):
            command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
            subprocess.run([*command, "-d", str(work), package], check=True)
        wheels += work.glob(pattern)
    return wheels


def strings(catalogue: str):
    """The translations of a catalogue, without placeholders and tags."""
    for entry in catalogue.split("\n\n"):
        if "\n#, fuzzy" in f"\n{entry}" or 'msgid ""\nmsgstr' in entry:
            continue
        for message in re.findall(r'^msgstr(?:\[\d\])? ((?:".*"\s*)+)', entry, re.M):
            text = "".join(re.findall(r'"(.*)"', message))
            text = re.sub(r"%\(\w+\)\w|%\w|\{[^}]*\}|</?\w[^>]*>|\\.|https?:\S+|&\w+;", " ", text)
            if text.strip():
                yield text


def languages(wheels: list[Path]) -> dict[str, set[str]]:
    """The distinct translations, by language."""
    texts: dict[str, set[str]] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if match := re.search(r"/locales?/([A-Za-z_]+)/.*\.po$", name):
                    code = match[1]
                    language = ALIASES.get(code, code.split("_")[0] if not code.startswith("sr_L") else "")
                    content = archive.read(name).decode("utf-8", "replace")
                    texts.setdefault(language, set()).update(strings(content))
    return texts


def written(language: str, text: str) -> str:
    """A text in the characters that the language's charset has."""
    text = unicodedata.normalize("NFC", text).translate(TWINS).lower().replace("i\u0307", "i")
    if language != "vi":
        return text
    parts = []
    for char in text:
        decomposed = unicodedata.normalize("NFD", char)
        tone = "".join(part for part in decomposed if part in TONES)
        parts.append(unicodedata.normalize("NFC", "".join(p for p in decomposed if p not in TONES)) + tone)
    return "".join(parts)


def is_letter(language: str, char: str) -> bool:
    if language == "vi" and char in TONES:
        return True
    if language == "th":
        return "\u0e01" <= char <= "\u0e4e"
    return char.isalpha() and unicodedata.name(char, "").startswith(SCRIPTS[language])


def table(language: str, texts: set[str]) -> bytes:
    """The language's letters, and what each costs after each other: symbol 0 is what is no letter, 1 a letter of
    another alphabet."""
    texts = {written(language, text) for text in texts}
    counts = Counter(char for text in texts for char in text if is_letter(language, char))
    total = sum(counts.values())
    # What is rarer stands in names from elsewhere.
    letters = sorted(char for char, count in counts.items() if count > 20e-6 * total or "a" <= char <= "z")
    symbols = {char: index for index, char in enumerate(letters, 2)}
    size = len(letters) + 2
    pairs = [[0.0] * size for _ in range(size)]
    for text in texts:
        before = 0
        # A text begins and ends as a word does.
        for char in [*text, " "]:
            symbol = symbols.get(char, 1 if char.isalpha() else 0)
            pairs[before][symbol] += 1
            before = symbol
    singles = [sum(row[symbol] for row in pairs) + 1 for symbol in range(size)]
    of_all = sum(singles)
    out = bytearray(struct.pack("<2sB", language.encode(), len(letters)))
    out += b"".join(struct.pack("<H", ord(char)) for char in letters)
    for row in pairs:
        seen = sum(row)
        for symbol in range(size):
            share = (row[symbol] + SMOOTHING * singles[symbol] / of_all) / (seen + SMOOTHING)
            out.append(min(255, round(-math.log(share) * STEPS_A_NAT)))
    print(f"{language}: {total} letters of {len(texts)} texts, {len(letters)} kinds", file=sys.stderr)
    return bytes(out)


def ranks(language: str, texts: set[str], kept: int) -> bytes:
    """The characters of a language by how often they stand in its texts, and the share of all that they make up."""
    counts = Counter(char for text in texts for char in text if ord(char) >= 0x3041 and char.isalpha())
    found = [char for char, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))][:kept]
    share = sum(counts[char] for char in found) / sum(counts.values())
    print(f"{language}: {sum(counts.values())} characters, the first {kept} are {share:.3f}", file=sys.stderr)
    out = bytearray(struct.pack("<2sH", language.encode(), len(found)))
    for char in found:
        cost = min(255, round(-math.log(counts[char] / sum(counts.values())) * STEPS_A_NAT))
        out += struct.pack("<HB", ord(char), cost)
    return bytes(out)


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("work", type=Path, metavar="WORK", help="folder for the downloads")
    out = Path("crates/clean/src/charset/models.bin")
    add("--out", type=Path, default=out, metavar="FILE", help="default: %(default)s")
    arguments = parser.parse_args()
    texts = languages(download(arguments.work))
    tables = [table(language, texts[language]) for language in LATIN + OTHERS]
    lists = [ranks(language, texts[language], kept) for language, kept in BY_RANK.items()]
    parts = [b"CDCM\x01", bytes([len(tables)]), *tables, bytes([len(lists)]), *lists]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_bytes(b"".join(parts))
    print(f"{arguments.out}: {sum(map(len, parts))} bytes", file=sys.stderr)


if __name__ == "__main__":
    main()

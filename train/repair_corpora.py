#!/usr/bin/env python3
"""Gathers clean text to look for false changes in: manuals, handbooks, word lists and tables of Debian packages.

    python3 train/repair_corpora.py --out DIR        about 250 MB to download, 300 MB of text

Writes `DIR/KIND.LANG.txt` for `train/repair.py false`, besides `symbols.*.txt`, which `repair_symbols.py` makes up, and
`DIR/provenance.tsv`: package, version, licences that its copyright file names. The texts are for measuring only, many of
them under the GPL or GFDL: none of them belongs in the repository, and nothing is counted on them. Needs a Debian
system with an updated package list (`apt-get update`); packages that a release does not have are left out.
"""

import argparse
import bz2
import gzip
import html
import re
import shutil
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree

import repair_symbols
from words.corpora import catalogue, unescaped

LANGUAGES = [
    "ar", "bg", "ca", "cs", "da", "de", "el", "eo", "es", "fi", "fr", "ga", "hu", "id", "it", "ja", "ko", "mk", "nb", "nl",
    "pl", "pt", "pt-br", "ro", "ru", "sr", "sv", "tr", "uk", "vi", "zh", "zh-cn", "zh-tw",
]  # fmt: skip
BY_LANGUAGE = [
    "aptitude-doc-{}", "debian-faq-{}", "debian-reference-{}", "developers-reference-{}", "fortunes-{}", "maint-guide-{}",
    "manpages-{}", "manpages-{}-dev", "mythes-{}",
]  # fmt: skip
TOGETHER = [
    "debian-handbook", "fortunes-br", "gnuplot-doc", "groff", "groff-base", "installation-guide-amd64", "iso-codes",
    "libx11-data", "manpages-dev", "maxima-doc", "mc-data", "perl-doc", "unicode-cldr-core", "unicode-data", "vim-runtime",
]  # fmt: skip
# Dictionaries with phonetics, of languages in other alphabets and with other accents than English has.
DICTIONARIES = [
    f"dict-freedict-{pair}"
    for pair in [
        "ces-eng", "cym-eng", "deu-tur", "ell-rus", "fra-ell", "fra-tur", "isl-eng", "ita-rus", "kha-eng", "lit-eng", "pol-fra",
        "por-spa", "san-deu", "slk-eng", "swe-rus",
    ]
]  # fmt: skip
# Files of unicode-data with text, and folders of CLDR with the names of characters, places, languages and units.
CHARACTERS = ("NamesList.txt", "emoji-test.txt", "emoji-sequences.txt", "Index.txt")
NAMES = {"annotations", "main", "subdivisions"}
# Packages with HTML pages in a folder for each language.
HANDBOOKS = ("aptitude-doc", "debian-handbook", "installation-guide")
# Words of languages whose letters are also what damage looks like, and of some others.
WORD_LISTS = [
    "wamerican", "wbrazilian", "wbulgarian", "wcatalan", "wdanish", "wdutch", "wesperanto", "wfaroese", "wfrench",
    "wgalician-minimos", "wirish", "witalian", "wmanx", "wngerman", "wnorwegian", "wpolish", "wportuguese", "wspanish",
    "wswedish", "wukrainian",
]  # fmt: skip
# Letters that also begin or are misread characters.
SUSPECT = set("âÂãÃäÄåÅæÆðÐñÑøØìÌíÍîÎïÏăĂĹĽŁŃĐđċčżŽž")
WORDS = 25_000
# What stands behind words in capitals.
MARKS = "™®©°¹²³”“’»…–—ºª†‡•§¶±€"


# ---- what a file says -------------------------------------------------------------------------------------------------


def decoded(path: Path) -> str:
    """The text of a file without control characters, or nothing where it is not UTF-8."""
    data = path.read_bytes()
    if path.suffix in (".gz", ".dz"):
        data = gzip.decompress(data)
    if path.suffix == ".bz2":
        data = bz2.decompress(data)
    try:
        return re.sub("[\0-\x08\x0b\x0e-\x1f]", "", data.decode("utf-8"))
    except UnicodeDecodeError:
        return ""


def manual(text: str) -> str:
    """A manual page without its macros, line by line."""
    lines = []
    for line in unescaped(text).splitlines():
        if line.startswith(('.\\"', "'\\\"", ".de", ".ds", ".if", ".ie", ".so", ".nr", ".tr", ".ft", "..")):
            continue
        macro = re.match(r"[.'][A-Za-z]+\s*(.*)", line)
        line = macro[1].replace('"', "") if macro else line
        line = re.sub(r"\\\[u([0-9A-F]{4,6})\]", lambda match: chr(int(match[1], 16)), line)
        lines.append(re.sub(r"\\(\[[^]]*\]|\(..|\*.|s[-+]?\d|[|^%/,c])", "", line))
    return "\n".join(lines)


def page(text: str) -> str:
    """An HTML page, a block a line; preformatted text as it stands."""
    text = re.sub(r"(?s)<(script|style|head)\b.*?</\1>", " ", text)
    parts = re.split(r"(?s)(<pre\b.*?</pre>)", text)
    for i, part in enumerate(parts):
        if not part.startswith("<pre"):
            part = re.sub(r"\s+", " ", part)
            part = re.sub(r"(?i)\s*</?(?:p|li|ul|ol|h[1-6]|tr|table|dd|dt|dl|div|title|br|hr)\b[^>]*>\s*", "\n", part)
        parts[i] = html.unescape(re.sub(r"<[^>]*>", "", part))
    return re.sub(r"\n\s*\n+", "\n", "\n".join(parts))


def book(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(("html", "htm"))]
        return "\n".join(page(archive.read(name).decode("utf-8", "replace")) for name in names)


def annotations(path: Path) -> str:
    """The names in a file of CLDR, each once, behind the character that it is of."""
    lines: dict[str, None] = {}
    for element in ElementTree.parse(path).iter():
        if element.text and element.text.strip() and element.text.strip() != "↑↑↑":
            sign = element.get("cp")
            lines[f"{sign}\t{element.text}" if sign else element.text.strip()] = None
    return "\n".join(lines)


# ---- which files there are --------------------------------------------------------------------------------------------


def language_in(parts: tuple[str, ...], otherwise: str = "en") -> str:
    for part in parts:
        if found := re.fullmatch(r"([a-z]{2})([-_][A-Z]{2})?", part):
            return found[1]
    return otherwise


def texts(folder: Path):
    """(kind, language, text) of each file of a package that holds text."""
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        parts, name = path.relative_to(folder).parts, path.name
        if "man" in parts and re.search(r"\.\d[a-z]*(\.gz)?$", name):
            yield "manual", language_in(parts[parts.index("man") + 1 : -1]), manual(decoded(path))
        elif "fortunes" in parts and path.suffix not in (".dat", ".u8"):
            yield "fortunes", folder.name.split("-")[-1], decoded(path)
        elif folder.name.startswith("debian-reference") and name.endswith(".txt.gz"):
            yield "handbook", name.split(".")[1][:2], decoded(path)
        elif folder.name.startswith(("maint-guide", "debian-faq")) and path.suffix == ".html":
            yield "handbook", name.split(".")[-2][:2], page(decoded(path))
        elif path.suffix == ".epub":
            yield "handbook", language_in(parts), book(path)
        elif path.suffix == ".html" and folder.name.startswith(HANDBOOKS):
            yield "handbook", language_in(parts), page(decoded(path))
        elif path.suffix == ".html" and folder.name in ("maxima-doc", "groff", "groff-base"):
            yield "mathematics" if "maxima" in folder.name else "typesetting", "en", page(decoded(path))
        elif folder.name.startswith("groff") and path.suffix in (".mom", ".chem", ".roff", ".tmac", ".ms", ".me"):
            yield "typesetting", "en", decoded(path)
        elif path.suffix == ".dz":
            yield "dictionary", folder.name.removeprefix("dict-freedict-"), decoded(path)
        elif path.suffix == ".dat" and folder.name.startswith("mythes"):
            yield "thesaurus", path.stem.split("_")[1], decoded(path)
        elif path.suffix == ".mo":
            language = language_in(parts[-3:-2])
            yield "catalogue", language, "\n".join(catalogue(path.read_bytes()))
        elif folder.name == "mc-data" and {"help", "hints"} & set(parts):
            yield "editor", "en", decoded(path)
        elif name == "Compose":
            yield "characters", "en", decoded(path)
        elif path.suffix in (".dem", ".pod"):
            yield "code", "en", decoded(path)
        elif folder.name == "vim-runtime" and (path.suffix == ".txt" or {"tutor", "lang", "keymap"} & set(parts)):
            yield "editor", "en", decoded(path)
        elif folder.name == "unicode-data" and name in CHARACTERS:
            yield "characters", "en", decoded(path)
        elif folder.name == "unicode-cldr-core" and path.suffix == ".xml" and NAMES & set(parts):
            yield "names", "all", annotations(path)


def words_of(folder: Path) -> list[str]:
    """Words with letters outside ASCII: those with the letters that damage looks like first."""
    words = set()
    for path in sorted((folder / "usr" / "share" / "dict").iterdir()):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            try:
                text = data.decode("utf-8")
            except UnicodeDecodeError:
                text = data.decode("latin-1")
            words.update(word for word in text.split("\n") if word and not word.isascii())
    suspect = sorted(word for word in words if SUSPECT & set(word))
    others = sorted(word for word in words if not SUSPECT & set(word))
    chosen = [group[:: max(1, len(group) // WORDS)][:WORDS] for group in (suspect, others)]
    return chosen[0] + chosen[1]


def word_lines(words: list[str]):
    """Each word alone, in a sentence, and in a list."""
    yield from words
    for word in words:
        yield f"It says {word} on the door of the house."
    for at in range(0, len(words), 8):
        yield ", ".join(words[at : at + 8]) + "."


def capital_lines(words: list[str]):
    """Words in capitals that end in a letter outside ASCII, before the marks that follow words."""
    found = sorted({word.upper() for word in words if not word[-1].isascii() and word[-1].isalpha() and word.isalpha()})
    # A few of each last letter.
    by_letter: dict[str, list[str]] = {}
    for word in found:
        by_letter.setdefault(word[-1], []).append(word)
    for same in by_letter.values():
        for word in same[:: max(1, len(same) // 3)][:3]:
            yield from (f"{word}{mark}" for mark in MARKS)
            yield f"„{word}” și “{word}”, ‘{word}’, «{word}», {word}… {word}–{word}, {word}—{word}"


# ---- packages ---------------------------------------------------------------------------------------------------------


def download(wanted: list[str], folder: Path) -> list[str]:
    """The packages that there are, unpacked into a folder each."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        sys.exit("The texts are in Debian packages: apt-get and dpkg are missing here. Run this on a Debian system.")
    known = set(subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True, check=True).stdout.split())
    names = [name for name in wanted if name in known]
    if not names:
        sys.exit("apt-cache knows none of the packages. Run `apt-get update` first.")
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in names if not (folder / name).is_dir()]
    if missing:
        subprocess.run(["apt-get", "download", *missing], cwd=folder, check=True)

    def unpack(name):
        archive = next(folder.glob(f"{name}_*.deb"))
        subprocess.run(["dpkg", "-x", archive, folder / f"{name}.part"], check=True)
        (folder / f"{name}.part").rename(folder / name)
        archive.unlink()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(unpack, missing))
    return names


def provenance(names: list[str], folder: Path):
    for name in names:
        command = ["apt-cache", "show", "--no-all-versions", name]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        version = re.search(r"^Version: (.*)", shown, re.M)
        source = folder / name / "usr" / "share" / "doc" / name / "copyright"
        text = source.read_text("utf-8", "replace") if source.is_file() else ""
        licences = re.findall(r"^License:\s*(\S.*)", text, re.M)
        licences = licences or re.findall(r"common-licenses/([A-Z][\w.-]*\w)|([Pp]ublic [Dd]omain)", text)
        found = dict.fromkeys(licence for licence in map("".join, licences) if len(licence) < 50)
        yield f"{name}\t{version[1] if version else '?'}\t{', '.join(found) or 'see its copyright file'}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--packages", type=Path, help="folder for the packages (default: OUT/packages)")
    options = parser.parse_args()
    folder = options.packages or options.out / "packages"
    wanted = TOGETHER + DICTIONARIES + [pattern.format(language) for pattern in BY_LANGUAGE for language in LANGUAGES]
    names = download(wanted + WORD_LISTS, folder)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "provenance.tsv").write_text("".join(provenance(names, folder)), "utf-8")
    found: dict[str, dict[str, None]] = {}
    for name in names:
        if name not in WORD_LISTS:
            for kind, language, text in texts(folder / name):
                # Catalogues in other charsets come with U+FFFD.
                if text.strip() and not (kind == "catalogue" and "\ufffd" in text):
                    # Each text once: many packages have the same licences and manuals.
                    found.setdefault(f"{kind}.{language}", {})[text.strip("\n")] = None
    everywhere = []
    for name in names:
        if name in WORD_LISTS:
            words = words_of(folder / name)
            everywhere += words
            found[f"words.{name[1:].split('-')[0]}"] = {"\n".join(word_lines(words)): None}
    found["symbols.capitals"] = {"\n".join(capital_lines(everywhere)): None}
    for kind, lines in repair_symbols.texts():
        found[f"symbols.{kind}"] = {"\n".join(lines): None}
    total = 0
    for name, parts in sorted(found.items()):
        path = options.out / f"{name}.txt"
        path.write_text("\n".join(parts) + "\n", "utf-8")
        total += path.stat().st_size
        print(f"{name:<24} {len(parts):>6} texts {path.stat().st_size / 1e6:>7.2f} MB")
    print(f"{'all':<24} {'':>12} {total / 1e6:>7.2f} MB")


if __name__ == "__main__":
    main()

"""Gathers running text by language out of packages: Debian's translation catalogues, manuals, help pages.

    python3 train/words/corpora.py --out DIR

Writes `DIR/sources/SOURCE/LANG.txt` and `DIR/text/LANG.txt`, all sources together, each line once: a sentence, a caption
or a paragraph a line. False changes are measured on it; most of it is under copyleft licenses, so nothing is counted in
it (see sources.py). Needs `apt-get`, `dpkg` and an updated package list; downloads about 700 MB into `DIR/packages` once.
"""

import argparse
import bz2
import gzip
import html
import json
import re
import struct
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

LANGUAGES = {
    "ar": "Arabic", "be": "Cyrillic", "bg": "Cyrillic", "ca": "Latin", "cs": "Latin", "da": "Latin", "de": "Latin",
    "el": "Greek", "es": "Latin", "et": "Latin", "fa": "Arabic", "fi": "Latin", "fr": "Latin", "he": "Hebrew",
    "hi": "Devanagari", "hr": "Latin", "hu": "Latin", "id": "Latin", "it": "Latin", "ja": "Japanese", "ko": "Hangul",
    "lt": "Latin", "lv": "Latin", "nb": "Latin", "nl": "Latin", "pl": "Latin", "pt": "Latin", "ro": "Latin",
    "ru": "Cyrillic", "sk": "Latin", "sl": "Latin", "sr": "Cyrillic", "sv": "Latin", "th": "Thai", "tr": "Latin",
    "uk": "Cyrillic", "vi": "Latin", "zh": "Han",
}  # fmt: skip

SCRIPTS = {
    "Arabic": "\u0600-\u06ff", "Cyrillic": "\u0400-\u052f", "Devanagari": "\u0900-\u097f", "Greek": "\u0370-\u03ff",
    "Han": "\u4e00-\u9fff", "Hangul": "\uac00-\ud7af", "Hebrew": "\u0590-\u05ff", "Japanese": "\u3040-\u30ff\u4e00-\u9fff",
    "Latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff", "Thai": "\u0e00-\u0e7f",
}  # fmt: skip

# Folder names that stand for one of the languages.
ALIASES = {"no": "nb", "pt_br": "pt", "zh_cn": "zh"}

# One package a language (the same suffixes as the language codes, apart from ALIASES).
BY_LANGUAGE = ["libreoffice-help-{}", "libreoffice-l10n-{}", "manpages-{}", "manpages-{}-dev", "fortunes-{}"]

# Packages that hold many languages.
TOGETHER = [
    "debian-handbook", "digikam-data", "evolution-common", "freeciv-data", "gcompris-qt-data", "gimp-data",
    "gnome-user-docs", "gnucash-common", "gramps", "hedgewars-data", "installation-guide-amd64", "iso-codes",
    "kdenlive-data", "kmymoney-common", "krita-l10n", "kstars-data", "marble-data", "mediawiki", "minetest-data",
    "python3-django", "warzone2100-data", "wesnoth-1.16-data", "wordpress-l10n",
]  # fmt: skip

# Word lists of the languages with a table; no running text in them.
WORD_LISTS = [
    "tesseract-ocr-bel", "tesseract-ocr-bul", "tesseract-ocr-ces", "tesseract-ocr-ell", "tesseract-ocr-hun",
    "tesseract-ocr-lav", "tesseract-ocr-lit", "tesseract-ocr-pol", "tesseract-ocr-ron", "tesseract-ocr-rus",
    "tesseract-ocr-slk", "tesseract-ocr-srp", "tesseract-ocr-tur", "tesseract-ocr-ukr", "hunspell-ru",
]  # fmt: skip
LETTER_MODELS = "lingua-language-detector==1.3.5"

MIN_LETTERS = 12
MAX_CHARACTERS = 2000


def language_of(name):
    """The language that a folder or file is named for, or None."""
    code = name.lower().replace("-", "_")
    if "@" in code:
        return None
    code = ALIASES.get(code, code)
    if code not in LANGUAGES and "_" in code and code not in ("zh_tw", "zh_hk"):
        code = code.split("_")[0]
    return code if code in LANGUAGES else None


# ---- what a file says -------------------------------------------------------------------------------------------------


def catalogue(data):
    """Paragraphs of a gettext catalogue's translations, those left as they were in English apart."""
    if len(data) < 20:
        return
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, ids, texts = struct.unpack(order + "3I", data[8:20])
    for i in range(count):
        size, start = struct.unpack_from(order + "2I", data, ids + 8 * i)
        original = data[start : start + size]
        size, start = struct.unpack_from(order + "2I", data, texts + 8 * i)
        text = data[start : start + size]
        if not original or text in original:
            continue
        for form in text.decode("utf-8", "replace").split("\0"):
            yield from re.split(r"\n\s*\n|\\n", without_accelerators(form))


def without_accelerators(text):
    text = re.sub(r"&(?=\w)(?!\w+;)", "", text)
    return re.sub(r"(?<!\w)_(?=\w)", "", text)


def markup(text):
    """Paragraphs of an HTML, Mallard or DocBook page."""
    text = re.sub(r"(?s)<(script|style|pre|code|screen|head)\b.*?</\1>", " ", text)
    for part in re.split(r"(?i)</?(?:p|li|h[1-6]|td|th|dd|dt|div|title|para|desc|section|br)\b[^>]*>", text):
        yield html.unescape(re.sub(r"<[^>]*>", "", part))


def roff(text):
    """Paragraphs of a manual page."""
    lines = []
    for line in text.splitlines():
        macro = re.match(r"[.']\s*([A-Za-z]*)\s*(.*)", line)
        if macro and macro[1] in ("B", "I", "BR", "IR", "RB", "RI", "BI", "IB"):
            lines.append(macro[2].replace('"', ""))
        elif macro or not line.strip():
            yield " ".join(lines)
            lines = []
        else:
            lines.append(line)
    yield " ".join(lines)


def unescaped(text):
    text = re.sub(r"\\f(\[[^]]*\]|\(..|.)", "", text)
    text = text.replace("\\-", "-").replace("\\(aq", "'").replace("\\&", "").replace("\\(en", "–").replace("\\ ", " ")
    return text.replace("\\(bu", "").replace("\\(em", "—").replace("\\:", "")


def messages(text):
    """Messages of a MediaWiki catalogue."""
    for key, value in json.loads(text).items():
        if isinstance(value, str) and not key.startswith("@"):
            yield from re.sub(r"\{\{[^{}]*\}\}|\[\[|\]\]|'''?", "", value).split("\n")


def descriptions(text):
    """Paragraphs of translated package descriptions."""
    for record in text.split("\n\n"):
        found = re.search(r"(?s)^Description-[^:]*: (.*)", record, re.M)
        if found:
            short, _, long = found[1].partition("\n")
            yield short
            yield from re.split(r"\n \.\n", "\n" + long)


# ---- which files hold text --------------------------------------------------------------------------------------------


def read(path):
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    if path.suffix == ".bz2":
        data = bz2.decompress(data)
    return data


def paragraphs(path):
    """(language, paragraphs) of a file, or None where it is no text in one of the languages."""
    parts = path.parts
    if path.suffix == ".mo":
        at = parts.index("LC_MESSAGES") - 1 if "LC_MESSAGES" in parts else None
        language = language_of(parts[at] if at else re.sub(r"^.*-(?=[a-z]{2}(_[A-Z]{2})?$)", "", path.stem))
        return language and (language, catalogue(read(path)))
    if "man" in parts and re.search(r"\.\d[a-z]*(\.gz)?$", path.name):
        language = language_of(parts[parts.index("man") + 1].split(".")[0])
        return language and (language, roff(unescaped(read(path).decode("utf-8", "replace"))))
    if path.suffix == ".json" and "i18n" in parts:
        language = language_of(path.stem)
        return language and (language, messages(read(path).decode("utf-8", "replace")))
    if path.suffix in (".html", ".page", ".docbook") or path.name == "index.cache.bz2":
        language = next((found for found in map(language_of, parts[-6:-1]) if found), None)
        return language and (language, markup(read(path).decode("utf-8", "replace")))
    if "fortunes" in parts and not path.suffix:
        language = language_of(parts[parts.index("fortunes") + 1])
        return language and (language, re.split(r"\n%\n|\n\s*\n", read(path).decode("utf-8", "replace")))
    return None


def clean(paragraph, language):
    """The paragraph as a line, or None where it holds too little text of the language's script."""
    line = re.sub(r"<[^<>]*>", "", paragraph)
    line = re.sub(r"\s+", " ", line.replace("\u00ad", "")).strip()
    if not line or len(line) > MAX_CHARACTERS or "\ufffd" in line:
        return None
    letters = sum(c.isalpha() for c in line)
    own = len(re.findall(f"[{SCRIPTS[LANGUAGES[language]]}]", line))
    enough = MIN_LETTERS if LANGUAGES[language] not in ("Han", "Japanese", "Hangul") else 5
    marks = len(re.findall(r"[%$@{}\\<>|_=/]", line))
    return line if own >= enough and own >= 0.7 * letters and marks <= 0.04 * len(line) else None


def extract(task):
    """Writes the text of one package; returns the number of lines by language."""
    name, folder, out = task
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()):
        text = None
        try:
            text = paragraphs(path)
            for paragraph in text[1] if text else ():
                line = clean(paragraph, text[0])
                if line:
                    found.setdefault(text[0], {})[line] = None
        except (ValueError, OSError, struct.error) as error:
            print(f"{path}: {error}")
    return name, {language: write(out / name / f"{language}.txt", lines) for language, lines in found.items()}


def write(path, lines):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return len(lines)


# ---- packages ---------------------------------------------------------------------------------------------------------


def names():
    """Packages that exist, of those wanted."""
    codes = sorted(set(LANGUAGES) | {"pt-br", "zh-cn"})
    wanted = TOGETHER + [pattern.format(code) for pattern in BY_LANGUAGE for code in codes]
    known = set(subprocess.run(["apt-cache", "pkgnames"], capture_output=True, text=True, check=True).stdout.split())
    return [name for name in wanted if name in known]


def download(packages, folder):
    folder.mkdir(parents=True, exist_ok=True)
    missing = [name for name in packages if not (folder / name).is_dir()]
    if missing:
        subprocess.run(["apt-get", "download", *missing], cwd=folder, check=True)
    for name in missing:
        archive = next(folder.glob(f"{name}_*.deb"))
        subprocess.run(["dpkg", "-x", archive, folder / name], check=True)
        archive.unlink()


def fetch_lists(out):
    """Word lists and models of letter sequences."""
    download(WORD_LISTS, out / "packages")
    models = ["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", out / "lingua", LETTER_MODELS]
    subprocess.run([sys.executable, "-m", *models], check=True)


def translations(out):
    """Translated package descriptions of all Debian packages, from apt's lists."""
    languages = ",".join(sorted({*LANGUAGES, "pt_BR", "zh_CN"}))
    subprocess.run(["apt-get", "update", "-o", f"Acquire::Languages={languages}"], check=True, capture_output=True)
    for path in sorted(Path("/var/lib/apt/lists").glob("*_i18n_Translation-*")):
        language = language_of(path.name.split("Translation-")[1].split(".")[0].replace("%5f", "_"))
        if language:
            text = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", path], capture_output=True, check=True).stdout
            cleaned = (clean(paragraph, language) for paragraph in descriptions(text.decode("utf-8", "replace")))
            write(out / "descriptions" / f"{language}.txt", dict.fromkeys(line for line in cleaned if line))


def join(sources, out):
    for language in LANGUAGES:
        lines = {}
        for path in sorted(sources.glob(f"*/{language}.txt")):
            lines.update(dict.fromkeys(path.read_text(encoding="utf-8").split("\n")[:-1]))
        print(f"{language}  {write(out / f'{language}.txt', lines):9,} lines")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    packages = names()
    folder = options.out / "packages"
    sources = options.out / "sources"
    download(packages, folder)
    with ProcessPoolExecutor(options.jobs) as pool:
        for name, found in pool.map(extract, [(name, folder / name, sources) for name in packages]):
            print(f"{name}: {sum(found.values()):,} lines in {len(found)} languages")
    translations(sources)
    join(sources, options.out / "text")


if __name__ == "__main__":
    main()

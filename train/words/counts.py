"""Counts: letter sequences of news text, words of catalogues, words of lists.

Letter sequences come from the models of the language detector lingua: relative frequencies of sequences of one to five
letters within words, as reduced fractions. Counts follow from them exactly, and with those the counts of sequences at
the edge of a word: what stands neither before nor after another letter stands alone.
"""

import gzip
import json
import re
import subprocess
import tarfile
import zipfile
from collections import Counter
from functools import cached_property
from math import lcm
from pathlib import Path

import brotli

from languages import LANGUAGES, lower

ORDERS = ["unigrams", "bigrams", "trigrams", "quadrigrams", "fivegrams"]


class Counts:
    """All that is counted of a language."""

    def __init__(self, language, data):
        self.language, self.data = language, Path(data)

    @property
    def code(self):
        return self.language.code

    @cached_property
    def inner(self):
        """Counts of sequences of up to five letters within words."""
        wheel = next((self.data / "lingua").glob("lingua_language_detector-*.whl"))
        shares = []
        with zipfile.ZipFile(wheel) as archive:
            for order in ORDERS:
                name = f"lingua/language-models/{self.code}/{order}.json.br"
                model = json.loads(brotli.decompress(archive.read(name)))
                shares.append({gram: fraction for fraction, grams in model["ngrams"].items() for gram in grams.split()})
        split = [{gram: tuple(map(int, f.split("/"))) if "/" in f else (int(f), 1) for gram, f in s.items()} for s in shares]
        total = lcm(*(below for _, below in split[0].values()))
        counts = {gram: total * above // below for gram, (above, below) in split[0].items()}
        for order in split[1:]:
            for gram, (above, below) in order.items():
                counts[gram] = counts[gram[:-1]] * above // below
        letters = set(self.language.letters)
        spelled = Counter()
        for gram, count in counts.items():
            spelled[self.language.spelled(gram)] += count
        return {gram: count for gram, count in spelled.items() if set(gram) <= letters}

    @cached_property
    def sequences(self):
        """Counts of sequences of up to five, where ^ is the beginning of a word and $ its end."""
        after, before, between = Counter(), Counter(), Counter()
        for gram, count in self.inner.items():
            if len(gram) >= 2:
                after[gram[1:]] += count
                before[gram[:-1]] += count
            if len(gram) >= 3:
                between[gram[1:-1]] += count
        found = dict(self.inner)
        for gram, count in self.inner.items():
            edges = {}
            if len(gram) <= 4:
                edges["^" + gram] = count - after[gram]
                edges[gram + "$"] = count - before[gram]
            if len(gram) <= 3:
                edges["^" + gram + "$"] = count - after[gram] - before[gram] + between[gram]
            found.update({edge: n for edge, n in edges.items() if n > 0})
        return found

    @cached_property
    def words_total(self):
        return sum(count for gram, count in self.sequences.items() if len(gram) == 2 and gram[0] == "^")

    @cached_property
    def lines(self):
        """Lines of running text, each once."""
        found = {}
        for path in sorted((self.data / "counted").glob(f"*/{self.code}.txt")):
            found.update(dict.fromkeys(self.language.spelled(path.read_text(encoding="utf-8")).split("\n")[:-1]))
        return list(found)

    @cached_property
    def forms(self):
        """Words as they are written in running text: (count within sentences, count at their beginnings)."""
        within, first = Counter(), Counter()
        for line in self.lines:
            begins = True
            for token in TOKEN.findall(line):
                if token[0].isalpha():
                    (first if begins else within)[token] += 1
                    begins = False
                elif token in ".!?:«“„\"":
                    begins = True
        return within, first

    def own(self, word):
        return set(lower(word, self.code)) <= set(self.language.letters)

    @cached_property
    def listed(self):
        """Forms of Tesseract's word lists: that of the newer models, and that of the older ones, which is longer."""
        newer = self.unpacked("lstm-word-dawg", "lstm-unicharset")
        older = self.unpacked("word-dawg", "unicharset")
        words = {word.strip("()\"'«»„“”.,:;!?") for word in [*newer, *older]}
        return {word for word in words if word.isalpha() and self.own(word)}

    @cached_property
    def listed_pairs(self):
        """Pairs of words that follow each other often, of Tesseract's older models."""
        pairs = (line.split(" ") for line in self.unpacked("bigram-dawg", "unicharset"))
        return [tuple(pair) for pair in pairs if len(pair) == 2 and all(pair)]

    def unpacked(self, dawg, characters):
        """The lines of a list in one of the files with Tesseract's models."""
        name = self.language.tesseract
        folder = self.data / "tesseract" / name
        folder.mkdir(parents=True, exist_ok=True)
        words = folder / f"{dawg}.txt"
        if not words.exists():
            if dawg.startswith("lstm"):
                trained = next((self.data / "packages" / f"tesseract-ocr-{name}").rglob("*.traineddata"))
            else:
                trained = self.older_models(folder)
            if trained is None:
                return []
            parts = [f"{folder}/{dawg}.{characters}", f"{folder}/{dawg}.{dawg}"]
            subprocess.run(["combine_tessdata", "-u", trained, f"{folder}/{dawg}."], check=True, capture_output=True)
            subprocess.run(["dawg2wordlist", *parts, words], check=True, capture_output=True)
        return self.language.spelled(words.read_text(encoding="utf-8")).split("\n")

    def older_models(self, folder):
        """The file with the older models, or None: there is none for Russian."""
        package = next((self.data / "packages").glob(f"tesseract.js-data-{self.language.tesseract}-*.tgz"), None)
        if package is None:
            return None
        trained = folder / "older.traineddata"
        with tarfile.open(package) as archive:
            packed = archive.extractfile(f"package/4.0.0/{self.language.tesseract}.traineddata.gz").read()
        trained.write_bytes(gzip.decompress(packed))
        return trained

    @cached_property
    def inflected(self):
        """Forms that the hunspell dictionary allows."""
        name = self.language.hunspell
        if not name:
            return set()
        folder = next((self.data / "packages" / f"hunspell-{self.code}").rglob(f"{name}.dic")).parent
        run = subprocess.run(["unmunch", folder / f"{name}.dic", folder / f"{name}.aff"], capture_output=True)
        words = run.stdout.decode(self.language.hunspell_encoding, "replace").split("\n")
        return {word for word in words if word.isalpha() and self.own(word)}


TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")


def all_counts(data):
    return {code: Counts(language, data) for code, language in LANGUAGES.items()}

"""Fits what tells a quote from a dash where one letter `â` is left of each.

Damages the punctuation of English reference texts, fits a conditional random field over the signs of
each line, and writes its weights and the word list beside the code that uses them:

    python3 train/punctuation/fit.py PAGES [--cross-validate]

PAGES holds datasets with ground-truth/*.json (wcxb-dev, news).
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import scipy.sparse as sparse

from chain import COUNT, LABELS, OTHER, fit, kept_features, posteriors
from features import MIDDLE, Line, features
from signs import Language, common_words, damaged, items, language

HOME = Path(__file__).resolve().parents[2] / "crates/clean/src/repair/symbols"
THRESHOLD = 0.4


def read(folder):
    """Texts of the datasets with their sites."""
    for path in sorted(Path(folder).glob("*/ground-truth/*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        host = urlsplit(page.get("url") or "").hostname or path.stem
        text = (page.get("ground_truth") or {}).get("main_content") or ""
        yield ".".join(host.split(".")[-2:]), text


class Data:
    """Signs of many lines; rows are in line order."""

    def __init__(self):
        self.rows, self.labels, self.middle, self.shape, self.start = [], [], [], [], []
        self.site, self.left_alone, self.length = [], [], []

    def arrays(self, size):
        counts = [len(row) for row in self.rows]
        column = np.fromiter((number for row in self.rows for number in row), dtype=np.int32)
        row = np.repeat(np.arange(len(counts)), counts)
        shape = (len(counts), size)
        self.matrix = sparse.csr_matrix((np.ones(len(column)), (row, column)), shape=shape)
        self.label = np.array(self.labels)
        self.is_middle = np.array(self.middle)
        self.shape_of = np.array(self.shape)
        self.starts = np.array(self.start)
        self.sites = np.array(self.site)
        self.lengths = np.array(self.length)


def collect(pages, words):
    """Every sign of the English lines, as features, and those that the gate leaves alone."""
    data = Data()
    size = 0
    for site, text in pages:
        if language(text[:20000], words) != Language.ENGLISH:
            continue
        for source in text.split("\n"):
            line, was = damaged(source)
            if not was or language(line, words) == Language.FOREIGN:
                continue
            tokens, places = items(line, words)
            context = Line(tokens)
            if context.length < 4 and not set(was.values()) <= set(LABELS) or "\u2011" in was.values():
                continue  # trees and tables drawn with characters; the hyphens of a few sites
            taken = {places[place] for place in context.at}
            for place, char in was.items():
                if place not in taken:
                    data.left_alone.append((site, char))
            for order, place in enumerate(context.at):
                char = was.get(places[place])
                if char is None:
                    continue
                blocks = features(context, order)
                size = blocks.total
                data.rows.append(blocks.found)
                data.labels.append(LABELS.index(char) if char in LABELS else OTHER)
                data.middle.append(context.shapes[order] == MIDDLE)
                data.shape.append(context.shapes[order])
                data.site.append(site)
                data.start.append(order == 0)
                data.length.append(context.length)
    data.arrays(size)
    return data


def report(data, found, rows, among=True):
    """What each sign becomes, by the rule of chain.rs."""
    label = data.label[rows]
    dashes = found[:, 4:6].sum(axis=1)
    is_dash = dashes > found[:, :4].max(axis=1)
    best = np.where(is_dash, 4 + found[:, 4:6].argmax(axis=1), found[:, :4].argmax(axis=1))
    is_marked = np.where(is_dash, dashes, found[:, :4].max(axis=1)) < THRESHOLD
    left = Counter(char for _, char in data.left_alone)
    print("sign   count  exact  wrong marked  left")
    totals = np.zeros(5)
    for number in range(COUNT):
        own = (label == number) & among
        name = LABELS[number] if number < OTHER else "other"
        alone = left[name] if number < OTHER else sum(left.values()) - sum(left[c] for c in LABELS)
        exact = (own & ~is_marked & (best == number)).sum()
        wrong = (own & ~is_marked & (best != number)).sum()
        marked = (own & is_marked).sum()
        count = own.sum() + alone
        if number < OTHER:
            totals += (count, exact, wrong, marked, alone)
        shares = " ".join(f"{100 * n / max(count, 1):6.2f}" for n in (exact, wrong, marked, alone))
        print(f"{name:5} {count:6} {shares}")
    shares = " ".join(f"{100 * n / totals[0]:6.2f}" for n in totals[1:])
    print(f"all   {int(totals[0]):6} {shares}   (without other)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--cross-validate", action="store_true", help="figures of five folds of sites")
    arguments = parser.parse_args()
    pages = list(read(arguments.pages))
    words = common_words(pages)
    data = collect(pages, words)
    rows = np.arange(len(data.labels))
    print(len(rows), "signs,", data.matrix.shape[1], "features")
    if arguments.cross_validate:
        names = np.unique(data.sites)
        fold_of = {name: order % 5 for order, name in enumerate(np.random.default_rng(7).permutation(names))}
        folds = np.array([fold_of[site] for site in data.sites])
        found = np.zeros((len(rows), COUNT))
        for fold in range(5):
            train, test = rows[folds != fold], rows[folds == fold]
            model = fit(data, train, kept_features(data, train))
            found[test] = posteriors(data, test, model)
        report(data, found, rows)
        print("in lines of eight words or more:")
        report(data, found, rows, data.lengths >= 8)
        return
    model = fit(data, rows, kept_features(data, rows))
    report(data, posteriors(data, rows, model), rows)
    flat = np.concatenate([part.ravel() for part in model]).astype(np.int8)
    (HOME / "punctuation.bin").write_bytes(flat.tobytes())
    (HOME / "english.txt").write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fits the weights with which lines are joined: `crates/clean/src/layout/weights.rs`.

usage: fit.py PAGES LINES [--cross-validate]

PAGES is a folder with sets of pages, SET/html/ID.html.gz. LINES is a file of labelled lines of scraped text, JSON in
lines with `file`, `text`, `label` and, for a line that continues the one before it, `joins`. Needs beautifulsoup4,
lxml, scipy and scikit-learn. With --cross-validate, the figures of five folds of sites and origins; writes nothing.
"""
import argparse
import collections
import glob
import gzip
import hashlib
import json
import os
import sys
from pathlib import Path

import numpy as np
import pairs
from bs4 import BeautifulSoup, NavigableString
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

WEIGHTS = Path(__file__).parents[2] / "crates/clean/src/layout/weights.rs"
BLOCKS = set(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption"
    " figure footer form h1 h2 h3 h4 h5 h6 header hr html iframe input label li main menu nav ol option p pre section"
    " select summary svg table tbody td textarea tfoot th thead tr ul video audio".split())
# How much a pair of lines of each kind of text counts.
COUNTS = {"lines": 4, "page": 0.3, "prose": 1, "page joined": 0.3, "prose joined": 1}
PAGES_PER_SET = 500
MIN_SITES = 10
MIN_WORD_WEIGHT = 0.25
THRESHOLD = 0.65
UNIT = 100
JOINS, PARTS, UNKNOWN = 1, 0, -1


def text_nodes(html):
    """The lines of a page with a line a text node: (text, block, whether in a link, whether space stands before)."""
    soup = BeautifulSoup(html, "lxml")
    for tag in soup(["script", "style", "noscript", "template"]):
        tag.decompose()
    nodes, block = [], 0

    def walk(element, in_link):
        nonlocal block
        for child in element.children:
            if type(child) is NavigableString:
                nodes.append((str(child), block, in_link))
            elif not isinstance(child, NavigableString):
                ends_block = child.name in BLOCKS or child.name == "br"
                block += ends_block
                walk(child, in_link or child.name == "a")
                block += ends_block

    walk(soup.body or soup, False)
    lines, gap = [], True
    for text, number, in_link in nodes:
        gap = gap or text[:1].isspace()
        for line in filter(None, (" ".join(line.split()) for line in text.splitlines())):
            lines.append((line, number, in_link, gap))
            gap = True
        if text:
            gap = text[-1].isspace() if text.strip() else True
    return lines


def page_texts(nodes):
    """A page as several texts: (kind, lines, labels). The joined ones show what must stay as it is."""
    sizes = collections.defaultdict(lambda: [0, 0])
    for text, block, in_link, _ in nodes:
        sizes[block][0] += len(text)
        sizes[block][1] += len(text) * in_link

    def is_prose(block):
        return sizes[block][0] >= 80 and sizes[block][1] < 0.6 * sizes[block][0]

    labels = [PARTS]
    for (left, before, *_), (right, block, _, gap) in zip(nodes, nodes[1:]):
        if before != block:
            labels.append(PARTS)
            continue
        start, end = pairs.starts(right), pairs.ends(left)
        # Elements without white space between them are parts of a sentence only around marks.
        fits = gap or pairs.coarse_start(start) in (0, 3) or end in (
            pairs.OPENING, pairs.HYPHEN, pairs.QUOTE, pairs.SLASH)
        if is_prose(block) and fits and (gap or pairs.coarse_start(start) != 3):
            labels.append(JOINS)
        elif sizes[block][1] > 0.8 * sizes[block][0] and pairs.coarse_start(start) == 2:
            labels.append(PARTS)
        else:
            labels.append(UNKNOWN)
    everything = range(len(nodes))
    prose = [index for index in everything if is_prose(nodes[index][1])]
    for kind, chosen in (("page", everything), ("prose", prose)):
        if len(chosen) < 4:
            continue
        chosen = list(chosen)
        lines = [nodes[index][0] for index in chosen]
        yield kind, lines, [
            labels[index] if order and chosen[order - 1] == index - 1 else PARTS for order, index in enumerate(chosen)]
        joined = []
        for order, index in enumerate(chosen):
            text, block, _, gap = nodes[index]
            if order and chosen[order - 1] == index - 1 and nodes[index - 1][1] == block and labels[index] != PARTS:
                joined[-1] += (" " if gap else "") + text
            else:
                joined.append(text)
        yield kind + " joined", joined, [PARTS] * len(joined)


def labelled_texts(path):
    files = collections.defaultdict(list)
    for row in map(json.loads, open(path, encoding="utf-8")):
        if row["text"].split():
            files[row["file"]].append(row)
    for name, rows in files.items():
        lines = [" ".join(row["text"].split()) for row in rows]
        labels = [JOINS if row.get("joins") else PARTS for row in rows]
        for index in range(1, len(lines)):
            # Initials have rules of their own.
            if len(lines[index - 1].strip(pairs.QUOTES)) == 1 and lines[index][0].islower():
                labels[index] = UNKNOWN
        yield name.split("-")[0].split("_")[0], lines, labels


def texts(pages, lines):
    """(kind, origin, lines, labels)."""
    for origin, found, labels in labelled_texts(lines):
        # Texts wrapped at a width are no fragments.
        lengths = [len(line) for line in found]
        if sum(labels) and max(lengths) < 110:
            continue
        yield "lines", origin, found, labels
    for folder in sorted(glob.glob(f"{pages}/*/html")):
        paths = sorted(glob.glob(f"{folder}/*.html.gz"), key=lambda path: hashlib.md5(path.encode()).hexdigest())
        for path in paths[:PAGES_PER_SET]:
            html = gzip.open(path).read().decode("utf-8", "replace")
            if len(html) > 800_000:
                continue
            try:
                nodes = text_nodes(html)
            except RecursionError:
                continue
            for kind, found, labels in page_texts(nodes) if nodes else ():
                yield kind, os.path.basename(path), found, labels


def collect(pages, lines):
    """The cells of every pair, its label, its weight and its origin."""
    rows, sites = [], collections.defaultdict(set)
    for kind, origin, found, labels in texts(pages, lines):
        document, before = pairs.Document(found), found[0]
        for index in range(1, len(found)):
            if labels[index] != UNKNOWN:
                cells = pairs.features(document, before, found, index)
                rows.append((cells, labels[index], kind, origin))
                for cell in cells:
                    if cell[0] in ("first", "last"):
                        sites[cell].add(origin)
            before = f"{before} {found[index]}"[-2000:] if labels[index] == JOINS else found[index]
    words = {cell for cell, where in sites.items() if len(where) >= MIN_SITES and any(map(str.isalpha, cell[1]))}
    numbers, at, columns = {}, [], []
    for row, (cells, *_) in enumerate(rows):
        for cell in cells:
            if cell[0] not in ("first", "last") or cell in words:
                at.append(row)
                columns.append(numbers.setdefault(cell, len(numbers)))
    matrix = csr_matrix((np.ones(len(at), dtype=np.float32), (at, columns)), shape=(len(rows), len(numbers)))
    labels = np.array([label for _, label, *_ in rows])
    counts = np.array([COUNTS[kind] for _, _, kind, _ in rows])
    return matrix, labels, counts, [row[2:] for row in rows], numbers


def fit(matrix, labels, counts):
    return LogisticRegression(C=0.3, max_iter=400).fit(matrix, labels, sample_weight=counts)


def cross_validate(matrix, labels, counts, origins):
    folds = np.array([int(hashlib.md5(origin.encode()).hexdigest(), 16) % 5 for _, origin in origins])
    found = np.zeros(len(labels))
    for fold in range(5):
        train, test = folds != fold, folds == fold
        found[test] = fit(matrix[train], labels[train], counts[train]).predict_proba(matrix[test])[:, 1]
    kinds = np.array([kind for kind, _ in origins])
    for kind in COUNTS:
        here = kinds == kind
        joins, parts = here & (labels == JOINS), here & (labels == PARTS)
        print(f"{kind:13} joined {(found[joins] > THRESHOLD).sum():6} of {joins.sum():6}"
              f"   falsely {(found[parts] > THRESHOLD).sum():5} of {parts.sum():6}")


def rust(model, numbers):
    weights = {cell: round(UNIT * model.coef_[0][number]) for cell, number in numbers.items()}
    out = ["//! What `train/layout/fit.py` fitted: weights in hundredths of log-odds.", "",
           f"pub(super) const INTERCEPT: i16 = {round(UNIT * model.intercept_[0])};"]

    def table(declaration, values):
        out.extend(["", "#[rustfmt::skip]", declaration + " = ["])
        line = "   "
        for value in values:
            if len(line) + len(value) + 2 > 108:
                out.append(line)
                line = "   "
            line += f" {value},"
        out.extend([line, "];"])

    for name, size in pairs.SIZES.items():
        values = [str(weights.get((name, cell), 0)) for cell in range(size)]
        table(f"pub(super) static {name.upper()}: [i16; {size}]", values)
    for name in ("first", "last"):
        words = sorted(
            ((cell[1], weight) for cell, weight in weights.items()
             if cell[0] == name and abs(weight) >= UNIT * MIN_WORD_WEIGHT), key=lambda pair: pair[0].encode())
        values = [f"({json.dumps(word, ensure_ascii=False)}, {weight})" for word, weight in words]
        table(f"/// Sorted by word.\npub(super) static {name.upper()}: [(&str, i16); {len(words)}]", values)
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages")
    parser.add_argument("lines")
    parser.add_argument("--cross-validate", action="store_true")
    arguments = parser.parse_args()
    sys.setrecursionlimit(20_000)
    matrix, labels, counts, origins, numbers = collect(arguments.pages, arguments.lines)
    print(matrix.shape[0], "pairs,", matrix.shape[1], "features")
    if arguments.cross_validate:
        cross_validate(matrix, labels, counts, origins)
    else:
        WEIGHTS.write_text(rust(fit(matrix, labels, counts), numbers), encoding="utf-8")


if __name__ == "__main__":
    main()

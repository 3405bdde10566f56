#!/usr/bin/env python3
"""Fits crates/clean/src/units/gaps.bin: does a block of a page end between two words?

    copydesk clean PAGES/news/html --explain -o news.jsonl        # and other sets
    python3 train/gaps/fit.py news.jsonl wcxb-dev.jsonl --out crates/clean/src/units/gaps.bin

The blocks of a page, joined by spaces, are what scrapers deliver that join text nodes. Prints precision and recall on
sites that were not fitted on.
"""

import argparse
import hashlib
import json
import random
import zlib
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

import gaps

FOLDS = 5
# Words of a page that are read, and the share of its gaps between two small words that is.
MAX_WORDS, EASY_SHARE = 6000, 0.05
# Features of fewer sites are left out, and the factor of the squared weights.
LEAST_SITES, STRENGTH = 6, 1.0
# Weights are stored as multiples of this: UNIT in gaps.rs.
UNIT = 1 / 24
THRESHOLDS = (-2, -1, -0.5, 0, 0.5, 1, 2)


class Gaps:
    """The gaps of all pages."""

    def __init__(self) -> None:
        self.features: list[list[int]] = []
        self.is_end: list[bool] = []
        self.weight: list[float] = []
        self.site: list[str] = []

    def read(self, path: Path, share: float, random: random.Random) -> None:
        with path.open(encoding="utf-8") as lines:
            for record in map(json.loads, lines):
                if record["blocks"] and random.random() < share:
                    self.add(record, random)

    def add(self, record: dict, random: random.Random) -> None:
        tokens: list[str] = []
        ends = set()
        for block in record["blocks"]:
            tokens += block["text"].split()
            ends.add(len(tokens) - 1)
            if len(tokens) > MAX_WORDS:
                break
        words = [gaps.word(token) for token in tokens]
        site = ".".join((record["hostname"] or record["source"]).lower().removeprefix("www.").split(".")[-2:])
        for i, features in enumerate(gaps.features(words)):
            is_easy = words[i].shape == words[i + 1].shape == "x" and words[i].ending == "w" and i not in ends
            if is_easy and random.random() > EASY_SHARE:
                continue
            self.features.append(features)
            self.is_end.append(i in ends)
            self.weight.append(1 / EASY_SHARE if is_easy else 1.0)
            self.site.append(site)


def fit(matrix: sparse.csr_matrix, target: np.ndarray, weight: np.ndarray) -> np.ndarray:
    transposed = matrix.T.tocsr()

    def loss(x: np.ndarray):
        log_odds = matrix @ x.astype(np.float32)
        losses = (np.logaddexp(0, log_odds) - target * log_odds) * weight
        slope = transposed @ ((1 / (1 + np.exp(-log_odds)) - target) * weight).astype(np.float32)
        return float(losses.sum() + STRENGTH * (x**2).sum()), (slope + 2 * STRENGTH * x).astype(float)

    start = np.zeros(matrix.shape[1])
    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200}).x


def write(path: Path, hashes: np.ndarray, weights: np.ndarray) -> None:
    rounded = np.clip(np.round(weights / UNIT), -127, 127).astype(np.int8)
    used = rounded != 0
    order = np.argsort(hashes[used])
    path.write_bytes(hashes[used][order].astype("<u4").tobytes() + rounded[used][order].tobytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=Path, nargs="+", metavar="RECORDS", help="JSONL with blocks")
    parser.add_argument("--share", type=float, default=0.25, help="of the pages of each but the first file (default: %(default)s)")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args()
    source = random.Random(3)
    found = Gaps()
    for number, path in enumerate(arguments.records):
        found.read(path, arguments.share if number else 1.0, source)
    _, site = np.unique(found.site, return_inverse=True)
    fold = np.array([int(hashlib.md5(name.encode()).hexdigest(), 16) % FOLDS for name in found.site])
    target, weight = np.array(found.is_end, float), np.array(found.weight)
    count, width = len(found.features), len(found.features[0])
    hashes, column = np.unique(np.array(found.features, np.uint32).ravel(), return_inverse=True)
    row = np.repeat(np.arange(count), width)
    pairs = np.unique(column.astype(np.int64) * (site.max() + 1) + site[row])
    is_kept = np.bincount(pairs // (site.max() + 1), minlength=len(hashes)) >= LEAST_SITES
    entry = is_kept[column]
    place = (np.cumsum(is_kept) - 1)[column[entry]]
    shape = (count, int(is_kept.sum()))
    matrix = sparse.csr_matrix((np.ones(len(place), np.float32), (row[entry], place)), shape=shape)
    held_out = fold == 0
    log_odds = matrix[held_out] @ fit(matrix[~held_out], target[~held_out], weight[~held_out])
    for threshold in THRESHOLDS:
        chosen = (log_odds > threshold) * weight[held_out]
        hits = (chosen * target[held_out]).sum()
        precision, recall = hits / chosen.sum(), hits / (target * weight)[held_out].sum()
        print(f"log-odds above {threshold:4}: precision {precision:.3f}, recall {recall:.3f}")
    write(arguments.out, hashes[is_kept], fit(matrix, target, weight))
    print(f"{arguments.out}: {arguments.out.stat().st_size} bytes, CRC-32 {zlib.crc32(arguments.out.read_bytes()):08x}")


if __name__ == "__main__":
    main()

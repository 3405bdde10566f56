"""Fits how sure a reading must be: the weights of the evidence and the threshold of each language.

    python3 train/words/fit.py --heldout DIR [--languages uk,ru]

Logistic regression of whether the best reading was right, on `DIR/dev/LANG.txt`; then the lowest threshold at which
wrong words stay within the language's limit, less a margin. Writes `weights.json`, and the weights into the
tables. The weights that are no evidence (context, unlisted words, least fit) are left as they stand.
"""

import argparse
import json
import struct
from pathlib import Path

import numpy as np

import tables
from languages import LANGUAGES
from measure import ROOT, TABLES, report

WRONG_LIMIT = {"uk": 0.01, "ru": 0.01, "el": 0.01, "pl": 0.005, "cs": 0.005, "tr": 0.005}
MARGIN = 0.9
PENALTY = 3.0
# No lower threshold is trusted, however few the mistakes on so little text.
LEAST_THRESHOLD = {"cs": 0.85, "tr": 0.965}
FIRST_EVIDENCE, LAST_EVIDENCE = 4, 14


def regression(evidence, is_right):
    """Weights of a logistic regression, drawn to zero."""
    weights = np.zeros(evidence.shape[1])
    penalty = np.eye(len(weights)) * PENALTY
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(evidence @ weights, -30, 30)))
        gradient = evidence.T @ (is_right - p) - penalty @ weights
        step = np.linalg.solve((evidence * (p * (1 - p))[:, None]).T @ evidence + penalty, gradient)
        weights += step
        if abs(step).max() < 1e-6:
            break
    return weights


def threshold(posteriors, is_right, words, limit):
    """The lowest posterior from which on at most a share of all words is wrong."""
    order = np.argsort(-posteriors, kind="stable")
    within = np.flatnonzero(np.cumsum(1 - is_right[order]) / words <= limit)
    return float(posteriors[order][within.max()])


def weights_at(table):
    """(offset, weights) in a table."""
    start = len(tables.MAGIC)
    start += 1 + 4 * table[start]
    return start + 1, list(struct.unpack_from(f"<{table[start]}f", table, start + 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heldout", type=Path, required=True, help="what heldout.py wrote")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: all")
    options = parser.parse_args()
    kept = Path(__file__).with_name("weights.json")
    fitted = json.loads(kept.read_text()) if kept.exists() else {}
    # All reports first: a table that changes rebuilds the crate.
    reports = {
        code: report(options.heldout / "dev" / f"{code}.txt", ROOT / "out" / "words" / f"fit-{code}.tsv")
        for code in options.languages.split(",")
    }
    for code, words in reports.items():
        read = [word for word in words if word.reading]
        evidence = np.array([word.evidence for word in read])
        is_right = np.array([float(word.reading == word.truth) for word in read])
        path = TABLES / f"{code}.bin"
        table = path.read_bytes()
        offset, weights = weights_at(table)
        weights[FIRST_EVIDENCE:LAST_EVIDENCE] = regression(evidence, is_right).tolist()
        posteriors = 1 / (1 + np.exp(-evidence @ np.array(weights[FIRST_EVIDENCE:LAST_EVIDENCE])))
        lowest = threshold(posteriors, is_right, len(words), MARGIN * WRONG_LIMIT[code])
        weights[LAST_EVIDENCE] = max(lowest, LEAST_THRESHOLD.get(code, 0.0))
        packed = struct.pack(f"<{len(weights)}f", *weights)
        path.write_bytes(table[:offset] + packed + table[offset + len(packed) :])
        fitted[code] = [round(weight, 4) for weight in weights]
        print(code, f"threshold {weights[LAST_EVIDENCE]:.3f}")
    kept.write_text("{\n" + ",\n".join(f'  "{code}": {fitted[code]}' for code in sorted(fitted)) + "\n}\n")


if __name__ == "__main__":
    main()

"""Fits how sure a reading must be: the trees that weigh the evidence, and the threshold of each language.

    python3 train/words/fit.py --heldout DIR [--languages uk,ru]

Boosted trees say how likely the best reading is right, fitted on `DIR/dev/LANG.txt`. The threshold is the lowest at
which wrong words stay within the limit, less a margin; for it each word is judged by trees that were fitted without its
part of the text. Writes both into the tables, and leaves `weights.json` (context, unlisted words, least fit) as it is.
"""

import argparse
import struct
from pathlib import Path

import lightgbm
import numpy as np

import tables
from languages import LANGUAGES
from measure import ROOT, TABLES, report

# At most this share of all damaged words may be restored wrongly.
WRONG_LIMIT = 0.01
MARGIN = 0.93
# No lower threshold is trusted, however few the mistakes on so little text.
LEAST_THRESHOLD = 0.88
PARTS = 8
ROUNDS = 120
# What a word of another language counts in the fit.
OTHERS_WEIGHT = 0.3
SETTINGS = {
    "objective": "binary", "learning_rate": 0.05, "num_leaves": 12, "min_data_in_leaf": 25, "lambda_l2": 5.0,
    "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1, "seed": 7, "deterministic": True,
    "force_row_wise": True, "num_threads": 1, "verbose": -1,
}  # fmt: skip


def boosted(own, others):
    """Trees for (evidence, is right) of a language; those of other languages count less."""
    weights = [np.ones(len(own[1])), *(np.full(len(is_right), OTHERS_WEIGHT) for _, is_right in others)]
    evidence, is_right = (np.concatenate(part) for part in zip(own, *others))
    data = lightgbm.Dataset(evidence, is_right, weight=np.concatenate(weights), free_raw_data=False)
    return lightgbm.train(SETTINGS, data, num_boost_round=ROUNDS)


def held_out_posteriors(own, others):
    """Posteriors of words by trees that were fitted on the other parts of the text."""
    evidence, is_right = own
    part = np.arange(len(is_right)) * PARTS // len(is_right)
    found = np.zeros(len(is_right))
    for number in range(PARTS):
        rest = evidence[part != number], is_right[part != number]
        found[part == number] = boosted(rest, others).predict(evidence[part == number])
    return found


def nodes_of(tree):
    """The nodes of a tree as `tables.trees` takes them: each before those that it leads to."""
    nodes = []

    def add(node):
        at = len(nodes)
        if "leaf_value" in node:
            nodes.append((tables.LEAF, node["leaf_value"], 0, 0))
        else:
            nodes.append(None)
            left, right = add(node["left_child"]), add(node["right_child"])
            nodes[at] = (node["split_feature"], node["threshold"], left, right)
        return at

    add(tree["tree_structure"])
    return nodes


def threshold(posteriors, is_right, words, limit):
    """The lowest posterior from which on at most a share of all words is wrong."""
    order = np.argsort(-posteriors, kind="stable")
    within = np.flatnonzero(np.cumsum(1 - is_right[order]) / words <= limit)
    return float(posteriors[order][within.max()])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heldout", type=Path, required=True, help="what heldout.py wrote")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: all")
    parser.add_argument("--tables", type=Path, default=TABLES, help="folder of the tables (default: config/words)")
    options = parser.parse_args()
    # All reports first: a table that changes rebuilds the crate.
    reports = {
        code: report(options.heldout / "dev" / f"{code}.txt", ROOT / "out" / "words" / f"fit-{code}.tsv", options.tables)
        for code in options.languages.split(",")
    }
    samples = {code: sample(words) for code, words in reports.items()}
    for code, words in reports.items():
        own = samples[code]
        others = [of for other, of in samples.items() if other != code]
        path = options.tables / f"{code}.bin"
        table = path.read_bytes()
        found = threshold(held_out_posteriors(own, others), own[1], len(words), MARGIN * WRONG_LIMIT)
        found = max(found, LEAST_THRESHOLD)
        trees = [nodes_of(tree) for tree in boosted(own, others).dump_model()["tree_info"]]
        at = tables.threshold_at(table)
        table = table[:at] + struct.pack("<f", found) + table[at + 4 :]
        path.write_bytes(table[: tables.trees_at(table)] + tables.trees(trees))
        print(code, f"threshold {found:.3f}")


def sample(words):
    """(evidence, is right) of the words that have a reading by a table."""
    read = [word for word in words if word.evidence]
    evidence = np.array([word.evidence for word in read])
    return evidence, np.array([float(word.reading == word.truth) for word in read])


if __name__ == "__main__":
    main()

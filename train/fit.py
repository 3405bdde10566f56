#!/usr/bin/env python3
"""Fits config/weights.toml: how much each piece of evidence says that a block is main content.

DUMPS is a folder with what `cargo run -p copydesk-core --example features -- DATASET KIND DUMPS/SET-KIND`
writes for each SET and each KIND of `html`, `blocks` and `scraped`:

  SET-KIND.f32    the features of each block, float32, a row a block
  SET-KIND.names  the names of the features, a line each
  SET-KIND.tsv    a line a block: page, type, host, words, those found, words of the reference, text

The model is a logistic regression whose target is the share of a block's words that the reference has.
The table `html` is fitted on pages, `text` on their text. README.md says what priors and masks are for.
"""

import argparse
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize

TABLES = {"html": ["html"], "text": ["blocks", "scraped"]}
SETS = {"wcxb-dev": "WCXB's development split, CC-BY-4.0", "news": "140 news pages"}
HEADER = """\
# The weights of the evidence on a block, by name: log-odds per unit that the block is main content.
# `html` is for pages, `text` for text that was extracted before. Fitted by logistic regression on labelled
# pages ({sources}); see CONTRIBUTING.md."""

# How strongly a weight is drawn to its prior: the factor of half the squared distance.
STRENGTH = 3.0
HELD = 2000.0
# How much a page counts, by its set and by its type. Others count 1.
SET_WEIGHT = {"news": 3.0}
TYPE_WEIGHT = {"product": 0.6, "collection": 0.6, "listing": 0.6}

# Prior and strength of the features whose prior is not 0 with STRENGTH.
PRIORS = {
    "html": {
        "in_opened_section": (-0.3, 666.0), "section_comments": (-3.5, HELD * 2),
        "section_paywall": (-2.5, HELD * 2), "section_newsletter": (-1.5, HELD),
        "section_advert": (-2.5, HELD * 2), "section_share": (-1.5, HELD),
        "section_consent": (-1.5, HELD), "section_related": (-0.7, HELD),
    },
    "text": {
        "row": (3.0, 50.0), "preformatted": (3.0, 50.0),
        "list_item": (0.5, 50.0), "heading_1": (1.0, 50.0),
        "heading_2_3": (0.8, 50.0), "in_opened_section": (-0.5, 300.0),
        "section_comments": (-2.5, 1000.0), "section_related": (-0.5, 300.0),
        "section_paywall": (-1.0, 300.0), "section_newsletter": (-1.0, 300.0),
        "foreign_line": (-2.5, 600.0), "after_foreign_line": (-2.5, 600.0),
    },
}
# What the rules say (crates/clean/src/score/rules.rs) is log-odds already, against the block.
RULES_WEIGHT = -1.0
# Features that get no weight.
MASKED = {
    "html": {"no_letters"},
    "text": {"no_letters", "position", "position_end", "running_position", "page_words_log"},
}
# A phrase of clutter never speaks for a block. These say something about its neighbours, and may.
UNBOUNDED_PHRASES = {"phrase_near", "phrase_next", "phrase_previous"}

FOLDS = 5
# The lowest and the highest cut, as probabilities: RANGE in crates/clean/src/score/cut.rs.
CUTS = (0.12, 0.5)
# Weights nearer to 0 than this are not written.
LEAST_WEIGHT = 0.005


class Blocks(NamedTuple):
    """The blocks of all pages of a table, and its pages, each once in each kind."""

    names: list[str]
    features: np.ndarray
    words: np.ndarray
    hits: np.ndarray
    page: np.ndarray  # an index into the arrays below, which have an entry a page
    kind: np.ndarray
    set: np.ndarray
    type: np.ndarray
    host: tuple[str, ...]
    reference_words: np.ndarray


def load(dumps: Path, sets: list[str], kinds: list[str]) -> Blocks:
    """Reads the dumps of some kinds of all sets."""
    names, features, words, hits, page, pages = None, [], [], [], [], {}
    for kind in kinds:
        for set_name in sets:
            stem = f"{dumps}/{set_name}-{kind}"
            own = Path(f"{stem}.names").read_text().split("\n")
            if names not in (None, own):
                sys.exit(f"{stem}.names: other features than in the dumps before; write all again")
            names = own
            with open(f"{stem}.tsv", encoding="utf-8", newline="\n") as table:
                rows = [line.split("\t", 6)[:6] for line in table]
            values = np.fromfile(f"{stem}.f32", dtype="<f4")
            if values.size != len(rows) * len(names):
                sys.exit(f"{stem}.f32: {values.size} values are not {len(rows)} blocks of {len(names)}")
            features.append(values.reshape(len(rows), -1))
            for page_id, page_type, host, block_words, block_hits, reference in rows:
                facts = (page_type, host, int(reference), len(pages))
                page.append(pages.setdefault((kind, set_name, page_id), facts)[3])
                words.append(int(block_words))
                hits.append(int(block_hits))
    kind, set_of, _ = np.array(list(pages)).T
    page_type, host, reference, _ = zip(*pages.values())
    of_blocks = (np.array(words, float), np.array(hits, float), np.array(page))
    of_pages = (kind, set_of, np.array(page_type), host, np.array(reference, float))
    return Blocks(names, np.vstack(features), *of_blocks, *of_pages)


def block_weights(blocks: Blocks) -> np.ndarray:
    """How much each block counts: its share of the page's text, and a little for being a block."""
    pages = len(blocks.host)
    page_words = np.bincount(blocks.page, weights=blocks.words, minlength=pages)
    page_blocks = np.bincount(blocks.page, minlength=pages)
    text = np.minimum(blocks.reference_words, page_words) + 100
    weight = np.maximum(blocks.words, 0.5) / text[blocks.page] * 100
    weight += 15 / np.maximum(page_blocks[blocks.page], 50)
    by_set = np.array([SET_WEIGHT.get(name, 1.0) for name in blocks.set])
    by_type = np.array([TYPE_WEIGHT.get(name, 1.0) for name in blocks.type])
    return weight * (by_set * by_type)[blocks.page]


def constraints(table: str, names: list[str]) -> tuple[np.ndarray, np.ndarray, list]:
    """The prior, the strength and the bounds of each weight."""
    unknown = ({"bias", "rules"} | PRIORS[table].keys() | MASKED[table] | UNBOUNDED_PHRASES) - set(names)
    if unknown:
        sys.exit(f"no features (any more): {', '.join(sorted(unknown))}")
    prior, strength, bounds = np.zeros(len(names)), np.full(len(names), STRENGTH), []
    for i, name in enumerate(names):
        bound = (None, None)
        if name == "bias":
            strength[i] = 0.0
        elif name == "rules":
            prior[i], strength[i], bound = RULES_WEIGHT, 0.0, (RULES_WEIGHT, RULES_WEIGHT)
        elif name.startswith("phrase_") and name not in UNBOUNDED_PHRASES:
            bound = (None, 0.0)
        prior[i], strength[i] = PRIORS[table].get(name, (prior[i], strength[i]))
        bounds.append(bound)
    return prior, strength, bounds


def sigmoid(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def fit(features, target, weight, prior, strength, bounds, iterations) -> np.ndarray:
    """The weights with the lowest weighted log loss and distance from the priors."""

    def loss(weights):
        log_odds, distance = features @ weights.astype(features.dtype), weights - prior
        losses = np.logaddexp(0, log_odds) - target * log_odds
        slope = ((sigmoid(log_odds) - target) * weight).astype(features.dtype)
        value = (losses * weight).sum() + 0.5 * (strength * distance**2).sum()
        return float(value), features.T @ slope + strength * distance

    options = {"maxiter": iterations}
    result = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    print(f"loss {result.fun:.1f} after {result.nit} iterations: {result.message}", file=sys.stderr)
    return result.x


def site(host: str) -> str:
    """The last two labels of a host. All of `co.uk` is one site, which errs on the safe side."""
    return ".".join(host.lower().removeprefix("www.").split(".")[-2:])


def held_out(blocks: Blocks, target, weight, limits) -> np.ndarray:
    """The log-odds of each block by weights that were not fitted on pages of its site."""
    digests = [hashlib.md5(site(host).encode()).hexdigest() for host in blocks.host]
    fold = np.array([int(digest, 16) % FOLDS for digest in digests])[blocks.page]
    log_odds = np.zeros(len(fold))
    for k in range(FOLDS):
        rest = fold != k
        weights = fit(blocks.features[rest], target[rest], weight[rest], *limits)
        log_odds[~rest] = blocks.features[~rest] @ weights.astype(np.float32)
    return log_odds


def is_kept(blocks: Blocks, log_odds: np.ndarray) -> np.ndarray:
    """Whether each block is above its page's cut, as crates/clean/src/score/cut.rs has it."""
    chance, words = sigmoid(log_odds), np.maximum(blocks.words, 0.5)
    order = np.lexsort((-chance, blocks.page))
    starts = np.searchsorted(blocks.page[order], np.arange(len(blocks.host) + 1))
    kept = np.zeros(len(chance), bool)
    for start, end in zip(starts, starts[1:]):
        page = order[start:end]
        hits = chance[page] * words[page]
        best = (2 * np.cumsum(hits) / (np.cumsum(words[page]) + hits.sum())).max()
        kept[page] = chance[page] > np.clip(best / 2, *CUTS)
    return kept


def report(blocks: Blocks, kept: np.ndarray) -> None:
    """Prints the means of the pages' word F1, precision and recall, by kind, set and type."""
    pages = len(blocks.host)
    kept_words = np.bincount(blocks.page, weights=blocks.words * kept, minlength=pages)
    kept_hits = np.bincount(blocks.page, weights=blocks.hits * kept, minlength=pages)
    precision = kept_hits / np.maximum(kept_words, 1)
    recall = kept_hits / np.maximum(blocks.reference_words, 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    f1[(blocks.reference_words == 0) & (kept_words == 0)] = 1
    print(f"{'kind':8} {'set':10} {'type':14} {'pages':>5} {'F1':>6} {'P':>6} {'R':>6}")
    for kind in dict.fromkeys(blocks.kind):
        for set_name in dict.fromkeys(blocks.set):
            of_set = (blocks.kind == kind) & (blocks.set == set_name)
            for name in ["all", *sorted(set(blocks.type[of_set]))]:
                of = of_set & ((name == "all") | (blocks.type == name))
                figures = " ".join(f"{x[of].mean():6.4f}" for x in (f1, precision, recall))
                print(f"{kind:8} {set_name:10} {name:14} {of.sum():5} {figures}")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add, shown = parser.add_argument, "default: %(default)s"
    add("dumps", type=Path, metavar="DUMPS", help="folder of the dumps")
    add("--sets", nargs="+", default=list(SETS), metavar="SET", help=shown)
    add("--tables", nargs="+", default=list(TABLES), choices=TABLES, help=shown)
    add("--out", type=Path, metavar="FILE", help="write the weights here")
    add("--cross-validate", action="store_true", help="print word F1 on sites that were not fitted on")
    add("--iterations", type=int, default=120, metavar="N", help=f"at most; {shown}")
    arguments = parser.parse_args()
    if arguments.out and set(arguments.tables) != set(TABLES):
        parser.error("--out needs all tables")
    if not (arguments.out or arguments.cross_validate):
        parser.error("nothing to do: give --out FILE, --cross-validate or both")
    sources = (SETS.get(name, name) for name in arguments.sets)
    lines = [HEADER.format(sources=", and ".join(sources))]
    for table in arguments.tables:
        blocks = load(arguments.dumps, arguments.sets, TABLES[table])
        blocks.features[:, [name in MASKED[table] for name in blocks.names]] = 0
        target, weight = blocks.hits / np.maximum(blocks.words, 1), block_weights(blocks)
        limits = (*constraints(table, blocks.names), arguments.iterations)
        if arguments.cross_validate:
            report(blocks, is_kept(blocks, held_out(blocks, target, weight, limits)))
        if arguments.out:
            weights = zip(blocks.names, fit(blocks.features, target, weight, *limits))
            rows = [f"{name} = {weight:.2f}" for name, weight in weights if abs(weight) >= LEAST_WEIGHT]
            lines += ["", f"[{table}]", *rows]
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fits which class a removed block has, and puts it into a model.

The labels are rows in the form of `{"set": ..., "page": ..., "blocks": [{"text": ..., "label": ..., "or": ...}]}`, where
`sha` may stand for the text: the first 16 digits of the SHA-1 of its first 200 characters. `or` is a class that is right
too. Blocks with the label `content` should not have been removed; nothing is learned from them.

1. `copydesk clean --explain` says what the blocks of the labelled pages are, `copydesk features` describes them.
2. Boosted trees are fitted, one forest for each class, on top of what the phrases of a block say.

With --cross-validate, trees are fitted without the sites of each fold too, and the classes that they give to the blocks of
these sites are counted.
"""

import argparse
import collections
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import lightgbm
import numpy as np

import model
from blocks import FOLDS, fold_of, load

# The characters of a text by which a block is found.
HEAD = 200
CONTENT = "content"
# How much the first of two right classes counts; the other one has the rest.
FIRST = 0.65
# Blocks with the same text on a page that are fitted on.
MAX_COPIES = 3
# What phrases and the labels of sections add before the trees: crates/clean/src/score/classes.rs has the same figures.
PHRASES, MOST_PHRASES = 0.5, 5.0
SECTIONS = {"comments": 2.0, "paywall": 2.0}
ROUNDS = 24
PARAMETERS = {
    "objective": "multiclass",
    "num_leaves": 6,
    "learning_rate": 0.25,
    "min_data_in_leaf": 10,
    "lambda_l2": 5,
    "feature_fraction": 0.3,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "max_bin": 63,
    "deterministic": True,
    "force_col_wise": True,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}


class Label(NamedTuple):
    """A label, and the blocks that have it: those with its text."""

    blocks: list[int]
    label: str
    accepted: set[str]


class LabelledPages(NamedTuple):
    """The blocks of all labelled pages."""

    names: list[str]
    features: np.ndarray
    fold: np.ndarray
    is_kept: np.ndarray
    labels: list[Label]
    lost: int  # labels without a block


def read_labels(paths: list[Path]) -> dict[tuple[str, str], list[dict]]:
    """The labels of each page. What a later file says of a block counts less: an earlier label stays."""
    labels: dict = collections.defaultdict(dict)
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            for block in row["blocks"]:
                sha = block.get("sha") or digest(block["text"])
                labels[row["set"], row["page"]].setdefault(sha, block)
    return {page: [{"sha": sha, **block} for sha, block in own.items()] for page, own in labels.items()}


def digest(text: str) -> str:
    return hashlib.sha1(text[:HEAD].encode()).hexdigest()[:16]


def blocks_of_pages(copydesk: Path, model_file: Path, pages: Path, work: Path, wanted: dict) -> dict[tuple[str, str], list[dict]]:
    """What the command says of the blocks of each wanted page."""
    files = {str(pages / name / "html" / f"{page}.html.gz"): (name, page) for name, page in wanted}
    listed = work / "classes.inputs"
    listed.write_text("".join(f"{path}\n" for path in files))
    command = [copydesk, "clean", "--inputs-from", listed, "--model", model_file, "--explain", "--format", "jsonl"]
    out = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    records = map(json.loads, out.splitlines())
    return {files[record["source"]]: record.get("blocks", []) for record in records}


def collect(arguments: argparse.Namespace) -> LabelledPages:
    wanted = read_labels(arguments.labels)
    sets = sorted({name for name, _ in wanted})
    for name in sets:
        ids = [page for of, page in wanted if of == name]
        models = arguments.work / f"{name}-classes.models"
        models.write_text("".join(f"{page}\t{arguments.model}\n" for page in ids))
        stem = arguments.work / f"{name}-classes"
        command = [arguments.copydesk, "features", arguments.pages / name, "-o", stem, "--models", models]
        subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    blocks = load(arguments.work, [("classes", name) for name in sets], {})
    found = blocks_of_pages(arguments.copydesk, arguments.model, arguments.pages, arguments.work, wanted)
    is_kept = np.zeros(len(blocks.page), bool)
    labels, lost = [], 0
    starts = np.searchsorted(blocks.page, np.arange(len(blocks.site) + 1))
    for page, (name, page_id) in enumerate(zip(blocks.set, blocks.id)):
        own = wanted.get((name, page_id))
        if own is None:
            continue
        texts = found[name, page_id]
        if len(texts) != starts[page + 1] - starts[page]:
            sys.exit(f"{name}/{page_id}: `clean` and `features` have other blocks")
        by_sha = collections.defaultdict(list)
        for at, block in enumerate(texts, starts[page]):
            by_sha[digest(block["text"])].append(at)
            is_kept[at] = block["kept"]
        for label in own:
            accepted = {label["label"], label.get("or")} - {None}
            if label["sha"] in by_sha:
                labels.append(Label(by_sha[label["sha"]], label["label"], accepted))
            else:
                lost += 1
    return LabelledPages(blocks.names, blocks.features, blocks.fold[blocks.page], is_kept, labels, lost)


def examples(labels: list[Label], classes: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Blocks, classes and weights: a block with two right classes is two examples."""
    rows = []
    for label in labels:
        accepted = label.accepted - {CONTENT}
        if label.label == CONTENT:
            continue
        for block in label.blocks[:MAX_COPIES]:
            for name in sorted(accepted):
                share = 1.0 if len(accepted) == 1 else FIRST if name == label.label else 1 - FIRST
                rows.append((block, classes.index(name), share / min(len(label.blocks), MAX_COPIES)))
    block, place, weight = zip(*rows)
    return np.array(block), np.array(place), np.array(weight)


def offset(pages: LabelledPages, classes: list[str]) -> np.ndarray:
    """What the phrases of each block and the label of its section say of each class."""
    columns = [pages.names.index(f"phrase_{name}") for name in classes]
    scores = PHRASES * np.minimum(pages.features[:, columns], MOST_PHRASES)
    for name, weight in SECTIONS.items():
        scores[:, classes.index(name)] += weight * pages.features[:, pages.names.index(f"section_{name}")]
    return scores


def fit(pages: LabelledPages, classes: list[str], folds: list[int]) -> lightgbm.Booster:
    block, place, weight = examples(pages.labels, classes)
    own = np.isin(pages.fold[block], folds)
    data = lightgbm.Dataset(
        pages.features[block[own]],
        place[own],
        weight=weight[own],
        init_score=offset(pages, classes)[block[own]].T.ravel(),
        feature_name=pages.names,
    )
    return lightgbm.train(PARAMETERS | {"num_class": len(classes)}, data, ROUNDS)


def cross_validate(pages: LabelledPages, classes: list[str]) -> None:
    """Prints how many of the removed blocks have a right class, where their site was not fitted on."""
    scores = offset(pages, classes)
    for k in range(FOLDS):
        booster = fit(pages, classes, [fold for fold in range(FOLDS) if fold != k])
        own = pages.fold == k
        scores[own] += booster.predict(pages.features[own], raw_score=True)
    right, of_class, given = collections.Counter(), collections.Counter(), collections.Counter()
    confused = collections.Counter()
    for label in pages.labels:
        removed = [block for block in label.blocks if not pages.is_kept[block]]
        if label.label == CONTENT or not removed:
            continue
        votes = collections.Counter(int(place) for place in scores[removed].argmax(axis=1))
        name = classes[votes.most_common(1)[0][0]]
        of_class[label.label] += 1
        right[label.label] += name in label.accepted
        given[name] += 1
        given[name, "right"] += name in label.accepted
        if name not in label.accepted:
            confused[label.label, name] += 1
    print(f"{sum(right.values())} of {sum(of_class.values())} right: {sum(right.values()) / sum(of_class.values()):.4f}")
    for name in classes:
        recall, precision = right[name] / max(1, of_class[name]), given[name, "right"] / max(1, given[name])
        print(f"  {name:12} {of_class[name]:5} labelled, recall {recall:.3f}; {given[name]:5} given, precision {precision:.3f}")
    for (label, name), count in confused.most_common(12):
        print(f"  {count:4} labelled {label}, given {name}")


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add, shown = parser.add_argument, "default: %(default)s"
    add("pages", type=Path, metavar="PAGES", help="folder of the datasets")
    add("work", type=Path, metavar="WORK", help="folder for dumps")
    add("labels", type=Path, nargs="+", metavar="LABELS", help="files of labels; an earlier one decides")
    add("--copydesk", type=Path, default=Path("target/release/copydesk"), metavar="FILE", help=shown)
    add("--model", type=Path, default=Path("config/model.bin"), metavar="FILE", help=f"the model to add to; {shown}")
    add("--out", type=Path, metavar="FILE", help="write the model here")
    add("--cross-validate", action="store_true", help="count right classes on sites that were not fitted on")
    arguments = parser.parse_args()
    if not (arguments.out or arguments.cross_validate):
        parser.error("nothing to do: give --out FILE, --cross-validate or both")
    arguments.work.mkdir(parents=True, exist_ok=True)
    pages = collect(arguments)
    classes = [name.removeprefix("phrase_") for name in pages.names if name.startswith("phrase_")]
    classes = [name for name in classes if f"section_{name}" in pages.names]
    print(f"{len(pages.labels)} labels, {pages.lost} more whose block was not found")
    if arguments.cross_validate:
        cross_validate(pages, classes)
    if arguments.out:
        trees = fit(pages, classes, list(range(FOLDS))).dump_model()["tree_info"]
        roots = [tree["tree_structure"] for tree in trees]
        of_class = {name: roots[place :: len(classes)] for place, name in enumerate(classes)}
        size = model.with_classes(arguments.model, arguments.out, pages.names, of_class)
        print(f"{arguments.out}: {size} bytes")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Fits the block model (config/model.bin) on labelled pages.

1. `copydesk features` writes the blocks of each page: the page itself, its text in several forms, and
   what other tools extracted from it.
2. Token tables are fitted by logistic regression, one for all pages and one for each fold without it.
3. `copydesk features` writes the blocks again, each page's with the tables that were fitted without it.
4. Trees are fitted on those.

With --cross-validate, trees are fitted without each fold too, and `copydesk eval` measures each fold
with the model that was fitted without it; the figures go into train/cv.json.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import numpy as np

import forest
import model
import tables
from blocks import FOLDS, Blocks, load, load_tokens

# The kinds of dump that each half of the model is fitted on.
KINDS = {"html": ["html"], "text": ["nodes", "blocks"]}
HERE = Path(__file__).parent
# In the folder of a set of scraped texts: its lines that may be kept or not, by page.
OPTIONAL = "optional.json"
# From expected to measured F1; written with the cross-validated figures, and put into each model.
CALIBRATIONS = HERE / "calibrations.json"
# Bins of pages for both.
BINS = 10
# Blocks and LightGBM's answers, for a test.
PARITY = HERE.parent / "crates/clean/src/model/parity.bin"
# A page of another tool is spoiled if it was so good before and fell by so much.
GOOD, SPOILED = 0.95, 0.02


class Run:
    """Where things are."""

    def __init__(self, arguments: argparse.Namespace):
        self.work: Path = arguments.work
        self.pages: Path = arguments.pages
        self.peers: Path | None = arguments.peers
        self.copydesk: Path = arguments.copydesk
        self.sets: list[str] = arguments.sets
        self.kept = None
        if arguments.text_only:
            self.kept = model.KeptHalf(arguments.text_only, "html")
        if arguments.html_only:
            self.kept = model.KeptHalf(arguments.html_only, "text")
        self.halves = [half for half in model.HALVES if not self.kept or half != self.kept.half]
        self.optional: dict[str, list[str]] = {}
        for set_name in self.sets:
            path = self.pages / set_name / OPTIONAL
            self.optional |= json.loads(path.read_text()) if path.exists() else {}

    def kinds(self, half: str) -> list[str]:
        """The kinds of dump of a half of the model, with what other tools extracted."""
        peers = sorted(path.name for path in self.peers.iterdir()) if self.peers else []
        return KINDS[half] + (peers if half == "text" else [])

    def parts(self, half: str) -> list[tuple[str, str]]:
        """The dumps of a half: kind and set. A set of scraped text has no pages, only texts."""
        parts = []
        for kind in self.kinds(half):
            for set_name in self.sets:
                is_text_set = (self.pages / set_name / OPTIONAL).exists()
                of_peer = self.peers and (self.peers / kind / set_name).is_dir()
                if of_peer or kind in KINDS[half] and not is_text_set:
                    parts.append((kind, set_name))
        return parts

    def call(self, *arguments) -> str:
        words = [str(self.copydesk), *map(str, arguments)]
        return subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout

    def dump(self, half: str, with_tables: bool) -> None:
        """Writes the features of all sets and kinds of a half."""
        for kind, set_name in self.parts(half):
            source = ["--kind", kind]
            if kind not in KINDS[half]:
                source = ["--texts", self.peers / kind / set_name]
            models = ["--models", self.work / f"{set_name}-{half}.models"] if with_tables else []
            stem = self.work / f"{set_name}-{kind}"
            self.call("features", self.pages / set_name, "-o", stem, *source, *models)


def fit_tables(run: Run, half: str) -> list[tables.Table]:
    """Token tables: without each fold, and the last one with all; and, as files, models with them and
    which page has which."""
    run.dump(half, with_tables=False)
    blocks = load(run.work, run.parts(half), run.optional)
    tokens = tables.collect(blocks, *load_tokens(run.work, run.parts(half)))
    print(f"{half}: {[len(group) for group in tokens.hashes]} tokens", flush=True)
    fold, weight = blocks.fold[blocks.page], blocks.weights()
    fitted = [tables.fit(tokens, fold != k, blocks.target, weight) for k in range(FOLDS + 1)]
    for k in range(FOLDS):
        model.write(run.work / f"tables-{half}-{k}.bin", [], {half: fitted[k]}, {})
    for set_name in run.sets:
        own = blocks.set == set_name
        rows = dict(zip(blocks.id[own], blocks.fold[own]))
        lines = [f"{page}\t{run.work}/tables-{half}-{k}.bin\n" for page, k in rows.items()]
        (run.work / f"{set_name}-{half}.models").write_text("".join(lines))
    run.dump(half, with_tables=True)
    return fitted


def fit_forests(run: Run, half: str, cross_validate: bool) -> tuple[Blocks, list]:
    """Trees, in the order of the tables; those without a fold only for cross-validation."""
    blocks = load(run.work, run.parts(half), run.optional)
    fold, weight = blocks.fold[blocks.page], blocks.weights()
    boosters = [None] * FOLDS
    if cross_validate:
        log_odds = forest.offset(blocks)
        for k in range(FOLDS):
            boosters[k] = forest.fit(blocks, fold != k, weight, forest.ROUNDS[half])
            held_out = fold == k
            log_odds[held_out] += boosters[k].predict(blocks.features[held_out], raw_score=True)
        everywhere = np.ones(len(blocks.site), bool)
        forest.report(blocks, forest.is_kept(blocks, log_odds), everywhere)
    boosters.append(forest.fit(blocks, fold >= 0, weight, forest.ROUNDS[half]))
    return blocks, boosters


def measure(run: Run, peers: list[str]) -> list[dict]:
    """Measures the pages of each fold with the model that was fitted without it: a row a page and kind
    of input."""
    as_half = {"html": ("html", ["--as", "html"]), "nodes": ("text", ["--as", "text"])}
    parts = dict.fromkeys(part for half in run.halves for part in run.parts(half))
    rows = []
    for kind, set_name in parts:
        if kind in as_half:
            name, source = as_half[kind]
        elif kind in peers:
            name, source = kind, ["--texts", run.peers / kind / set_name]
        else:
            continue
        for k in range(FOLDS):
            ids, path = run.work / f"{set_name}-{kind}-{k}.ids", run.work / f"model-{k}.bin"
            if not ids.stat().st_size:
                continue
            options = [*source, "--model", path, "--ids", ids, "--json", "--per-page"]
            lines = run.call("eval", run.pages / set_name, *options).splitlines()
            facts = {"set": set_name, "input": name, "fold": k}
            rows += [json.loads(line) | facts for line in lines]
    return rows


def summary(rows: list[dict]) -> dict:
    """Figures by input, set and type of page."""
    groups: dict = {}
    for row in rows:
        for of_type in ("all", row["type"]):
            groups.setdefault((row["input"], row["set"], of_type), []).append(row)
    figures: dict = {}
    for (name, set_name, of_type), own in groups.items():
        figures.setdefault(name, {}).setdefault(set_name, {})[of_type] = means(own)
    return figures


def means(rows: list[dict]) -> dict:
    """The means over pages; snippets are counted over all of them."""
    out: dict = {"pages": len(rows)}
    for figure in ("f1", "precision", "recall"):
        out[figure] = round(float(np.mean([row[figure] for row in rows])), 4)
    for figure in ("with", "without"):
        found, of = (sum(row[figure][part] for row in rows) for part in ("found", "of"))
        out[figure] = round(found / of, 4) if of else None
    if "before" in rows[0]:
        pairs = [(row["before"]["f1"], row["f1"]) for row in rows]
        out["before"] = round(float(np.mean([before for before, _ in pairs])), 4)
        out["rose"] = sum(before < after for before, after in pairs)
        out["fell"] = sum(before > after for before, after in pairs)
        out["good"] = sum(before > GOOD for before, _ in pairs)
        out["spoiled"] = sum(before > GOOD and after < before - SPOILED for before, after in pairs)
    return out


def calibrate(rows: list[dict]) -> list[tuple[float, float]]:
    """Points of a rising line from the confidence that a model without calibration has to the mean F1
    of such pages: bins of as many pages each, those that would fall pooled with the one before."""
    pairs = np.array(sorted((row["confidence"], row["f1"]) for row in rows if row["words"] > 0))
    points: list = []
    for part in np.array_split(pairs, BINS):
        points.append([part.mean(axis=0), len(part)])
        while len(points) > 1 and not (points[-2][0] < points[-1][0]).all():
            (right, n), (left, m) = points.pop(), points.pop()
            points.append([(left * m + right * n) / (m + n), m + n])
    return [(float(at), float(value)) for (at, value), _ in points]


def reliability(rows: list[dict]) -> list[dict]:
    """The confidence beside the F1, in bins of as many pages: each fold calibrated on the others."""
    pairs = []
    for k in range(FOLDS):
        points = np.array(calibrate([row for row in rows if row["fold"] != k]))
        own = [row for row in rows if row["fold"] == k and row["words"] > 0]
        confidence = np.interp([row["confidence"] for row in own], *points.T)
        pairs += zip(confidence, (row["f1"] for row in own))
    bins = np.array_split(np.array(sorted(pairs)), BINS)
    keys = ("confidence", "f1")
    return [dict(zip(keys, map(float, part.mean(axis=0).round(4)))) | {"pages": len(part)} for part in bins]


def write_figures(run: Run, rows: list[dict]) -> dict:
    """Writes what was measured, and the calibrations that follow from it."""
    of_half = {half: [row for row in rows if row["input"] == half] for half in run.halves}
    figures = summary(rows)
    figures["reliability"] = {half: reliability(own) for half, own in of_half.items()}
    calibrations = {half: calibrate(own) for half, own in of_half.items()}
    if run.kept:
        # The figures of the half that was not fitted stay.
        before = json.loads((HERE / "cv.json").read_text())
        figures["reliability"] = before["reliability"] | figures["reliability"]
        figures = before | figures
        calibrations = json.loads(CALIBRATIONS.read_text()) | calibrations
    (HERE / "cv.json").write_text(json.dumps(figures, indent=1) + "\n")
    CALIBRATIONS.write_text(json.dumps(calibrations, indent=1) + "\n")
    return figures


def fit(run: Run, peers: list[str], cross_validate: bool) -> None:
    """Fits everything; leaves a model without calibrations in the work folder."""
    fitted, forests, features, blocks = {}, {}, {}, None
    for half in run.halves:
        fitted[half] = fit_tables(run, half)
        blocks, forests[half] = fit_forests(run, half, cross_validate)
        features[half] = blocks.features

    def write(path: Path, k: int) -> None:
        of_fold = ({half: fits[half][k] for half in run.halves} for fits in (fitted, forests))
        model.write(path, blocks.names, *of_fold, run.kept)

    if cross_validate:
        for k in range(FOLDS):
            write(run.work / f"model-{k}.bin", k)
            for kind, set_name in run.parts("text"):
                of_part = (blocks.set == set_name) & (blocks.kind == kind) & (blocks.fold == k)
                (run.work / f"{set_name}-{kind}-{k}.ids").write_text("".join(f"{page}\n" for page in blocks.id[of_part]))
            # Both halves have the same pages in a fold.
            kind = KINDS[run.halves[-1]][0]
            for set_name in run.sets if "html" in run.halves else []:
                of_set = (blocks.set == set_name) & (blocks.kind == kind) & (blocks.fold == k)
                (run.work / f"{set_name}-html-{k}.ids").write_text("".join(f"{page}\n" for page in blocks.id[of_set]))
        write_figures(run, measure(run, peers))
    write(run.work / "model.bin", FOLDS)
    of_all = {half: forests[half][-1] for half in run.halves}
    model.write_parity(PARITY, features, of_all, blocks.names, run.kept)


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add, shown = parser.add_argument, "default: %(default)s"
    add("pages", type=Path, metavar="PAGES", help="folder of the datasets")
    add("work", type=Path, metavar="WORK", help="folder for dumps and tables, some 3 GB")
    add("--copydesk", type=Path, default=Path("target/release/copydesk"), metavar="FILE", help=shown)
    add("--sets", nargs="+", default=["wcxb-dev", "news"], metavar="SET", help=shown)
    add("--peers", type=Path, metavar="DIR", help="what other tools extracted: DIR/TOOL/SET/ID.txt")
    add("--out", type=Path, metavar="FILE", help="write the model here")
    add("--text-only", type=Path, metavar="MODEL", help="fit only the half for text; take the other from this model")
    add("--html-only", type=Path, metavar="MODEL", help="fit only the half for pages; take the other from this model")
    add("--cross-validate", action="store_true", help="measure on sites that were not fitted on")
    add("--measure", action="store_true", help="measure the models of the last --cross-validate again, and fit nothing")
    run = Run(arguments := parser.parse_args())
    if not (arguments.out or arguments.cross_validate or arguments.measure):
        parser.error("nothing to do: give --out FILE, --cross-validate or both, or --measure")
    if run.peers and not run.peers.is_dir():
        sys.exit(f"{run.peers}: there is no such folder; `make peers` writes it")
    run.work.mkdir(parents=True, exist_ok=True)
    peers = run.kinds("text")[len(KINDS["text"]) :]
    if arguments.measure:
        write_figures(run, measure(run, peers))
    else:
        fit(run, peers, arguments.cross_validate)
    if arguments.out:
        calibrations = json.loads(CALIBRATIONS.read_text())
        size = model.calibrated(run.work / "model.bin", arguments.out, calibrations)
        print(f"{arguments.out}: {size} bytes")


if __name__ == "__main__":
    main()

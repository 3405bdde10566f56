#!/usr/bin/env python3
"""Writes docs/quality.md: how well Copydesk and other extractors clean the same labelled pages.

Every figure comes from a run of `copydesk eval`, which the page names, except those of PUBLISHED and the
cross-validated ones of --cv, which `fit.py` writes by calling `copydesk eval` fold by fold. PEERS has
a folder NAME/SET for each other extractor, as peers.py writes them. Missing parts are omitted, and the page
says so. `make quality` calls this.
"""

import argparse
import json
import shlex
import subprocess
import sys
from pathlib import Path

SETS = {
    "wcxb-dev": "WCXB's development split: pages of seven types (CC-BY-4.0)",
    "news": "News pages in 30 languages and regions, not published",
}
# Figures that were not measured here, by set: who, word F1, where it comes from.
PUBLISHED = {
    "wcxb-dev": [("rs-trafilatura", 0.859, "quoted, not measured here; it was fitted on these pages")],
}
FAVORS = ("precision", "balance", "recall")


class Runs:
    """Runs `copydesk eval --json`, each command once."""

    def __init__(self, copydesk: Path, pages: Path):
        self.copydesk, self.pages, self.done = copydesk, pages, {}

    def report(self, set_name: str, *flags: str):
        return json.loads(self._run([str(self.pages / set_name), *flags, "--json"]))

    def lines(self, labels: Path):
        return json.loads(self._run(["--lines", str(labels), "--json"]))

    def _run(self, arguments: list[str]) -> str:
        command = [str(self.copydesk), "eval", *arguments]
        key = tuple(command)
        if key not in self.done:
            print(shlex.join(command), file=sys.stderr)
            run = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
            # 1 is a page that could not be read: a figure on the rest would pass for one on all.
            if run.returncode != 0:
                sys.exit(f"{shlex.join(command)}: status {run.returncode}")
            self.done[key] = run.stdout
        return self.done[key]


def number(value, signed: bool = False) -> str:
    return "-" if value is None else f"{value:+.3f}" if signed else f"{value:.3f}"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A Markdown table; all columns but the first are right-aligned."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return ["| " + " | ".join(row) + " |" for row in [head, marks, *rows]] + [""]


def command(*lines: str) -> list[str]:
    return [*(f"    {line}" for line in lines), ""]


def by_type(report: dict) -> list[tuple[str, dict]]:
    """The summaries of a report: all pages, then each type where there are several."""
    types = report["types"]
    return [("all", report["total"]), *(types.items() if len(types) > 1 else [])]


def peer_folders(peers: Path, set_name: str) -> list[tuple[str, Path]]:
    """The folders of other extractors' texts of a set, with their names and versions."""
    found = []
    for facts in sorted(peers.glob(f"*/{set_name}/peer.json")):
        about = json.loads(facts.read_text(encoding="utf-8"))
        found.append((f"{about['name']} {about['version']}", facts.parent))
    return found


FIGURES = ("f1", "precision", "recall", "with", "without")


def cross_validated(validated: dict, source: str, sets: list[str]) -> list[tuple[str, str, dict]]:
    """Set, type and figures of one kind of input; types only where there are several."""
    rows = []
    for name in sets:
        types = validated.get(source, {}).get(name, {})
        rows += [(name, kind, types[kind]) for kind in sorted(types) if kind == "all" or len(types) > 2]
    return rows


def pages_section(runs: Runs, sets: list[str], validated: dict) -> list[str]:
    out = ["## Pages", "",
           "Each page was judged by a model that was fitted without the pages of its site (five folds). The last column is",
           "the F1 of the shipped model, which was fitted on these pages: a training-set score, not meaningful, and shown only",
           "to prevent confusion with the others.", "",
           *command("make train ARGS=--cross-validate", "copydesk eval PAGES/SET      # the last column")]
    shipped = {name: dict(by_type(runs.report(name))) for name in sets}
    rows = []
    for name, kind, figures in cross_validated(validated, "html", sets):
        row = [f"{name}, {kind}", str(figures["pages"]), *(number(figures[key]) for key in FIGURES)]
        rows.append([*row, number(shipped[name].get(kind, {}).get("f1"))])
    out += table(["", "pages", "F1", "P", "R", "with", "without", "fitted F1"], rows)
    return [*out, *(f"- `{name}`: {SETS[name]}." for name in sets if name in SETS), ""]


def peers_section(runs: Runs, sets: list[str], peers: Path, validated: dict) -> list[str]:
    out = ["## Beside other extractors", "",
           "The others ran with their defaults for main content on the same files, and `copydesk eval` scored their unchanged",
           "text. Copydesk's figures are cross-validated. But its features and phrases were chosen with these pages in view, and",
           "theirs were not, so the comparison is not entirely fair. Title, author and date are right if they have the same",
           "letters and digits as the reference. Nothing is fitted for them.", ""]
    any_peer = False
    for name in sets:
        own, folders = runs.report(name), peer_folders(peers, name)
        if not folders:
            continue
        any_peer = True
        reports = [(peer, runs.report(name, "--texts", str(folder))["texts"]) for peer, folder in folders]
        mine = validated.get("html", {}).get(name, {})
        fields = {key: own["total"][key] for key in ("title", "author", "date")}
        rows = [["Copydesk", mine.get("all", {}) | fields]]
        rows += [[peer, texts["before"]] for peer, texts in reports]
        keys = ("f1", "precision", "recall", "with", "without", "title", "author", "date")
        rows = [[who, *(number(summary.get(key)) for key in keys)] for who, summary in rows]
        rows += [[f"{who} ({source})", number(f1), *["-"] * 7] for who, f1, source in PUBLISHED.get(name, [])]
        out += [f"### {name}", "", *command(
            f"train/peers.py PAGES/{name} PEERS/NAME/{name} --with NAME",
            f"copydesk eval PAGES/{name} --texts PEERS/NAME/{name} --json     # `texts.before`")]
        out += table(["", "F1", "P", "R", "with", "without", "title", "author", "date"], rows)
        if len(own["types"]) > 1:
            rows = [[kind, number(mine.get(kind, {}).get("f1")),
                     *(number(texts["types_before"][kind]["f1"]) for _, texts in reports)] for kind in own["types"]]
            out += ["Word F1 by type:", "", *table(["type", "Copydesk", *(peer for peer, _ in reports)], rows)]
    if not any_peer:
        out += ["There are no texts of other extractors here. `make quality` creates them.", ""]
    return out


def cleaned_peers_section(sets: list[str], validated: dict) -> list[str]:
    out = ["## Text that others extracted, cleaned again", "",
           "The text of the other extractors as it is and after `copydesk clean`, cross-validated. It has no tags left, and most",
           "of the clutter is already gone, so there is more to lose than to gain. `spoiled` counts the pages that had an F1",
           "above 0.95 and lost more than 0.02, out of all pages with such an F1.", ""]
    rows = []
    for source in sorted(set(validated) - {"html", "text", "reliability"}):
        for name, kind, figures in cross_validated(validated, source, sets):
            if kind == "all":
                was, is_now = figures["before"], figures["f1"]
                rows.append([f"{source}, {name}", number(was), number(is_now), number(is_now - was, signed=True),
                             number(figures["precision"]), number(figures["recall"]), str(figures["rose"]),
                             str(figures["fell"]), f"{figures['spoiled']} of {figures['good']}"])
    head = ["", "F1 as it is", "cleaned", "change", "P", "R", "rose", "fell", "spoiled"]
    return [*out, *command("make train ARGS=--cross-validate"), *table(head, rows)]


def text_section(sets: list[str], validated: dict) -> list[str]:
    out = ["## Pages without their tags", "",
           "The hardest input: the text of every text node of a page, one per line. Menus, prompts and everything else are still",
           "in it, and nothing says what they were. Cross-validated.", "", *command("make train ARGS=--cross-validate")]
    rows = [[f"{name}, {kind}", str(figures["pages"]), *(number(figures[key]) for key in FIGURES)]
            for name, kind, figures in cross_validated(validated, "text", sets)]
    return out + table(["", "pages", "F1", "P", "R", "with", "without"], rows)


def favor_section(runs: Runs, sets: list[str]) -> list[str]:
    out = ["## `--favor`", "", "What is gained and lost with `--favor`. Measured with the shipped model, so compare the rows only with each",
           "other.", "",
           *command("copydesk eval PAGES/SET --favor AIM", "copydesk eval PAGES/SET --favor AIM --as text")]
    rows = []
    for name in sets:
        for kind, flags in (("pages", ()), ("text", ("--as", "text"))):
            for favor in FAVORS:
                # The default is measured for other tables already.
                more = () if favor == "balance" else ("--favor", favor)
                total = runs.report(name, *flags, *more)["total"]
                figures = [number(total[key]) for key in ("f1", "precision", "recall", "with", "without")]
                rows.append([f"{name}, {kind}, {favor}", *figures])
    return out + table(["", "F1", "P", "R", "with", "without"], rows)


def fields_section(runs: Runs, sets: list[str]) -> list[str]:
    out = ["## Title, author, date", "",
           "The share of the pages with a reference value for which the record has the same value.", "",
           *command("copydesk eval PAGES/SET")]
    totals = [(name, runs.report(name)["total"]) for name in sets]
    rows = [[name, *(number(total[key]) for key in ("title", "author", "date"))] for name, total in totals]
    return out + table(["", "title", "author", "date"], rows)


def lines_section(runs: Runs, labels: Path | None) -> list[str]:
    out = ["## Lines of scraped text", ""]
    if not labels or not labels.is_file():
        return [*out, "There is no label file here.", ""]
    report = runs.lines(labels)
    dropped, wanted = report["drop_dropped"], report["drop_lines"]
    kept, content = report["keep_kept"], report["keep_lines"]
    agrees = report["class_agrees"]
    return [*out, f"{report['files']} texts as a scraper left them, with one label per line. They were in view when phrases were written.", "",
            *command("copydesk eval --lines LABELS.jsonl"),
            *table(["lines labelled", "of", "right"], [
                ["clutter, removed", str(wanted), str(dropped)],
                ["content or title, kept", str(content), str(kept)],
                ["removed clutter whose class equals the label", str(dropped), str(agrees)]])]


def confidence_section(validated: dict) -> list[str]:
    out = ["## Confidence", "",
           "`quality.confidence` beside the word F1 of the pages with that confidence, in bins of equal size. With perfect",
           "calibration both would be equal. The confidence is the F1 that the model expects from its own scores, calibrated by a",
           "monotone line fitted on held-out pages; here, each fold uses a line fitted on the others. It does not account for text",
           "that was lost before blocks were judged.", "", *command("make train ARGS=--cross-validate")]
    for kind, half in (("Pages", "html"), ("Pages without their tags", "text")):
        bins = validated.get("reliability", {}).get(half, [])
        rows = [[str(bin["pages"]), number(bin["confidence"]), number(bin["f1"])] for bin in bins]
        pages = sum(bin["pages"] for bin in bins)
        gap = sum(abs(bin["confidence"] - bin["f1"]) * bin["pages"] for bin in bins) / max(pages, 1)
        out += [f"{kind}:", "", *table(["pages", "mean confidence", "mean F1"], rows)]
        out += [f"The mean difference is {gap:.3f}.", ""]
    return out


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add, shown = parser.add_argument, "default: %(default)s"
    add("--copydesk", type=Path, required=True, metavar="FILE", help="the command")
    add("--pages", type=Path, required=True, metavar="PAGES", help="folder of datasets")
    add("--sets", nargs="+", default=list(SETS), metavar="SET", help=shown)
    add("--peers", type=Path, required=True, metavar="PEERS", help="folder of other extractors' texts")
    add("--labels", type=Path, metavar="FILE", help="labels for lines of scraped text")
    add("--cv", type=Path, default=Path("train/cv.json"), metavar="FILE", help=shown)
    add("--out", type=Path, default=Path("docs/quality.md"), metavar="FILE", help=shown)
    arguments = parser.parse_args()
    sets = [name for name in arguments.sets if (arguments.pages / name).is_dir()]
    if not sets:
        sys.exit(f"{arguments.pages}: none of {', '.join(arguments.sets)} is there")
    if not arguments.cv.is_file():
        sys.exit(f"{arguments.cv} is missing: `make train ARGS=--cross-validate` writes it")
    validated = json.loads(arguments.cv.read_text(encoding="utf-8"))
    runs, peers = Runs(arguments.copydesk, arguments.pages), arguments.peers
    out = [
        "<!-- Generated by train/quality.py. Do not edit; run `make quality`. -->", "",
        "# Quality", "",
        "How well Copydesk cleans labelled pages, generated by `train/quality.py`. `make quality` runs every command below and",
        "writes this page. `PAGES` is the folder of the datasets, `PEERS` the folder with the texts of other extractors.", "",
        "F1, P (precision) and R (recall) are WCXB's word scores: lower-cased `\\w+` as multisets, and the mean of the pages'",
        "own figures. `with` is the share of the snippets that belong to the text and are in it. `without` is the share of",
        "those that do not belong to it but are in it, so lower is better. A dash means that the dataset has no such",
        "reference. Phrases and features were chosen with these pages in view. Only pages that nobody has looked at are a fair",
        "test, and no figure here comes from such pages.", "",
        *pages_section(runs, sets, validated),
        *peers_section(runs, sets, peers, validated),
        *cleaned_peers_section(sets, validated),
        *text_section(sets, validated),
        *favor_section(runs, sets),
        *fields_section(runs, sets),
        *lines_section(runs, arguments.labels),
        *confidence_section(validated),
    ]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text("\n".join(out).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

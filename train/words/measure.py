"""Measures on running text how many damaged words are restored, and how many wrongly.

    python3 train/words/measure.py TEXT ... [--reports DIR]

TEXT is a file that heldout.py writes, or any in its form. The crate itself damages and restores
(`crates/clean/src/repair/words/measure.rs`); this counts.
"""

import argparse
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = ROOT / "config" / "words"
COMMAND = ["cargo", "test", "--quiet", "--profile", "measure", "-j2", "-p", "copydesk-clean", "--lib", "--"]
FILTER = ["--ignored", "--exact", "repair::words::measure::measure"]


@dataclass
class Word:
    """A damaged word of a report."""

    truth: str
    reading: str
    is_restored: bool
    posterior: float
    evidence: list


def report(text, path, tables=TABLES):
    """The damaged words of a text, as the crate reads them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {"WORDS_TEXT": text.resolve(), "WORDS_REPORT": path.resolve(), "WORDS_TABLES": tables.resolve()}
    subprocess.run(COMMAND + FILTER, cwd=ROOT, env=os.environ | names, check=True, stdout=subprocess.DEVNULL)
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            truth, reading, is_restored, posterior, *evidence = line.split("\t")
            words.append(Word(truth, reading, is_restored == "1", float(posterior), list(map(float, evidence))))
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT")
    parser.add_argument("--reports", type=Path, default=ROOT / "out" / "words", help="folder for the reports")
    options = parser.parse_args()
    print("| text | damaged words | restored | wrong |\n| --- | ---: | ---: | ---: |")
    for text in options.texts:
        words = report(text, options.reports / f"{text.parent.name}-{text.stem}.tsv")
        right = sum(word.is_restored and word.reading == word.truth for word in words)
        wrong = sum(word.is_restored and word.reading != word.truth for word in words)
        count = max(len(words), 1)
        print(f"| {text.parent.name}/{text.stem} | {len(words):,} | {right / count:.1%} | {wrong / count:.2%} |")


if __name__ == "__main__":
    main()

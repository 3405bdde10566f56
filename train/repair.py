#!/usr/bin/env python3
"""Measures `copydesk repair`: what it changes in text that is right, and what it restores of text that was damaged.

    python3 train/repair.py false TEXTS...      each change in clean text but those of hygiene, and how many there are
    python3 train/repair.py restore TEXTS       lines of clean text, damaged in known ways: exact, left, partly, wrong

TEXTS are files, or folders of files, LANG.txt each (`train/words/corpora.py` gathers them); with `false` also folders
of labelled pages, whose reference texts are then read. Both run the command itself, and are the same on every run.
"""

import argparse
import bisect
import collections
import itertools
import json
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

# What is no damage, and gone in the default settings all the same.
HARMLESS = ("hygiene/",)

# UTF-8 read as: charset, how often.
MISREAD = [
    ("cp1252", 1), ("cp1252", 2), ("cp1252", 3), ("latin-1", 1), ("latin-1", 2), ("cp1251", 1), ("cp1251", 2),
    ("cp1250", 1), ("cp1253", 1), ("cp1254", 1), ("cp1257", 1), ("koi8_r", 1), ("cp437", 1), ("mac_roman", 1), ("mac_roman", 2),
]  # fmt: skip

# Written in a charset and read as windows-1252.
LEGACY = {
    "cp1251": ["ru", "uk", "bg", "be", "sr"], "koi8_r": ["ru"], "koi8_u": ["uk"], "iso8859_5": ["ru"],
    "cp1253": ["el"], "iso8859_7": ["el"], "cp1255": ["he"], "cp1256": ["ar"],
}  # fmt: skip


def read_as(data: bytes, charset: str) -> str:
    """As browsers read it: bytes that a charset leaves out are control characters."""
    return "".join(TABLES[charset][byte] for byte in data)


def table_of(charset: str) -> list[str]:
    def char(byte):
        try:
            return bytes([byte]).decode(charset)
        except UnicodeDecodeError:
            return chr(byte)

    return [char(byte) for byte in range(256)]


CHARSETS = {charset for charset, _ in MISREAD} | set(LEGACY) | {"cp1252", "latin-1"}
TABLES = {charset: table_of(charset) for charset in CHARSETS}


def text_files(paths: list[Path], work: Path) -> list[Path]:
    """The files, those of folders, and a file with the reference texts of each folder of labelled pages."""
    files = []
    for path in paths:
        if (path / "ground-truth").is_dir():
            pages = sorted((path / "ground-truth").glob("*.json"))
            texts = [json.loads(page.read_text("utf-8"))["ground_truth"].get("main_content") or "" for page in pages]
            file = work / f"{path.name}.txt"
            file.write_text("\n".join(texts) + "\n", "utf-8")
            files.append(file)
        elif path.is_dir():
            files += sorted(path.glob("*.txt"))
        else:
            files.append(path)
    return files


def changes_of(copydesk: str, files: list[Path], *flags: str):
    """What `--explain` says of each file: its name, and its changes."""
    command = [copydesk, "repair", "--explain", "--quiet", *flags, *map(str, files)]
    run = subprocess.run(command, stdout=subprocess.PIPE)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command[:4])} ...: status {run.returncode}")
    found = collections.defaultdict(list)
    for line in run.stdout.split(b"\n"):
        if line:
            change = json.loads(line)
            found[change["source"]].append(change)
    return found


def shown(text: str) -> str:
    """With what cannot be seen as escapes."""
    visible = lambda char: char.isprintable() and not unicodedata.combining(char)  # noqa: E731
    return "".join(char if visible(char) or char == " " else f"\\u{{{ord(char):x}}}" for char in text)


class Lines:
    """A file's lines, and where each begins."""

    def __init__(self, data: bytes):
        self.lines = data.split(b"\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def at(self, offset: int) -> int:
        return bisect.bisect_right(self.starts, offset) - 1


def measure_false(args, work: Path):
    print(f"{'text':<12} {'lines':>9} {'changes':>8} {'per 100,000':>12}   by rule")
    listed, total, all_changes = [], 0, 0
    for file in text_files(args.texts, work):
        data = file.read_bytes()
        changes = changes_of(args.copydesk, [file], *args.flags)[str(file)]
        changes = [c for c in changes if not all(rule.startswith(HARMLESS) for rule in c["rules"])]
        lines = Lines(data)
        count = data.count(b"\n")
        rules = collections.Counter(rule for change in changes for rule in change["rules"])
        by_rule = ", ".join(f"{rule} {n}" for rule, n in rules.most_common())
        print(f"{file.stem:<12} {count:>9} {len(changes):>8} {len(changes) * 1e5 / max(count, 1):>12.2f}   {by_rule}")
        total += count
        all_changes += len(changes)
        for change in changes:
            number = lines.at(change["span"][0])
            start = change["span"][0] - lines.starts[number]
            line = lines.lines[number]
            before = line[max(0, start - 40) : start].decode("utf-8", "ignore")
            after = line[start + len(change["before"].encode()) :][:40].decode("utf-8", "ignore")
            listed.append((file.stem, number + 1, change, before, after))
    print(f"{'all':<12} {total:>9} {all_changes:>8} {all_changes * 1e5 / max(total, 1):>12.2f}\n")
    for name, line, change, before, after in listed[: args.list]:
        rules = ",".join(change["rules"])
        print(
            f"{name}:{line} {rules} {shown(change['before'])!r} -> {shown(change['after'])!r}"
            f"   in: {shown(before)}⟦{shown(change['before'])}⟧{shown(after)}"
        )
    if len(listed) > args.list:
        print(f"... and {len(listed) - args.list} more (--list N)")


class Damaged:
    """A line after damage, which knows which bytes of it stand for which characters."""

    def __init__(self, line: str, damage):
        self.line = line
        # Each character after each layer, the first being itself.
        self.layers = [damage(char) for char in line]
        self.text = "".join(layers[-1] for layers in self.layers)
        self.ends = [0]
        for layers in self.layers:
            self.ends.append(self.ends[-1] + len(layers[-1].encode()))

    def is_right(self, start: int, end: int, after: str) -> bool:
        """Whether these bytes are what they stand for, if only up to a layer."""
        first, last = bisect.bisect_left(self.ends, start), bisect.bisect_left(self.ends, end)
        if self.ends[first] != start or self.ends[last] != end:
            return False
        count = max(map(len, self.layers[first:last]), default=1)
        return any("".join(layers[min(n, len(layers) - 1)] for layers in self.layers[first:last]) == after for n in range(count))

    def restored(self, changes) -> str:
        data, out, done = self.text.encode(), b"", 0
        for start, end, after in changes:
            out += data[done:start] + after.encode()
            done = end
        return (out + data[done:]).decode()

    def outcome(self, changes) -> str:
        restored = self.restored(changes)
        if restored == self.line:
            return "exact"
        if restored == self.text:
            return "left"
        return "partly" if all(self.is_right(*change) for change in changes) else "wrong"


def misread(charset: str, layers: int):
    def damage(char: str) -> list[str]:
        found = [char]
        while not char.isascii() and len(found) <= layers:
            found.append(read_as(found[-1].encode(), charset))
        return found

    return damage


def legacy(charset: str):
    return lambda char: [char] if char.isascii() else [char, read_as(char.encode(charset), "cp1252")]


def encodable(line: str, charset: str) -> bool:
    try:
        line.encode(charset)
    except UnicodeEncodeError:
        return False
    letters = [char for char in line if char.isalpha()]
    return 2 * sum(not char.isascii() for char in letters) >= len(letters)


def sample(file: Path, count: int) -> list[str]:
    """Lines with something to damage, from all over the file."""
    lines = file.read_text("utf-8").split("\n")
    lines = [line for line in lines if not line.isascii() and "\ufffd" not in line]
    step = max(1, len(lines) // count)
    return lines[::step][:count]


def ways(files: list[Path]):
    """Each way of damage: its name, what it does to a character, the languages it is for, which lines."""
    for charset, layers in MISREAD:
        yield f"utf-8 as {charset}" + (f" x{layers}" if layers > 1 else ""), misread(charset, layers), None, None
    for charset, languages in LEGACY.items():
        yield f"{charset} as cp1252", legacy(charset), languages, charset


def measure_restore(args, work: Path):
    files = [file for file in text_files(args.texts, work) if not args.only or file.stem in args.only.split(",")]
    samples = {file.stem: sample(file, args.lines) for file in files}
    outcomes = ("exact", "partly", "left", "wrong")
    examples = []
    table, by_language = {}, collections.defaultdict(collections.Counter)
    for name, damage, languages, charset in ways(files):
        damaged, paths = {}, []
        for language, lines in samples.items():
            if languages is not None and language not in languages:
                continue
            if charset is not None:
                lines = [line for line in lines if encodable(line, charset)]
            damaged[language] = [Damaged(line, damage) for line in lines]
            path = work / f"{language}.txt"
            path.write_bytes("\n".join(line.text for line in damaged[language]).encode())
            paths.append(path)
        if not paths:
            continue
        found = changes_of(args.copydesk, paths, "--no-hygiene", *args.flags)
        total = collections.Counter()
        for language, lines in damaged.items():
            by_line = collections.defaultdict(list)
            starts = [0]
            for line in lines:
                starts.append(starts[-1] + len(line.text.encode()) + 1)
            for change in found[str(work / f"{language}.txt")]:
                start = change["span"][0]
                number = bisect.bisect_right(starts, start) - 1
                # A change may go over several lines.
                for before, after in itertools.zip_longest(change["before"].split("\n"), change["after"].split("\n"), fillvalue=""):
                    end = start + len(before.encode())
                    if before != after and number < len(lines):
                        by_line[number].append((start - starts[number], end - starts[number], after))
                    start, number = end + 1, number + 1
            for number, line in enumerate(lines):
                outcome = line.outcome(by_line[number])
                total[outcome] += 1
                by_language[name, language][outcome] += 1
                if outcome in ("wrong", "left", "partly"):
                    examples.append((outcome, name, language, line, by_line[number]))
        table[name] = total
    head = f"{'way':<24} {'lines':>7} " + " ".join(f"{outcome:>8}" for outcome in outcomes)
    print(head)
    for name, total in table.items():
        count = total.total()
        print(f"{name:<24} {count:>7} " + " ".join(f"{100 * total[o] / max(count, 1):>7.2f}%" for o in outcomes))
    print("\nby language, where fewer than 99% are exact or any is wrong:")
    for (name, language), total in by_language.items():
        count = total.total()
        if total["exact"] < 0.99 * count or total["wrong"]:
            print(f"{name:<24} {language:<4} {count:>5} " + " ".join(f"{o} {100 * total[o] / count:.1f}%" for o in outcomes))
    print()
    seen = collections.Counter()
    for outcome, name, language, line, changes in sorted(examples, key=lambda e: ("wrong", "partly", "left").index(e[0])):
        seen[outcome, name, language] += 1
        if seen[outcome, name, language] > args.list:
            continue
        print(f"{outcome} {name} {language}")
        print(f"   line     {shown(line.line)[:160]}")
        print(f"   damaged  {shown(line.text)[:160]}")
        print(f"   restored {shown(line.restored(changes))[:160]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    commands = parser.add_subparsers(required=True)
    for name, measure, many in (("false", measure_false, "+"), ("restore", measure_restore, "+")):
        command = commands.add_parser(name)
        command.set_defaults(measure=measure)
        command.add_argument("texts", type=Path, nargs=many)
        command.add_argument("--copydesk", default="target/release/copydesk")
        command.add_argument("--flags", type=str.split, default=[], help="more flags for the command, as one word")
    commands.choices["false"].add_argument("--list", type=int, default=1000, help="how many changes to list")
    restore = commands.choices["restore"]
    restore.add_argument("--lines", type=int, default=300, help="lines of each language (default 300)")
    restore.add_argument("--only", help="languages, such as pl,ru")
    restore.add_argument("--list", type=int, default=1, help="examples of each language, way and outcome")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        args.measure(args, Path(work))


if __name__ == "__main__":
    main()

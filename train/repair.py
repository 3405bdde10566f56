#!/usr/bin/env python3
"""Measures `copydesk repair`: what it changes in text that is right, and what it restores of text that was damaged.

    python3 train/repair.py false TEXTS...      changes in clean text but harmless ones: how many a megabyte, and which
    python3 train/repair.py restore TEXTS       lines of clean text, damaged in known ways: exact, left, partly, wrong
    python3 train/repair.py cases CASES.jsonl   lines with the right answer, by kind

TEXTS are files, or folders of files, LANG.txt each (`train/words/corpora.py` and `train/repair_corpora.py` gather
them); with `false` also folders of labelled pages, whose reference texts are then read. `false` runs every text three
ways: as it is; with no-break spaces in its lines; and in pieces, a damaged line before each. A case is a JSON object with
kind, input, want and perhaps accept, a list of other right answers; what has to stay is run the three ways too. All run
the command itself, and are the same on every run.
"""

import argparse
import bisect
import collections
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

# What is no damage, and gone in the default settings all the same.
HARMLESS = ("hygiene/",)
HARMLESS_ALONE = re.compile(rb'"rules":\["hygiene/(?!invisible)[a-z]+"\]')
# Invisible characters that part words and vowels in these scripts, and so have to stay between their letters.
PARTING = {"\u200b": ("KHMER", "LAO", "THAI", "MYANMAR", "TIBETAN", "JAVANESE"), "\u180e": ("MONGOLIAN",)}

# Real damage in the texts that `repair_corpora.py` gathers: text, what it is, what it has to be.
REAL_DAMAGE = Path(__file__).with_name("repair_real.tsv")

# The three ways that a clean text is run.
WAYS = ("as it is", "with U+00A0", "behind damage")
# A piece behind a damaged line, about the size of a page.
PIECE_BYTES = 16 << 10
# Files that one process repairs.
FILES_A_RUN = 2000

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


CHARSETS = {charset for charset, _ in MISREAD} | set(LEGACY) | {"cp1252", "latin-1", "cp850", "cp866", "iso8859_2"}
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


def explained(copydesk: str, files: list[Path], *flags: str):
    """Each line that `--explain` writes of the files."""
    for at in range(0, len(files), FILES_A_RUN):
        command = [copydesk, "repair", "--explain", "--quiet", *flags, *map(str, files[at : at + FILES_A_RUN])]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as run:
            yield from run.stdout
        if run.returncode != 0:
            sys.exit(f"{' '.join(command[:4])} ...: status {run.returncode}")


def changes_of(copydesk: str, files: list[Path], *flags: str):
    """What `--explain` says of each file: its name, and its changes."""
    found = collections.defaultdict(list)
    for line in explained(copydesk, files, *flags):
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


def damaged_lines() -> list[str]:
    """Lines with damage that cannot be mistaken, each in another charset."""
    whole = [
        ("cp1252", "The café wasn’t open."), ("latin-1", "“Déjà vu”, she said… and left."), ("cp1252", "Привет, как дела?"),
        ("cp1251", "Клуб закрыт до утра."), ("koi8_r", "Поезд ушёл в полночь."), ("cp866", "Дверь была открыта."),
        ("cp1253", "Το πλοίο έφτασε στο λιμάνι."), ("cp1250", "Příliš žluťoučký kůň."),
        ("iso8859_2", "Gyönyörű idő volt őszig."), ("cp1257", "Šiandien žmonės laukė įėjimo."),
        ("cp1254", "Öğrenciler şarkı söyledi."), ("cp437", "Größe und Übermaß für später."),
        ("cp850", "El niño comió piña y azúcar."), ("mac_roman", "L’été à Genève, c’était très agréable."),
    ]  # fmt: skip
    lines = [read_as(text.encode(), charset) for charset, text in whole]
    # What is left where the control characters were lost, bytes of windows-1252 in text of ISO-8859-1, another charset.
    lost = [read_as(text.encode(), "latin-1") for text in ("It doesn’t “work”.", "Она ждала письмо третью неделю.")]
    lines += ["".join(char for char in line if not "\x80" <= char <= "\x9f") for line in lost]
    lines.append("It’s “fine” – really.".encode("cp1252").decode("latin-1"))
    lines.append(read_as("Она ждала письмо третью неделю.".encode("cp1251"), "cp1252"))
    return lines


def with_spaces(line: bytes) -> bytes:
    """The line with U+00A0 before its last word and at its end."""
    before, space, word = line.rpartition(b" ")
    return (before + "\u00a0".encode() if space else b"") + word + "\u00a0".encode() if line.strip() else line


def pieces(lines: list[bytes]):
    """The lines of each piece."""
    first, size = 0, 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size >= PIECE_BYTES or number == len(lines) - 1:
            yield lines[first : number + 1]
            first, size = number + 1, 0


def in_ways(file: Path, work: Path):
    """(way, path, number of the line that its first line is) of what is run of a file."""
    yield WAYS[0], file, 0
    lines = file.read_bytes().split(b"\n")
    spaced = work / f"{file.stem}.spaced.txt"
    spaced.write_bytes(b"\n".join(map(with_spaces, lines)))
    yield WAYS[1], spaced, 0
    damage = damaged_lines()
    # Not the same damage before the first piece of every file.
    offset = sum(file.stem.encode())
    for number, piece in enumerate(pieces(lines)):
        path = work / f"{file.stem}.{number}.txt"
        path.write_bytes(b"\n".join([damage[(number + offset) % len(damage)].encode(), *piece]))
        # The damaged line is none of the file's.
        yield WAYS[2], path, -1


def script_of(char: str) -> str:
    """What a character is, in a word or two."""
    # Ordinals, the micro sign and primes are signs, whatever Unicode calls them.
    if (char.isalpha() and char not in "ªºµ" and unicodedata.category(char) != "Lm") or unicodedata.combining(char):
        name = unicodedata.name(char, "UNNAMED")
        script = next((s for s in ("LATIN", "GREEK", "CYRILLIC", "HEBREW", "ARABIC", "CJK") if s in name), name.split()[0])
        return f"{script.title()} {'capital' if char.isupper() else 'letter'}"
    if char.isascii():
        return "digit" if char.isdigit() else "space" if char.isspace() else "ASCII sign"
    if "\u2500" <= char <= "\u259f":
        return "frame"
    if "\u2190" <= char <= "\u22ff":
        return "mathematical sign"
    return {"\ufffd": "U+FFFD", "\u00a0": "U+00A0"}.get(char, "control" if not char.isprintable() else "sign")


def kind_of(text: str) -> str:
    return " + ".join(kind for kind, _ in itertools.groupby(map(script_of, text))) or "nothing"


def is_harmless(change, before: str, after: str) -> bool:
    if not all(rule.startswith(HARMLESS) for rule in change["rules"]):
        return False
    scripts = tuple(script for char in change["before"] for script in PARTING.get(char, ()))
    names = [unicodedata.name(char, "") for char in (before[-1:] or " ", after[:1] or " ")]
    return not (scripts and all(name.startswith(scripts) for name in names))


def core_of(before: str, after: str) -> tuple[str, str]:
    """What differs between the two, with what cannot be seen as escapes."""
    before, after = shown(before), shown(after)
    start = len(os.path.commonprefix([before, after]))
    before, after = before[start:], after[start:]
    end = len(os.path.commonprefix([before[::-1], after[::-1]]))
    return before[: len(before) - end], after[: len(after) - end]


def real_damage() -> set[tuple[str, str, str]]:
    lines = REAL_DAMAGE.read_text("utf-8").split("\n") if REAL_DAMAGE.exists() else []
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {(text, *core_of(before, after)) for text, before, after in rows}


class FalseChange:
    """A change of good text, in all the places where it was made."""

    def __init__(self):
        self.ways, self.places = collections.Counter(), []

    def add(self, way: str, place: str):
        self.ways[way] += 1
        if place not in self.places:
            self.places.append(place)


def measure_false(args, work: Path):
    found = collections.defaultdict(FalseChange)
    real, rows = collections.Counter(), []
    known = real_damage()
    groups = collections.defaultdict(collections.Counter)
    for file in text_files(args.texts, work):
        runs = [run for run in in_ways(file, work) if run[0] in args.ways]
        ways = {str(path): (way, shift) for way, path, shift in runs}
        data = file.stat().st_size
        per_way, rules = collections.Counter(), collections.Counter()
        path, lines = None, None
        for line in explained(args.copydesk, [path for _, path, _ in runs], *args.flags):
            if HARMLESS_ALONE.search(line):
                continue
            change = json.loads(line)
            if change["source"] != path:
                path = change["source"]
                lines = Lines(Path(path).read_bytes())
            way, shift = ways[path]
            number = lines.at(change["span"][0])
            if number + shift < 0:
                continue
            start = change["span"][0] - lines.starts[number]
            text = lines.lines[number]
            before = text[:start].decode("utf-8", "replace")
            after = text[start + len(change["before"].encode()) :].decode("utf-8", "replace")
            if is_harmless(change, before, after):
                continue
            if (file.stem, *core_of(change["before"], change["after"])) in known:
                real[way] += 1
                continue
            per_way[way] += 1
            rules.update(change["rules"])
            key = kind_of(change["before"]), ",".join(change["rules"]), change["before"], change["after"]
            place = f"{file.stem}: {shown(before[-60:])}⟦{shown(change['before'])}⟧{shown(after[:60])}"
            found[key].add(way, place)
        for way, path, _ in runs:
            if way == WAYS[2]:
                path.unlink()
        group = groups[file.stem.partition(".")[0]]
        group["size"] += data
        group.update(per_way)
        rows.append((file.stem, data, per_way, rules))
    columns = " ".join(f"{way:>14}" for way in args.ways)
    print(f"{'text':<24} {'MB':>8} {columns}   by rule")
    for name, data, per_way, rules in rows:
        if per_way:
            by_rule = ", ".join(f"{rule} {n}" for rule, n in rules.most_common())
            print(f"{name:<24} {data / 1e6:>8.2f} " + " ".join(f"{per_way[way]:>14}" for way in args.ways) + f"   {by_rule}")
    print(f"\n{'changes per MB':<24} {'MB':>8} {columns}")
    gathered, made_up = collections.Counter(), groups.pop("symbols", None)
    for group in groups.values():
        gathered.update(group)
    totals = [*sorted(groups.items()), ("all of these", gathered), *([("symbols", made_up)] if made_up else [])]
    for name, group in totals:
        megabytes = max(group["size"], 1) / 1e6
        print(f"{name:<24} {megabytes:>8.2f} " + " ".join(f"{group[way] / megabytes:>14.3f}" for way in args.ways))
    print(f"{'changes, all of these':<33} " + " ".join(f"{gathered[way]:>14}" for way in args.ways))
    print(f"{'repairs of real damage':<33} " + " ".join(f"{real[way]:>14}" for way in args.ways))
    kinds = collections.defaultdict(collections.Counter)
    for key, change in found.items():
        kinds[key[0]].update(change.ways)
    print(f"\n{'kind':<48} {columns}")
    for kind, per_way in sorted(kinds.items(), key=lambda item: (-item[1].total(), item[0])):
        print(f"{kind:<48} " + " ".join(f"{per_way[way]:>14}" for way in args.ways))
    listed = sorted(found.items(), key=lambda item: (-kinds[item[0][0]].total(), item[0][0], -item[1].ways.total(), item[0]))
    args.out.parent.mkdir(parents=True, exist_ok=True)
    with args.out.open("w", encoding="utf-8") as out:
        for (kind, rules, before, after), change in listed:
            counts = ", ".join(f"{change.ways[way]} {way}" for way in args.ways if change.ways[way])
            print(f"[{kind}] {rules} {shown(before)!r} -> {shown(after)!r}: {counts}", file=out)
            for place in change.places[: args.places]:
                print(f"    {place}", file=out)
    print(f"\nEach of the {len(listed)} different changes is in {args.out}, with its places.")


def repaired(copydesk: str, texts: list[str], work: Path, flags) -> list[str]:
    """Each text after repair, all in few processes."""
    folder = Path(tempfile.mkdtemp(dir=work))
    paths = [folder / f"{number}.txt" for number in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    for at in range(0, len(paths), FILES_A_RUN):
        command = [copydesk, "repair", "--in-place", "--quiet", *flags, *map(str, paths[at : at + FILES_A_RUN])]
        subprocess.run(command, check=True)
    return [path.read_bytes().decode("utf-8", "replace").rstrip("\n") for path in paths]


def measure_cases(args, work: Path):
    cases = [json.loads(line) for line in args.cases.read_text("utf-8").split("\n") if line.strip()]
    damage = damaged_lines()
    runs = []
    for number, case in enumerate(cases):
        accept = case.get("accept") or []
        wants = [case["want"], *([accept] if isinstance(accept, str) else accept)]
        wants = [want.rstrip("\n") for want in wants]
        runs.append((case, WAYS[0], case["input"], wants))
        # What has to stay, if only its spaces change.
        if case["input"].replace("\u00a0", " ") == case["want"].replace("\u00a0", " "):
            runs.append((case, WAYS[1], f"{case['input']} \u00a0x", [f"{want} x" for want in wants]))
            runs.append((case, WAYS[2], f"{damage[number % len(damage)]}\n{case['input']}", wants))
    score = collections.defaultdict(collections.Counter)
    wrong = []
    for (case, way, text, wants), got in zip(runs, repaired(args.copydesk, [run[2] for run in runs], work, args.flags)):
        if way == WAYS[2]:
            got = got.partition("\n")[2]
        spaces = (lambda text: text.split()) if way == WAYS[1] else (lambda text: text)
        is_right = any(spaces(got) == spaces(want) for want in wants)
        for kind in (case["kind"], case["kind"].split("-")[0] + ", all"):
            score[kind][way] += is_right
            score[kind][way, "all"] += 1
        if not is_right:
            wrong.append((case["kind"], way, case["input"], wants[0], got))
    print(f"{'kind':<36} " + " ".join(f"{way:>14}" for way in WAYS))
    for kind, counts in sorted(score.items(), key=lambda item: (item[0].endswith(", all"), item[0])):
        figures = [f"{counts[way]}/{counts[way, 'all']}" if counts[way, "all"] else "" for way in WAYS]
        print(f"{kind:<36} " + " ".join(f"{figure:>14}" for figure in figures))
    if args.verbose:
        for kind, way, text, want, got in sorted(wrong, key=lambda one: one[0]):
            print(f"{kind} {way}\n   input {shown(text)!r}\n   want  {shown(want)!r}\n   got   {shown(got)!r}")


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
                for before, after in itertools.zip_longest(
                    change["before"].split("\n"), change["after"].split("\n"), fillvalue=""
                ):
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
    for name, measure in (("false", measure_false), ("restore", measure_restore), ("cases", measure_cases)):
        command = commands.add_parser(name)
        command.set_defaults(measure=measure)
        if name == "cases":
            command.add_argument("cases", type=Path, help="a file of cases, a JSON object a line")
        else:
            command.add_argument("texts", type=Path, nargs="+")
        command.add_argument("--copydesk", default="target/release/copydesk")
        command.add_argument("--flags", type=str.split, default=[], help="more flags for the command, as one word")
    clean = commands.choices["false"]
    clean.add_argument("--out", type=Path, default=Path("out/repair/false.txt"), help="where the changes are listed")
    clean.add_argument("--places", type=int, default=3, help="how many places of a change to list (default 3)")
    clean.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="default: all three")
    restore = commands.choices["restore"]
    restore.add_argument("--lines", type=int, default=300, help="lines of each language (default 300)")
    restore.add_argument("--only", help="languages, such as pl,ru")
    restore.add_argument("--list", type=int, default=1, help="examples of each language, way and outcome")
    cases = commands.choices["cases"]
    cases.add_argument("-v", "--verbose", action="store_true", help="list the wrong ones")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        args.measure(args, Path(work))


if __name__ == "__main__":
    main()

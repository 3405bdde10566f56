"""Features of the gap between two words of a line: crates/clean/src/units/gaps.rs computes the same."""

from itertools import accumulate
from typing import NamedTuple

CLOSING = "\"”’'»)]」』"
OPENING = set("\"“‘'«([„「『")
# The farthest that a sentence end is looked for, in words.
FAR = 40


class Word(NamedTuple):
    lower: str
    shape: str
    ending: str
    beginning: str


def fnv(text: str) -> int:
    """FNV-1a, 32 bits."""
    hashed = 0x811C9DC5
    for byte in text.encode():
        hashed = ((hashed ^ byte) * 0x01000193) & 0xFFFFFFFF
    return hashed


def is_unspaced(character: str) -> bool:
    code = ord(character)
    ranges = ((0xE00, 0xE7F), (0x3040, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xAC00, 0xD7A3))
    return any(first <= code <= last for first, last in ranges)


def shape(core: str) -> str:
    if not core:
        return "p"
    first = core[0]
    if first.isdigit():
        return "d" if all(c.isdigit() or c in ".," for c in core) else "D"
    if is_unspaced(first):
        return "c"
    if first.isupper():
        if len(core) == 1:
            return "I"
        if core.upper() == core:
            return "A"
        return "X" if core[1:].lower() == core[1:] else "M"
    return "x" if first.islower() else "o"


def ending(after: str) -> str:
    signs = after.rstrip(CLOSING)
    closed = "q" if len(signs) < len(after) else ""
    if not signs:
        return closed or "w"
    last = signs[-1]
    if last == "." and not signs.endswith(".."):
        return "." + closed
    if last in ".…":
        return "E" + closed
    if last in "!?。！？؟۔।":
        return "!" + closed
    if last in ":：":
        return ":"
    if last in ",;،、；，":
        return ","
    return "-" if last in "-–—" else "s"


def beginning(before: str) -> str:
    if not before:
        return "w"
    return "o" if all(c in OPENING for c in before) else "s"


def word(token: str) -> Word:
    start, end = 0, len(token)
    while start < end and not token[start].isalnum():
        start += 1
    while end > start and not token[end - 1].isalnum():
        end -= 1
    core = token[start:end]
    if not core:
        return Word(token, "p", "-" if token in "-–—" else "s", beginning(token))
    return Word(core.lower(), shape(core), ending(token[end:]), beginning(token[:start]))


def bucket(count: int) -> int:
    return next((least for least in (30, 16, 10, 6, 4) if count >= least), count)


def features(words: list[Word]) -> list[list[int]]:
    """The hashes of the features of each gap."""
    count = len(words)
    small = [w.shape == "x" for w in words]
    stops = [w.ending[0] in ".!" for w in words]
    capitals_before, since_stop = [0] * count, [0] * count
    capitals_from, until_stop = [0] * (count + 1), [FAR] * (count + 1)
    for i in range(count):
        capitals_before[i] = 0 if small[i] else (capitals_before[i - 1] if i else 0) + 1
        since_stop[i] = 0 if not i or stops[i - 1] else since_stop[i - 1] + 1
    for i in reversed(range(count)):
        capitals_from[i] = 0 if small[i] else capitals_from[i + 1] + 1
        until_stop[i] = 1 if stops[i] else min(until_stop[i + 1] + 1, FAR)
    sums = [0, *accumulate(small)]
    nothing = Word("", "^", "^", "^")
    at = lambda i: words[i] if 0 <= i < count else None
    out = []
    for i in range(count - 1):
        left, right = words[i], words[i + 1]
        before, after, later = at(i - 1), at(i + 2), at(i + 3)
        b, a, l = before or nothing, after or nothing, later or nothing
        joint = left.ending + right.shape
        run_before, run_from = bucket(capitals_before[i]), bucket(capitals_from[i + 1])
        small_after = sums[min(count, i + 9)] - sums[i + 1]
        small_before = sums[i + 1] - sums[max(0, i - 7)]
        names = [
            "1",
            "a" + left.ending + right.beginning + right.shape,
            "b" + left.shape + joint,
            "c" + b.shape + left.shape + left.ending + right.beginning + right.shape + a.shape,
            "d" + joint + right.ending + a.shape + a.ending + l.shape,
            f"e{left.lower}|{left.ending}",
            f"f{right.lower}|{right.shape}",
            f"g{left.lower} {right.lower}",
            f"h{run_before}{joint}",
            f"i{run_from}{joint}",
            f"j{run_before}|{run_from}{joint}",
            f"k{bucket(since_stop[i])}{joint}",
            f"l{bucket(until_stop[i + 1])}{joint}",
            f"m{small_after}{joint}",
            f"n{small_before}{joint}",
            f"o{small_after // 2}|{small_before // 2}{joint}",
            f"p{right.lower} {after.lower}" if after else f"p{right.lower}",
            f"q{before.lower} {left.lower}{left.ending}" if before else f"q{left.lower}{left.ending}",
            "r" + b.shape + b.ending + left.shape + joint + right.ending + a.shape,
        ]
        out.append([fnv(name) for name in names])
    return out

"""Features of two consecutive lines: does the second continue the first?

The same as `crates/clean/src/layout/pair.rs`, which holds what was fitted here. Every feature is a cell of a table:
its name and one or two small numbers.
"""
import re

# How a line begins and ends.
(LOWER, UPPER, DIGIT, CASELESS, CLOSING, TERMINAL, QUOTE, OPENING, SUFFIX, DASH, CURRENCY, SLASH, BULLET, MARK,
 COMMA, COLON, HYPHEN, SENTENCE, QUOTED_SENTENCE, INITIAL) = range(20)
KINDS = 20
LENGTHS = 6
SHARES = 5

QUOTES = "\"'“”„‟«»‘’‚‹›「」『』"
LETTER_QUOTES = "'’"


# The cells of each feature that is a table.
SIZES = {
    "end_start": KINDS * KINDS, "lengths": LENGTHS * LENGTHS * 16, "left": LENGTHS * 8, "next": 64,
    "next_length": 16 * LENGTHS, "within": SHARES * 16, "lower": SHARES * 16, "open": SHARES * 16, "brackets": 16,
    "short": 8, "loud": 16, "parallel": 8, "capitals": 36}


def starts(line):
    """How a line begins."""
    first = line[0]
    second = line[1] if len(line) > 1 else " "
    if first in ",;)]}%…":
        return CLOSING
    if first in ".:!?":
        return TERMINAL
    if first in LETTER_QUOTES and second in "sStd" and (len(line) == 2 or line[2] == " "):
        return SUFFIX
    if first in QUOTES:
        return QUOTE
    if first in "([{¿¡":
        return OPENING
    if first in "-–—":
        return SUFFIX if first != "—" and second.isalnum() and not second.isdigit() else DASH
    if first in "$€£¥₹":
        return CURRENCY
    if first in "/\\":
        return SLASH
    if first in "•·*►▶■●◦‣|>+#":
        return BULLET
    return letter(first)


def letter(c):
    if c.islower():
        return LOWER
    if c.isupper():
        return UPPER
    if c.isdigit():
        return DIGIT
    if c.isalpha():
        return CASELESS
    return MARK


def ends(line):
    """How a line ends."""
    last = line[-1]
    rest = line[:-1]
    if last in ".!?…。！？":
        word = rest[rest.rfind(" ") + 1:]
        if last == "." and word and word[0].isupper() and len(word) <= 3 and word != "I":
            return INITIAL
        return SENTENCE
    if last in QUOTES + ")]}":
        inner = rest.rstrip(QUOTES + ")]}")
        if inner and inner[-1] in ".!?…。！？":
            return QUOTED_SENTENCE
        if last in "“„«‘‚‹「『" or last in "\"'" and (not rest or rest[-1] in " (["):
            return OPENING
        return QUOTE if last in QUOTES else CLOSING
    if last == ",":
        return COMMA
    if last == ";":
        return COMMA
    if last == ":":
        return COLON
    if last in "([{¿¡":
        return OPENING
    if last == "-":
        return HYPHEN
    if last in "–—":
        return DASH
    if last in "$€£¥₹":
        return CURRENCY
    if last in "/\\":
        return SLASH
    if last in "•·*►▶■●◦‣|>+#":
        return BULLET
    return letter(last)


def length(words):
    for n, most in enumerate((1, 3, 6, 12, 24)):
        if words <= most:
            return n
    return 5


def share(part, whole):
    if not part:
        return 0
    for n, most in enumerate((0.01, 0.04, 0.12)):
        if part <= most * whole:
            return n + 1
    return 4


def first_word(line):
    return line.split(None, 1)[0].strip(QUOTES + "([").lower()


def last_word(line):
    return line.rsplit(None, 1)[-1].strip(QUOTES + ")]").lower()


def coarse_start(start):
    """0: only within a sentence; 1: lower case; 2: a letter, digit; 3: a mark."""
    if start in (CLOSING, TERMINAL, SUFFIX):
        return 0
    if start == LOWER:
        return 1
    if start in (UPPER, DIGIT, CASELESS, CURRENCY):
        return 2
    return 3


def coarse_end(end):
    """0: in a sentence for sure; 1: a letter or digit; 2: the end of a sentence; 3: a mark."""
    if end in (COMMA, OPENING, HYPHEN, CURRENCY):
        return 0
    if end in (LOWER, UPPER, DIGIT, CASELESS):
        return 1
    if end in (SENTENCE, QUOTED_SENTENCE):
        return 2
    return 3


class Document:
    """What all pairs of a text share."""

    def __init__(self, lines):
        n = len(lines)
        s = [coarse_start(starts(x)) for x in lines]
        self.within = share(sum(x == 0 for x in s), n)
        self.lower = share(sum(x == 1 for x in s), n)
        long = [x for x in lines if len(x.split()) > 12]
        self.open = share(sum(coarse_end(ends(x)) in (0, 1) for x in long), max(1, len(long)))


def is_open(text, opening, closing):
    return text.rfind(opening) > text.rfind(closing)


def capitals(line):
    """Whether most longer words have a capital: 0 no, 1 yes, 2 there are fewer than two."""
    words = [w for w in line.split() if len(w) > 3 and w[0].isalpha()]
    if len(words) < 2:
        return 2
    return 1 if sum(w[0].isupper() for w in words) * 3 >= 2 * len(words) else 0


def is_short_lower(line):
    """Whether the last word is one of up to three letters in lower case, as articles and prepositions are."""
    word = line.rsplit(None, 1)[-1]
    return word.isalpha() and word.islower() and len(word) <= 3


def is_loud(line):
    return not any(c.islower() for c in line) and any(c.isupper() for c in line)


def features(doc, before, lines, index):
    """The cells of the pair of lines `index - 1`, `index`. `before` is the paragraph so far, with that line."""
    left, right = lines[index - 1], lines[index]
    after = lines[index + 1] if index + 1 < len(lines) else ""
    s, e = starts(right), ends(left)
    cs, ce = coarse_start(s), coarse_end(e)
    lw, rw, bw = length(len(left.split())), length(len(right.split())), length(len(before.split()))
    next_start = coarse_start(starts(after)) if after else 3
    joined = 1 if len(before) > len(left) else 0
    out = [
        ("end_start", e * KINDS + s),
        ("lengths", ((bw * LENGTHS + rw) * 4 + cs) * 4 + ce),
        ("left", (lw * 2 + joined) * 4 + ce),
        ("next", (next_start * 4 + cs) * 4 + ce),
        ("next_length", (next_start * LENGTHS + rw) * 4 + cs),
        ("within", (doc.within * 4 + cs) * 4 + ce),
        ("lower", (doc.lower * 4 + cs) * 4 + ce),
        ("open", (doc.open * 4 + cs) * 4 + ce),
        ("brackets", (is_open(before, "(", ")") * 2 + is_open(right[::-1], ")", "(")) * 4 + cs),
        ("short", is_short_lower(left) * 4 + cs),
        ("loud", (is_loud(left) * 2 + is_loud(right)) * 4 + cs),
        ("parallel", (first_word(left) == first_word(right)) * 4 + cs),
        ("capitals", (capitals(before) * 3 + capitals(right)) * 4 + cs),
        ("first", first_word(right)),
        ("last", last_word(left) + ("" if ce < 2 else " .")),
    ]
    return out

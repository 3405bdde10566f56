"""How much more often one token follows another than it occurs anywhere, as context.rs reads it.

Tokens belong to kinds at three levels: the 100, 400 or 2,000 most frequent words, and the rest by 150, 600 or 2,500
endings. A ratio is estimated level by level, then for the two words themselves. It is the mean of a gamma distribution
around the coarser level's ratio, given the pairs that were counted (Gelman et al., Bayesian Data Analysis, section 2.6).
A finer ratio is stored only if the pairs are that much likelier by it.
"""

import math
import struct
from collections import Counter

import numpy as np

import tables
from counts import TOKEN
from languages import lower

# Kinds that every table has, as in context.rs.
EDGE, NUMBER, OTHER, WORD, MARKS_FROM = range(5)
MARKS = ",.:;!?-()\"«»“”„–—'’"
# By level: frequent words, endings, their greatest length, and how many pairs the coarser ratio is worth.
LEVELS = [(100, 150, 2, 5.0), (400, 600, 3, 1.0), (2000, 2500, 5, 1.0)]
WORTH_OF_KINDS = 0.5
# Each pair of Tesseract's lists counts as much as so many in running text.
LISTED_WEIGHT = 3


def fnv(codes):
    value = 0x811C9DC5
    for code in codes:
        value = ((value ^ code) * 0x01000193) & 0xFFFFFFFF
    return value


def level_value(ratio):
    return int(min(max(round(math.log(ratio) / 0.05 + 127), 0), 255))


class Kinds:
    """The kinds of one level."""

    def __init__(self, ranked, frequencies, letters, level):
        words, endings, longest, self.worth = level
        self.letters = letters
        own_from = MARKS_FROM + len(MARKS)
        self.words = {word: own_from + i for i, word in enumerate(ranked[:words])}
        common = Counter()
        for word, count in frequencies.items():
            if word not in self.words:
                for length in range(1, min(longest, len(word)) + 1):
                    common[word[-length:]] += count
        chosen = sorted(common, key=lambda ending: (-common[ending], ending))[:endings]
        self.endings = {ending: own_from + len(self.words) + i for i, ending in enumerate(chosen)}
        self.longest = longest
        self.size = own_from + len(self.words) + len(self.endings)

    def kind(self, token):
        if not token:
            return EDGE
        if token[0].isdigit():
            return NUMBER
        if not token[0].isalpha():
            return MARKS_FROM + MARKS.index(token) if token in MARKS else OTHER
        if not set(token) <= self.letters:
            return OTHER
        if token in self.words:
            return self.words[token]
        lengths = range(min(self.longest, len(token)), 0, -1)
        return next((self.endings[token[-n:]] for n in lengths if token[-n:] in self.endings), WORD)


def pairs_of(counts):
    """Counts of neighboring tokens in small letters; the empty token stands at both edges of a line."""
    found = Counter()
    for line in counts.lines:
        row = ["", *(lower(token, counts.code) for token in TOKEN.findall(line)), ""]
        found.update(zip(row, row[1:]))
    for first, second in counts.listed_pairs:
        found[lower(first, counts.code), lower(second, counts.code)] += LISTED_WEIGHT
    return found


def table(counts, frequencies, least_gain):
    """The frequent words, the kinds, and the ratios."""
    code, language = counts.code, counts.language
    codes = {letter: i for i, letter in enumerate(language.letters, 1)}
    letters = set(language.letters)
    pairs = pairs_of(counts)
    common = Counter()
    for (first, second), count in pairs.items():
        if second.isalpha() and set(second) <= letters:
            common[second] += count
    ranked = sorted(common, key=lambda word: (-common[word], word))[: LEVELS[-1][0]]
    # Endings by how often they occur in news text too.
    total, news = sum(common.values()), sum(frequencies.values())
    weights = {word: common[word] / total + frequencies.get(word, 0) / news for word in common.keys() | frequencies.keys()}
    levels = [Kinds(ranked, weights, letters, level) for level in LEVELS]
    tokens = sorted({token for pair in pairs for token in pair})
    numbers = {token: i for i, token in enumerate(tokens)}
    kinds = [np.array([level.kind(token) for token in tokens]) for level in levels]
    first = np.array([numbers[a] for a, _ in pairs])
    second = np.array([numbers[b] for _, b in pairs])
    counted = np.array(list(pairs.values()), float)
    whole = counted.sum()
    dense, coarser, stored = None, None, [{}, {}, {}]
    for number, level in enumerate(levels):
        of_first, of_second = kinds[number][first], kinds[number][second]
        rows = np.bincount(of_first, counted, level.size)
        columns = np.bincount(of_second, counted, level.size)
        keys, inverse = np.unique(of_first.astype(np.int64) * level.size + of_second, return_inverse=True)
        sums = np.bincount(inverse, counted)
        starts = np.searchsorted(keys, np.arange(level.size + 1) * level.size)
        above = majority(kinds[number], kinds[number - 1], level.size) if number else None
        if number == 0:
            dense = np.full((level.size, level.size), 127, np.uint8)
        values = np.full((level.size, level.size), 127, np.uint8)
        for row in range(level.size):
            expected = rows[row] * columns / whole
            seen = np.zeros(level.size)
            part = slice(starts[row], starts[row + 1])
            seen[keys[part] - row * level.size] = sums[part]
            known = ratio(coarser[above[row], above]) if number else np.ones(level.size)
            finer = (seen + level.worth) / (expected + level.worth / known)
            if number == 0:
                dense[row] = np.clip(np.round(np.log(finer) / 0.05 + 127), 0, 255)
                continue
            gain = seen * np.log(finer / known) - expected * (finer - known)
            values[row] = coarser[above[row], above]
            for column in np.flatnonzero(gain >= least_gain):
                values[row, column] = stored[number].setdefault(row, {})[int(column)] = level_value(finer[column])
        coarser = dense if number == 0 else values
    of_words = {}
    rows = np.bincount(first, counted, len(tokens))
    columns = np.bincount(second, counted, len(tokens))
    is_word = np.array([bool(token) and set(token) <= letters for token in tokens])
    for a, b, count in zip(first, second, counted):
        if not (is_word[a] and is_word[b]):
            continue
        known = ratio(coarser[kinds[2][a], kinds[2][b]])
        expected = rows[a] * columns[b] / whole
        finer = (count + WORTH_OF_KINDS) / (expected + WORTH_OF_KINDS / known)
        if count * math.log(finer / known) - expected * (finer - known) >= least_gain:
            hashes = (fnv(codes[letter] for letter in tokens[n]) for n in (a, b))
            of_words[next(hashes) << 32 | next(hashes)] = level_value(finer)
    of_kinds = {
        number << 32 | row << 16 | column: value
        for number in (1, 2)
        for row, values in stored[number].items()
        for column, value in values.items()
    }
    out = packed(ranked, codes)
    for level in levels:
        out += struct.pack("<H", len(level.words)) + packed(level.endings, codes)
    print(code, f"{len(of_kinds):,} pairs of kinds, {len(of_words):,} of words")
    return out + tables.block(dense.tobytes()) + tables.sparse(of_kinds) + tables.sparse(of_words)


def majority(fine, coarse, size):
    """For each finer kind the coarser one that most of its tokens have."""
    found = np.zeros(size, int)
    keys, many = np.unique(fine.astype(np.int64) << 16 | coarse, return_counts=True)
    for key in keys[np.argsort(many, kind="stable")]:
        found[key >> 16] = key & 0xFFFF
    return found


def ratio(value):
    return np.exp((np.asarray(value, float) - 127) * 0.05)


def packed(words, codes):
    out = struct.pack("<H", len(words))
    for word in words:
        out += bytes([len(word), *(codes[letter] for letter in word)])
    return out

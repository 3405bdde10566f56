"""How often each word stands in news text, though only its letter sequences were counted.

Every occurrence of a word adds to the counts of all sequences in it. So word frequencies are estimated as an image is
from its projections: multiplicative updates until the words' sequences add up to those counted (algebraic
reconstruction; Gordon, Bender & Herman, 1970). Words are those of lists and catalogues whose sequences all occur; a
fixed share of each sequence is left to words of no list.
"""

import math
from collections import Counter

import numpy as np

from languages import lower

UNLISTED_SHARE = 0.005
ROUNDS = 40
# Inflected forms that no list or catalogue has are taken where their letters let expect so many.
MIN_EXPECTED = 1.0
# Of each sequence at least this share is left to unlisted words.
LEAST_UNLISTED = 0.003
LONGEST_WORD = 30


def sequences(word):
    """What a word adds to the counts of: its sequences of five, its edges included."""
    edged = f"^{word}$"
    return [edged] if len(edged) <= 5 else [edged[i : i + 5] for i in range(len(edged) - 4)]


def markov(word, counts):
    """The count that the word's sequences alone let expect."""
    edged = f"^{word}$"
    if len(edged) <= 5:
        return counts[edged]
    expected = math.log(counts[edged[:5]])
    for i in range(1, len(edged) - 4):
        expected += math.log(counts[edged[i : i + 5]] / max(counts.get(edged[i : i + 4], 1), 1))
    return math.exp(expected)


def is_possible(word, counts):
    return len(word) <= LONGEST_WORD and all(gram in counts for gram in sequences(word))


def unlisted(counts, frequencies):
    """Counts of letter sequences that no word of the lexicon accounts for; edges as in `sequences`."""
    left = Counter(counts.sequences)
    for word, count in frequencies.items():
        edged = f"^{word}$"
        for length in range(1, 6):
            for start in range(len(edged) - length + 1):
                left[edged[start : start + length]] -= count
    return {gram: max(left[gram], LEAST_UNLISTED * count) for gram, count in counts.sequences.items()}


def estimate(counts):
    """{word: estimated count} in small letters."""
    code = counts.code
    known = counts.sequences
    within, first = counts.forms
    catalogue = Counter()
    for form, count in [*within.items(), *first.items()]:
        if counts.own(form):
            catalogue[lower(form, code)] += count
    listed = Counter(lower(form, code) for form in counts.listed)
    words = set(listed) | {word for word, count in catalogue.items() if count >= 2}
    words |= {gram[1:-1] for gram in known if gram[0] == "^" and gram[-1] == "$" and len(gram) > 2}
    words = {word for word in words if is_possible(word, known)}
    inflected = {lower(form, code) for form in counts.inflected} - words
    words |= {w for w in inflected if is_possible(w, known) and markov(w, known) >= MIN_EXPECTED}
    words = sorted(words)

    numbers, rows, columns = {}, [], []
    for row, word in enumerate(words):
        for gram in sequences(word):
            rows.append(row)
            columns.append(numbers.setdefault(gram, len(numbers)))
    rows, columns = np.array(rows), np.array(columns)
    counted = np.array([known[gram] for gram in numbers], float)
    lengths = np.bincount(rows, minlength=len(words))
    scale = counts.words_total / max(sum(catalogue.values()), 1)
    trust = [2.0 if listed[w] >= 2 else 1.0 if listed[w] else 0.5 if catalogue[w] else 0.1 for w in words]
    weights = np.array([markov(word, known) for word in words]) * np.array(trust)
    weights += np.array([0.002 * scale * catalogue[word] for word in words])
    for _ in range(ROUNDS):
        expected = np.bincount(columns, weights=weights[rows], minlength=len(counted)) + UNLISTED_SHARE * counted
        ratio = np.log(counted / expected)
        weights *= np.exp(np.bincount(rows, weights=ratio[columns], minlength=len(words)) / lengths)
    return dict(zip(words, weights.tolist()))

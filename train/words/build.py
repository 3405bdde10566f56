"""Builds the tables that lost letters are restored by, one a language.

    python3 train/words/build.py --data DIR --out config/words [--languages uk,ru]

DIR is what corpora.py filled.
"""

import argparse
import json
import math
import struct
from collections import Counter
from pathlib import Path

import tables
from counts import TOKEN, Counts
from frequencies import estimate, unlisted
from languages import LANGUAGES, is_lost, lower, upper

# Kinds of tokens, as in context.rs.
EDGE, NUMBER, OTHER, WORD, MARKS_FROM = range(5)
MARKS = ",.:;!?-()\"«»“”„–—'’"
FREQUENT_WORDS = 400
ENDINGS = 600
LONGEST_ENDING = 3
PRIOR = 30

# The weights that come before any were fitted; see `Weights` in table.rs (the third is not in use).
WEIGHTS = [0.65, -3.5, -1.5, -1.95] + [1.0] + [0.0] * 9 + [0.95]


class Chars:
    """Probability of a letter after others (Witten & Bell, 1991)."""

    def __init__(self, sequences):
        self.counts, self.memo = sequences, {}
        self.after, self.kinds = Counter(), Counter()
        for gram, count in self.counts.items():
            if len(gram) > 1:
                self.after[gram[:-1]] += count
                self.kinds[gram[:-1]] += 1
        self.words = sum(count for gram, count in self.counts.items() if len(gram) == 2 and gram[0] == "^")
        self.letters = sum(count for gram, count in self.counts.items() if len(gram) == 1)

    def p(self, before, letter):
        key = before, letter
        if key not in self.memo:
            if not before:
                count = self.words if letter == "$" else self.counts.get(letter, 0)
                self.memo[key] = max(count / (self.letters + self.words), 1e-7)
            else:
                n, lower_p = self.after[before], self.p(before[1:], letter)
                kinds = self.kinds[before]
                self.memo[key] = (self.counts.get(before + letter, 0) + kinds * lower_p) / (n + kinds) if n else lower_p
        return self.memo[key]


def char_tables(counts, sequences, budget):
    """The dense table of two letters before, and what three or four before change most."""
    letters = counts.language.letters
    codes = {letter: i for i, letter in enumerate(letters, 1)} | {"^": 0, "$": 0}
    model = Chars(sequences)
    symbols = "^" + letters
    dense = bytearray()
    for a in symbols:
        for b in symbols:
            before = "^" if b == "^" else a + b
            for letter in "$" + letters:
                dense.append(min(round(-16 * math.log(model.p(before, letter))), 255))
    gains = []
    for gram, count in sequences.items():
        if len(gram) in (4, 5) and "$" not in gram[:-1] and gram[-1] != "^":
            before, letter = gram[:-1], gram[-1]
            gain = count * abs(math.log(model.p(before, letter) / model.p(before[1:], letter)))
            gains.append((gain, gram))
    gains.sort(key=lambda one: (-one[0], one[1]))
    chosen = {}
    for _, gram in gains[:budget]:
        key = 1
        for symbol in gram:
            key = key << 6 | codes[symbol]
        chosen[key] = min(round(-16 * math.log(model.p(gram[:-1], gram[-1]))), 255)
    return tables.block(bytes(dense)) + tables.sparse(chosen)


def context_tables(counts, frequencies, budget):
    code, letters = counts.code, {letter: i for i, letter in enumerate(counts.language.letters, 1)}
    ranked = sorted(frequencies, key=lambda word: (-frequencies[word], word))
    frequent = {word: MARKS_FROM + len(MARKS) + i for i, word in enumerate(ranked[:FREQUENT_WORDS])}
    common = Counter()
    for word, count in frequencies.items():
        if word not in frequent:
            for length in range(1, LONGEST_ENDING + 1):
                if length <= len(word):
                    common[word[-length:]] += count
    ranked = sorted(common, key=lambda ending: (-common[ending], ending))[:ENDINGS]
    endings = {ending: MARKS_FROM + len(MARKS) + len(frequent) + i for i, ending in enumerate(ranked)}

    def kind_of(token):
        if token[0].isdigit():
            return NUMBER
        if not token[0].isalpha():
            return MARKS_FROM + MARKS.index(token) if token in MARKS else OTHER
        word = lower(token, code)
        if not set(word) <= set(letters):
            return OTHER
        if word in frequent:
            return frequent[word]
        lengths = range(min(LONGEST_ENDING, len(word)), 0, -1)
        return next((endings[word[-n:]] for n in lengths if word[-n:] in endings), WORD)

    kinds, pairs, firsts, seconds = {}, Counter(), Counter(), Counter()
    for line in counts.lines:
        row = [EDGE]
        for token in TOKEN.findall(line):
            if token not in kinds:
                kinds[token] = kind_of(token)
            row.append(kinds[token])
        row.append(EDGE)
        pairs.update(zip(row, row[1:]))
        firsts.update(row[:-1])
        seconds.update(row[1:])
    total = sum(seconds.values())
    size = MARKS_FROM + len(MARKS) + len(frequent) + len(endings)

    def level(value):
        return min(max(round(value / 0.05 + 127), 0), 255)

    unseen = [level(math.log(PRIOR / (firsts[kind] + PRIOR))) for kind in range(size)]
    gains = {}
    for (first, second), count in pairs.items():
        share = seconds[second] / total
        value = math.log((count + PRIOR * share) / (firsts[first] + PRIOR) / share)
        gains[first << 16 | second] = count * abs(value - math.log(PRIOR / (firsts[first] + PRIOR))), level(value)
    best = sorted(gains, key=lambda key: (-gains[key][0], key))[:budget]
    values = {key: gains[key][1] for key in best}
    out = b""
    for group in (frequent, endings):
        out += struct.pack("<H", len(group))
        for text in group:
            out += bytes([len(text), *(letters[letter] for letter in text)])
    return out + tables.block(bytes(unseen)) + tables.sparse(values)


def casing(word, counts, listed):
    """How a word is mostly written: 0 small, 1 either way, 2 with a capital, 3 in capitals."""
    code = counts.code
    within, _ = counts.forms
    capital = upper(word[0], code) + word[1:]
    # Most words of the list stand in it with a capital too: that alone leaves it open how a name is written.
    small, large = within[word] + 2 * (word in listed), within[capital] + (capital in listed)
    if small + large == 0:
        return 3 if len(word) > 1 and upper(word, code) in listed else 0
    share = large / (small + large)
    return 2 if share > 0.8 else 1 if share > 0.25 else 0


def lexicon_table(counts, frequencies):
    language, code = counts.language, counts.code
    letters = {letter: i for i, letter in enumerate(language.letters, 1)}

    def can_be_damaged(word):
        return any(map(is_lost, word + upper(word[0], code)))

    ranked = sorted((w for w in frequencies if frequencies[w] >= 1), key=lambda w: (-frequencies[w], w))
    frequent = [word for word in ranked[:8000] if any(map(is_lost, upper(word, code)))]
    chosen = [word for word in ranked if can_be_damaged(word)][: language.words]
    listed = counts.listed
    words = {}
    for word in dict.fromkeys(chosen + frequent):
        words[tuple(letters[letter] for letter in word)] = frequencies[word], casing(word, counts, listed)
    return tables.lexicon(words), {word: frequencies[word] for word in dict.fromkeys(chosen + frequent)}


def frequencies_of(counts, folder):
    """Estimated frequencies, kept in a folder where one is named."""
    kept = folder and folder / f"{counts.code}.json"
    if kept and kept.exists():
        return json.loads(kept.read_text(encoding="utf-8"))
    found = estimate(counts)
    if kept:
        folder.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return found


def build(counts, frequencies, weights, char_budget, pair_budget):
    language = counts.language
    out = tables.MAGIC + bytes([len(language.letters)])
    for letter in language.letters:
        capital = upper(letter, language.code)
        out += struct.pack("<HH", ord(letter), ord(capital if len(capital) == 1 else letter))
    out += struct.pack("<B", len(weights)) + struct.pack(f"<{len(weights)}f", *weights)
    out += struct.pack("<f", math.log(counts.words_total))
    lexicon, listed = lexicon_table(counts, frequencies)
    sequences = unlisted(counts, listed)
    share = 1 - sum(listed.values()) / counts.words_total
    print(language.code, f"{len(listed):,} words listed, {share:.1%} of the text not")
    parts = [lexicon, char_tables(counts, sequences, char_budget), context_tables(counts, frequencies, pair_budget)]
    print(language.code, f"{len(frequencies):,} words known;", "lexicon, letters, context:", *(len(part) for part in parts))
    return out + b"".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what corpora.py filled")
    parser.add_argument("--out", type=Path, required=True, help="folder for LANG.bin")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: all")
    parser.add_argument("--letters", type=int, default=45_000, help="longer letter sequences a table has (default: 45,000)")
    parser.add_argument("--pairs", type=int, default=45_000, help="pairs of kinds a table has (default: 45,000)")
    parser.add_argument("--frequencies", type=Path, help="folder to keep estimated frequencies in")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    fitted = Path(__file__).with_name("weights.json")
    weights = json.loads(fitted.read_text()) if fitted.exists() else {}
    for code in options.languages.split(","):
        counts = Counts(LANGUAGES[code], options.data)
        frequencies = frequencies_of(counts, options.frequencies)
        table = build(counts, frequencies, weights.get(code, WEIGHTS), options.letters, options.pairs)
        (options.out / f"{code}.bin").write_bytes(table)


if __name__ == "__main__":
    main()

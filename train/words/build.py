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
import transitions
from counts import Counts
from frequencies import estimate, unlisted
from languages import LANGUAGES, is_lost, lower, upper

# The weights that come before any were chosen; see `Weights` in table.rs.
WEIGHTS = {"link": 0.8, "unlisted": -4.0, "fit": -2.4}


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


def build(counts, frequencies, weights):
    language = counts.language
    out = tables.MAGIC + bytes([len(language.letters)])
    for letter in language.letters:
        capital = upper(letter, language.code)
        out += struct.pack("<HH", ord(letter), ord(capital if len(capital) == 1 else letter))
    others, own = language.others
    out += bytes([len(others)])
    for other, letter in zip(others, own):
        out += struct.pack("<HHB", ord(other), ord(other.upper()), language.letters.index(letter) + 1)
    # A threshold above 1 and no trees: nothing is restored before fit.py has fitted both.
    out += struct.pack("<4f", weights["link"], weights["unlisted"], weights["fit"], 2.0)
    out += struct.pack("<f", math.log(counts.words_total))
    lexicon, listed = lexicon_table(counts, frequencies)
    sequences = unlisted(counts, listed)
    share = 1 - sum(listed.values()) / counts.words_total
    print(language.code, f"{len(listed):,} words listed, {share:.1%} of the text not")
    parts = [lexicon, char_tables(counts, sequences, language.sequences), transitions.table(counts, frequencies, language.least_gain)]
    print(language.code, f"{len(frequencies):,} words known;", "lexicon, letters, context:", *(len(part) for part in parts))
    return out + b"".join(parts) + tables.trees([])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="what corpora.py filled")
    parser.add_argument("--out", type=Path, required=True, help="folder for LANG.bin")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="default: all")
    parser.add_argument("--frequencies", type=Path, help="folder to keep estimated frequencies in")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    fitted = Path(__file__).with_name("weights.json")
    weights = json.loads(fitted.read_text()) if fitted.exists() else {}
    for code in options.languages.split(","):
        counts = Counts(LANGUAGES[code], options.data)
        frequencies = frequencies_of(counts, options.frequencies)
        table = build(counts, frequencies, weights.get(code, WEIGHTS))
        (options.out / f"{code}.bin").write_bytes(table)


if __name__ == "__main__":
    main()

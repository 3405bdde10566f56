"""Fits what tells a quote from a dash where one letter `â` is left of each.

Damages the punctuation of English reference texts, fits a conditional random field over the signs of
each line, and writes its weights and the word list beside the code that uses them:

    python3 train/punctuation.py PAGES [--cross-validate]

PAGES holds datasets with ground-truth/*.json (wcxb-dev, news). Labels, states and features are those of
crates/clean/src/repair/symbols/{context,chain}.rs, which compute them again.
"""

import argparse
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize

HOME = Path(__file__).resolve().parent.parent / "crates/clean/src/repair/symbols"

LABELS = "“”‘’–—"  # and one for every other sign
OTHER = len(LABELS)
COUNT = OTHER + 1
STATES = 4  # inside double quotes 1, inside single quotes 2
STRENGTH = 1.0
LEAST_SITES = 2
SCALE = 16  # a weight is a whole number of sixteenths in one byte
WORDS = 1500
THRESHOLD = 0.4

# Stand-ins in a damaged line: a lone sign, an ellipsis, another symbol.
SIGN, ELLIPSIS, SYMBOL = "\ue000\ue001\ue002"
SUFFIXES = ["s", "t", "re", "ve", "ll", "d", "m", "em", "cause", "til", "n", "clock"]
STEMS = {"o", "d", "l", "don", "can", "i", "rock", "y"}
ELISIONS = (
    "l d j m t s n c qu jusqu lorsqu puisqu quoiqu quelqu aujourd dell all nell sull dall quell un gl dev cent"
).split()
REAL = "ge ges gé gés gée gées gisme ne nes cre cres pre pres tre tres".split()
CLUSTERS = (
    "bl br ch cl cr dr fl fr gl gn gr kn ph pl pr q rh sc scr sh shr sk sl sm sn sp spl spr sq st str sw th thr tr wh wr"
).split()
REAL_ABROAD = "m me mes mago magos nimo nimos nus".split()
CLASSES = 17
SHAPES = 5


def read(folder):
    """Texts of the datasets with their sites."""
    for path in sorted(Path(folder).glob("*/ground-truth/*.json")):
        page = json.loads(path.read_text(encoding="utf-8"))
        host = urlsplit(page.get("url") or "").hostname or path.stem
        text = (page.get("ground_truth") or {}).get("main_content") or ""
        yield ".".join(host.split(".")[-2:]), text


def common_words(pages):
    """The words of most sites."""
    sites = defaultdict(set)
    for site, text in pages:
        for word in set(re.findall(r"[a-z]+", re.sub(r"['’]\w+", "", text.lower()))):
            sites[word].add(site)
    order = sorted(sites, key=lambda word: (-len(sites[word]), word))
    short = [word for word in order if len(word) == 2][:30]
    long = [word for word in order if len(word) > 2][: WORDS - len(short) - 2]
    return set(short + long + ["a", "i"])


class Language:
    ENGLISH, UNKNOWN, FOREIGN = range(3)


def language(line, words):
    found = [run for run in re.split(r"[\W\d_â]+", line.lower()) if run]
    accented = sum(any(char > "\x7f" and char not in "ðï" for char in run) for run in found)
    found = [run for run in found if len(run) > 1 or run in ("a", "i")]
    known = sum(word in words for word in found)
    if len(found) >= 4 and known * 100 >= len(found) * 35 and accented * 10 <= len(found):
        return Language.ENGLISH
    if len(found) >= 4 and known * 100 < len(found) * 20 or accented:
        return Language.FOREIGN
    return Language.UNKNOWN


def is_letter(char):
    return char.isalpha() and char != "â"


def word_before(line, at):
    start = at
    while start > 0 and is_letter(line[start - 1]) and at - start < 24:
        start -= 1
    return line[start:at]


def word_after(line, at):
    end = at + 1
    while end < len(line) and is_letter(line[end]) and end - at < 25:
        end += 1
    return line[at + 1 : end]


def starts_well(word):
    """Whether an English word may start so."""
    onset = re.match("[b-df-hj-np-tv-xz]*", word)[0]
    if onset == word:
        return False
    return onset == "" or onset in CLUSTERS or len(onset) == 1 and onset != "x"


def is_sign(line, at, tongue, words):
    """Whether a lone `â` of a damaged line is what is left of a sign, and no letter."""
    before, after = word_before(line, at), word_after(line, at)
    left, right = before.lower(), after.lower()
    if after[:1].isupper() or not (before or after):
        return True
    if is_elision(left, right):
        return True
    if not after:
        return True  # in English; foreign lines are not collected
    if not before:
        if right in REAL or right.startswith(("mb", "nc", "ng", "ns")):
            return False
        return tongue == Language.ENGLISH or right not in REAL_ABROAD and starts_well(right)
    start = at - len(before)
    return joins_words(left, right, tongue, words, len(left) < 3 and line[start - 1 : start] == "â")


def is_elision(left, right):
    if left not in ELISIONS or not right or right in ("ine", "ini", "inii", "inile", "inilor"):
        return False
    if left == "c":
        return right[0] in "eéèê"
    return right in ("a", "à") or len(right) > 1 and right[0] in "aeiouhéèêàôîœæ"


def joins_words(left, right, tongue, words, is_ending):
    if right == "s" and left.isascii() and len(left) > 2:
        return True
    if tongue == Language.FOREIGN:
        return False
    is_english = tongue == Language.ENGLISH
    if right == "t":
        return left.endswith("n")
    if right == "m":
        return left == "i"
    if right in ("clock", "mores", "ts"):
        return left == {"clock": "o", "mores": "s", "ts": "don"}[right]
    if right in ("s", "re", "ve", "ll", "d"):
        return is_english or left in words
    if left in words and right in words:
        return len(left) + len(right) > (3 if is_english else 5)
    if len(left) > 4 and len(right) > 4:
        return starts_well(right)
    if not is_english:
        return False
    if right == "a":
        return len(left) > 1
    if is_ending:
        return right in words
    if len(left) > 2 and len(right) > 4 or left in words and len(left) > 1 and len(right) > 3:
        return starts_well(right)
    return right in words and right != "me" and len(left) > 2 and len(right) > 1


def residue(char):
    return "".join(chr(byte) for byte in char.encode() if not 0x80 <= byte < 0xA0)


def damaged(line):
    """The line as the damage leaves it, and what each lone `â` of it was."""
    output, was = [], {}
    for char in line:
        rest = residue(char)
        if ord(char) < 0x80 or len(rest) == len(char.encode()):
            output.append(char)
            continue
        if rest == "â":
            was[sum(map(len, output))] = char
        output.append(rest)
    return "".join(output), was


def items(line, words):
    """The line with stand-ins, and for each place where in the line it stands."""
    tongue = language(line, words)
    output, places = [], []
    at = 0
    while at < len(line):
        char, step = line[at], 1
        if char == "â":
            rest = line[at + 1 : at + 2]
            if rest == "¦":
                char, step = ELLIPSIS, 2
            elif rest and rest in "¢¤¥§¨©ª«¬®¯±²³´µ¶·¸¹º»¼½¾":
                char, step = SYMBOL, 2
            elif is_sign(line, at, tongue, words):
                char = SIGN
        output.append(char)
        places.append(at)
        at += step
    return output, places


def class_of(char):
    if char is None:
        return 0
    if char.isspace():
        return 1
    if char in (SIGN, ELLIPSIS, SYMBOL):
        return 14 + (SIGN, ELLIPSIS, SYMBOL).index(char)
    if char.isalpha():
        return 2 if char.isupper() else 3
    if char in "0123456789":
        return 4
    for kind, chars in ((5, "."), (6, ","), (7, "?!"), (8, ";:"), (9, "([{"), (10, ")]}")):
        if char in chars:
            return kind
    for kind, chars in ((11, '"'), (12, "'"), (13, "-/")):
        if char in chars:
            return kind
    return 16


MIDDLE, OPEN, CLOSE, SPACED, LOOSE = range(SHAPES)


def shape_of(left, right):
    """How a sign stands between what is left and right of it and of its neighbours."""
    word = (2, 3, 4)
    if left in word and right in word:
        return MIDDLE
    if left in (0, 1, 9, 13) and right in (*word, 15, 16):
        return OPEN
    if left not in (0, 1) and right in (0, 1, 5, 6, 7, 8, 10):
        return CLOSE
    if left in (0, 1) and right in (0, 1):
        return SPACED
    return LOOSE


def bucket(count, bounds=(0, 1, 2, 4, 8)):
    return sum(count > bound for bound in bounds)


class Line:
    """What the features of a line's signs are computed from, once."""

    def __init__(self, text):
        self.text = text
        self.classes = [class_of(char) for char in text]
        self.at = [place for place, char in enumerate(text) if char == SIGN]
        self.left, self.right = [], []  # how many signs stand directly before and after
        for order, place in enumerate(self.at):
            joined = order > 0 and self.at[order - 1] == place - 1
            self.left.append(self.left[-1] + 1 if joined else 0)
        after = 0
        for order in reversed(range(len(self.at))):
            joined = order + 1 < len(self.at) and self.at[order + 1] == self.at[order] + 1
            after = after + 1 if joined else 0
            self.right.append(after)
        self.right.reverse()
        self.outer = [
            (self.kind(place - left - 1), self.kind(place + right + 1))
            for place, left, right in zip(self.at, self.left, self.right)
        ]
        self.shapes = [shape_of(*outer) for outer in self.outer]
        words, count = [], 0
        for before, here in zip([1, *self.classes], self.classes):
            count += here in (2, 3, 4) and before not in (2, 3, 4)
            words.append(count)
        self.words = [words[place] for place in self.at]
        self.length = count
        self.has_double = '"' in text
        self.has_single = any(
            text[place] == "'" and self.kind(place - 1) in (2, 3) and self.kind(place + 1) in (2, 3)
            for place in range(len(text))
        )
        self.contracted = sum(
            shape == MIDDLE and self.suffix(order) < len(SUFFIXES) for order, shape in enumerate(self.shapes)
        )
        self.has_hyphen = any(
            text[place] == "-" and self.kind(place - 1) == 1 and self.kind(place + 1) == 1
            for place in range(len(text))
        )
        self.shape_counts = Counter(self.shapes)

    def kind(self, place):
        return self.classes[place] if 0 <= place < len(self.classes) else 0

    def word(self, place, step):
        """The letters from a place on, in lower case: six at most, to be told apart from longer ones."""
        word = ""
        while self.kind(place) in (2, 3) and len(word) < 7:
            word += self.text[place].lower()
            place += step
        return word

    def suffix(self, order):
        word = self.word(self.at[order] + 1, 1)
        return SUFFIXES.index(word) if word in SUFFIXES else len(SUFFIXES) + (word != "")

    def digits(self, place, step):
        count = 0
        while self.kind(place) == 4 and count < 5:
            count += 1
            place += step
        return count


class Blocks:
    """Hands out ranges of feature numbers."""

    def __init__(self):
        self.total = 0
        self.found = []

    def add(self, *parts):
        """One feature of a block: (value, size) pairs."""
        number = 0
        size = 1
        for value, bound in parts:
            number = number * bound + value
            size *= bound
        self.found.append(self.total + number)
        self.total += size


def features(line, order):
    """The numbers of the features of a sign: one of each block."""
    place, shape = line.at[order], line.shapes[order]
    left1, left2 = line.kind(place - 1), line.kind(place - 2)
    right1, right2 = line.kind(place + 1), line.kind(place + 2)
    outer_left, outer_right = line.outer[order]
    shapes = (shape, SHAPES)
    left_run, right_run = min(line.left[order], 2), min(line.right[order], 2)
    backwards = line.word(place - 1, -1)
    stem = backwards[::-1] if len(backwards) < 7 else ""
    previous = line.shapes[order - 1] if order > 0 else SHAPES
    following = line.shapes[order + 1] if order + 1 < len(line.shapes) else SHAPES
    to_close = next(
        (
            line.words[other] - line.words[order]
            for other in range(order + 1, min(order + 9, len(line.at)))
            if line.shapes[other] == CLOSE
        ),
        -1,
    )
    from_open = next(
        (
            line.words[order] - line.words[other]
            for other in range(order - 1, max(order - 9, -1), -1)
            if line.shapes[other] == OPEN
        ),
        -1,
    )
    spaced = shape in (SPACED, MIDDLE)
    step = 2 if shape == SPACED else 1
    blocks = Blocks()
    blocks.add((left1, CLASSES), (right1, CLASSES))
    blocks.add((left2, CLASSES), (left1, CLASSES))
    blocks.add((right1, CLASSES), (right2, CLASSES))
    blocks.add((outer_left, CLASSES), (outer_right, CLASSES))
    blocks.add((line.suffix(order), 14), (0 if left1 in (2, 3) else 1 if left1 == 4 else 2, 3))
    blocks.add((stem in STEMS, 2), (stem.endswith("s"), 2), (right1, CLASSES))
    blocks.add((left_run, 3), (right_run, 3), shapes)
    blocks.add(shapes, (previous, SHAPES + 1), (following, SHAPES + 1))
    blocks.add(shapes, (to_close + 1 and bucket(to_close + 1), 6))
    blocks.add(shapes, (from_open + 1 and bucket(from_open + 1), 6))
    blocks.add(shapes, (line.has_double, 2))
    blocks.add(shapes, (line.has_single, 2))
    blocks.add(shapes, (min(line.contracted - (shape == MIDDLE), 2) if line.contracted else 0, 3))
    blocks.add(shapes, (line.has_hyphen, 2))
    blocks.add(
        (spaced, 2),
        (line.digits(place - step, -1) if spaced else 0, 6),
        (line.digits(place + step, 1) if spaced else 0, 6),
    )
    blocks.add(shapes, (min(line.shape_counts[SPACED], 3), 4))
    blocks.add(shapes, (min(line.shape_counts[MIDDLE] - line.contracted, 3) if shape != MIDDLE else 0, 4))
    blocks.add(shapes, (bucket(line.length, (0, 3, 8, 20, 60)), 6))
    blocks.add(shapes, (place == 0, 2), (line.kind(0) == 14, 2))
    blocks.add(
        shapes,
        (min(line.shape_counts[OPEN], 3), 4),
        (min(line.shape_counts[CLOSE], 3), 4),
    )
    return blocks


def next_state(state, label, middle):
    """Inside which quotes a line is after a sign."""
    if label == 0:
        return state | 1
    if label == 1:
        return 0
    if label == 2:
        return state | 2
    if label == 3 and not middle:
        return state & 1
    return state


class Data:
    """Signs of many lines; rows are in line order."""

    def __init__(self):
        self.rows, self.labels, self.middle, self.shape, self.start = [], [], [], [], []
        self.site, self.left_alone, self.length = [], [], []

    def arrays(self, size):
        counts = [len(row) for row in self.rows]
        column = np.fromiter((number for row in self.rows for number in row), dtype=np.int32)
        row = np.repeat(np.arange(len(counts)), counts)
        shape = (len(counts), size)
        self.matrix = sparse.csr_matrix((np.ones(len(column)), (row, column)), shape=shape)
        self.label = np.array(self.labels)
        self.is_middle = np.array(self.middle)
        self.shape_of = np.array(self.shape)
        self.starts = np.array(self.start)
        self.sites = np.array(self.site)
        self.lengths = np.array(self.length)


def collect(pages, words):
    """Every sign of the English lines, as features, and those that the gate leaves alone."""
    data = Data()
    size = 0
    for site, text in pages:
        if language(text[:20000], words) != Language.ENGLISH:
            continue
        for source in text.split("\n"):
            line, was = damaged(source)
            if not was or language(line, words) == Language.FOREIGN:
                continue
            tokens, places = items(line, words)
            context = Line(tokens)
            if context.length < 4 and not set(was.values()) <= set(LABELS) or "\u2011" in was.values():
                continue  # trees and tables drawn with characters; the hyphens of a few sites
            taken = {places[place] for place in context.at}
            for place, char in was.items():
                if place not in taken:
                    data.left_alone.append((site, char))
            for order, place in enumerate(context.at):
                char = was.get(places[place])
                if char is None:
                    continue
                blocks = features(context, order)
                size = blocks.total
                data.rows.append(blocks.found)
                data.labels.append(LABELS.index(char) if char in LABELS else OTHER)
                data.middle.append(context.shapes[order] == MIDDLE)
                data.shape.append(context.shapes[order])
                data.site.append(site)
                data.start.append(order == 0)
                data.length.append(context.length)
    data.arrays(size)
    return data


NEXT = np.array([[[next_state(s, l, m) for l in range(COUNT)] for s in range(STATES)] for m in (0, 1)])


class Chain:
    """The lines of some rows, padded to one length, longest pieces of 64."""

    def __init__(self, data, rows):
        self.data, self.rows = data, rows
        lines, line = [], []
        for row in rows:
            if line and (data.starts[row] or len(line) == 64):
                lines.append(line)
                line = []
            line.append(row)
        lines.append(line)
        lines.sort(key=len, reverse=True)
        length = len(lines[0])
        self.place = np.full((len(lines), length), -1)
        for order, line in enumerate(lines):
            self.place[order, : len(line)] = line
        self.alive = [int((self.place[:, t] >= 0).sum()) for t in range(length)]
        self.position = np.full(len(data.labels), -1)
        self.position[rows] = np.arange(len(rows))

    def marginals(self, scores, states, ends):
        """Log-likelihoods' sum and P(state, label) of each row. scores: rows x labels."""
        data = self.data
        own = scores[:, None, :] + states[data.shape_of[self.rows]]  # rows x states x labels
        follow = NEXT[data.is_middle[self.rows].astype(int)]
        length = len(self.alive)
        alpha = [None] * (length + 1)
        lines = len(self.place)
        alpha[0] = np.full((lines, STATES), -np.inf)
        alpha[0][:, 0] = 0
        for t in range(length):
            n = self.alive[t]
            rows = self.position[self.place[:n, t]]
            step = alpha[t][:n, :, None] + own[rows]
            new = np.full((n, STATES), -np.inf)
            for state in range(STATES):
                part = np.where(follow[rows] == state, step, -np.inf).reshape(n, -1)
                top = part.max(axis=1)
                safe = np.where(np.isfinite(top), top, 0)
                new[:, state] = np.log(np.exp(part - safe[:, None]).sum(axis=1) + 1e-300) + safe
            alpha[t + 1] = new
        beta = np.tile(ends, (lines, 1))
        total = 0.0
        result = np.zeros((len(self.rows), STATES, COUNT))
        for t in reversed(range(length)):
            n = self.alive[t]
            rows = self.position[self.place[:n, t]]
            after = np.take_along_axis(
                np.repeat(beta[:n, None, :], STATES, axis=1), follow[rows], axis=2
            )
            joint = alpha[t][:n, :, None] + own[rows] + after
            flat = joint.reshape(n, -1)
            top = flat.max(axis=1)
            norm = np.log(np.exp(flat - top[:, None]).sum(axis=1)) + top
            result[rows] = np.exp(joint - norm[:, None, None])
            if t == 0:
                total += norm.sum()
            step = own[rows] + after
            top = step.max(axis=2)
            beta[:n] = np.log(np.exp(step - top[:, :, None]).sum(axis=2)) + top
        return total, result

    def gold(self):
        """The state before each row, and each line's last."""
        data = self.data
        before = np.zeros(len(self.rows), dtype=int)
        last = []
        for line in self.place:
            state = 0
            for row in line[line >= 0]:
                before[self.position[row]] = state
                state = next_state(state, data.labels[row], data.middle[row])
            last.append(state)
        return before, np.array(last)


def fit(data, rows, kept):
    """Weights of features, of (shape, state, label), and of the last state."""
    chain = Chain(data, rows)
    matrix = data.matrix[rows][:, kept]
    label = data.label[rows]
    before, last = chain.gold()
    shapes = data.shape_of[rows]
    gold = np.zeros((len(rows), COUNT))
    gold[np.arange(len(rows)), label] = 1
    gold_states = np.zeros((SHAPES, STATES, COUNT))
    np.add.at(gold_states, (shapes, before, label), 1)
    gold_ends = np.bincount(last, minlength=STATES)
    width = matrix.shape[1]
    sizes = np.cumsum([width * COUNT, SHAPES * STATES * COUNT])

    def unpack(flat):
        first, second, third = np.split(flat, sizes)
        return first.reshape(width, COUNT), second.reshape(SHAPES, STATES, COUNT), third

    def loss(flat):
        weights, states, ends = unpack(flat)
        total, found = chain.marginals(matrix @ weights, states, ends)
        score = ((matrix @ weights) * gold).sum() + (states * gold_states).sum() + ends @ gold_ends
        expected = found.sum(axis=1)
        of_states = np.zeros_like(states)
        np.add.at(of_states, shapes, found)
        follow = NEXT[data.is_middle[rows].astype(int)]
        of_ends = np.zeros(STATES)
        lasts = chain.position[[line[line >= 0][-1] for line in chain.place]]
        np.add.at(of_ends, follow[lasts], found[lasts])
        gradient = np.concatenate(
            [
                (matrix.T @ (expected - gold)).ravel(),
                (of_states - gold_states).ravel(),
                of_ends - gold_ends,
            ]
        )
        gradient += STRENGTH * flat
        return total - score + STRENGTH / 2 * flat @ flat, gradient

    found = minimize(
        loss, np.zeros(sizes[-1] + STATES), jac=True, method="L-BFGS-B", options={"maxiter": 120}
    )
    weights, states, ends = unpack(found.x)
    full = np.zeros((data.matrix.shape[1], COUNT))
    full[kept] = weights
    # What is added to all labels of a sign alike says nothing.
    full -= full.mean(axis=1, keepdims=True)
    return tuple(np.clip(np.round(part * SCALE), -127, 127) for part in (full, states, ends))


def kept_features(data, rows):
    """Features of enough sites."""
    names, site = np.unique(data.sites[rows], return_inverse=True)
    matrix = data.matrix[rows].tocoo()
    pairs = np.unique(matrix.col.astype(np.int64) * len(names) + site[matrix.row])
    return np.bincount(pairs // len(names), minlength=data.matrix.shape[1]) >= LEAST_SITES


def posteriors(data, rows, model):
    weights, states, ends = (part / SCALE for part in model)
    chain = Chain(data, rows)
    _, found = chain.marginals(data.matrix[rows] @ weights, states, ends)
    return found.sum(axis=1)


def report(data, found, rows, among=True):
    """What each sign becomes, by the rule of chain.rs."""
    label = data.label[rows]
    dashes = found[:, 4:6].sum(axis=1)
    is_dash = dashes > found[:, :4].max(axis=1)
    best = np.where(is_dash, 4 + found[:, 4:6].argmax(axis=1), found[:, :4].argmax(axis=1))
    is_marked = np.where(is_dash, dashes, found[:, :4].max(axis=1)) < THRESHOLD
    left = Counter(char for _, char in data.left_alone)
    print("sign   count  exact  wrong marked  left")
    totals = np.zeros(5)
    for number in range(COUNT):
        own = (label == number) & among
        name = LABELS[number] if number < OTHER else "other"
        alone = left[name] if number < OTHER else sum(left.values()) - sum(left[c] for c in LABELS)
        exact = (own & ~is_marked & (best == number)).sum()
        wrong = (own & ~is_marked & (best != number)).sum()
        marked = (own & is_marked).sum()
        count = own.sum() + alone
        if number < OTHER:
            totals += (count, exact, wrong, marked, alone)
        shares = " ".join(f"{100 * n / max(count, 1):6.2f}" for n in (exact, wrong, marked, alone))
        print(f"{name:5} {count:6} {shares}")
    shares = " ".join(f"{100 * n / totals[0]:6.2f}" for n in totals[1:])
    print(f"all   {int(totals[0]):6} {shares}   (without other)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", type=Path)
    parser.add_argument("--cross-validate", action="store_true", help="figures of five folds of sites")
    arguments = parser.parse_args()
    pages = list(read(arguments.pages))
    words = common_words(pages)
    data = collect(pages, words)
    rows = np.arange(len(data.labels))
    print(len(rows), "signs,", data.matrix.shape[1], "features")
    if arguments.cross_validate:
        names = np.unique(data.sites)
        fold_of = {name: order % 5 for order, name in enumerate(np.random.default_rng(7).permutation(names))}
        folds = np.array([fold_of[site] for site in data.sites])
        found = np.zeros((len(rows), COUNT))
        for fold in range(5):
            train, test = rows[folds != fold], rows[folds == fold]
            model = fit(data, train, kept_features(data, train))
            found[test] = posteriors(data, test, model)
        report(data, found, rows)
        print("in lines of eight words or more:")
        report(data, found, rows, data.lengths >= 8)
        return
    model = fit(data, rows, kept_features(data, rows))
    report(data, posteriors(data, rows, model), rows)
    flat = np.concatenate([part.ravel() for part in model]).astype(np.int8)
    (HOME / "punctuation.bin").write_bytes(flat.tobytes())
    (HOME / "english.txt").write_text("\n".join(sorted(words)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Features of a line's lone signs, as numbers: those of crates/clean/src/repair/symbols/context.rs."""

from collections import Counter

from signs import ELLIPSIS, SIGN, SYMBOL

SUFFIXES = ["s", "t", "re", "ve", "ll", "d", "m", "em", "cause", "til", "n", "clock"]
STEMS = {"o", "d", "l", "don", "can", "i", "rock", "y"}
CLASSES = 17
SHAPES = 5


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

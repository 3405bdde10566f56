"""Writes the table of a language, as `crates/clean/src/repair/words/` reads it."""

import math
import struct

MAGIC = b"WORDS2\n"
MASK = (1 << 64) - 1
BUCKET = 8


def block(data):
    return struct.pack("<I", len(data)) + data


# ---- sparse maps: see sparse.rs ---------------------------------------------------------------------------------------


def mix(key):
    value = (key + 0x9E3779B97F4A7C15) & MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def sparse(values):
    """A map {key: 0..255}: the sizes of its buckets, then two bytes of hash and the number an entry."""
    buckets = [[] for _ in range(max(len(values) // BUCKET, 1))]
    for key in sorted(values):
        value = mix(key)
        bucket = buckets[((value >> 32) * len(buckets)) >> 32]
        if all(check != value & 0xFFFF for check, _ in bucket):
            bucket.append((value & 0xFFFF, values[key]))
    entries = b"".join(struct.pack("<HB", *entry) for bucket in buckets for entry in bucket)
    return block(bytes(len(bucket) for bucket in buckets)) + block(entries)


# ---- the lexicon: see lexicon.rs --------------------------------------------------------------------------------------

LAST, FINAL = 1 << 30, 1 << 31


def automaton(words):
    """(root, edges, order): the minimal automaton of words (tuples of codes), and the words in the order of its numbers."""
    words = sorted(words)
    edges, known = [], {}

    def freeze(node):
        """The number of an equal node: its first edge plus one."""
        if not node:
            return 0
        key = tuple(node)
        if key not in known:
            known[key] = len(edges) + 1
            for i, (code, final, target) in enumerate(node):
                edges.append(target | code << 24 | (LAST if i == len(node) - 1 else 0) | (FINAL if final else 0))
        return known[key]

    # Nodes on the way to the last word, each a list of [code, ends a word, number of the next node].
    path = [[]]
    previous = ()
    for word in words:
        shared = 0
        while shared < min(len(word), len(previous)) and word[shared] == previous[shared]:
            shared += 1
        for _ in range(len(previous) - shared):
            node = path.pop()
            path[-1][-1] = (*path[-1][-1][:2], freeze(node))
        for i in range(shared, len(word)):
            path[-1].append((word[i], i == len(word) - 1, 0))
            path.append([])
        previous = word
    while len(path) > 1:
        node = path.pop()
        path[-1][-1] = (*path[-1][-1][:2], freeze(node))
    root = freeze(path[0]) - 1
    assert len(edges) < 1 << 24
    return root, edges, words


def lexicon(words):
    """{codes: (count, casing)}"""
    root, edges, order = automaton(words)
    values = bytes(
        min(max(round(4 * math.log(max(words[word][0], 1))), 0), 63) << 2 | words[word][1] for word in order
    )
    packed = b"".join(bytes([edge >> 24 & 0xFF]) + varint(distance(at, edge & 0xFFFFFF)) for at, edge in enumerate(edges))
    return struct.pack("<II", root, len(edges)) + block(packed) + block(values)


def distance(at, node):
    """How far back a node is, plus one; 0 for none."""
    return at + 2 - node if node else 0


def varint(number):
    """Seven bits a byte, the lowest first; the eighth says that another follows."""
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


# ---- trees: see confidence.rs -----------------------------------------------------------------------------------------

LEAF = 255


def threshold_at(table):
    """Where the threshold of a table stands."""
    at = len(MAGIC)
    at += 1 + 4 * table[at]
    return at + 1 + 5 * table[at] + 12


def trees_at(table):
    """Where the trees of a table stand: all that follows is theirs."""
    at = threshold_at(table) + 8

    def block():
        nonlocal at
        size = struct.unpack_from("<I", table, at)[0]
        at += 4 + size
        return size

    def words():
        nonlocal at
        count = struct.unpack_from("<H", table, at)[0]
        at += 2
        for _ in range(count):
            at += 1 + table[at]

    at += 8  # of the automaton: its root and how many edges it has
    for _ in range(2 + 1 + 2):  # the lexicon; the letters, dense and sparse
        block()
    words()
    for _ in range(3):
        at += 2
        words()
    for _ in range(1 + 2 + 2):  # ratios, dense and sparse
        block()
    return at


def trees(found):
    """Trees, each a list of nodes (number of the fact or LEAF, value, left, right); a node leads to later ones only."""
    out = struct.pack("<H", len(found))
    for nodes in found:
        out += bytes([len(nodes)])
        out += b"".join(struct.pack("<BfBB", *node) for node in nodes)
    return out

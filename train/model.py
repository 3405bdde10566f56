"""Writes model files: crates/clean/src/model/ says what stands in them, and reads them."""

import struct
import sys
import zlib
from pathlib import Path

import lightgbm
import numpy as np

from tables import Table

MAGIC = b"copydesk-model\n"
VERSION = 2
LEAF = 0x80
CHECKSUM = 4
NO_CALIBRATIONS = struct.pack("<II", 0, 0)
NO_CLASSES = struct.pack("<II", 0, 0)
HALVES = ("html", "text")
# A node of a tree: feature, threshold, value, children.
NODE = "<HffBB"
# The hashes and weights of a group without tokens.
NO_TOKENS = (np.zeros(0, np.uint32), np.zeros(0))
ENTRY = np.dtype([("token", "<u4"), ("first", "i1"), ("second", "i1")])


class KeptHalf:
    """A half of a model file, `html` or `text`, to keep it when only the other half is fitted."""

    def __init__(self, path: Path, half: str):
        content = path.read_bytes()
        self.half = half
        place = len(MAGIC) + 4
        (count,) = struct.unpack_from("<I", content, place)
        place += 4
        self.names: list[str] = []
        for _ in range(count):
            length = content[place]
            self.names.append(content[place + 1 : place + 1 + length].decode())
            place += 1 + length
        near, far, place = _read_table(content, place)
        words, text_words, place = _read_table(content, place)
        groups = {"html": (near, far, words), "text": (NO_TOKENS, NO_TOKENS, text_words)}[half]
        self.table = Table([hashes for hashes, _ in groups], [weights for _, weights in groups], 0.0)
        if half == "text":
            place = _end_of_forest(content, place)
        self._forest = content[place:]

    def forest(self, names: list[str]) -> bytes:
        """The trees, whose features have the numbers that they have in `names`."""
        number = [names.index(name) if name in names else 0 for name in self.names]
        (trees,) = struct.unpack_from("<I", self._forest)
        parts, place = [self._forest[:4]], 4
        for _ in range(trees):
            nodes = self._forest[place]
            parts.append(self._forest[place : place + 1])
            place += 1
            for _ in range(nodes):
                feature, *rest = struct.unpack_from(NODE, self._forest, place)
                parts.append(struct.pack(NODE, number[feature], *rest))
                place += struct.calcsize(NODE)
            leaves = 4 * (nodes + 1)
            parts.append(self._forest[place : place + leaves])
            place += leaves
        return b"".join(parts)


def write(
    path: Path,
    names: list[str],
    tables: dict[str, Table],
    forests: dict[str, lightgbm.Booster],
    kept: KeptHalf | None = None,
) -> None:
    """Writes a model file without calibrations and classes. Tables and forests are those of `html` and `text`;
    what is missing is left empty. `kept` is a half to copy instead."""
    parts = [MAGIC, struct.pack("<II", VERSION, len(names))]
    parts += [struct.pack("<B", len(name)) + name.encode() for name in names]
    tables = tables | ({kept.half: kept.table} if kept else {})
    of_html, of_text = (
        list(zip(tables[half].hashes, tables[half].weights)) if half in tables else [NO_TOKENS] * 3
        for half in HALVES
    )
    (near, far, words), (_, _, text_words) = of_html, of_text
    parts += [_table(near, far), _table(words, text_words)]
    for half in HALVES:
        is_kept = kept is not None and kept.half == half
        parts.append(kept.forest(names) if is_kept else _forest(_roots(forests.get(half))))
    parts += [NO_CALIBRATIONS, NO_CLASSES]
    _write(path, b"".join(parts))


def calibrated(source: Path, path: Path, calibrations: dict[str, list]) -> int:
    """Writes a model that has no calibrations and classes once more, with calibrations and the classes of the file
    that it replaces, and says how many bytes it has."""
    classes = _sections(path.read_bytes())[1] if path.exists() else NO_CLASSES
    content = source.read_bytes()[:-CHECKSUM].removesuffix(NO_CALIBRATIONS + NO_CLASSES)
    for half in HALVES:
        points = np.array(calibrations.get(half, []), "<f4")
        content += struct.pack("<I", len(points)) + points.tobytes()
    return _write(path, content + classes)


def with_classes(source: Path, path: Path, names: list[str], classes: dict[str, list[dict]]) -> int:
    """Writes a model once more, with these trees for each class (as LightGBM dumps them, over the features `names`),
    and says how many bytes it has."""
    content = _sections(source.read_bytes())[0]
    content += struct.pack("<I", len(names))
    content += b"".join(struct.pack("<B", len(name)) + name.encode() for name in names)
    content += struct.pack("<I", len(classes))
    for name, roots in classes.items():
        content += struct.pack("<B", len(name)) + name.encode() + _forest(roots)
    return _write(path, content)


def _sections(content: bytes) -> tuple[bytes, bytes]:
    """What a model file has before its classes, and its classes."""
    place = len(MAGIC)
    (version,) = struct.unpack_from("<I", content, place)
    if version != VERSION:
        sys.exit(f"a model of version {version}; only {VERSION} is known")
    (names,) = struct.unpack_from("<I", content, place + 4)
    place += 8
    for _ in range(names):
        place += 1 + content[place]
    for _ in ("names", "words"):
        *_, place = _read_table(content, place)
    for _ in HALVES:
        place = _end_of_forest(content, place)
    for _ in HALVES:
        (points,) = struct.unpack_from("<I", content, place)
        place += 4 + 8 * points
    return content[:place], content[place:-CHECKSUM]


def _end_of_forest(content: bytes, place: int) -> int:
    (trees,) = struct.unpack_from("<I", content, place)
    place += 4
    for _ in range(trees):
        nodes = content[place]
        place += 1 + nodes * struct.calcsize(NODE) + 4 * (nodes + 1)
    return place


def _write(path: Path, content: bytes) -> int:
    return path.write_bytes(content + struct.pack("<I", zlib.crc32(content)))


def write_parity(
    path: Path,
    features: dict[str, np.ndarray],
    forests: dict,
    names: list[str],
    kept: KeptHalf | None = None,
    rows: int = 60,
) -> None:
    """Writes blocks and what LightGBM says of them, to hold the evaluator in Rust to it. The blocks of a kept half
    are copied; features that are new since are 0 in them."""
    parts = []
    for half in HALVES:
        if kept and half == kept.half:
            parts.append(_kept_parity(path.read_bytes(), half, kept.names, names))
            continue
        some = np.random.default_rng(1).choice(len(features[half]), rows, replace=False)
        vectors = features[half][some].astype("<f4")
        answers = forests[half].predict(vectors, raw_score=True)
        parts.append(struct.pack("<I", rows))
        parts += [row.tobytes() + struct.pack("<d", answer) for row, answer in zip(vectors, answers)]
    path.write_bytes(b"".join(parts))


def _kept_parity(content: bytes, half: str, old: list[str], names: list[str]) -> bytes:
    row = np.dtype([("features", "<f4", len(old)), ("answer", "<f8")])
    place = 0
    for _ in range(HALVES.index(half)):
        (rows,) = struct.unpack_from("<I", content, place)
        place += 4 + rows * row.itemsize
    (rows,) = struct.unpack_from("<I", content, place)
    blocks = np.frombuffer(content, row, rows, place + 4)
    vectors = np.zeros((rows, len(names)), "<f4")
    for place, name in enumerate(names):
        if name in old:
            vectors[:, place] = blocks["features"][:, old.index(name)]
    pairs = zip(vectors, blocks["answer"])
    return struct.pack("<I", rows) + b"".join(one.tobytes() + struct.pack("<d", answer) for one, answer in pairs)


def _table(first: tuple, second: tuple) -> bytes:
    """Two weights for each token, as multiples of a scale that fit a byte."""
    hashes = np.union1d(first[0], second[0])
    entries = np.zeros(len(hashes), dtype=ENTRY)
    entries["token"] = hashes
    scales = []
    for column, (tokens, weights) in (("first", first), ("second", second)):
        scale = np.float32(max(np.abs(weights).max(initial=0.0) / 127, 1e-9))
        entries[column][np.searchsorted(hashes, tokens)] = np.round(weights / scale)
        scales.append(scale)
    entries = entries[(entries["first"] != 0) | (entries["second"] != 0)]
    return struct.pack("<ffI", *scales, len(entries)) + entries.tobytes()


def _read_table(content: bytes, place: int) -> tuple[tuple, tuple, int]:
    """The two columns of a table, each hashes and weights, and where the table ends."""
    *scales, count = struct.unpack_from("<ffI", content, place)
    place += struct.calcsize("<ffI")
    entries = np.frombuffer(content, ENTRY, count, place)
    columns = []
    for column, scale in zip(("first", "second"), scales):
        used = entries[column] != 0
        columns.append((entries["token"][used], entries[column][used] * np.float32(scale)))
    return *columns, place + entries.nbytes


def _roots(booster: lightgbm.Booster | None) -> list[dict]:
    return [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]] if booster else []


def _forest(roots: list[dict]) -> bytes:
    trees = [_tree(root) for root in roots if "split_index" in root]
    return struct.pack("<I", len(trees)) + b"".join(trees)


def _tree(root: dict) -> bytes:
    """Nodes in preorder, so that children stand behind their parents; then the leaves."""
    nodes, leaves, place, stack = [], [], {}, [root]
    while stack:
        node = stack.pop()
        if "split_index" in node:
            place[id(node)] = len(nodes)
            nodes.append(node)
            stack += [node["right_child"], node["left_child"]]
    out = [struct.pack("<B", len(nodes))]
    for node in nodes:
        children = []
        for child in (node["left_child"], node["right_child"]):
            if "split_index" in child:
                children.append(place[id(child)])
            else:
                children.append(LEAF | len(leaves))
                leaves.append(child["leaf_value"])
        # The largest number of 32 bits that is not above the threshold divides features of 32 bits
        # as the threshold does.
        threshold = np.float32(node["threshold"])
        if float(threshold) > node["threshold"]:
            threshold = np.nextafter(threshold, np.float32(-np.inf))
        numbers = (node["split_feature"], threshold, node["internal_value"], *children)
        out.append(struct.pack(NODE, *numbers))
    return b"".join(out) + np.array(leaves, "<f4").tobytes()

"""Writes model files: crates/clean/src/model/ says what stands in them, and reads them."""

import struct
import zlib
from pathlib import Path

import lightgbm
import numpy as np

from tables import Table

MAGIC = b"copydesk-model\n"
VERSION = 1
LEAF = 0x80
CHECKSUM = 4
NO_CALIBRATIONS = struct.pack("<II", 0, 0)
HALVES = ("html", "text")


def write(
    path: Path,
    names: list[str],
    tables: dict[str, Table],
    forests: dict[str, lightgbm.Booster],
) -> None:
    """Writes a model file without calibrations. Tables and forests are those of `html` and `text`;
    what is missing is left empty."""
    parts = [MAGIC, struct.pack("<II", VERSION, len(names))]
    parts += [struct.pack("<B", len(name)) + name.encode() for name in names]
    nothing = (np.zeros(0, np.uint32), np.zeros(0))
    html, text = (
        list(zip(tables[half].hashes, tables[half].weights)) if half in tables else [nothing] * 3
        for half in HALVES
    )
    (near, far, words), (_, _, text_words) = html, text
    parts += [_table(near, far), _table(words, text_words)]
    parts += [_forest(forests.get(half)) for half in HALVES]
    parts.append(NO_CALIBRATIONS)
    _write(path, b"".join(parts))


def calibrated(source: Path, path: Path, calibrations: dict[str, list]) -> int:
    """Writes a model that has no calibrations once more, with some, and says how many bytes it has."""
    content = source.read_bytes()[:-CHECKSUM].removesuffix(NO_CALIBRATIONS)
    for half in HALVES:
        points = np.array(calibrations.get(half, []), "<f4")
        content += struct.pack("<I", len(points)) + points.tobytes()
    return _write(path, content)


def _write(path: Path, content: bytes) -> int:
    return path.write_bytes(content + struct.pack("<I", zlib.crc32(content)))


def write_parity(path: Path, features: dict[str, np.ndarray], forests: dict, rows: int = 60) -> None:
    """Writes blocks and what LightGBM says of them, to hold the evaluator in Rust to it."""
    parts = []
    for half in HALVES:
        some = np.random.default_rng(1).choice(len(features[half]), rows, replace=False)
        vectors = features[half][some].astype("<f4")
        answers = forests[half].predict(vectors, raw_score=True)
        parts.append(struct.pack("<I", rows))
        parts += [row.tobytes() + struct.pack("<d", answer) for row, answer in zip(vectors, answers)]
    path.write_bytes(b"".join(parts))


def _table(first: tuple, second: tuple) -> bytes:
    """Two weights for each token, as multiples of a scale that fit a byte."""
    hashes = np.union1d(first[0], second[0])
    entries = np.zeros(len(hashes), dtype=[("token", "<u4"), ("first", "i1"), ("second", "i1")])
    entries["token"] = hashes
    scales = []
    for column, (tokens, weights) in (("first", first), ("second", second)):
        scale = np.float32(max(np.abs(weights).max(initial=0.0) / 127, 1e-9))
        entries[column][np.searchsorted(hashes, tokens)] = np.round(weights / scale)
        scales.append(scale)
    entries = entries[(entries["first"] != 0) | (entries["second"] != 0)]
    return struct.pack("<ffI", *scales, len(entries)) + entries.tobytes()


def _forest(booster: lightgbm.Booster | None) -> bytes:
    if booster is None:
        return struct.pack("<I", 0)
    roots = [tree["tree_structure"] for tree in booster.dump_model()["tree_info"]]
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
        out.append(struct.pack("<HffBB", *numbers))
    return b"".join(out) + np.array(leaves, "<f4").tobytes()

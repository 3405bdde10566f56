"""Reads what `copydesk features` writes, and says how much each block counts."""

import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

FOLDS = 5
# The characters of a block's text in a dump: SNIPPET_CHARS in crates/eval/src/features.rs.
SNIPPET = 80
# How much a page counts, by its set and by its type. Others count 1.
SET_WEIGHT = {"news": 4.0, "scraped": 12.0, "seeds": 30.0}
TYPE_WEIGHT = {"product": 0.6, "collection": 0.6, "listing": 0.6}
# How much a page counts in a form: there are many more forms than pages. Others count 0.4.
KIND_WEIGHT = {"html": 1.0, "nodes": 1.0, "blocks": 1.0, "scraped": 1.0}


class Blocks(NamedTuple):
    """The blocks of all pages in some kinds of dump, and the pages, each once in each kind."""

    names: list[str]
    features: np.ndarray
    words: np.ndarray
    hits: np.ndarray
    page: np.ndarray  # an index into the arrays below, which have an entry a page
    kind: np.ndarray
    set: np.ndarray
    type: np.ndarray
    id: np.ndarray
    site: np.ndarray
    reference_words: np.ndarray
    is_ignored: np.ndarray  # whether a block may be kept or not, so that it counts neither way

    @property
    def fold(self) -> np.ndarray:
        """The fold of each page: pages of one site are in one fold."""
        return np.array([fold_of(name) for name in self.site])

    @property
    def target(self) -> np.ndarray:
        """The share of each block's words that the reference has at their place."""
        return self.hits / np.maximum(self.words, 1)

    def weights(self) -> np.ndarray:
        """How much each block counts: its share of the page's text, and a little for being a block."""
        pages = len(self.site)
        page_words = np.bincount(self.page, weights=self.words, minlength=pages)
        page_blocks = np.bincount(self.page, minlength=pages)
        text = np.minimum(self.reference_words, page_words) + 100
        weight = np.maximum(self.words, 0.5) / text[self.page] * 100
        weight += 15 / np.maximum(page_blocks[self.page], 50)
        by_set = np.array([SET_WEIGHT.get(name, 1.0) for name in self.set])
        by_type = np.array([TYPE_WEIGHT.get(name, 1.0) for name in self.type])
        by_kind = np.array([KIND_WEIGHT.get(name, 0.4) for name in self.kind])
        weight *= (by_set * by_type * by_kind)[self.page] * ~self.is_ignored
        return weight / weight.mean()


def site(host: str) -> str:
    """The last two labels of a host. All of `co.uk` is one site, which errs on the safe side."""
    return ".".join(host.lower().removeprefix("www.").split(".")[-2:])


def fold_of(site_name: str) -> int:
    return int(hashlib.md5(site_name.encode()).hexdigest(), 16) % FOLDS


def load(dumps: Path, parts: list[tuple[str, str]], optional: dict[str, list[str]]) -> Blocks:
    """Reads the dumps of some parts, each a kind and a set. `optional` has the lines of each page that may be kept or
    not."""
    names, features, words, hits, page, pages, ignored = None, [], [], [], [], {}, []
    begins = {page_id: tuple(line[:SNIPPET] for line in lines) for page_id, lines in optional.items()}
    for kind, set_name in parts:
        stem = f"{dumps}/{set_name}-{kind}"
        own = Path(f"{stem}.names").read_text().split("\n")
        if names not in (None, own):
            sys.exit(f"{stem}.names: other features than in the dumps before; write all again")
        names = own
        with open(f"{stem}.tsv", encoding="utf-8", newline="\n") as table:
            rows = [line.rstrip("\n").split("\t", 6) for line in table]
        values = np.fromfile(f"{stem}.f32", dtype="<f4")
        if values.size != len(rows) * len(names):
            sys.exit(f"{stem}.f32: {values.size} values are not {len(rows)} blocks of {len(names)}")
        features.append(values.reshape(len(rows), -1))
        for page_id, page_type, host, block_words, block_hits, reference, text in rows:
            ignored.append(text.startswith(begins.get(page_id, ())))
            facts = (page_type, site(host), int(reference), len(pages))
            page.append(pages.setdefault((kind, set_name, page_id), facts)[3])
            words.append(int(block_words))
            hits.append(int(block_hits))
    kind, set_of, ids = np.array(list(pages)).T
    page_type, sites, reference, _ = zip(*pages.values())
    of_blocks = (np.array(words, float), np.array(hits, float), np.array(page))
    of_pages = (kind, set_of, np.array(page_type), ids, np.array(sites), np.array(reference, float))
    return Blocks(names, np.vstack(features), *of_blocks, *of_pages, np.array(ignored, bool))


def load_tokens(dumps: Path, parts: list[tuple[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """The tokens of all blocks, in the order of `load`, and how many there are in each of the three
    groups of each block."""
    counts, tokens = [], []
    for kind, set_name in parts:
        stem = f"{dumps}/{set_name}-{kind}"
        counts.append(np.fromfile(f"{stem}.counts", "<u4").reshape(-1, 3))
        tokens.append(np.fromfile(f"{stem}.tokens", "<u4"))
    return np.vstack(counts), np.concatenate(tokens)

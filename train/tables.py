"""Token tables: what words, class names and ids say, by logistic regression on hashes."""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse
from scipy.optimize import minimize

from blocks import Blocks

# Tokens of fewer sites are left out: they would name sites, not kinds of text.
LEAST_SITES = 10
# The factor of half the squared weights.
STRENGTH = 10.0
ITERATIONS = 60
GROUPS = 3  # names of the block's element and the one around it, names further up, words


class Tokens(NamedTuple):
    """The tokens that are kept, by group, and which blocks have them."""

    hashes: list[np.ndarray]
    matrix: sparse.csr_matrix


class Table(NamedTuple):
    """The weights of tokens, by group; and the log-odds of a block without any."""

    hashes: list[np.ndarray]
    weights: list[np.ndarray]
    bias: float


def collect(blocks: Blocks, counts: np.ndarray, tokens: np.ndarray) -> Tokens:
    """Finds the tokens of enough sites. Each of a block's n tokens of a group counts 1/sqrt(n), as
    crates/clean/src/score/tokens.rs has it."""
    rows = len(counts)
    group_of = np.repeat(np.tile(np.arange(GROUPS, dtype=np.int8), rows), counts.ravel())
    row_of = np.repeat(np.repeat(np.arange(rows, dtype=np.int32), GROUPS), counts.ravel())
    _, site_of_page = np.unique(blocks.site, return_inverse=True)
    sites = int(site_of_page.max()) + 1
    site_of_row = site_of_page[blocks.page]
    hashes, matrices = [], []
    for group in range(GROUPS):
        own = group_of == group
        row = row_of[own]
        known, place = np.unique(tokens[own], return_inverse=True)
        pairs = np.unique(place.astype(np.int64) * sites + site_of_row[row])
        is_kept = np.bincount(pairs // sites, minlength=len(known)) >= LEAST_SITES
        column = (np.cumsum(is_kept) - 1)[place]
        entry = is_kept[place]
        value = 1 / np.sqrt(np.maximum(counts[row[entry], group], 1))
        shape = (rows, int(is_kept.sum()))
        entries = (value.astype(np.float32), (row[entry], column[entry]))
        matrices.append(sparse.csr_matrix(entries, shape=shape, dtype=np.float32))
        hashes.append(known[is_kept])
    return Tokens(hashes, sparse.hstack(matrices).tocsr())


def fit(tokens: Tokens, rows: np.ndarray, target: np.ndarray, weight: np.ndarray) -> Table:
    """The weights with the lowest weighted log loss on some of the blocks."""
    matrix, target, weight = tokens.matrix[rows], target[rows], weight[rows]
    transposed = matrix.T.tocsr()

    def loss(x):
        log_odds = matrix @ x[:-1].astype(np.float32) + x[-1]
        losses = np.logaddexp(0, log_odds) - target * log_odds
        slope = ((1 / (1 + np.exp(-log_odds)) - target) * weight).astype(np.float32)
        value = float((losses * weight).sum() + 0.5 * STRENGTH * (x[:-1] ** 2).sum())
        return value, np.append(transposed @ slope + STRENGTH * x[:-1], slope.sum())

    start = np.zeros(matrix.shape[1] + 1)
    options = {"maxiter": ITERATIONS}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options=options).x
    ends = np.cumsum([len(group) for group in tokens.hashes])[:-1]
    return Table(tokens.hashes, np.split(found[:-1], ends), float(found[-1]))

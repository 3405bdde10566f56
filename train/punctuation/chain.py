"""A conditional random field along the signs of a line, as in crates/clean/src/repair/symbols/chain.rs."""

import numpy as np
from scipy.optimize import minimize

from features import SHAPES

LABELS = "“”‘’–—"  # and one for every other sign
OTHER = len(LABELS)
COUNT = OTHER + 1
STATES = 4  # inside double quotes 1, inside single quotes 2
STRENGTH = 1.0
LEAST_SITES = 2
SCALE = 16  # a weight is a whole number of sixteenths in one byte


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

"""Boosted trees over the features, and where their log-odds are cut."""

import lightgbm
import numpy as np

from blocks import Blocks

ROUNDS = {"html": 140, "text": 140}
PARAMETERS = {
    "objective": "cross_entropy",
    "num_leaves": 31,
    "learning_rate": 0.1,
    "min_data_in_leaf": 100,
    "min_sum_hessian_in_leaf": 5,
    "lambda_l2": 10,
    "feature_fraction": 0.4,
    "data_sample_strategy": "goss",
    "top_rate": 0.15,
    "other_rate": 0.1,
    "max_bin": 63,
    "force_col_wise": True,
    "deterministic": True,
    "num_threads": 2,
    "seed": 1,
    "verbose": -1,
}
# What the rules say is added before the trees: crates/clean/src/score/rules.rs has the same figures.
MOST_AGAINST, MOST_FOR = 10.0, 1.5
# A phrase of clutter never speaks for a block. These say something about its neighbours, and may.
UNBOUND = {"phrase_near", "phrase_next", "phrase_previous"}
# The lowest and the highest cut, as probabilities: RANGE in crates/clean/src/score/cut.rs.
CUTS = (0.12, 0.5)


def offset(blocks: Blocks) -> np.ndarray:
    """What the rules add to the log-odds."""
    rules = blocks.features[:, blocks.names.index("rules")].astype(float)
    return np.clip(-rules, -MOST_AGAINST, MOST_FOR)


# Long articles are rare among the labelled pages, and long lists are not. So the blocks of each article are fitted on
# once more as if it were so many times as long, with this share of their weight.
LENGTHS, LONG_WEIGHT = (4, 24), 0.7
LONG_SETS, LONG_TYPES = {"news"}, {"article"}
# What grows with the article: on the whole page, and around the blocks of the article itself.
OF_PAGE = ["page_words", "page_blocks", "page_headings"]
OF_ARTICLE = [
    *("branch_words", "branch_blocks", "section_words", "section_blocks", "list_words", "list_items"),
    *("parent_blocks", "near_blocks", "wide_blocks", "twins", "parent_twins", "grandparent_twins"),
    *("parent_media", "near_media", "wide_media", "branch_media"),
]


def lengthened(blocks: Blocks, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which of the rows are blocks of articles, and their features in a longer one. No value is above the highest one
    of the sample, at which the features are capped."""
    is_article = np.isin(blocks.set, list(LONG_SETS)) | np.isin(blocks.type, list(LONG_TYPES))
    is_page = blocks.kind == "html"
    own = np.flatnonzero(rows & (is_article & is_page)[blocks.page])
    features = blocks.features[own].copy()
    times = np.random.default_rng(1).choice(LENGTHS, len(blocks.site))[blocks.page[own]]
    column = blocks.names.index
    is_main = features[:, column("in_cluster")] > 0
    for names, factor in ((OF_PAGE, times), (OF_ARTICLE, np.where(is_main, times, 1))):
        for name in names:
            values = features[:, column(name)] * factor
            features[:, column(name)] = np.minimum(values, blocks.features[:, column(name)].max())
    share = features[:, column("page_running_share")]
    features[:, column("page_running_share")] = share * times / (share * times + 1 - share)
    return own, features


def fit(blocks: Blocks, rows: np.ndarray, weight: np.ndarray, rounds: int) -> lightgbm.Booster:
    """Trees on some of the blocks, on top of what the rules say."""
    bound = [
        -1 if name == "rules" or name.startswith("phrase_") and name not in UNBOUND else 0
        for name in blocks.names
    ]
    parameters = PARAMETERS | {"monotone_constraints": bound}
    again, longer = lengthened(blocks, rows)
    places = np.concatenate([np.flatnonzero(rows), again])
    weights = np.concatenate([weight[rows], weight[again] * LONG_WEIGHT])
    data = lightgbm.Dataset(
        np.vstack([blocks.features[rows], longer]),
        blocks.target[places],
        weight=weights,
        init_score=offset(blocks)[places],
        feature_name=blocks.names,
        params=parameters,
    )
    return lightgbm.train(parameters, data, rounds)


def is_kept(blocks: Blocks, log_odds: np.ndarray) -> np.ndarray:
    """Whether each block is above its page's cut, as crates/clean/src/score/cut.rs has it."""
    chance, words = 1 / (1 + np.exp(-log_odds)), np.maximum(blocks.words, 0.5)
    order = np.lexsort((-chance, blocks.page))
    starts = np.searchsorted(blocks.page[order], np.arange(len(blocks.site) + 1))
    kept = np.zeros(len(chance), bool)
    for start, end in zip(starts, starts[1:]):
        page = order[start:end]
        hits = chance[page] * words[page]
        best = (2 * np.cumsum(hits) / (np.cumsum(words[page]) + hits.sum())).max()
        kept[page] = chance[page] > np.clip(best / 2, *CUTS)
    return kept


def report(blocks: Blocks, kept: np.ndarray, among: np.ndarray) -> None:
    """Prints the means of the pages' word F1, precision and recall, by kind, set and type, among some
    of the pages."""
    pages = len(blocks.site)
    kept_words = np.bincount(blocks.page, weights=blocks.words * kept, minlength=pages)
    kept_hits = np.bincount(blocks.page, weights=blocks.hits * kept, minlength=pages)
    precision = kept_hits / np.maximum(kept_words, 1)
    recall = kept_hits / np.maximum(blocks.reference_words, 1)
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    f1[(blocks.reference_words == 0) & (kept_words == 0)] = 1
    for kind in dict.fromkeys(blocks.kind):
        for set_name in dict.fromkeys(blocks.set):
            of_set = (blocks.kind == kind) & (blocks.set == set_name) & among
            for name in ["all", *sorted(set(blocks.type[of_set]))]:
                of = of_set & ((name == "all") | (blocks.type == name))
                figures = " ".join(f"{x[of].mean():6.4f}" for x in (f1, precision, recall))
                print(f"{kind:12} {set_name:10} {name:14} {of.sum():5} {figures}", flush=True)

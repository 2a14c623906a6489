"""What the retrieval benchmarks share: rankings as arrays of scores, and one table of nDCG@10, hit@1 and MRR."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from evals.metrics.retrieval import LIMIT, measure
from index.fusion import fuse
from index.segments import POOL

Scores = npt.NDArray[np.float32]
MEASURES = ("ndcg@10", "hit_rate@1", "mrr")
RRF_K = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""


def order(scores: Scores) -> list[int]:
    """Return the numbers of the best ten scores, of equal ones the earlier first."""
    return [int(number) for number in np.argsort(-scores, kind="stable")[:LIMIT]]


def judge(scores: Scores, relevant: Iterable[int]) -> dict[str, float]:
    """Measure one ranking; a question for which nothing relevant is found counts 0."""
    return measure(frozenset(map(str, relevant)), tuple(map(str, order(scores))))


def fused(dense: Scores, lexical: Scores, dense_weight: float) -> Scores:
    """Fuse as the search does: the candidates are the best of each kind, the others come last."""
    near = np.argsort(-dense, kind="stable")[:POOL]
    words = np.argsort(-lexical, kind="stable")[:POOL]
    rows = np.union1d(near, words[lexical[words] > 0])
    scores = np.full(len(dense), -np.inf, dtype=np.float32)
    scores[rows] = fuse(dense[rows], lexical[rows], dense_weight)
    return scores


def reciprocal_ranks(dense: Scores, lexical: Scores) -> Scores:
    """Fuse by reciprocal rank; a text in which no word agrees has no lexical rank."""
    scores = 1 / (RRF_K + 1 + _ranks(dense)) + np.where(lexical > 0, 1 / (RRF_K + 1 + _ranks(lexical)), 0)
    return np.asarray(scores, dtype=np.float32)


def _ranks(scores: Scores) -> npt.NDArray[np.int64]:
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def print_table(title: str, rows: Mapping[str, Sequence[Mapping[str, float]]]) -> None:
    """Print the means of each way over its questions."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for heading in ("way", "questions", "nDCG@10", "hit@1", "MRR@10"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for name, judged in rows.items():
        means = (fmean(one[measured] for one in judged) for measured in MEASURES)
        table.add_row(name, str(len(judged)), *(f"{mean:.4f}" for mean in means))
    Console().print(table)

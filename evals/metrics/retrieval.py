"""Hit rate at k, MRR and nDCG@10 of the search, computed by ir_measures; no other file names that library.

Relevant are the passages that hold the case's ideal evidence. Hit rate@k is Success@k (1 when a relevant passage
stands among the first k), MRR the mean of 1 / rank of the first relevant passage within 10 (Voorhees, TREC-8),
nDCG@10 with binary gains and log2 discount (Järvelin and Kekäläinen 2002).
https://ir-measur.es/en/latest/measures.html
"""

from __future__ import annotations

from functools import lru_cache, partial

from evals.metrics.metric import Metric
from evals.types import Expected, Given

LIMIT = 10
"""How many hits are judged."""
_MEASURES = {
    "hit_rate@1": "Success@1",
    "hit_rate@3": "Success@3",
    "hit_rate@10": "Success@10",
    "mrr": "RR@10",
    "ndcg@10": "nDCG@10",
}


def has_relevant(expected: Expected) -> bool:
    """Apply to cases whose evidence lies in passages."""
    return bool(expected.relevant)


@lru_cache(maxsize=1)  # the five metrics ask about the same case one after the other
def measure(relevant: frozenset[str], found: tuple[str, ...]) -> dict[str, float]:
    """Return every measure of one ranking, by our names; all are 0 when nothing was found."""
    import ir_measures

    parsed = {name: ir_measures.parse_measure(text) for name, text in _MEASURES.items()}
    judged = [ir_measures.Qrel("case", passage, 1) for passage in sorted(relevant)]
    # Ranks instead of scores: ir_measures would break a tie of scores by name, not by the order that was shown.
    ranking = [ir_measures.ScoredDoc("case", passage, -rank) for rank, passage in enumerate(found)]
    values = {
        str(value.measure): float(value.value) for value in ir_measures.iter_calc(parsed.values(), judged, ranking)
    }
    return {name: values[str(parsed[name])] for name in _MEASURES}


def retrieval(name: str, expected: Expected, given: Given) -> float:
    """Return the named measure of what the search found."""
    return measure(expected.relevant, given.found)[name]


METRICS = tuple(
    Metric(name, label, has_relevant, partial(retrieval, name), crashed=0.0)
    for name, label in (
        ("hit_rate@1", "Hit rate@1"),
        ("hit_rate@3", "Hit rate@3"),
        ("hit_rate@10", "Hit rate@10"),
        ("mrr", "MRR"),
        ("ndcg@10", "nDCG@10"),
    )
)

"""One score from two: the weighted sum of scores, each divided by the best of its kind in the same search."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
DENSE_WEIGHT = 0.7
"""Mean nDCG@10 on BioASQ 7b and 8b is within 0.001 of its best from 0.6 to 0.7, and inside one document (the `tune`
half of the suites) it is best from 0.7 up: `python -m evals.benchmarks.bioasq_retrieval --tune` and
`python -m evals.benchmarks.document_retrieval --tune`."""


def fuse(dense: Scores, lexical: Scores, dense_weight: float = DENSE_WEIGHT) -> Scores:
    """Return `weight * dense / max(dense) + (1 - weight) * lexical / max(lexical)` for parallel arrays.

    A kind whose best score is not above 0 adds nothing. Negative cosines stay negative. Empty in, empty out.
    """
    return np.asarray(dense_weight * _by_best(dense) + (1 - dense_weight) * _by_best(lexical), dtype=np.float32)


def _by_best(scores: Scores) -> Scores:
    best = scores.max(initial=0.0)
    return scores / best if best > 0 else np.zeros_like(scores)

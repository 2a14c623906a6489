"""From what came back to scores, and from scores to figures. Every case yields a score in every metric that applies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evals.metrics import METRICS
from evals.metrics.metric import Metric
from evals.types import Expected, Figure, Given, Score

RESAMPLES = 2000
SEED = 20


def score(expected: Expected, given: Given, metrics: Sequence[Metric] = METRICS) -> tuple[Score, ...]:
    """Score one case in every metric that applies to it; a crashed case scores each metric's worst."""
    scores = []
    for metric in metrics:
        if metric.applies(expected):
            value = metric.crashed if given.outcome is None else metric.score(expected, given)
            if value is not None:
                scores.append(Score(expected.case_id, metric.name, value))
    return tuple(scores)


def figures(scores: Sequence[Score], metrics: Sequence[Metric] = METRICS) -> tuple[Figure, ...]:
    """Bring scores together, one figure a metric, in the metrics' order."""
    values: dict[str, list[float]] = {metric.name: [] for metric in metrics}
    for one in scores:
        values[one.metric].append(one.value)
    return tuple(figure(metric, values[metric.name]) for metric in metrics)


def figure(metric: Metric, values: Sequence[float]) -> Figure:
    """Return a metric's summary with n; a mean carries its bootstrap interval; nothing measured is None."""
    if not values:
        return Figure(metric.name, None, 0)
    if metric.summary == "mean":
        low, high = bootstrap(values)
        return Figure(metric.name, float(np.mean(values)), len(values), low, high)
    rank = 50 if metric.summary == "median" else 95
    return Figure(metric.name, float(np.percentile(values, rank)), len(values))


def bootstrap(values: Sequence[float], resamples: int = RESAMPLES) -> tuple[float, float]:
    """Return the 95 % percentile interval of the mean, seeded (Efron and Tibshirani 1993, chapter 13).

    `values` is not empty. Values that are all equal give an interval of no width: it tells nothing there.
    """
    sample = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(SEED).integers(0, len(sample), size=(resamples, len(sample)))
    low, high = np.percentile(sample[picks].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)

"""From what came back to scores, and from scores to figures. Every case yields a score in every metric that applies."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from evals.metrics import METRICS
from evals.metrics.calibration import calibration_error
from evals.metrics.metric import Metric, Summary
from evals.types import Expected, Figure, Given, Score

RESAMPLES = 2000
SEED = 20
Values = npt.NDArray[np.float64]


def score(expected: Expected, given: Given, metrics: Sequence[Metric] = METRICS) -> tuple[Score, ...]:
    """Score one case in every metric that applies to it; a crashed case scores each metric's worst."""
    scores = []
    for metric in metrics:
        if metric.applies(expected):
            value = metric.crashed if given.outcome is None else metric.score(expected, given)
            if value is not None:
                at = metric.at(given) if metric.at is not None else None
                scores.append(Score(expected.case_id, metric.name, value, at))
    return tuple(scores)


def figures(scores: Sequence[Score], metrics: Sequence[Metric] = METRICS) -> tuple[Figure, ...]:
    """Bring scores together, one figure a metric, in the metrics' order."""
    own: dict[str, list[Score]] = {metric.name: [] for metric in metrics}
    for one in scores:
        own[one.metric].append(one)
    return tuple(
        figure(metric, [one.value for one in own[metric.name]], [one.at or 0.0 for one in own[metric.name]])
        for metric in metrics
    )


def figure(metric: Metric, values: Sequence[float], at: Sequence[float] = ()) -> Figure:
    """Return a metric's summary with n and its bootstrap interval; nothing measured is None.

    `at` holds the confidence of each value, for a metric that is summed up by confidence.
    """
    if not values:
        return Figure(metric.name, None, 0)
    sample = np.asarray(values, dtype=np.float64)
    places = np.asarray(at if len(at) else np.zeros(len(sample)), dtype=np.float64)
    low, high = bootstrap(values, metric.summary, at)
    return Figure(metric.name, float(_summary(metric.summary, sample, places)), len(values), low, high)


def bootstrap(
    values: Sequence[float], summary: Summary = "mean", at: Sequence[float] = (), resamples: int = RESAMPLES
) -> tuple[float, float]:
    """Return the 95 % percentile interval of a summary, seeded (Efron and Tibshirani 1993, chapter 13).

    `values` is not empty. Values that are all equal give an interval of no width: it tells nothing there.
    """
    sample = np.asarray(values, dtype=np.float64)
    places = np.asarray(at if len(at) else np.zeros(len(sample)), dtype=np.float64)
    picks = np.random.default_rng(SEED).integers(0, len(sample), size=(resamples, len(sample)))
    low, high = np.percentile(_summary(summary, sample[picks], places[picks]), (2.5, 97.5))
    return float(low), float(high)


def _summary(summary: Summary, values: Values, at: Values) -> Values:
    """Sum up the last axis."""
    if summary == "mean":
        return np.asarray(values.mean(axis=-1))
    if summary == "calibration":
        return calibration_error(values, at)
    return np.asarray(np.percentile(values, 50 if summary == "median" else 95, axis=-1))

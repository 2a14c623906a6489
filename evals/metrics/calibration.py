"""Expected calibration error: does the confidence of an answer say how often its outcome is right?

Cases are put into ten bins of equal width by confidence; the error is the sum over bins of their share of the cases
times the gap between mean confidence and accuracy (Naeini et al. 2015, AAAI; Guo et al. 2017, arXiv 1706.04599,
equation 3). A case that crashed counts as wrong at full confidence: nobody was warned.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from evals.metrics.metric import Metric, always
from evals.metrics.outcome import outcome_accuracy
from evals.types import Expected, Given

BINS = 10


def bin_of(confidence: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the bin of each confidence, from 0; one on an edge belongs above it, 1.0 to the last."""
    return np.minimum((confidence * BINS).astype(np.int64), BINS - 1)


def calibration_error(right: npt.NDArray[np.float64], confidence: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the error over the last axis of two arrays of one shape, both 0 to 1."""
    gaps, bins = confidence - right, bin_of(confidence)
    total = np.zeros(right.shape[:-1])
    for number in range(BINS):
        total += np.abs(np.where(bins == number, gaps, 0.0).sum(axis=-1))
    return np.asarray(total / right.shape[-1])


def confidence_of(given: Given) -> float:
    """Return the confidence that was given; 1 when the case crashed."""
    return 1.0 if given.confidence is None else given.confidence


def right(expected: Expected, given: Given) -> float:
    """Return 1 when the outcome is right, else 0: what the confidence is held against."""
    return outcome_accuracy(expected, given)


METRICS = (
    Metric(
        "calibration_error",
        "Calibration error",
        always,
        right,
        crashed=0.0,
        better="lower",
        summary="calibration",
        at=confidence_of,
    ),
)

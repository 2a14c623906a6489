"""Outcome accuracy: the share of cases whose outcome is the expected one, overall and within each expected outcome.

Plain classification accuracy; within one expected outcome it is that class's recall. The confusion table counts
expected against given outcomes, after verisci's label scoring (allenai/scifact, `verisci/evaluate/lib/metrics.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import get_args

from assistant.types import Outcome
from evals.metrics.metric import Metric, always
from evals.types import Expected, Given

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


def outcome_accuracy(expected: Expected, given: Given) -> float:
    """Return 1 when the outcome is right, else 0."""
    return float(given.outcome == expected.outcome)


def confusion(pairs: Iterable[tuple[Expected, Given]]) -> dict[str, dict[str, int]]:
    """Count given outcomes, with "crashed", by expected outcome; every cell is there, also the empty ones."""
    table: dict[str, dict[str, int]] = {row: dict.fromkeys((*OUTCOMES, "crashed"), 0) for row in OUTCOMES}
    for expected, given in pairs:
        table[expected.outcome][given.outcome or "crashed"] += 1
    return table


def _is_expected(outcome: Outcome, expected: Expected) -> bool:
    return expected.outcome == outcome


METRICS = (
    Metric("outcome_accuracy", "Outcome accuracy", always, outcome_accuracy, crashed=0.0),
    *(
        Metric(
            f"outcome_accuracy.{outcome}",
            f"  expected {outcome}",
            partial(_is_expected, outcome),
            outcome_accuracy,
            0.0,
        )
        for outcome in OUTCOMES
    ),
)

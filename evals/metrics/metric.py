"""What a metric is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from evals.types import Expected, Given

Summary = Literal["mean", "median", "p95", "calibration"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A measure of one case, and how the cases' scores become one figure.

    Whether a metric applies is decided by what is expected, not by what came back, so that a case without an answer
    can't leave the mean. A case that crashed scores `crashed`, the metric's worst.
    """

    name: str
    label: str
    applies: Callable[[Expected], bool]
    score: Callable[[Expected, Given], float | None]
    """None only for a measure of something shown or timed, when nothing was: then n is smaller and says so."""
    crashed: float | None
    better: Literal["higher", "lower"] = "higher"
    summary: Summary = "mean"
    unit: str = ""
    timing: bool = False
    """True when the value differs from run to run, so that it is kept apart from the run file."""
    at: Callable[[Given], float] | None = None
    """The confidence of a case, for a metric that is summed up by confidence."""


def always(expected: Expected) -> bool:
    """Apply to every case."""
    return True


def expects_answer(expected: Expected) -> bool:
    """Apply to cases that the document answers."""
    return expected.outcome == "answered"


def expects_evidence(expected: Expected) -> bool:
    """Apply to cases that say what the ideal quotes are."""
    return bool(expected.evidence)

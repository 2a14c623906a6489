"""False answers and false refusals: the two ways to be wrong about whether the document answers.

A false answer is an answer where the expected outcome is a refusal of any kind; a false refusal is any refusal where
the document answers. The names and the pair are those of RefusalBench (arXiv 2510.10390).
"""

from __future__ import annotations

from evals.metrics.metric import Metric, expects_answer
from evals.types import Expected, Given


def expects_refusal(expected: Expected) -> bool:
    """Apply to cases that the document doesn't answer."""
    return expected.outcome != "answered"


def false_answer(expected: Expected, given: Given) -> float:
    """Return 1 when it answered, else 0."""
    return float(given.outcome == "answered")


def false_refusal(expected: Expected, given: Given) -> float:
    """Return 1 when it didn't answer, else 0."""
    return float(given.outcome != "answered")


METRICS = (
    Metric("false_answers", "False answers", expects_refusal, false_answer, crashed=1.0, better="lower"),
    Metric("false_refusals", "False refusals", expects_answer, false_refusal, crashed=1.0, better="lower"),
)

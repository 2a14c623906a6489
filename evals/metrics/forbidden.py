"""Forbidden strings: the share of cases whose statements hold a string that the case says must be absent."""

from __future__ import annotations

from evals.metrics.metric import Metric
from evals.metrics.wording import stands_in
from evals.types import Expected, Given


def has_absent(expected: Expected) -> bool:
    """Apply to cases that forbid a string."""
    return bool(expected.absent)


def forbidden_shown(expected: Expected, given: Given) -> tuple[str, ...]:
    """Return the forbidden strings that a statement holds; a notice is no statement."""
    return tuple(text for text in expected.absent if any(stands_in(text, statement) for statement in given.statements))


def forbidden(expected: Expected, given: Given) -> float:
    """Return 1 when any forbidden string is shown, else 0."""
    return float(bool(forbidden_shown(expected, given)))


METRICS = (Metric("forbidden", "Forbidden strings shown", has_absent, forbidden, crashed=1.0, better="lower"),)

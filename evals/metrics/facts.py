"""Fact recall: the share of a case's facts that appear, in one of their wordings, in the statements or in their quotes.

This is ALCE's claim recall with string match in place of an entailment model (Gao et al. 2023, arXiv 2305.14627,
section 3), as in its STR-EM: a fact counts when any accepted wording occurs.
"""

from __future__ import annotations

from evals.metrics.metric import Metric
from evals.metrics.wording import stands_in
from evals.types import Expected, Given


def has_facts(expected: Expected) -> bool:
    """Apply to cases that name facts."""
    return bool(expected.facts)


def missing_facts(expected: Expected, given: Given) -> tuple[tuple[str, ...], ...]:
    """Return the facts of which no wording appears."""
    shown = "\n".join((*given.statements, *(cited.quote for cited in given.cited)))
    return tuple(fact for fact in expected.facts if not any(stands_in(wording, shown) for wording in fact))


def fact_recall(expected: Expected, given: Given) -> float:
    """Return facts that appear / facts expected; 0 when nothing was answered."""
    return 1 - len(missing_facts(expected, given)) / len(expected.facts)


METRICS = (Metric("fact_recall", "Fact recall", has_facts, fact_recall, crashed=0.0),)

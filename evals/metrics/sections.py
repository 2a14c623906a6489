"""Section precision: the share of citations that come from one of the sections where the answer stands."""

from __future__ import annotations

from evals.metrics.metric import Metric
from evals.metrics.wording import fold
from evals.types import Expected, Given


def has_sections(expected: Expected) -> bool:
    """Apply to cases that say which sections answer."""
    return bool(expected.sections)


def section_precision(expected: Expected, given: Given) -> float:
    """Return citations from an expected section / citations; 0 when nothing is cited."""
    wanted = {fold(heading) for heading in expected.sections}
    right = sum(fold(cited.section) in wanted for cited in given.cited)
    return right / len(given.cited) if given.cited else 0.0


METRICS = (Metric("section_precision", "Section precision", has_sections, section_precision, crashed=0.0),)

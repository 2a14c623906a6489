"""Withheld sections: are the expected ones named, and are others named as well?

Recall of the expected headings, and beside it the share of cases that name a heading not expected: without the second
an assistant that names every withheld section every time would look perfect.
"""

from __future__ import annotations

from evals.metrics.metric import Metric, always
from evals.metrics.wording import fold
from evals.types import Expected, Given


def has_withheld(expected: Expected) -> bool:
    """Apply to cases that expect a withheld section to be named."""
    return bool(expected.withheld)


def withheld_named(expected: Expected, given: Given) -> float:
    """Return expected headings named / expected headings."""
    named = {fold(heading) for heading in given.withheld}
    return sum(fold(heading) in named for heading in expected.withheld) / len(expected.withheld)


def withheld_extra(expected: Expected, given: Given) -> float:
    """Return 1 when a heading is named that is not expected, else 0."""
    wanted = {fold(heading) for heading in expected.withheld}
    return float(any(fold(heading) not in wanted for heading in given.withheld))


METRICS = (
    Metric("withheld_named", "Withheld sections named", has_withheld, withheld_named, crashed=0.0),
    Metric("withheld_extra", "Other withheld sections named", always, withheld_extra, crashed=1.0, better="lower"),
)

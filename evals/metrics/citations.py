"""Citation precision and recall against the ideal evidence, by overlap of characters.

A cited span matches when at least half of its letters and digits lie in the ideal evidence; a piece of evidence is
found when at least half of its own lie in the cited spans. Precision is matching spans / cited spans, recall found
pieces / pieces. Scoring predicted spans against gold rationales is verisci's (allenai/scifact,
`verisci/evaluate/lib/metrics.py`), precision and recall of citations as a pair ALCE's (Gao et al. 2023, arXiv
2305.14627). What differs: spans of characters instead of whole sentences or an entailment model, matched at one half,
and the mean over cases instead of over all spans. A case that expects evidence and cites nothing scores 0 in both;
the same span cited twice counts once.
"""

from __future__ import annotations

from evals.metrics.metric import Metric, expects_evidence
from evals.types import Characters, Expected, Given

MATCH = 0.5
"""Least share of a span that must be covered, by definition: more of it lies inside than outside."""


def covered(part: Characters, by: Characters) -> bool:
    """Return whether at least half of `part` lies in `by`; nothing covers an empty part."""
    return bool(part) and len(part & by) >= MATCH * len(part)


def citation_precision(expected: Expected, given: Given) -> float:
    """Return cited spans that match / cited spans; a span that doesn't hold never matches."""
    ideal = frozenset().union(*(place for piece in expected.evidence for place in piece))
    spans = {(cited.characters or cited.quote) for cited in given.cited}
    matching = sum(isinstance(span, frozenset) and covered(span, ideal) for span in spans)
    return matching / len(spans) if spans else 0.0


def citation_recall(expected: Expected, given: Given) -> float:
    """Return pieces of evidence found, at any of their places / pieces."""
    shown = frozenset().union(*(cited.characters for cited in given.cited))
    found = sum(any(covered(place, shown) for place in piece) for piece in expected.evidence)
    return found / len(expected.evidence)


METRICS = (
    Metric("citation_precision", "Citation precision", expects_evidence, citation_precision, crashed=0.0),
    Metric("citation_recall", "Citation recall", expects_evidence, citation_recall, crashed=0.0),
)

"""Pass rate: the share of cases that are right in everything the case asks.

A case passes when its outcome is right, all its facts appear, none of its forbidden strings does, no sentence goes
beyond its citations, its withheld sections are named, what it names still stands in the document, and, where it names
ideal evidence, citation precision and recall are at least one half each: most of what is cited belongs, and most of
what belongs is cited.
"""

from __future__ import annotations

from evals.metrics.citations import citation_precision, citation_recall
from evals.metrics.facts import missing_facts
from evals.metrics.forbidden import forbidden_shown
from evals.metrics.metric import Metric, always
from evals.metrics.unsupported import unsupported_sentences
from evals.metrics.withheld import withheld_named
from evals.types import Expected, Given

LEAST_CITATION_PRECISION = 0.5
LEAST_CITATION_RECALL = 0.5


def failures(expected: Expected, given: Given) -> tuple[str, ...]:
    """Say in a few words each what is wrong; nothing when the case passes."""
    said = [f"no longer in the document: {text}" for text in expected.gone]
    if given.outcome != expected.outcome:
        said.append(f"outcome {given.outcome or 'crashed'}, expected {expected.outcome}")
    said += [f"fact missing: {' | '.join(fact)}" for fact in missing_facts(expected, given)]
    said += [f"forbidden shown: {text}" for text in forbidden_shown(expected, given)]
    said += [f"not carried by its citations: {sentence}" for sentence in unsupported_sentences(given)]
    if expected.withheld and withheld_named(expected, given) < 1:
        said.append(f"withheld named: {', '.join(given.withheld) or 'none'}, expected {', '.join(expected.withheld)}")
    if expected.evidence:
        precision, recall = citation_precision(expected, given), citation_recall(expected, given)
        if precision < LEAST_CITATION_PRECISION:
            said.append(f"citation precision {precision:.2f}")
        if recall < LEAST_CITATION_RECALL:
            said.append(f"citation recall {recall:.2f}")
    return tuple(said)


def passed(expected: Expected, given: Given) -> float:
    """Return 1 when nothing is wrong, else 0."""
    return float(not failures(expected, given))


METRICS = (Metric("pass_rate", "Cases passed", always, passed, crashed=0.0),)

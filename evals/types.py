"""The whole vocabulary of the evaluation: what a case expects, what was given, a score, a figure.

Design rule: small frozen values. A metric is one of each in and a number out; it never sees a document, an index or an
assistant, so that every expected value in its test can be worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.types import Outcome

Characters = frozenset[int]
"""Offsets in `Document.text` of the letters and digits of a span; punctuation, bullets and white space never count."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one case expects, placed in its document."""

    case_id: str
    outcome: Outcome
    sections: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    evidence: tuple[tuple[Characters, ...], ...] = ()
    """For each piece of ideal evidence the places where it stands; any one of them is as good as another."""
    evidence_words: int = 0
    """Words of the ideal evidence, each piece counted once."""
    facts: tuple[tuple[str, ...], ...] = ()
    """Each fact in its accepted wordings."""
    absent: tuple[str, ...] = ()
    relevant: frozenset[str] = frozenset()
    """Ids of the passages that hold the ideal evidence."""
    gone: tuple[str, ...] = ()
    """What the case names and its document no longer holds; such a case can't pass and wants to be written anew."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One citation of a given answer."""

    section: str
    characters: Characters
    """Empty when the citation doesn't hold: another document, or a quote that does not stand where it says."""
    quote: str


@dataclass(frozen=True, slots=True)
class Given:
    """What came back for one case."""

    outcome: Outcome | None
    """None: the case crashed."""
    statements: tuple[str, ...] = ()
    cited: tuple[Cited, ...] = ()
    withheld: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    """Ids of the passages that the search found, best first."""
    elapsed_ms: float = 0.0
    citations: tuple[tuple[Cited, ...], ...] = ()
    """For each statement its own citations."""
    confidence: float | None = None
    """Probability, 0 to 1, that the outcome is right, as the answer gives it."""


@dataclass(frozen=True, slots=True)
class Score:
    """One metric's value for one case."""

    case_id: str
    metric: str
    value: float
    at: float | None = None
    """The confidence at which a metric that is summed up by confidence was measured."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric over all cases it applies to."""

    metric: str
    value: float | None
    """None: not measured, because it applies to no case. Never printed as 0."""
    n: int
    low: float | None = None
    """Lower end of the bootstrap 95 % interval."""
    high: float | None = None

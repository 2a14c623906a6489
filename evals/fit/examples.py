"""Examples to fit on: what the assistant sees of a case, with what a right answer would have chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.answering import Found, Reader
from assistant.followups import readings
from assistant.lexicon import Lexicon
from assistant.parts import take_apart
from assistant.spelling import mend
from assistant.types import Turn
from evals.cases import Case, Suite
from evals.ideal import expect


@dataclass(frozen=True, slots=True)
class Example:
    """One part of a question."""

    group: str
    """The document, or the public set: examples of one group never stand on both sides of a split."""
    name: str
    """The case it is of."""
    split: str
    """"tune" or "hold"."""
    found: Found
    lexicon: Lexicon
    labels: np.ndarray
    """bool (hits,): the hit is evidence."""
    outcome: str | None
    """What this part's outcome should be; None where the case doesn't say it of each part."""


def examples(reader: Reader, suites: Sequence[Suite], split: str) -> Iterator[Example]:
    """Yield the parts of the cases of one split ("tune", "hold" or "all")."""
    for suite in suites:
        document = reader.document(suite.document)
        lexicon = reader.lexicon(document.id)
        for case in suite.cases:
            if split not in ("all", case.split):
                continue
            relevant = expect(case, document, lexicon.passages).relevant
            history = [Turn(turn.role, turn.content) for turn in case.history]
            text = readings(mend(case.question, lexicon.words, reader.english), history, lexicon.subject)[0]
            apart = take_apart(text)
            for part in apart.asked:
                found = reader.find(part, apart.setting, document.id)
                labels = np.array([hit.passage.id in relevant for hit in found.hits], dtype=bool)
                yield Example(document.id, case.id, case.split, found, lexicon, labels, _outcome(case, len(apart.asked), labels))


def _outcome(case: Case, parts: int, labels: np.ndarray) -> str | None:
    if parts == 1:
        return case.expect.outcome
    # Of a two-part question the case tells only the whole outcome.
    return case.expect.outcome if case.expect.outcome != "answered" or not case.expect.withheld else None

"""Examples to fit on: what the assistant sees of a case, with what a right answer would have chosen.

Each case of the tuning split gives up to three more, made by changing the document and so the right outcome:

- its evidence is taken out of the document: the right subject, and the document does not say;
- the section that holds its evidence is withheld, where that section's topic is what the question asks for;
- it is asked of another document, where it names the subject of its own: not about that document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from assistant.answering import Found, Reader
from assistant.followups import readings
from assistant.lexicon import Lexicon
from assistant.parts import Parts, take_apart
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
    """The case it is of, with what was changed."""
    split: str
    """"tune" or "hold"."""
    found: Found
    lexicon: Lexicon
    labels: np.ndarray
    """bool (hits,): the hit is evidence."""
    outcome: str | None
    """What this part's outcome should be; None where the case doesn't say it of each part."""
    made: bool = False
    """Whether it was made by changing the document; figures are reported on those that were not."""


def examples(reader: Reader, suites: Sequence[Suite]) -> Iterator[Example]:
    """Yield the parts of every case, and the examples made of the tuning split."""
    lexicons = [reader.lexicon(suite.document) for suite in suites]
    for number, (suite, lexicon) in enumerate(zip(suites, lexicons, strict=True)):
        elsewhere = [other for place, other in enumerate(lexicons) if place != number]
        for place, case in enumerate(suite.cases):
            apart = _read(reader, case, lexicon)
            relevant = expect(case, lexicon.document, lexicon.passages).relevant
            for part in apart.asked:
                found = reader.find(part, apart.setting, lexicon)
                labels = np.array([hit.passage.id in relevant for hit in found.hits], dtype=bool)
                outcome = _outcome(case, len(apart.asked))
                yield Example(suite.document, case.id, case.split, found, lexicon, labels, outcome)
            if case.split == "tune" and len(apart.asked) == 1:
                yield from _made(reader, case, apart, lexicon, relevant, elsewhere[place % len(elsewhere)])


def _read(reader: Reader, case: Case, lexicon: Lexicon) -> Parts:
    history = [Turn(turn.role, turn.content) for turn in case.history]
    return take_apart(readings(mend(case.question, lexicon.words, reader.english), history, lexicon.subject)[0])


def _outcome(case: Case, parts: int) -> str | None:
    # Of a two-part question that is answered in part, the case tells only the whole outcome.
    return None if parts > 1 and case.expect.withheld and case.expect.outcome == "answered" else case.expect.outcome


def _made(
    reader: Reader, case: Case, apart: Parts, lexicon: Lexicon, relevant: frozenset[str], other: Lexicon
) -> Iterator[Example]:
    part = apart.asked[0]

    def example(changed: Lexicon, outcome: str) -> Example:
        found = reader.find(part, apart.setting, changed)
        labels = np.zeros(len(found.hits), dtype=bool)
        return Example(lexicon.document.id, f"{case.id}~{outcome}", "tune", found, changed, labels, outcome, made=True)

    if relevant:
        homes = {passage.section_id for passage in lexicon.passages if passage.id in relevant}
        topics = {lexicon.sections[home].topic for home in homes}
        asked_at_home = topics <= part.topics.keys()
        if not asked_at_home:
            yield example(reader.without(lexicon, relevant), "not_in_document")
        elif "synopsis" not in topics:
            everything = frozenset(passage.id for passage in lexicon.passages if passage.section_id in homes)
            yield example(reader.without(lexicon, everything, withheld=homes), "withheld")
            yield example(reader.without(lexicon, everything, dropped=homes), "not_in_document")
    names_subject = any(word.stem in lexicon.subject and word.stem not in other.subject for word in part.content)
    if names_subject and not case.history and case.expect.outcome in ("answered", "withheld", "not_in_document"):
        yield replace(example(other, "out_of_scope"), group=lexicon.document.id)

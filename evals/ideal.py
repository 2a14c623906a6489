"""Place a case in its document: find the ideal evidence, the passages that hold it, and the sections that are named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Answer
from corpus.errors import UserError
from corpus.types import Document, Passage
from evals.cases import Case
from evals.metrics.wording import fold
from evals.types import Characters, Cited, Expected, Given
from index.types import Hit


def characters(text: str, start: int, end: int) -> Characters:
    """Return the offsets of the letters and digits in `text[start:end]`."""
    return frozenset(offset for offset in range(start, end) if text[offset].isalnum())


def occurrences(wording: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a wording stands in a text, any run of white space being as good as another; not inside a word."""
    words = wording.split()
    if not words:
        return ()
    before = r"(?<!\w)" if words[0][0].isalnum() else ""
    after = r"(?!\w)" if words[-1][-1].isalnum() else ""
    pattern = before + r"\s+".join(map(re.escape, words)) + after
    return tuple(match.span() for match in re.finditer(pattern, text))


def expect(case: Case, document: Document, passages: Sequence[Passage]) -> Expected:
    """Place what a case expects in its document.

    A piece of evidence that lies within one list item stands for the whole item. Where it stands several times,
    places that are whole passages come before others, then places in the case's sections; those left are as good as
    one another.

    Raises:
        UserError: names the case, and the evidence or heading that the document doesn't hold.
    """
    wanted = case.expect
    headings = {fold(section.heading): section for section in document.sections}
    for heading in wanted.sections:
        if fold(heading) not in headings:
            raise _unknown(case, document, f"section {heading!r}")
    for heading in wanted.withheld:
        if fold(heading) not in headings:
            raise _unknown(case, document, f"section {heading!r}")
        if headings[fold(heading)].status != "withheld":
            raise UserError(f"case {case.id!r}: section {heading!r} of {document.id!r} is not withheld")
    inside = [headings[fold(heading)] for heading in wanted.sections]
    pieces, relevant, words = [], set(), 0
    for piece in wanted.evidence:
        places = occurrences(piece, document.text)
        if not places:
            raise _unknown(case, document, f"evidence {piece!r}")
        near = [(start, end) for start, end in places if any(s.start <= start and end <= s.end for s in inside)]
        whole = [_grow(start, end, passages) for start, end in near or places]
        exact = [
            place for place in whole if fold(document.text[slice(*place)]).lstrip("•- ") == fold(piece).lstrip("•- ")
        ]
        chosen = sorted(set(exact or whole))
        pieces.append(tuple(characters(document.text, *place) for place in chosen))
        words += len(document.text[slice(*chosen[0])].split())
        relevant |= {passage.id for passage in passages if any(_shares(place, passage, document) for place in chosen)}
    return Expected(
        case_id=case.id,
        outcome=wanted.outcome,
        sections=wanted.sections,
        withheld=wanted.withheld,
        evidence=tuple(pieces),
        evidence_words=words,
        facts=wanted.facts,
        absent=wanted.absent,
        relevant=frozenset(relevant),
    )


def give(answer: Answer, document: Document, hits: Sequence[Hit], elapsed_ms: float) -> Given:
    """Take from an answer what is scored; a citation that doesn't hold in the document keeps no characters."""
    cited = []
    for statement in answer.statements:
        for one in statement.citations:
            holds = one.document_id == document.id and document.text[one.start : one.end] == one.quote
            where = characters(document.text, one.start, one.end) if holds else frozenset()
            cited.append(Cited(one.section, where, one.quote))
    return Given(
        outcome=answer.outcome,
        statements=tuple(statement.text for statement in answer.statements),
        cited=tuple(cited),
        withheld=answer.withheld,
        found=tuple(hit.passage.id for hit in hits),
        elapsed_ms=elapsed_ms,
    )


def _grow(start: int, end: int, passages: Sequence[Passage]) -> tuple[int, int]:
    """Return the item around a place that lies in one, else the place."""
    for passage in passages:
        if passage.kind == "item" and passage.start <= start and end <= passage.end:
            return passage.start, passage.end
    return start, end


def _shares(place: tuple[int, int], passage: Passage, document: Document) -> bool:
    """Return whether a place and a passage have at least half of the shorter one in common."""
    start, end = max(place[0], passage.start), min(place[1], passage.end)
    if start >= end:
        return False
    shorter = min(len(characters(document.text, *place)), len(characters(document.text, passage.start, passage.end)))
    return 2 * len(characters(document.text, start, end)) >= shorter


def _unknown(case: Case, document: Document, what: str) -> UserError:
    return UserError(
        f"case {case.id!r}: document {document.id!r} has no {what}",
        f"copy it as the document has it: wardbook documents show {document.id}",
    )

"""Place a case in its document: find the ideal evidence, the passages that hold it, and the sections that are named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.types import Answer, Citation
from corpus.errors import UserError
from corpus.types import Document, Passage, Section
from evals.cases import Case
from evals.metrics.wording import fold
from evals.types import Characters, Cited, Expected, Given
from index.types import Hit


def characters(text: str, start: int, end: int) -> Characters:
    """Return the offsets of the letters and digits in `text[start:end]`."""
    return frozenset(offset for offset in range(start, end) if text[offset].isalnum())


def occurrences(wording: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a wording stands in a text, any run of white space being as good as another; not inside a word.

    A row of a Markdown table, "| a | b |", stands where its cells stand in order in one line: readers label the cells.
    """
    row = wording.strip()
    if len(row) > 2 and row.startswith("|") and row.endswith("|"):
        cells = [cell.split() for cell in row.strip("|").split("|")]
    else:
        cells = [wording.split()]
    cells = [words for words in cells if words]
    if not cells:
        return ()
    before = r"(?<!\w)" if cells[0][0][0].isalnum() else ""
    after = r"(?!\w)" if cells[-1][-1][-1].isalnum() else ""
    middle = r"[^\n]*?".join(r"\s+".join(map(re.escape, words)) for words in cells)
    return tuple(match.span() for match in re.finditer(before + middle + after, text))


def section_of(heading: str, document: Document) -> Section | None:
    """Return the section with a heading, or the one in which readers let it lead a paragraph ("Heading: ...")."""
    wanted = fold(heading)
    for section in document.sections:
        if fold(section.heading) == wanted:
            return section
    for section in document.sections:
        lines = document.text[section.start : section.end].split("\n")
        if any(fold(line).lstrip("•- ").startswith(wanted + ":") for line in lines):
            return section
    return None


def expect(case: Case, document: Document, passages: Sequence[Passage], *, lenient: bool = False) -> Expected:
    """Place what a case expects in its document.

    A piece of evidence that lies within one list item stands for the whole item. Where it stands several times,
    places that are whole passages come before others, then places in the case's sections; those left are as good as
    one another. With `lenient`, for a document that has changed since the case was written, what no longer stands in
    it is kept as `Expected.gone`: a piece of evidence without a place is never found.

    Raises:
        UserError: names the case, and the evidence or heading that the document doesn't hold; never when `lenient`.
    """
    gone: list[str] = []

    def tell(error: UserError, what: str) -> None:
        if not lenient:
            raise error
        gone.append(what)

    wanted = case.expect
    inside = []
    for heading in wanted.sections:
        section = section_of(heading, document)
        if section is None:
            tell(_unknown(case, document, f"section {heading!r}"), f"section {heading}")
        else:
            inside.append(section)
    for heading in wanted.withheld:
        section = section_of(heading, document)
        if section is None:
            tell(_unknown(case, document, f"section {heading!r}"), f"section {heading}")
        elif section.status != "withheld":
            said = f"case {case.id!r}: section {heading!r} of {document.id!r} is not withheld"
            tell(UserError(said), f"a withheld section {heading}")
    pieces: list[tuple[Characters, ...]] = []
    relevant: set[str] = set()
    ideal: set[tuple[int, int]] = set()
    for piece in wanted.evidence:
        chosen = _places(piece, document, passages, inside)
        if not chosen:
            tell(_unknown(case, document, f"evidence {piece!r}"), piece)
        pieces.append(tuple(characters(document.text, *place) for place in chosen))
        ideal |= set(chosen[:1])
        relevant |= {passage.id for passage in passages if any(_shares(place, passage, document) for place in chosen)}
    return Expected(
        case_id=case.id,
        outcome=wanted.outcome,
        sections=tuple(section.heading for section in inside),
        withheld=wanted.withheld,
        evidence=tuple(pieces),
        evidence_words=sum(len(document.text[start:end].split()) for start, end in ideal),
        facts=wanted.facts,
        absent=wanted.absent,
        relevant=frozenset(relevant),
        gone=tuple(gone),
    )


def give(answer: Answer, document: Document, hits: Sequence[Hit], elapsed_ms: float) -> Given:
    """Take from an answer what is scored; a citation that doesn't hold in the document keeps no characters."""
    citations = tuple(tuple(_cited(one, document) for one in said.citations) for said in answer.statements)
    return Given(
        outcome=answer.outcome,
        statements=tuple(statement.text for statement in answer.statements),
        cited=tuple(one for own in citations for one in own),
        withheld=answer.withheld,
        found=tuple(hit.passage.id for hit in hits),
        elapsed_ms=elapsed_ms,
        citations=citations,
        confidence=answer.confidence,
    )


def _cited(citation: Citation, document: Document) -> Cited:
    start, end = citation.start, citation.end
    holds = citation.document_id == document.id and document.text[start:end] == citation.quote
    return Cited(citation.section, characters(document.text, start, end) if holds else frozenset(), citation.quote)


def _places(
    piece: str, document: Document, passages: Sequence[Passage], inside: Sequence[Section]
) -> list[tuple[int, int]]:
    """Return the places where a piece of evidence stands; see `expect`."""
    found = occurrences(piece, document.text)
    near = [(start, end) for start, end in found if any(s.start <= start and end <= s.end for s in inside)]
    grown = [_grow(start, end, passages) for start, end in near or found]
    spans = {(passage.start, passage.end) for passage in passages}
    whole = [place for place in grown if place in spans and fold(document.text[slice(*place)]) == fold(piece)]
    return sorted(set(whole or grown))


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

"""What a case is about, shown in the document: the lines around its quotes, with quotes, evidence and facts marked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from corpus.types import Document, Section
from evals.ideal import occurrences
from evals.kept import KeptCase
from evals.metrics.wording import places_of


@dataclass(frozen=True, slots=True)
class Piece:
    """Some characters of a line, all marked alike."""

    text: str
    marks: tuple[str, ...]
    """Of "quote" (cited by the answer), "ideal" (evidence that the case expects) and "fact" (an expected fact)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a section; an empty one stands for lines left out."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A section with its lines that matter to a case, and one line on either side of them."""

    heading: str
    lines: tuple[Line, ...]


Spans = list[tuple[int, int, str]]


def places(case: KeptCase, document: Document) -> tuple[Place, ...]:
    """Return the sections that a case's quotes and expected evidence stand in, in the order of the document."""
    spans: Spans = []
    for one in case.answer.citations if case.answer else ():
        if one.document == document.id and document.text[one.start : one.end] == one.quote:
            spans.append((one.start, one.end, "quote"))
    wanted = [s for s in document.sections if s.heading in case.case.expect.sections]
    for piece in case.case.expect.evidence:
        found = occurrences(piece, document.text)
        near = [place for place in found if any(s.start <= place[0] and place[1] <= s.end for s in wanted)]
        spans += [(start, end, "ideal") for start, end in (near or found)[:1]]
    for wording in (wording for fact in case.case.expect.facts for wording in fact):
        for start, end in places_of(wording, document.text):
            if any(a < end and start < b for a, b, kind in spans if kind != "fact"):
                spans.append((start, end, "fact"))
    shown = (_place(section, document, spans) for section in document.sections)
    return tuple(place for place in shown if place is not None)


def _place(section: Section, document: Document, spans: Spans) -> Place | None:
    own = [(a, b, kind) for a, b, kind in spans if a < section.end and section.start < b]
    if not own:
        return None
    lines: list[tuple[int, int]] = []
    at = section.start
    for text in document.text[section.start : section.end].split("\n"):
        if text.strip():
            lines.append((at, at + len(text)))
        at += len(text) + 1
    hit = [any(a < end and start < b for a, b, _ in own) for start, end in lines]
    kept = [any(hit[max(0, n - 1) : n + 2]) for n in range(len(lines))]
    shown: list[Line] = []
    for number, (start, end) in enumerate(lines):
        if kept[number]:
            shown.append(Line(tuple(_pieces(document.text, start, end, own))))
        elif not shown or shown[-1].pieces:
            shown.append(Line(()))
    return Place(section.heading, tuple(shown))


def _pieces(text: str, start: int, end: int, spans: Spans) -> Iterable[Piece]:
    cuts = sorted({start, end, *(cut for a, b, _ in spans for cut in (a, b) if start < cut < end)})
    for a, b in pairwise(cuts):
        marks = dict.fromkeys(kind for x, y, kind in spans if x <= a and b <= y)
        yield Piece(text[a:b], tuple(marks))

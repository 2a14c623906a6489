"""A document becomes passages: one sentence of prose, or one list item with its note."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.sentences import sentences, trim
from corpus.types import Document, Kind, Passage, Section

_ITEM = re.compile(r"[ ]*• ")
_BORDERS = ["\n", "; ", ": ", ", ", " ", ""]


def split(document: Document, *, max_chars: int = 600) -> tuple[Passage, ...]:
    """Return the passages of all present sections, in order; none of withheld or empty ones.

    A sentence or item longer than `max_chars` is cut further, at sentence borders first, then at clauses and words.
    """
    found: list[Passage] = []
    paragraph = 0
    for section in document.sections:
        number = 0
        for spans, kind in _paragraphs(document, section):
            for start, end in spans:
                for begin, stop in _cut(document.text, start, end, max_chars):
                    number += 1
                    found.append(
                        Passage(
                            id=f"{document.id}#{section.id}-{number}",
                            document_id=document.id,
                            section_id=section.id,
                            text=document.text[begin:stop],
                            start=begin,
                            end=stop,
                            kind=kind,
                            paragraph=paragraph,
                        )
                    )
            paragraph += 1
    return tuple(found)


def _paragraphs(document: Document, section: Section) -> Iterator[tuple[list[tuple[int, int]], Kind]]:
    """Yield the spans of each paragraph's sentences, and of each list's items."""
    if section.status != "present":
        return
    at = section.start
    items: list[tuple[int, int]] = []
    for line in document.text[section.start : section.end].split("\n"):
        bullet = _ITEM.match(line)
        if bullet:
            items.append((at + bullet.end(), at + len(line)))
        else:
            if items:
                yield items, "item"
                items = []
            if line:
                yield [(at + start, at + end) for start, end in sentences(line)], "sentence"
        at += len(line) + 1
    if items:
        yield items, "item"


def _cut(text: str, start: int, end: int, max_chars: int) -> list[tuple[int, int]]:
    if end - start <= max_chars:
        return [(start, end)]
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    # Joining sentences up to the limit, then cutting one that is itself too long.
    splitter = RecursiveCharacterTextSplitter(
        separators=_BORDERS, keep_separator="end", chunk_size=max_chars, chunk_overlap=0, strip_whitespace=False
    )
    spans: list[tuple[int, int]] = []
    for first, last in _joined(text, start, end, max_chars):
        at = first
        for piece in [text[first:last]] if last - first <= max_chars else splitter.split_text(text[first:last]):
            spans.append((at, at + len(piece)))
            at += len(piece)
    return [span for begin, stop in spans if (span := trim(text, begin, stop)) is not None]


def _joined(text: str, start: int, end: int, max_chars: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begin, stop in sentences(text[start:end]):
        begin, stop = begin + start, stop + start
        if found and stop - found[-1][0] <= max_chars:
            found[-1] = (found[-1][0], stop)
        else:
            found.append((begin, stop))
    return found

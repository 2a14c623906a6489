"""What a file becomes: `Document`, its `Section`s and its `Passage`s.

Design rule: plain frozen values, made in one place (`corpus/build.py`, `corpus/passages.py`) and never changed.
Text is stored once, in `Document.text`; everything else points into it with half-open Python string offsets.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Status = Literal["present", "withheld", "empty"]
Kind = Literal["sentence", "item"]


@dataclass(frozen=True, slots=True)
class Section:
    """One section that the document announces, also when its body is withheld or missing."""

    id: str
    """Unique in its document: a slug of the heading."""
    heading: str
    """As the document writes it."""
    topic: str
    """A topic of the section vocabulary. A heading that it does not know has the topic of the section it stands
    under, or "other"."""
    status: Status
    start: int
    """Where the body begins in `Document.text`; the heading line is not part of it."""
    end: int
    """Where the body ends; `start == end` for an empty body. A withheld body holds at most its stub."""


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where the text of another page of the file begins."""

    start: int
    """In `Document.text`."""
    page: int | None
    """Counted from 1, whatever number is printed on it. None where text of no one page begins: what the file says
    about itself is gathered from anywhere."""


@dataclass(frozen=True, slots=True)
class Document:
    """A cleaned clinical document."""

    id: str
    title: str
    text: str
    """Sections in order. In a body, blank lines part paragraphs and a line that starts with "• " is a list item
    (two spaces before the bullet for each level below the first)."""
    sections: tuple[Section, ...]
    source: str
    """Name of the file it was read from, without its folder."""
    version: str
    """"sha256:" and the hash of `text`."""
    dates: Mapping[str, str]
    """Review dates by their label as the document writes it, in ISO form: {"Last Reviewed": "2020-05-23"}."""
    pages: tuple[PageStart, ...] = ()
    """In order of `start`; empty for a file without pages, such as HTML."""

    def page_at(self, offset: int) -> int | None:
        """Return the page of the file on which a character of `text` stands; None when it stands on none."""
        at = bisect_right(self.pages, offset, key=lambda begin: begin.start)
        return self.pages[at - 1].page if at else None


@dataclass(frozen=True, slots=True)
class Passage:
    """The smallest thing that is searched and cited: one sentence of prose or one list item with its note."""

    id: str
    """`<document id>#<section id>-<number in its section, from 1>`."""
    document_id: str
    section_id: str
    text: str
    start: int
    """`document.text[start:end] == text`."""
    end: int
    kind: Kind
    paragraph: int
    """Number of its paragraph or list in the document, from 0: passages of one paragraph share it."""

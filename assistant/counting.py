"""Answering "how many ... are listed": counted from the document's list, which is cited as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.question import Part
from assistant.types import Citation, Statement
from corpus.types import Document, Passage


def count_statement(part: Part, evidence: Sequence[Passage], document: Document) -> Statement | None:
    """Return the count as a statement when a count is wanted and the evidence is one whole list; None otherwise."""
    if "count" not in part.wants or len(evidence) < 2:
        return None
    if any(passage.kind != "item" or passage.paragraph != evidence[0].paragraph for passage in evidence):
        return None
    start, end = evidence[0].start, evidence[-1].end
    heading = next(section.heading for section in document.sections if section.id == evidence[0].section_id)
    quote, page = document.text[start:end], document.page_at(start)
    citation = Citation(document.id, heading, evidence[0].id, quote, start, end, page)
    return Statement(f"{len(evidence)} are listed under “{heading}”.", (citation,))

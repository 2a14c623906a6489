"""Answering "how many ... are listed": counted from the document's list, whose items are cited."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.lexicon import Lexicon
from assistant.lists import lead_in, lists_of, picked_out
from assistant.question import Part
from assistant.types import Citation, Statement
from corpus.types import Passage


def items_to_count(
    part: Part, chosen: Sequence[Passage], likeliest: Passage | None, lexicon: Lexicon
) -> tuple[Passage, ...]:
    """Return the items that a count is of; empty when no count is wanted or no list is found for it.

    The list is the one that the likeliest passage introduces or belongs to, or stands right above, when the question
    means some of its items ("how many affect the skin?") or two of them were chosen.
    """
    if not _wants_count(part) or likeliest is None:
        return ()
    kept = {passage.id for passage in chosen}
    for items in lists_of(lexicon.passages):
        meant = picked_out(part, items, lexicon)
        introduced = lead_in(items, lexicon) == likeliest.id
        near = likeliest in items or _above(items, lexicon) == likeliest.id
        among = len(meant) > 1 and likeliest in meant
        if introduced or among or (near and sum(item.id in kept for item in items) > 1):
            return tuple(meant or items)
    return ()


def _wants_count(part: Part) -> bool:
    """Tell whether a count is wanted; where two are compared, it is of what the document says of each."""
    return "count" in part.wants and "comparison" not in part.wants


def _above(items: Sequence[Passage], lexicon: Lexicon) -> str | None:
    number = lexicon.passages.index(items[0])
    return lexicon.passages[number - 1].id if number else None


def count_statement(part: Part, evidence: Sequence[Passage], lexicon: Lexicon) -> Statement | None:
    """Return the count as a statement when a count is wanted and the evidence is of one list; None otherwise.

    Cited are the whole list, or each of the items that are meant.
    """
    if not _wants_count(part) or len(evidence) < 2:
        return None
    if any(passage.kind != "item" or passage.paragraph != evidence[0].paragraph for passage in evidence):
        return None
    document, heading = lexicon.document, lexicon.sections[evidence[0].section_id].heading

    def cited(first: Passage, last: Passage) -> Citation:
        start, end = first.start, last.end
        page = document.page_at(start)
        return Citation(document.id, heading, first.id, document.text[start:end], start, end, page)

    if len(evidence) == lexicon.places[evidence[0].id].paragraph_size:
        return Statement(f"{len(evidence)} are listed under “{heading}”.", (cited(evidence[0], evidence[-1]),))
    said = f"{len(evidence)} such are listed under “{heading}”."
    return Statement(said, tuple(cited(item, item) for item in evidence))

"""Answering "how many ... are listed": counted from the document's list, whose items are cited."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import dropwhile, takewhile

from assistant.lexicon import Lexicon
from assistant.lists import denies, lead_in, leaves_out, lists_of, picked_out
from assistant.question import Part
from assistant.types import Citation, Statement
from assistant.words import Word, closed_class, contains_phrase, language, phrase_stems, phrase_texts
from corpus.types import Passage


def items_to_count(
    part: Part, chosen: Sequence[Passage], likeliest: Passage | None, lexicon: Lexicon
) -> tuple[Passage, ...]:
    """Return the items that a count is of; empty when no count is wanted or no list is found for it.

    The list is the one that the likeliest passage introduces or belongs to, or stands right above, when the question
    means some of its items ("how many affect the skin?") or two of them were chosen. Where the question leaves out what
    it names in the list ("how many besides gout?"), no items are returned.
    """
    if not _wants_count(part) or likeliest is None:
        return ()
    kept = {passage.id for passage in chosen}
    for items in lists_of(lexicon.passages):
        if not _are_counted(part, items, lexicon):
            continue
        meant = picked_out(part, items, lexicon)
        if meant and leaves_out(part):
            continue
        introduced = lead_in(items, lexicon) == likeliest.id
        near = likeliest in items or _above(items, lexicon) == likeliest.id
        among = len(meant) > 1 and likeliest in meant
        if introduced or among or (near and sum(item.id in kept for item in items) > 1):
            return tuple(meant or items)
    return ()


def _wants_count(part: Part) -> bool:
    """Tell whether a count of items is wanted.

    Where two are compared, it is of what the document says of each; of how many something is not so, their words don't
    tell.
    """
    return "count" in part.wants and "comparison" not in part.wants and not denies(part)


def _are_counted(part: Part, items: Sequence[Passage], lexicon: Lexicon) -> bool:
    """Tell whether a count may be of a list: days, doses and people are no items, but for those who made the page."""
    people = lexicon.sections[items[0].section_id].topic == "contributors"
    return people or not all(map(_is_of_measures, _counted(part)))


def _counted(part: Part) -> list[list[Word]]:
    """Return the words behind each "how many" up to a word of grammar: a noun, what is said before it, a verb."""
    said = tuple(word.text for word in part.words)
    found = []
    for phrase in _phrases():
        start = 0
        while (place := contains_phrase(said[start:], phrase)) is not None:
            start += place + len(phrase)
            behind = dropwhile(lambda word: word.text in closed_class("before_counted"), part.words[start:])
            found.append(list(takewhile(lambda word: not word.filler or word.stem in _measures()[1], behind)))
    return found


def _is_of_measures(counted: Sequence[Word]) -> bool:
    """Tell whether a measure or people are counted; "patient" in "patient groups" only describes what is."""
    plural, stems = _measures()
    last = counted[-1:]
    return any(word.text in plural for word in counted) or any(word.stem in stems for word in last)


@cache
def _phrases() -> tuple[tuple[str, ...], ...]:
    return tuple(map(phrase_texts, language()["wants"]["count"]))


@cache
def _measures() -> tuple[frozenset[str], frozenset[str]]:
    """Return measures and people as "how many" has them, in the plural, and their stems."""
    return closed_class("measures"), frozenset(phrase_stems(language()["measures"]))


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
    if not _are_counted(part, evidence, lexicon):
        return None
    document, heading = lexicon.document, lexicon.sections[evidence[0].section_id].heading

    def cited(first: Passage, last: Passage) -> Citation:
        start, end = first.start, last.end
        page = document.page_at(start)
        return Citation(document.id, heading, first.id, document.text[start:end], start, end, page)

    if len(evidence) == lexicon.places[evidence[0].id].paragraph_size:
        return Statement(f"{len(evidence)} are listed under “{heading}”.", (cited(evidence[0], evidence[-1]),))
    if leaves_out(part):
        return None
    said = f"{len(evidence)} such are listed under “{heading}”."
    return Statement(said, tuple(cited(item, item) for item in evidence))

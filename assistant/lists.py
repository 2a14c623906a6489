"""Lists of a document: which sentence introduces one, which of its items a question picks out, denies or leaves out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from assistant.lexicon import Lexicon
from assistant.question import Part
from assistant.words import closed_class, contains_phrase, content, language, phrase_texts
from corpus.types import Passage

NOTE = re.compile(r" [–—-] |[:(]")
"""What parts the name of an item from what is said of it."""
PARTICULAR = 0.5
"""Share of a list's items up to which those that share a word with the question are meant by it, and not the list."""


def lists_of(passages: Sequence[Passage]) -> list[list[Passage]]:
    """Return the items of each list, in order."""
    found: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        if passage.kind == "item":
            found[passage.paragraph].append(passage)
    return list(found.values())


def lead_in(items: Sequence[Passage], lexicon: Lexicon) -> str | None:
    """Return the id of the sentence that introduces a list; None when none does."""
    return lexicon.places[items[0].id].lead_in


def picked_out(part: Part, items: Sequence[Passage], lexicon: Lexicon) -> list[Passage]:
    """Return the items that a question means when it means some of a list: those that share most words with it.

    One that denies or leaves out ("all except gout") tells the same items apart, and means the others.

    Words count that some items have and not all, and that neither ask for a topic, nor name the document's subject, nor
    stand in the heading or the sentence that introduces the list, where they tell of the list.
    """
    told = lead_in(items, lexicon)
    facts = [lexicon.places[item.id].facts for item in items]
    of_list = _stems(lexicon.sections[items[0].section_id].heading)
    if told is not None:
        of_list |= lexicon.places[told].facts.content_stems
    telling = {word.stem for word in part.focus(lexicon.subject)} - of_list
    shared = [len(telling & fact.content_stems) for fact in facts]
    most = max(shared)
    if most == 0:
        return []
    meant = [item for item, count in zip(items, shared, strict=True) if count == most]
    return meant if len(meant) <= PARTICULAR * len(items) else []


def named_in(part: Part, items: Sequence[Passage]) -> list[Passage]:
    """Return the items whose name, what stands before their note, is in a question: "gout or milia?" names two.

    None where the question leaves out what it names ("other than gout or milia").

    A row of a table has the name of its column first ("Stage: IA; Size: ..."), as all others have: its name goes up to
    the end of that cell.
    """
    if leaves_out(part):
        return []
    asked = {word.stem for word in part.content}
    names = [_stems(NOTE.split(item.text, maxsplit=1)[0]) for item in items]
    if len(set(names)) < len(names):
        names = [_stems(item.text.split(";", 1)[0]) for item in items]
    shared = frozenset.intersection(*names)
    return [item for item, name in zip(items, names, strict=True) if shared < name <= asked]


def denies(part: Part) -> bool:
    """Tell whether a question asks for what is not so ("which should not be done?"), which no words of it tell.

    What is told before the question word ("I don't know which ..."), "isn't it ...?", "... or not?" and a purpose ("for
    not catching it") deny nothing.
    """
    said = [word.text for word in part.words]
    asks = next((place for place, word in enumerate(said) if word in closed_class("question_words")), 0)
    return any(
        word in closed_class("negations") and not (word == "not" and before in {"or", *closed_class("prepositions")})
        for before, word in pairwise(said[asks:])
    )


def leaves_out(part: Part) -> bool:
    """Tell whether a question leaves out something that it names: "besides gout", "other than in adults"."""
    said = tuple(word.text for word in part.words)
    return any(contains_phrase(said, phrase) is not None for phrase in _exceptions())


@cache
def _exceptions() -> tuple[tuple[str, ...], ...]:
    return tuple(map(phrase_texts, language()["exceptions"]))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word.stem for word in content(text))

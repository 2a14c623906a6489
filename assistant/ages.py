"""Ages that a question restricts itself to ("in adults"), against those that the document is about.

The list of a page about infants is for newborns too. Where it names nobody's age it says nothing of adults: it is no
answer to "what should I rule out in adults?". Of a page about no age in particular one can't tell by structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import zip_longest

from assistant.words import Word, closed_class, language, phrase_stems, stem
from corpus.types import Passage


def ages(stems: Sequence[str]) -> frozenset[str]:
    """Return the ages, of "young" and "grown", that the words of a text name, given as their stems in order.

    "Older" is grown by itself and no age before a word for the young: "older children" are young.
    """
    names = _names()
    return frozenset(
        age
        for one, behind in zip_longest(stems, stems[1:])
        for age, named in names.items()
        if one in named and not (one in _comparatives() and behind in names["young"])
    )


def is_age(word: Word) -> bool:
    """Tell whether a word names an age."""
    return bool(ages([word.stem]))


def tell_of(asked: frozenset[str], passages: Iterable[Passage]) -> bool:
    """Tell whether any of the passages names one of the ages asked for."""
    return any(asked & ages(phrase_stems(passage.text)) for passage in passages)


@cache
def _names() -> dict[str, frozenset[str]]:
    """Return by age the stems of the words for people of it."""
    return {age: frozenset(map(stem, said.split())) for age, said in language()["ages"].items()}


@cache
def _comparatives() -> frozenset[str]:
    return frozenset(map(stem, closed_class("age_comparatives")))

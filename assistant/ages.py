"""Ages that a question restricts itself to ("in adults"), against those that the document is about.

The list of a page about infants is for newborns too. Where it names nobody's age it says nothing of adults: it is no
answer to "what should I rule out in adults?". Of a page about no age in particular one can't tell by structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from functools import cache

from assistant.lexicon import Lexicon
from assistant.words import Word, language, stem
from corpus.types import Passage


def ages(stems: Set[str]) -> frozenset[str]:
    """Return the ages that any of these stems names: of "young" and "grown"."""
    return frozenset(age for age, names in _names().items() if names & stems)


def is_age(word: Word) -> bool:
    """Tell whether a word names an age."""
    return bool(ages({word.stem}))


def tell_of(asked: Set[str], passages: Iterable[Passage], lexicon: Lexicon) -> bool:
    """Tell whether any of the passages names one of the ages asked for."""
    return any(asked & ages(lexicon.places[passage.id].facts.stems) for passage in passages)


@cache
def _names() -> dict[str, frozenset[str]]:
    """Return by age the stems of the words for people of it."""
    return {age: frozenset(map(stem, said.split())) for age, said in language()["ages"].items()}

"""What a passage offers whatever is asked: numbers, places, times, causes, comparisons. Read once for each passage."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.words import contains_phrase, language, stem, words

_DIGIT = re.compile(r"\d")
_PERCENT = re.compile(r"\d\s*%|percent|\bin \d|\bper \d|one in ", re.IGNORECASE)
_OPENING_WORDS = 12
_DEFINING = frozenset({"is", "are", "refer", "mean", "call", "known", "describ", "denot", "defin"})


@dataclass(frozen=True, slots=True)
class PassageFacts:
    """The words of a passage and what they offer."""

    length: int
    """Words."""
    stems: frozenset[str]
    content_stems: frozenset[str]
    opening: tuple[str, ...]
    """Stems of its first words."""
    has_digit: bool
    has_percent: bool
    offers: frozenset[str]
    """Of number, place, time, reason and comparison."""

    def defines(self, asked: frozenset[str]) -> bool:
        """Tell whether the passage opens by saying what an asked stem is: the word, then a form of to be or to call."""
        named = next((place for place, word_stem in enumerate(self.opening) if word_stem in asked), None)
        return named is not None and not _DEFINING.isdisjoint(self.opening[named:])


def read_facts(text: str) -> PassageFacts:
    """Read one passage."""
    said = words(text)
    stems = frozenset(word.stem for word in said)
    texts = tuple(word.text for word in said)
    offers = {kind for kind, phrases in _offer_phrases() if any(contains_phrase(texts, p) is not None for p in phrases)}
    offers |= {kind for kind in ("place", "time", "number") if not stems.isdisjoint(_class_stems(kind))}
    has_digit = bool(_DIGIT.search(text))
    return PassageFacts(
        len(said),
        stems,
        frozenset(word.stem for word in said if not word.filler),
        tuple(word.stem for word in said[:_OPENING_WORDS]),
        has_digit,
        bool(_PERCENT.search(text)),
        frozenset(offers | ({"number"} if has_digit else set())),
    )


@cache
def _offer_phrases() -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    return tuple((kind, tuple(tuple(p.split()) for p in phrases)) for kind, phrases in language()["offers"].items())


@cache
def _class_stems(kind: str) -> frozenset[str]:
    return frozenset(stem(word) for word in language()["word_classes"][kind].split())

"""Words of a text: tokens with offsets, stems and whether they say anything.

Stems are Snowball's English ones (Porter 2), the same that the lexical index uses. Stop words and other closed
classes of English are data, in `language.yaml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text."""

    text: str
    """Lower case."""
    stem: str
    start: int
    end: int
    filler: bool
    """A stop word or another word of grammar, politeness or asking: it says nothing about the subject."""


@cache
def language() -> dict[str, Any]:
    """Read `language.yaml`: closed word classes of English and the phrases of urgent and personal questions."""
    text = (Path(__file__).parent / "language.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@cache
def closed_class(name: str) -> frozenset[str]:
    """Return the words of a class in `language.yaml`, such as its pronouns."""
    return frozenset(language()[name].split())


@cache
def _fillers() -> frozenset[str]:
    return closed_class("stop_words") | closed_class("asking_words")


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def stem(word: str) -> str:
    """Return the Snowball stem of one lower-case word."""
    stemmed: str = _stemmer().stemWord(word)
    return stemmed


def words(text: str) -> tuple[Word, ...]:
    """Return the words of a text in order; numbers are words too."""
    found = []
    for match in WORD.finditer(text):
        lower = match.group().lower().replace("’", "'").removesuffix("'s")
        found.append(Word(lower, stem(lower), match.start(), match.end(), lower in _fillers()))
    return tuple(found)


def content(text: str) -> tuple[Word, ...]:
    """Return the words that say something, in order."""
    return tuple(word for word in words(text) if not word.filler)


def phrase_stems(text: str) -> tuple[str, ...]:
    """Return the stems of a phrase, fillers included: what phrases are compared by."""
    return tuple(word.stem for word in words(text))


def phrase_texts(text: str) -> tuple[str, ...]:
    """Return the words of a phrase as they are written, in lower case: where stems would say too much."""
    return tuple(word.text for word in words(text))


def contains_phrase(stems: tuple[str, ...], phrase: tuple[str, ...]) -> int | None:
    """Return where `phrase` first stands in `stems`, or None; an empty phrase stands nowhere."""
    if not phrase:
        return None
    for start in range(len(stems) - len(phrase) + 1):
        if stems[start : start + len(phrase)] == phrase:
            return start
    return None

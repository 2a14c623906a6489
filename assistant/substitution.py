"""Asking an earlier question again of something else: what a follow-up names takes the place of its like.

After "Is the back involved?", "and the neck?" asks "Is the neck involved?", since of the words of the earlier question
the back is likest to the neck. What has no like there is asked of it in addition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np

from assistant.question import read_part
from assistant.words import Word, closed_class, language, words

Vectors = Callable[[Sequence[str]], np.ndarray]
"""Takes words, returns their unit vectors, float32 (words, dimension)."""
LIKE, VERY_LIKE = 0.3, 0.45
"""Cosine from which a word is the like of what a follow-up names, and of what it names after a preposition: "in women"
may be meant in addition. Of two kinds of people it is 0.5 to 0.7, of two drugs or joints 0.3 to 0.6."""
_ONE = re.compile(r"\s+ones?$", re.IGNORECASE)
SAME_NAME = 0.45
"""Cosine from which the words beside the likest one are taken for parts of its name."""


def asked_of(before: str, named: str, vectors: Vectors) -> str:
    """Return the earlier question, asked of what a follow-up names: a noun, with or without a preposition."""
    question, named = before.rstrip(" ?."), named.strip(" ?.")
    found = words(question)
    told = words(named)
    preposition = told[0].text if len(told) > 1 and told[0].text in closed_class("prepositions") else None
    bare = _ONE.sub("", named[told[1].start :] if preposition else named)
    if words(bare)[0].text in closed_class("determiners") and len(words(bare)) > 1:
        bare = bare[words(bare)[1].start :]
    like = _likeness(found, bare, vectors)
    if preposition:
        places = [_phrase(found, start) for start, word in enumerate(found) if word.text == preposition]
        places = [(start, end) for start, end in places if end > start]
        if places:
            start, end = max(places, key=lambda place: like[place[0] : place[1]].max())
            if _is_number(told[1]) and _is_number(found[start]) and len(told) == 2:
                end = start + 1
            return _replaced(question, found[start].start, found[end - 1].end, named[told[1].start :])
    least = VERY_LIKE if preposition else LIKE
    about = read_part(question).focus(frozenset())
    alike = len(about) == 1 and _kinds(about[0].text) >= _kinds(words(bare)[-1].text)
    if alike and not preposition and _stands_apart(found, about[0]):
        # All that it names: nothing else can be meant.
        return _replaced(question, about[0].start, about[0].end, bare)
    if like.max(initial=0.0) < least:
        return f"{question} {named}?" if preposition else f"{question} ({named})?"
    start, end = _alike(question, found, like, max(least, SAME_NAME))
    return _replaced(question, found[start].start, found[end - 1].end, bare)


def _kinds(word: str) -> set[str]:
    """Return what a word is by the closed classes: a place, a time, a number, or nothing of these."""
    return {kind for kind, members in language()["word_classes"].items() if word in members.split()}


def _stands_apart(found: Sequence[Word], word: Word) -> bool:
    """Tell whether a word of grammar stands before it: behind another word it may be a verb ("where do lumps lie")."""
    place = found.index(word)
    return place == 0 or found[place - 1].filler


def _is_number(word: Word) -> bool:
    return word.text.isdigit() or word.text in language()["word_classes"]["number"].split()


def _replaced(question: str, start: int, end: int, new: str) -> str:
    return f"{question[:start]}{new}{question[end:]}?"


def _likeness(found: Sequence[Word], named: str, vectors: Vectors) -> np.ndarray:
    """Return float32 (words,): how like each word is to what is named; 0 for words that say nothing."""
    telling = [place for place, word in enumerate(found) if not word.filler]
    like = np.zeros(len(found), dtype=np.float32)
    if telling:
        *rows, name = vectors([*(found[place].text for place in telling), named.lower()])
        like[telling] = np.stack(rows) @ name
    return like


def _phrase(found: Sequence[Word], preposition: int) -> tuple[int, int]:
    """Return where the noun behind a preposition begins and ends, as word numbers: up to the next word of grammar."""
    start = end = preposition + 1
    while end < len(found) and (
        not found[end].filler or (end == start and found[end].text in closed_class("determiners"))
    ):
        end += 1
    return start, end


def _alike(question: str, found: Sequence[Word], like: np.ndarray, least: float) -> tuple[int, int]:
    """Return the likest word with those around it that are like too, hang on a hyphen, or are its number ("type 2")."""

    def joined(left: int) -> bool:
        return question[found[left].end : found[left + 1].start] == "-"

    start = int(like.argmax())
    end = start + 1
    while start > 0 and (like[start - 1] >= least or joined(start - 1)):
        start -= 1
    while end < len(found) and (like[end] >= least or joined(end - 1) or found[end].text.isdigit()):
        end += 1
    return start, end

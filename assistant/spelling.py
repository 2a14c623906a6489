"""Mending typing errors towards words that the document or the section vocabulary holds.

A word is left alone when the encoder's vocabulary, the document, the section vocabulary, the table of biomedical
words or a name of a disease knows it (or its stem): croup is no slip for group.
Otherwise it is mended to the nearest word of the document or of the section vocabulary, by optimal string alignment
distance (Damerau's four errors): one error for words of four to seven letters, two for longer ones. A word of four
letters is mended to a word of the document only. Nothing is mended towards general English.

A term that nothing here knows must not become another word. Who slips leaves a letter out, doubles one or exchanges
two; so only that leads to a word of grammar ("broth" is not "both") and, in a short word, to another first letter
("wheal" is not "heal"). Two errors never change the first letter, nor are they two letters in the place of two others:
so differ related terms ("sitagliptin" and "saxagliptin", "paralytic" and "parasitic").
"""

from __future__ import annotations

import re
from collections.abc import Set
from functools import cache

from assistant.diseases import disease_stems
from assistant.lexicon import is_known
from assistant.words import closed_class, language, stem, words
from corpus.vocabulary import load as load_vocabulary

SHORTEST = 4
LONG = 8
MOST_ERRORS = 2
_RUN = re.compile(r"(.)(?=\1)")
"""A letter before the same one."""


@cache
def asking_words() -> frozenset[str]:
    """Return every word that the section vocabulary or `language.yaml` uses to ask."""
    phrases = [phrase for topic in load_vocabulary().topics for phrase in (*topic.asks, *topic.headings)]
    phrases += [phrase for group in language()["wants"].values() for phrase in group]
    phrases += [language()["stop_words"], language()["asking_words"]]
    return frozenset(word.text for phrase in phrases for word in words(phrase))


def mend(question: str, document_words: Set[str], english: Set[str]) -> str:
    """Return the question with its typing errors mended; the same text when there are none."""
    known = document_words | asking_words()
    stems: frozenset[str] | None = None
    mended, position = [], 0
    for word in words(question):
        if len(word.text) < SHORTEST or not word.text.isalpha() or word.text in known or word.text in english:
            continue
        # Capitals inside a question are an abbreviation ("NICU"); a question that is all capitals is just loud.
        if question[word.start : word.end].isupper() and not question.isupper():
            continue
        stems = stems or frozenset(stem(other) for other in known)
        if word.stem in stems or is_known(word.stem) or word.stem in disease_stems():
            continue
        better = _nearest(word.text, known if len(word.text) > SHORTEST else document_words)
        if better is not None:
            mended += [question[position : word.start], better]
            position = word.end
    return "".join([*mended, question[position:]])


def _nearest(word: str, known: Set[str]) -> str | None:
    singular = word[:-1] if len(word) >= LONG and word.endswith("s") else None
    near = [
        # Fewest errors first; then exchanged letters; then the same first letter, seldom mistyped; then the alphabet.
        (errors, plural, sorted(other) != sorted(word), other[0] != word[0], other)
        for other in known
        if len(other) >= SHORTEST and abs(len(other) - len(word)) <= MOST_ERRORS + 1
        # A plural is near to the singular too, where only that is known.
        for plural, written in enumerate((word, singular))
        if written is not None and (errors := _errors(written, other, 1 if len(word) < LONG else MOST_ERRORS))
    ]
    return min(near)[-1] if near else None


def _errors(word: str, other: str, most: int) -> int | None:
    """Return how many errors make `word` of `other`; None when they are more or no likely slip."""
    from rapidfuzz.distance import OSA, Hamming

    errors = OSA.distance(word, other, score_cutoff=most)
    if errors > most:
        return None
    exchanged, same_start = sorted(other) == sorted(word), other[0] == word[0]
    if errors > 1:
        replaced = len(other) == len(word) and not exchanged and Hamming.distance(word, other) == errors
        return errors if same_start and not replaced else None
    of_the_hand = exchanged or len(other) > len(word) or _RUN.sub("", word) == _RUN.sub("", other)
    doubtful = other in closed_class("stop_words") or (not same_start and len(word) < LONG)
    return errors if of_the_hand or not doubtful else None

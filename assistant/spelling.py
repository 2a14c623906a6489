"""Mending typing errors towards words that the document or the section vocabulary holds.

A word is left alone when the encoder's vocabulary, the document, the section vocabulary or the table of biomedical
words knows it (or its stem).
Otherwise it is mended to the nearest word of the document or of the section vocabulary, by optimal string alignment
distance (Damerau's four errors): one error for words of four to seven letters, two for longer ones. A word of four
letters is mended to a word of the document only. Nothing is mended
towards general English: a rare clinical term must not become a common word.
"""

from __future__ import annotations

from collections.abc import Set
from functools import cache

from assistant.lexicon import is_known
from assistant.words import language, stem, words
from corpus.vocabulary import load as load_vocabulary

SHORTEST = 4
LONG = 8


@cache
def asking_words() -> frozenset[str]:
    """Return every word that the section vocabulary or `language.yaml` uses to ask."""
    phrases = [phrase for topic in load_vocabulary().topics for phrase in (*topic.asks, *topic.headings)]
    data = language()
    phrases += [
        data["stop_words"],
        data["asking_words"],
        *(phrase for group in data["wants"].values() for phrase in group),
    ]
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
        better = (
            None
            if word.stem in stems or is_known(word.stem)
            else _nearest(word.text, known if len(word.text) > SHORTEST else document_words)
        )
        if better is not None:
            mended += [question[position : word.start], better]
            position = word.end
    return "".join([*mended, question[position:]])


def _nearest(word: str, known: Set[str]) -> str | None:
    from rapidfuzz.distance import OSA

    errors = 1 if len(word) < LONG else 2
    near = [
        (OSA.distance(word, other, score_cutoff=errors), other[0] != word[0], other)
        for other in known
        if len(other) >= SHORTEST and abs(len(other) - len(word)) <= errors
    ]
    # Fewest errors first; then the same first letter, which people seldom mistype; then the alphabet.
    best = min(near, default=None)
    return best[2] if best is not None and best[0] <= errors else None

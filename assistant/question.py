"""Reading one part of a question: which topic it asks for, what kind of answer it wants, which words are its subject.

Nothing here knows a document: the section vocabulary says which words ask for which topic, `language.yaml` which form
of question wants what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from assistant.words import Word, closed_class, contains_phrase, language, phrase_stems, phrase_texts, words
from corpus.vocabulary import load as load_vocabulary


@dataclass(frozen=True, slots=True)
class Part:
    """One question, read."""

    text: str
    words: tuple[Word, ...]
    topics: Mapping[str, float]
    """Topics asked for by words of the vocabulary, with the share of the question's content that asks for them."""
    asking: frozenset[str]
    """Stems of the words that ask for a topic."""
    wants: frozenset[str]
    """Kinds of answer wanted: those of `wants` in `language.yaml`, and yes_no."""

    @property
    def content(self) -> tuple[Word, ...]:
        """Words that say something."""
        return tuple(word for word in self.words if not word.filler)

    def focus(self, subject: frozenset[str]) -> tuple[Word, ...]:
        """Content words that neither ask for a topic nor name the document's subject (stems of its title)."""
        return tuple(word for word in self.content if word.stem not in self.asking and word.stem not in subject)


@cache
def metadata_topics() -> frozenset[str]:
    """Return the topics that are about the page and not about its subject: codes, contributors, dates ..."""
    return frozenset(topic.name for topic in load_vocabulary().topics if topic.metadata)


def asks_something(part: Part) -> bool:
    """Tell whether a part names, asks for or wants anything; "???" does not, nor "who are you?"."""
    said = [word.text for word in part.words]
    to_assistant = not part.content and (said[-1:] == ["you"] or "your" in said)
    return bool(part.content or part.topics or part.wants) and not to_assistant


@cache
def _ask_phrases() -> Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return by its first stem every phrase that asks for a topic, as stems, with the topic."""
    table: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    for topic in load_vocabulary().topics:
        for phrase in map(phrase_stems, (*topic.asks, topic.label)):
            table[phrase[0]].add((phrase, topic.name))
    return {first: tuple(sorted(phrases)) for first, phrases in table.items()}


@cache
def _want_phrases() -> tuple[tuple[str, bool, tuple[str, ...]], ...]:
    return tuple(
        (kind, phrase.startswith("^"), phrase_texts(phrase))
        for kind, phrases in language()["wants"].items()
        for phrase in phrases
    )


def read_part(text: str) -> Part:
    """Read one question; an empty one asks for nothing and wants nothing."""
    found = words(text)
    topics, asking = asked_topics(found)
    return Part(text, found, topics, asking, wanted(found))


def asked_topics(found: tuple[Word, ...]) -> tuple[dict[str, float], frozenset[str]]:
    """Return topic -> strength (0 to 1) and the stems of the words that asked.

    A phrase that overlaps a longer one found before does not count, so that "drug reaction" is not also "drug".
    Strength is the share of the phrase's words among the question's content words, at most 1.
    """
    stems = tuple(word.stem for word in found)
    taken: dict[int, int] = {}
    topics: dict[str, float] = {}
    asking: set[str] = set()
    size = max(1, sum(not word.filler for word in found))
    standing = [
        (start, phrase, topic)
        for start, first in enumerate(stems)
        for phrase, topic in _ask_phrases().get(first, ())
        if stems[start : start + len(phrase)] == phrase
    ]
    # Longest first: the longer phrase is the more exact reading.
    for start, phrase, topic in sorted(standing, key=lambda found: (-len(found[1]), found)):
        span = range(start, start + len(phrase))
        if any(taken.get(position, 0) > len(phrase) for position in span):
            continue
        taken.update(dict.fromkeys(span, len(phrase)))
        asking.update(stems[position] for position in span)
        share = max(1, sum(not found[position].filler for position in span)) / size
        topics[topic] = min(1.0, max(topics.get(topic, 0.0), share))
    return topics, frozenset(asking)


def wanted(found: tuple[Word, ...]) -> frozenset[str]:
    """Return the kinds of answer that the form of a question wants."""
    texts = tuple(word.text for word in found)
    kinds = set()
    for kind, at_start, phrase in _want_phrases():
        position = contains_phrase(texts, phrase)
        if position is not None and (position == 0 or not at_start):
            kinds.add(kind)
    if texts and texts[0] in closed_class("yes_no_openers"):
        kinds.add("yes_no")
    return frozenset(kinds)

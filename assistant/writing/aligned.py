"""A written sentence laid beside the quotes that it cites: which of its words stand there, where, and in what order.

A word stands in a quote when another form of it does (a word of the same stem that is not known to be another one), or
a listed synonym, or the other form of an abbreviation that the document defines. Words of the title and of the
section's heading are known too, but stand nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from assistant.words import words
from assistant.writing.wordings import longest_synonym, same_word, senses, word_class

_BREAK = re.compile(
    r"[,;:()\[\]|–—]|\s-\s|\b(?:while|whereas|but|although|though|however|whose|which)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word in its place."""

    text: str
    """Lower case."""
    written: str
    stem: str
    filler: bool
    """A word of grammar or of asking; it says nothing."""
    joining: bool
    """A word of building a sentence, which adds no fact."""
    senses: frozenset[int]
    """Lines of the synonyms that the word stands in, alone or with those around it."""
    clause: int


def tokens(text: str, long_forms: Mapping[str, str] | None = None) -> tuple[Token, ...]:
    """Return the words of a text in order.

    An abbreviation of `long_forms` (lower case) is followed by its long form, which then says what there is to say.
    """
    breaks = [match.start() for match in _BREAK.finditer(text)]
    said: list[tuple[str, str, str, bool, int]] = []
    for word in words(text):
        clause = bisect_left(breaks, word.start)
        long_form = (long_forms or {}).get(word.text)
        said.append((word.text, text[word.start : word.end], word.stem, word.filler or bool(long_form), clause))
        if long_form:
            said += [(more.text, more.text, more.stem, more.filler, clause) for more in words(long_form)]
    own: list[set[int]] = [set() for _ in said]
    stems = [stem for _, _, stem, _, _ in said]
    written = [_bare(word) for _, word, _, _, _ in said]
    for size in range(1, longest_synonym() + 1):
        for start in range(len(said) - size + 1):
            for number in senses(stems[start : start + size], written[start : start + size]):
                for place in range(start, start + size):
                    own[place].add(number)
    joins = word_class("joining")
    return tuple(
        Token(word, written, stem, filler, word in joins, frozenset(lines), clause)
        for (word, written, stem, filler, clause), lines in zip(said, own, strict=True)
    )


def _bare(word: str) -> str:
    return word.replace("’", "'").removesuffix("'s")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A sentence beside its quotes."""

    sentence: tuple[Token, ...]
    quotes: tuple[tuple[Token, ...], ...]
    places: tuple[tuple[tuple[int, int], ...], ...]
    """For each word of the sentence: (quote, place in it) of every word it stands for; empty for none."""
    known: tuple[bool, ...]
    """For each word of the sentence: whether it stands in a quote, the title or the heading."""

    @property
    def content(self) -> tuple[int, ...]:
        """Places of the sentence's words that say something."""
        return tuple(place for place, token in enumerate(self.sentence) if not token.filler)

    def strangers(self) -> tuple[Token, ...]:
        """Return the words that say something, add a fact and are not known."""
        return tuple(
            self.sentence[place] for place in self.content if not self.known[place] and not self.sentence[place].joining
        )


def align(
    sentence: str, quotes: Sequence[str], around: Collection[str], long_forms: Mapping[str, str] | None = None
) -> Aligned:
    """Lay a sentence beside quotes; `around` holds the title and the headings, `long_forms` the abbreviations."""
    told = tokens(sentence, long_forms)
    given = tuple(tokens(quote, long_forms) for quote in quotes)
    beside = [token for text in around for token in tokens(text, long_forms)]
    near_senses = frozenset(sense for token in beside for sense in token.senses)
    places = []
    known = []
    for token in told:
        here = tuple(
            (number, place)
            for number, quote in enumerate(given)
            for place, other in enumerate(quote)
            if _same(token, other) or (not token.filler and token.senses & other.senses)
        )
        places.append(here)
        known.append(bool(here) or any(_same(token, other) for other in beside) or bool(token.senses & near_senses))
    return Aligned(told, given, tuple(places), tuple(known))


def _same(one: Token, other: Token) -> bool:
    return one.stem == other.stem and same_word(one.text, other.text)

"""Which documents of a library a question names: by a title, by a part of one, or by another name of its disease.

A document's names are its title, the title without what it adds in brackets or after "in" ("Calcinosis cutis in infants
and neonates"), short forms that its text or the table of common ones defines for any of these, and what its beginning
says, right behind one of these, that the disease is "also known as".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from assistant.abbreviations import common, harvest
from assistant.lexicon import weight
from assistant.words import Word, words
from corpus.types import Document

Stems = tuple[str, ...]
BEGINNING_CHARS = 3_000
"""Of a text, in which its disease's other names are looked for."""
MOST_NAME_WORDS = 6
"""Words of another name that a text gives: more are a clause."""
LEAST_WEIGHT = 0.45
"""Least rarity of another name's rarest word: below it stand "type", "pain" and "skin" (`evals.fit.disease_names`)."""
MOST_OTHER = 3
BEHIND_CHARS = 40
"""How far behind a name "also known as" may stand, a short form in brackets between them."""
_ALSO = re.compile(
    r"\b(?:also|sometimes|formerly|previously|commonly|often|otherwise)\s+(?:\w+ly\s+)?"
    r"(?:known\s+as|called|referred\s+to\s+as|termed|named)\s+(?:the\s+|an?\s+)?"
    r"([^.,;:()\[\]\n]{3,120}(?:,\s*(?:or|and)\s[^.,;:()\[\]\n]{3,60})?)"
)
_BRACKETS = re.compile(r"\s*[(\[]([^)\]]*)[)\]]")
_HEAD = re.compile(r"^(.{3,}?)\s+in\s+\w.*$")
_NAMES_APART = re.compile(r",\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+")


def telling(text: str) -> tuple[Word, ...]:
    """Return the words of a text that say something; a filler in capitals ("ALL") is an abbreviation and says it."""
    shouted = text.isupper()
    return tuple(
        word
        for word in words(text)
        if not word.filler or (not shouted and word.end - word.start > 1 and text[word.start : word.end].isupper())
    )


def name_stems(name: str) -> Stems:
    """Return what a name is compared by: the stems of its words that say something, of all when none does."""
    return tuple(word.stem for word in telling(name) or words(name))


def names_of(document: Document) -> tuple[str, ...]:
    """Return the names of a document's disease as they are written, the title first, each once."""
    title = document.title
    bare = bare_title(title)
    found = [title, bare, *(inside.group(1) for inside in _BRACKETS.finditer(title))]
    head = _HEAD.match(bare)
    if head is not None:
        found.append(head.group(1))
    whole = {name_stems(name) for name in found}
    beginning = document.text[:BEGINNING_CHARS]
    for match in _ALSO.finditer(beginning):
        before = _BRACKETS.sub("", beginning[max(0, match.start() - len(title) - BEHIND_CHARS) : match.start()])
        behind = tuple(word.stem for word in telling(before))
        if any(behind[-len(name) :] == name for name in whole):
            pieces = _NAMES_APART.split(match.group(1))
            found += [piece.strip(" “”\"'") for piece in pieces[:MOST_OTHER] if _may_name(piece)]
    found += [short.upper() for short, long_form in harvest(beginning).items() if name_stems(long_form) in whole]
    found += [short.upper() for name in whole for short in _common_short_forms().get(name, ())]
    unique = {name_stems(name): name for name in reversed(found) if name_stems(name)}
    return tuple(reversed(unique.values()))


def bare_title(title: str) -> str:
    """Return a title without what it adds in brackets."""
    return _BRACKETS.sub("", title).strip() or title


def _may_name(piece: str) -> bool:
    stems = name_stems(piece)
    found = words(piece)
    # "..., is a rare disease": what begins with a word of grammar goes on with the sentence.
    if not found or found[0].filler:
        return False
    return len(found) <= MOST_NAME_WORDS and max(map(weight, stems), default=0.0) >= LEAST_WEIGHT


@cache
def _common_short_forms() -> Mapping[Stems, tuple[str, ...]]:
    table: dict[Stems, tuple[str, ...]] = {}
    for short, long_form in common().items():
        table[name_stems(long_form)] = (*table.get(name_stems(long_form), ()), short)
    return table


@dataclass(frozen=True, slots=True)
class Naming:
    """How a question names one document."""

    whole: int
    """Words of the longest of its names that stands in the question and is no part of a longer name; 0 for none."""
    share: float
    """Of the name that is covered best: how much of it the question has, 0 to 1, rare words weighing more."""
    explained: float
    """How much of what the question names its names have, 0 to 1."""
    unexplained: float
    """Weight of the heaviest word that the question names and no name of it has; 0 when there is none."""


class Names:
    """The names of all documents of a library."""

    def __init__(self, documents: Sequence[Document], known: Names | None = None) -> None:
        """Collect them; those of documents that `known` has with the same text are taken from there."""
        before = {} if known is None else known._names
        self._names: dict[tuple[str, str], tuple[tuple[Stems, ...], frozenset[str]]] = {}
        self._phrases: dict[Stems, list[int]] = {}
        self._by_number: list[tuple[Stems, ...]] = []
        self._own: list[frozenset[str]] = []
        self.titles: list[Stems] = []
        """By number of the document: the stems of its title without brackets; documents of one disease share them."""
        self.words: set[str] = set()
        """All words of all names, lower case: what typing errors are mended towards."""
        homes: list[int] = []
        totals: list[float] = []
        postings: dict[str, list[int]] = {}
        for number, document in enumerate(documents):
            key = (document.id, document.version)
            self._names[key] = before.get(key) or _read_names(document)
            names, said = self._names[key]
            self._by_number.append(names)
            self._own.append(frozenset(stem for name in names for stem in name))
            self.titles.append(name_stems(bare_title(document.title)))
            self.words.update(said)
            for name in names:
                self._phrases.setdefault(name, []).append(number)
                for stem in set(name):
                    postings.setdefault(stem, []).append(len(homes))
                homes.append(number)
                totals.append(sum(heft(stem) for stem in set(name)))
        self._homes = np.array(homes, dtype=np.int32)
        self._totals = np.array(totals, dtype=np.float64)
        self._postings = {stem: np.array(places, dtype=np.int32) for stem, places in postings.items()}
        self._longest = max(map(len, self._phrases), default=0)

    def standing(self, asked: Sequence[str]) -> dict[int, int]:
        """Return document -> words of its longest name among the asked stems, names inside longer ones left out."""
        spans = [
            (start, end, self._phrases[tuple(asked[start:end])])
            for start in range(len(asked))
            for end in range(start + 1, min(len(asked), start + self._longest) + 1)
            if tuple(asked[start:end]) in self._phrases
        ]
        found: dict[int, int] = {}
        for start, end, documents in spans:
            if any(a <= start and end <= b and b - a > end - start for a, b, _ in spans):
                continue
            for number in documents:
                found[number] = max(found.get(number, 0), end - start)
        return found

    def nearest(self, asked: Iterable[str], limit: int) -> list[int]:
        """Return the documents whose names have most of the asked stems, and little else, best first."""
        scores = np.zeros(len(self._homes))
        for stem in set(asked):
            if stem in self._postings:
                scores[self._postings[stem]] += heft(stem)
        some = np.flatnonzero(scores)
        if not len(some):
            return []
        rated = scores[some] * scores[some] / self._totals[some]
        # Each document may have several names: look at more of them than documents are wanted.
        best = some[np.argsort(-rated, kind="stable")[: limit * 4]]
        return list(dict.fromkeys(self._homes[best].tolist()))[:limit]

    def unnamed(self, text: str, number: int) -> str:
        """Return a text with "it" in the place of each whole name of a document."""
        found = telling(text)
        stems = tuple(word.stem for word in found)
        for name in sorted(self._by_number[number], key=len, reverse=True):
            for start in range(len(stems) - len(name) + 1):
                if stems[start : start + len(name)] == name:
                    first, last = found[start], found[start + len(name) - 1]
                    return self.unnamed(f"{text[: first.start]}it{text[last.end :]}", number)
        return text

    def own(self, number: int) -> frozenset[str]:
        """Return the stems of all names of a document."""
        return self._own[number]

    def naming(self, number: int, asked: frozenset[str], focus: frozenset[str], whole: int) -> Naming:
        """Describe how a question names a document.

        Args:
            number: of the document.
            asked: stems of the question's words that say something.
            focus: those of them that do not ask for a topic.
            whole: what `standing` says of the document.
        """
        # A title without a word that says something ("Who is it?") is no name.
        names = self._by_number[number]
        share = max((_heft(asked.intersection(name)) / _heft(set(name)) for name in names), default=0.0)
        own = self._own[number]
        explained = _heft(focus & own) / _heft(focus) if focus else 0.0
        return Naming(whole, share, explained, max(map(weight, focus - own), default=0.0))


def _read_names(document: Document) -> tuple[tuple[Stems, ...], frozenset[str]]:
    """Return the names of a document as they are compared, and their words."""
    names = names_of(document)
    return tuple(map(name_stems, names)), frozenset(word.text for name in names for word in words(name))


def heft(stem: str) -> float:
    """Return how much a word of a name weighs: its rarity, and a little for the commonest too."""
    return 0.05 + weight(stem)


def _heft(stems: Iterable[str]) -> float:
    return sum(map(heft, stems))

"""Names of diseases, to tell a question about another disease from one about the document's own.

`disease_names.txt` holds one name a line, collected from public titles by `python -m evals.fit.disease_names`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant.lexicon import Lexicon
from assistant.question import Part
from assistant.words import words

NAMES = Path(__file__).parent / "disease_names.txt"


@dataclass(frozen=True, slots=True)
class Named:
    """Content words of the longest disease name of each kind that a question holds; 0 when it holds none."""

    known: int
    """All of its words are words of the document."""
    foreign: int
    """The document lacks one of its words."""


def named(part: Part, lexicon: Lexicon) -> Named:
    """Find the disease names in a part of a question."""
    known = foreign = 0
    asked = tuple(word.stem for word in part.words)
    for start, first in enumerate(asked):
        for name, content in _names().get(first, ()):
            if asked[start : start + len(name)] != name:
                continue
            if content <= lexicon.stem_set:
                known = max(known, len(content))
            else:
                foreign = max(foreign, len(content))
    return Named(known, foreign)


def disease_names_in(asked: Sequence[str], without: Set[frozenset[str]] = frozenset()) -> list[frozenset[str]]:
    """Return the telling stems of every disease name that stands in a question, given as the stems of its words.

    `without` holds names, as such sets, that are taken for unknown: how well unknown ones are told is measured by it.
    """
    asked = tuple(asked)
    return [
        content
        for start, first in enumerate(asked)
        for name, content in _names().get(first, ())
        if asked[start : start + len(name)] == name and content not in without
    ]


@cache
def disease_stems() -> frozenset[str]:
    """Return the stems of all words of all disease names."""
    return frozenset(stem for names in _names().values() for name, _ in names for stem in name)


@cache
def _names() -> Mapping[str, tuple[tuple[tuple[str, ...], frozenset[str]], ...]]:
    """Return by its first stem every name, as stems, with the stems that say something."""
    table: dict[str, list[tuple[tuple[str, ...], frozenset[str]]]] = defaultdict(list)
    for line in NAMES.read_text(encoding="utf-8").splitlines():
        found = words(line)
        table[found[0].stem].append(
            (tuple(word.stem for word in found), frozenset(word.stem for word in found if not word.filler))
        )
    return {first: tuple(names) for first, names in table.items()}

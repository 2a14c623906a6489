"""The two data files of the gate: `wordings.yaml` (classes of words) and `synonyms.yaml` (words of one meaning)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.words import phrase_stems, stem

FOLDER = Path(__file__).parent


@cache
def wordings() -> dict[str, Any]:
    """Read `wordings.yaml`."""
    data: dict[str, Any] = yaml.safe_load((FOLDER / "wordings.yaml").read_text(encoding="utf-8"))
    return data


@cache
def _lines() -> dict[str, list[str]]:
    data: dict[str, list[str]] = yaml.safe_load((FOLDER / "synonyms.yaml").read_text(encoding="utf-8"))
    return data


@cache
def synonyms() -> dict[tuple[str, ...], frozenset[int]]:
    """Return stems of a word or phrase -> numbers of the lines of `synonyms.yaml` that it stands in, terms first."""
    found: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for number, line in enumerate((*_lines()["terms"], *_lines()["everyday"])):
        for phrase in line.split(","):
            found[phrase_stems(phrase)].add(number)
    return {phrase: frozenset(numbers) for phrase, numbers in found.items() if phrase}


def is_term(senses: Collection[int]) -> bool:
    """Tell whether any of some lines is one of clinical terms."""
    return min(senses, default=len(_lines()["terms"])) < len(_lines()["terms"])


@cache
def longest_synonym() -> int:
    """Return the words of the longest phrase that has a synonym."""
    return max(map(len, synonyms()))


@cache
def word_class(name: str) -> frozenset[str]:
    """Return the words of a class such as "negations"."""
    return frozenset(str(wordings()[name]).split())


@cache
def degrees() -> dict[str, str]:
    """Return word -> the degree that it claims."""
    return {word: name for name, words in wordings()["degrees"].items() for word in str(words).split()}


@cache
def sides() -> dict[str, tuple[tuple[int, int], ...]]:
    """Return stem -> (pair, side) of the opposites that it stands in."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pair, groups in enumerate(wordings()["opposites"]):
        for side, group in enumerate(groups):
            for word in group.split():
                if (pair, side) not in found[stem(word)]:
                    found[stem(word)].append((pair, side))
    return {word_stem: tuple(places) for word_stem, places in found.items()}

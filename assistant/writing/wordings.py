"""The two data files of the gate: `wordings.yaml` (classes of words) and `synonyms.yaml` (words of one meaning)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.words import WORD, phrase_stems, stem

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
def synonyms() -> dict[tuple[str, ...], tuple[tuple[int, tuple[str, ...]], ...]]:
    """Return stems of a word or phrase -> each line of `synonyms.yaml` that it stands in, terms first, as written."""
    found: dict[tuple[str, ...], list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for number, line in enumerate((*_lines()["terms"], *_lines()["everyday"])):
        for phrase in line.split(","):
            found[phrase_stems(phrase)].append((number, tuple(WORD.findall(phrase))))
    return {phrase: tuple(lines) for phrase, lines in found.items() if phrase}


def senses(stems: Sequence[str], written: Sequence[str]) -> frozenset[int]:
    """Return the lines that a word or phrase stands in, in the form that is listed or an inflection of it."""
    lines = synonyms().get(tuple(stems))
    if not lines:
        return frozenset()
    return frozenset(number for number, listed in lines if all(map(_stands_for, written, listed)))


def _stands_for(written: str, listed: str) -> bool:
    # An abbreviation is listed in capitals, and is none without them: "ANS" is no "an", "OCT" no month.
    if not listed.islower():
        return written.removesuffix("s") == listed
    return inflected(written.lower(), listed)


@cache
def inflected(one: str, other: str) -> bool:
    """Return whether two words are forms of one: plural, "-ed", "-ing"; "hepatitis" is none of "hepatic"."""
    if one == other:
        return True
    if _kept_apart(one, other):
        return False
    return not _bases(one).isdisjoint(_bases(other))


@cache
def same_word(one: str, other: str) -> bool:
    """Return whether two words of one stem mean the same, as far as is known: those apart or in two lines do not."""
    if inflected(one, other):
        return True
    if _kept_apart(one, other) or one.endswith("itis") != other.endswith("itis"):
        return False
    first, second = (senses((stem(word),), (word,)) for word in (one, other))
    return not (first and second and first.isdisjoint(second) and (is_term(first) or is_term(second)))


def _kept_apart(one: str, other: str) -> bool:
    """Return whether two words of one stem are listed as different ones: "several" and "severe"."""
    return any((one in group) != (other in group) for group in _apart().get(stem(one), ()))


@cache
def _apart() -> dict[str, tuple[frozenset[str], ...]]:
    lines = [[frozenset(group.split()) for group in line] for line in wordings()["apart"]]
    return {stem(word): tuple(line) for line in lines for group in line for word in group}


@cache
def _bases(word: str) -> frozenset[str]:
    """Return what a word may be an inflection of, itself too."""
    found = {word}
    if word.endswith(("ies", "ied")):
        found.add(word[:-3] + "y")
    if word.endswith("es") and word[:-2].endswith(("s", "x", "z", "ch", "sh", "o")):
        found.add(word[:-2])
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        found.add(word[:-1])
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            rest = word.removesuffix(ending)
            found |= {rest, rest + "e", rest[:-1] if rest[-1] == rest[-2] else rest}
    return frozenset(found)


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
    """Return word -> (pair, side) of the opposites that it stands in."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for pair, groups in enumerate(wordings()["opposites"]):
        for side, group in enumerate(groups):
            for word in group.split():
                found[word].append((pair, side))
    return {word: tuple(dict.fromkeys(places)) for word, places in found.items()}


@cache
def sideless() -> tuple[tuple[str, ...], ...]:
    """Return phrases whose words stand for no side: "better known", "one of"."""
    return tuple(tuple(phrase.split()) for phrase in wordings()["sideless"])

"""What stands behind a number: its unit, what that is per ("mg/kg/day", "a week"), or what the number counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from assistant.words import stem, words
from assistant.writing.plain import unit_of
from assistant.writing.wordings import word_class, wordings

_WORD = r"[^\W\d_]+(?:\^-?\d)?"
_FIRST = re.compile(rf"[\s-]?({_WORD})")
_SECOND = re.compile(rf"[\s-]({_WORD})")
_PER = re.compile(rf"(?:(?P<mark>\s?/\s?|\sper\s)|\s(?:a|an|each|every)\s)(?P<unit>{_WORD})")
_PER_TIME = re.compile(rf"\s({_WORD})")
_PERCENT = re.compile(r"\s?(?:percent|pct|per\scent)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measure:
    """The unit of a number, or what it counts."""

    unit: str | None
    """"%" or the name of a class of units ("year"); None when it counts something else."""
    per: tuple[str, ...]
    """Units that it is per, in order: "kilogram" of "5 mg/kg/day"."""
    per_loosely: frozenset[str]
    """Times and things that it is per, which a sentence may leave to be understood: "day", "dose"."""
    counted: str | None
    """Stem of the word behind a number without a unit; None for a mark or a word of grammar."""

    @property
    def is_time(self) -> bool:
        """Whether it is a time."""
        return self.unit in word_class("units_of_time")


def measure(rest: str, percent: bool, aged: bool) -> Measure:
    """Read what stands behind a number; `percent` when its mark was read, `aged` when it is an age."""
    said = _PERCENT.match(rest)
    if percent or said:
        return Measure("%", *_per(rest, said.end() if said else 0), None)
    first = _FIRST.match(rest)
    if not first:
        return Measure(None, *_per(rest, 0), None)
    filler = _is_filler(first[1])
    unit, end = _unit(first[1]), first.end()
    if not unit and not filler and (second := _SECOND.match(rest, end)):
        # "5 consecutive days".
        unit, end = _unit(second[1]), second.end()
    if unit:
        return Measure(unit, *_per(rest, end), None)
    return Measure(None, *_per(rest, 0), None if filler or aged else stem(first[1].lower()))


def like(stated: Measure, known: Measure) -> bool:
    """Return whether two numbers measure or count the same, as far as both say it."""
    per, other = stated.per_loosely, known.per_loosely
    if per and other and not (per <= other or other <= per):
        return False
    if stated.unit == known.unit:
        return stated.per == known.per
    # A range may give its unit once, a count may leave it out ("aged 5 to 10"); a percentage never may.
    bare = stated if stated.unit is None else known
    return bare.unit is None and bare.counted is None and "%" not in (stated.unit, known.unit)


def _per(rest: str, end: int) -> tuple[tuple[str, ...], frozenset[str]]:
    units, loosely = [], set()
    while found := _PER.match(rest, end):
        unit = _unit(found["unit"])
        if unit is None and (found["mark"] is None or _is_filler(found["unit"])):
            break
        if unit and unit not in word_class("units_of_time"):
            units.append(unit)
        else:
            loosely.add(unit or stem(found["unit"].lower()))
        end = found.end()
    if (found := _PER_TIME.match(rest, end)) and found[1].lower() in wordings()["per_time"]:
        loosely.add(wordings()["per_time"][found[1].lower()])
    return tuple(units), frozenset(loosely)


def _unit(word: str) -> str | None:
    name, _, power = word.partition("^")
    unit = unit_of(name)
    return f"{unit}^{power}" if unit and power else unit


@cache
def _is_filler(word: str) -> bool:
    return all(one.filler for one in words(word))

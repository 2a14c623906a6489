"""Numbers of a sentence with what they count: "50%-70%", "aged 5 to 10 years", "two", "3.5 mg/dL", "L94.2".

A written sentence may state a number only as its evidence does: the same value or range, the same unit, no other bound
("at least", "fewer than"). What compares them is `unlike`; what words and units there are is data, `wordings.yaml`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from assistant.writing.plain import unit_words
from assistant.writing.wordings import wordings

_NUMBER = r"\d+(?:[.,]\d+)*"
_MARKS = "%°"
_QUANTITY = re.compile(
    rf"(?<![\w.])(?P<low>{_NUMBER})(?P<low_mark>\s?[%°])?"
    rf"(?:\s?(?:-|to|and)\s?(?P<high>{_NUMBER})(?P<high_mark>\s?[%°])?(?![\w.]*\w))?"
)
_CODE = re.compile(r"\b(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[A-Za-z0-9][\w.-]*\w\b")
_DENIED = {"over": "most", "under": "least"}
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a range, as a text states it."""

    low: float
    high: float
    unit: str | None
    """"%" or the name of a class of units ("year"); None when it counts something else."""
    bound: str | None
    """"over", "under", "least", "most" or None."""
    start: int
    end: int


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text that `plain` has prepared, in order; a code ("L94.2") is none."""
    codes = [match.span() for match in _CODE.finditer(text) if not _is_number_with_unit(match.group())]
    found = []
    for match in _QUANTITY.finditer(text):
        if any(start <= match.start() < end for start, end in codes):
            continue
        low = _value(match["low"])
        high = _value(match["high"]) if match["high"] else low
        if match["high"] and " and " in match.group() and not _between(text, match.start()):
            # "in 2019 and 2021", "types 1 and 2": two numbers, no range.
            found += [_quantity(text, value, value, match) for value in (low, high)]
        else:
            found.append(_quantity(text, low, high, match))
    return tuple(found)


def codes(text: str) -> frozenset[str]:
    """Return tokens that mix letters and digits ("L94.2", "HLA-B27"), in lower case."""
    return frozenset(m.group().lower() for m in _CODE.finditer(text) if not _is_number_with_unit(m.group()))


def unlike(stated: Sequence[Quantity], known: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Return the quantities stated that are none of those known: another value, range, unit or bound."""
    return tuple(one for one in stated if not any(_agree(one, other) for other in known))


def _agree(stated: Quantity, known: Quantity) -> bool:
    if (stated.low, stated.high) != (known.low, known.high):
        return False
    if stated.bound != known.bound:
        return False
    # A range may give its unit once, a count may leave it out ("aged 5 to 10"); a percentage never may.
    return stated.unit == known.unit or (None in (stated.unit, known.unit) and "%" not in (stated.unit, known.unit))


def _quantity(text: str, low: float, high: float, match: re.Match[str]) -> Quantity:
    before = [word.lower() for word in _WORD.findall(text[max(0, match.start() - 40) : match.start()])][-5:]
    after = [word.lower() for word in _WORD.findall(text[match.end() : match.end() + 40])][:6]
    marked = "%" in match.group() or after[:1] in (["percent"], ["pct"]) or after[:2] == ["per", "cent"]
    unit = "%" if marked else next((unit for word in after[:2] if (unit := unit_words().get(word))), None)
    behind = [word for word in after if word not in unit_words() and word not in ("percent", "of", "age")]
    return Quantity(low, high, unit, _bound(before, behind), match.start(), match.end())


def _bound(before: Sequence[str], after: Sequence[str]) -> str | None:
    for name, phrases in _bounds():
        for phrase in phrases:
            if tuple(before[-len(phrase) :]) == phrase:
                # "not longer than", "should not exceed", "not to exceed".
                denied = {"no", "not", "never"} & set(before[: -len(phrase)][-2:])
                return _DENIED.get(name, name) if denied else name
    behind = (" ".join(pair) for pair in itertools.pairwise(after[:3]))
    bounds = wordings()["bounds_behind"].items()
    return next((name for said in behind for name, phrases in bounds if said in phrases), None)


def _between(text: str, start: int) -> bool:
    return text[:start].rstrip().lower().endswith("between")


def _value(digits: str) -> float:
    return float(digits.replace(",", ".") if digits.count(",") == 1 and "." not in digits else digits.replace(",", ""))


def _is_number_with_unit(token: str) -> bool:
    found = re.fullmatch(rf"({_NUMBER})(-{_NUMBER})?-?([A-Za-z]+)(?:-(?:olds?|long))?", token)
    return found is not None and found[3].lower() in unit_words()


@cache
def _bounds() -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    bounds = [(name, tuple(phrase.split())) for name, phrases in wordings()["bounds"].items() for phrase in phrases]
    longest = sorted(bounds, key=lambda bound: -len(bound[1]))
    return tuple((name, (phrase,)) for name, phrase in longest)

"""Numbers of a sentence with what they count: "50%-70%", "aged 5 to 10 years", "two", "3.5 mg/dL", "L94.2".

A written sentence may state a number only as its evidence does: the same value, range or ratio, the same unit, no other
bound ("at least", "fewer than"). What compares them is `unlike`; what words and units there are is data,
`wordings.yaml`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from assistant.words import stem
from assistant.writing.measures import Measure, like, measure
from assistant.writing.plain import share, unit_of
from assistant.writing.spelling import MONTHS, one_of
from assistant.writing.wordings import wordings

_NUMBER = r"\d+(?:[.,]\d+)*"
_QUANTITY = re.compile(
    rf"(?<![\w.^])(?P<low>(?:(?<![^\s(\[=:,;])-)?{_NUMBER})(?P<low_mark>\s?[%°])?"
    rf"(?:(?P<over>(?:[:/]{_NUMBER})+)"
    rf"|\s?(?:-|to|and)\s?(?P<high>-?{_NUMBER})(?P<high_mark>\s?[%°])?(?![\w.]*\w|[:/^]))?"
    r"(?P<power>(?:\s×\s10)?\^-?\d{1,2})?"
)
_CODE = re.compile(r"\b(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z])[A-Za-z0-9][\w.-]*\w\b")
_SIGNED = re.compile(
    r"\b(?P<name>\w*[A-Z]\w*)(?:(?P<sign>[+-])(?![\w+-])|[\s-](?P<word>positive|negative)\b)", re.IGNORECASE
)
_ONE = re.compile(r"\b(?:one|a\ssingle)\s([^\W\d_]+)", re.IGNORECASE)
_DENIED = {"over": "most", "under": "least", "after": "within", "within": "after"}
_LOOSE = ("after", "within")
_LATE = ("over", "least", "after")
_OF = re.compile(r"\sof\s(\d+)(?![\w%/.,-]*\d|\s?%)")
_MONTH_BEFORE = re.compile(rf"\b({one_of(MONTHS)})\s(?:\d{{1,2}},?\s)?$")
_MONTH_BEHIND = re.compile(rf"\s({one_of(MONTHS)})\b")
_WORD = re.compile(r"[^\W\d_]+")
_AGES = {"age", "ages", "aged"}
_DATES = range(1900, 2100)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, or a range, as a text states it."""

    low: float
    high: float
    over: str
    """What stands behind the number of a ratio, with its mark: "/90", ":1", "^2"; else empty."""
    measure: Measure
    whole: int | None
    """10 in "3 of 10 patients"."""
    month: str | None
    """Of a day or a year."""
    bound: str | None
    """"over", "under", "least", "most"; of a time "after" or "within"; or None."""
    start: int
    end: int

    @property
    def unit(self) -> str | None:
        """What it measures, as in `Measure`."""
        return self.measure.unit


def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the quantities of a text that `plain` has prepared, in order; a code ("L94.2") is none."""
    codes = [match.span() for match in _CODE.finditer(text) if not _is_number_with_unit(match.group())]
    found = []
    for match in _QUANTITY.finditer(text):
        if any(start <= match.start() < end for start, end in codes):
            continue
        low = _value(match["low"], match["power"])
        high = _value(match["high"], match["power"]) if match["high"] else low
        if match["high"] and " and " in match.group() and not _between(text, match.start()):
            # "in 2019 and 2021", "types 1 and 2": two numbers, no range.
            found += [_quantity(text, value, value, match) for value in (low, high)]
        else:
            found.append(_quantity(text, low, high, match))
    return tuple(found)


def codes(text: str) -> frozenset[str]:
    """Return tokens that mix letters and digits ("L94.2", "HLA-B27"), in lower case."""
    return frozenset(m.group().lower() for m in _CODE.finditer(text) if not _is_number_with_unit(m.group()))


def turned_signs(sentence: str, known: str) -> frozenset[str]:
    """Return the names to which a sentence gives the other sign: "ER-" where only "ER+" or "ER-positive" is known."""
    own, given = _signs(sentence), _signs(known)
    turn = {"+": "-", "-": "+"}
    return frozenset(name for name, sign in own - given if (name, turn[sign]) in given)


def miscounted(sentence: str, known: Sequence[str]) -> frozenset[str]:
    """Return stems of what a sentence has one of, where texts have another number of it, and nowhere one."""
    given = [quantity for text in known for quantity in quantities(text)]
    several = {quantity.measure.counted for quantity in given if quantity.low != 1 and quantity.unit is None}
    return frozenset((_ones(sentence) & several) - frozenset().union(*map(_ones, known)))


def unlike(stated: Sequence[Quantity], known: Sequence[Quantity]) -> tuple[Quantity, ...]:
    """Return the quantities stated that are none of those known: another value, range, unit or bound."""
    return tuple(one for one in stated if not any(_agree(one, other) for other in known) and not _apart(one, known))


def _agree(stated: Quantity, known: Quantity) -> bool:
    if None not in (stated.month, known.month) and stated.month != known.month:
        return False
    if stated.unit == "%" and known.whole and known.low == known.high < known.whole:
        # "a third of patients" of "1 of 3 patients"; never the other way, which would tell how many there were.
        return stated.low == stated.high == share(known.low, known.whole) and stated.bound == known.bound
    if (stated.low, stated.high, stated.over) != (known.low, known.high, known.over):
        # "3 patients" and "10 patients" of "3/10 patients".
        parts = {float(part) for part in re.findall(r"[\d.]+", known.over)} | {known.low} if known.over else set()
        if stated.over or stated.low != stated.high or stated.low not in parts:
            return False
    return _bounds_agree(stated.bound, known.bound) and like(stated.measure, known.measure)


def _apart(stated: Quantity, known: Sequence[Quantity]) -> bool:
    """Return whether "3/10" stands apart in a text: "3 of 10"."""
    pairs = ((one, f"/{other.low:g}") for one, other in itertools.pairwise(known))
    return any((stated.low, stated.over) == (one.low, over) and not one.over for one, over in pairs)


def _bounds_agree(stated: str | None, known: str | None) -> bool:
    """Return whether two bounds are the same; one of time may be left out, and said in other words, but not turned."""
    if stated == known:
        return True
    if stated in _LOOSE or known in _LOOSE:
        return stated is None or known is None or (stated in _LATE) == (known in _LATE)
    return False


def _quantity(text: str, low: float, high: float, match: re.Match[str]) -> Quantity:
    before = [word.lower() for word in _WORD.findall(text[max(0, match.start() - 40) : match.start()])][-5:]
    rest = text[match.end() : match.end() + 60]
    is_open = re.match(r"\+(?!\d)", rest) is not None
    rest = rest[1:] if is_open else rest
    aged = bool(_AGES & set(before[-2:]))
    measured = measure(rest, "%" in match.group(), aged)
    after = _WORD.findall(rest[:40])[:6]
    behind = [word.lower() for word in after if not unit_of(word) and word.lower() not in ("percent", "of", "age")]
    is_time = aged or measured.is_time or (measured.unit is None and low in _DATES)
    bound = "least" if is_open else _bound(before, behind, is_time)
    power = match["power"] or ""
    over = (match["over"] or "") + (power if power.startswith("^") and match["low"] != "10" else "")
    of = _OF.match(rest)
    month = _MONTH_BEFORE.search(text[: match.start()][-20:]) or _MONTH_BEHIND.match(rest)
    return Quantity(
        low, high, over, measured, int(of[1]) if of else None, month and month[1], bound, match.start(), match.end()
    )


def _bound(before: Sequence[str], after: Sequence[str], is_time: bool) -> str | None:
    for said in dict.fromkeys((tuple(before), _without_age(before))):
        for name, phrase in (*_bounds("bounds"), *(_bounds("bounds_of_time") if is_time else ())):
            if said[-len(phrase) :] == phrase:
                # "not longer than", "should not exceed", "not to exceed".
                denied = {"no", "not", "never"} & set(said[: -len(phrase)][-2:])
                return _DENIED.get(name, name) if denied else name
    behind = (" ".join(pair) for pair in itertools.pairwise(after[:3]))
    bounds = wordings()["bounds_behind"].items()
    return next((name for said in behind for name, phrases in bounds if said in phrases), None)


def _without_age(before: Sequence[str]) -> tuple[str, ...]:
    """Return the words before an age without "the age of", behind which a bound stands: "under the age of 5"."""
    kept = list(before)
    if _AGES & set(kept[-2:]):
        while kept and kept[-1] in _AGES | {"the", "of", "an"}:
            kept.pop()
    return tuple(kept)


def _between(text: str, start: int) -> bool:
    return text[:start].rstrip().lower().endswith("between")


def _value(digits: str, power: str | None) -> float:
    value = float(digits.replace(",", ".") if digits.count(",") == 1 and "." not in digits else digits.replace(",", ""))
    times, _, exponent = (power or "").partition("^")
    if times:
        return value * 10.0 ** int(exponent)
    return 10.0 ** int(exponent) if exponent and digits == "10" else value


def _signs(text: str) -> frozenset[tuple[str, str]]:
    found = (match for match in _SIGNED.finditer(text) if match["name"] != match["name"].lower())
    said = {"positive": "+", "negative": "-"}
    return frozenset((match["name"].lower(), match["sign"] or said[match["word"].lower()]) for match in found)


def _ones(text: str) -> frozenset[str]:
    """Return stems of what a text has one of."""
    return frozenset(stem(match[1].lower()) for match in _ONE.finditer(text)) | frozenset(
        one.measure.counted for one in quantities(text) if one.low == one.high == 1 and one.measure.counted
    )


def _is_number_with_unit(token: str) -> bool:
    found = re.fullmatch(rf"({_NUMBER})(-{_NUMBER})?-?([A-Za-z]+)(?:-(?:olds?|long))?", token)
    return found is not None and unit_of(found[3]) is not None


@cache
def _bounds(kind: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the phrases of a kind of bound with the bound each is, the longest first."""
    bounds = [(name, tuple(phrase.split())) for name, phrases in wordings()[kind].items() for phrase in phrases]
    return tuple(sorted(bounds, key=lambda bound: -len(bound[1])))

"""Writing the same quantity the same way: "three in four", "three quarters" and "75%"; "seventy-five" and "75".

What words and units there are is data, `wordings.yaml`. Offsets are not kept.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.writing.wordings import wordings

_DASHES = re.compile(r"[‐‑‒–—−]")
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WORD = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"\b([2-9]0)-([1-9])\b(?!-|\d)")
"""Of "seventy-five", whose words have become digits."""
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_RANGE = re.compile(r"(?<=\d)\s?-\s?(?=\d)")
_TWICE = re.compile(r"\btwice\b", re.IGNORECASE)
_FOLD = re.compile(r"\b(two|three|four|five|six|seven|eight|nine|ten|twenty|hundred)fold\b", re.IGNORECASE)
_SHARE = re.compile(
    r"(?<![\w.,])(?P<part>one(?:\s[^\W\d_]+)?|\d+)\s(?:in|in\severy|out\sof|out\sof\severy|of\severy)\s(?P<whole>\d+)(?![\w%]|[.,-]\d)"
    r"(?!\s?%)(?P<counted>\s[^\W\d_]+)?",
    re.IGNORECASE,
)
_PER_HUNDRED = re.compile(r"(?<![\w.,])(\d+)\sper\s100\b")
_HALF = re.compile(
    r"(?<!the\s)(?<!a\s)(?<!other\s)(?<!upper\s)(?<!lower\s)(?<!left\s)(?<!right\s)(?<!each\s)(?<!this\s)(?<!\d\s)"
    r"\b(?:one\s)?half\b(?!-|\s(?:an?|as|or|way)\b)",
    re.IGNORECASE,
)
"""Not "the other half", "half a year", "half as often"."""
_YEARS = range(1900, 2100)


def plain(text: str) -> str:
    """Return a text in which the same quantity is written the same: dashes, digits, dates, shares of a whole."""
    text = _DASHES.sub("-", text.replace("\u00a0", " ").replace("·", "."))
    text = _DAY.sub(_day, text)
    text = _TWICE.sub("2 times", text)
    text = _FOLD.sub(lambda match: f"{_number_words()[match[1].lower()]} fold", text)
    text = _WORD.sub(lambda match: _number_words().get(match.group().lower(), match.group()), text)
    text = _COMPOUND.sub(lambda match: str(int(match[1]) + int(match[2])), _THOUSANDS.sub("", text))
    text = _unit_before().sub(_range, _one_of_a_unit().sub("1", text))
    text = _HALF.sub("50%", _part().sub(_part_of_a_whole, _SHARE.sub(_share, text)))
    return _PER_HUNDRED.sub(r"\1%", _RANGE.sub("-", text))


def _day(match: re.Match[str]) -> str:
    month = int(match[2])
    return f"{_MONTHS[month - 1]} {int(match[3])}, {match[1]}" if 1 <= month <= 12 else match.group()


def _share(match: re.Match[str]) -> str:
    part, *one_of = match["part"].split()
    count, whole = _count(part), int(match["whole"])
    counted = match["counted"] or ""
    if not 0 < count < whole or whole in _YEARS or counted.strip().lower() in unit_words():
        return match.group()
    return " ".join((f"{100 * count / whole:.4g}%", *one_of)) + counted


def _range(match: re.Match[str]) -> str:
    low, unit, high, other = match.groups()
    alike = other is None or unit_words()[unit.lower()] == unit_words()[other.lower()]
    return f"{low} to {high} {other or unit}" if alike else match.group()


def _part_of_a_whole(match: re.Match[str]) -> str:
    return f"{100 * _count(match['count']) / wordings()['parts'][match['part'].lower()]:.4g}%"


def _count(word: str) -> int:
    return 1 if word.lower() in ("a", "one") else int(word)


@cache
def _number_words() -> dict[str, str]:
    return {word: str(number) for word, number in wordings()["numbers"].items()}


@cache
def unit_words() -> dict[str, str]:
    """Return the words of units, each with the unit it is."""
    return {word: name for name, words in wordings()["units"].items() for word in str(words).split()}


@cache
def _one_of_a_unit() -> re.Pattern[str]:
    """Return what finds "one" where it counts: "one month", "one to 6 weeks"."""
    return re.compile(rf"\bone(?=[\s-](?:{'|'.join(unit_words())})\b|\s(?:to|or)\s\d)", re.IGNORECASE)


@cache
def _unit_before() -> re.Pattern[str]:
    """Return what finds "1 month to 6" and "1 month to 6 months"."""
    units = "|".join(unit_words())
    return re.compile(
        rf"\b(\d+)\s({units})\sto\s(\d+)\b(?![.,]\d|\s?[%°-])(?:\s({units})\b)?",
        re.IGNORECASE,
    )


@cache
def _part() -> re.Pattern[str]:
    """Return what finds "two thirds", "a quarter of", not "a third attack"."""
    one = rf"(?P<part>{'|'.join(wordings()['parts'])})"
    return re.compile(
        rf"(?<![\w.,])(?P<count>a|one|[2-9])[\s-]{one}(?:s\b|\b(?=\s(?:of|to|or|and|in|the|these|those)\b|\s?[,.;:)]|$))",
        re.IGNORECASE,
    )

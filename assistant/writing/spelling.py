"""Writing the same characters, numbers and dates the same way: "–" and "-", "seventy-five" and "75", "10⁹" and "10^9".

A sentence that is a quote in this form is released unseen, so nothing here may bring two texts together that differ
in a sign, a ratio, a unit or the order of two numbers. What reads quantities further is `plain.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from assistant.writing.wordings import wordings

_SPACES = re.compile(r"[\u00a0\u2009\u202f]")
_DASHES = re.compile(r"[‐‑‒–—−]")
_RAISED = re.compile(r"[⁻−-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FRACTION = re.compile(r"(\d*)\s?([¼-¾⅐-⅞])")
_AND_A_HALF = re.compile(r"(?<![\w.,])(\d+)\sand\sa\shalf\b", re.IGNORECASE)
_DAY = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
MONTHS = [
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
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})((?:\s000)+)\b")
_THOUSANDS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d,]*\d)")
"""Not "0,125": there the comma is decimal."""
LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MANY = re.compile(rf"(?<![\w.,])(an?|one|\d+(?:\.\d+)?)\s({'|'.join(LARGE)})\b", re.IGNORECASE)


def spelled(text: str) -> str:
    """Return a text with characters, numbers and dates written in one way; commas between thousands are left."""
    text = _RAISED.sub(_raised, _SPACES.sub(" ", text))
    text = unicodedata.normalize("NFKC", _FRACTION.sub(_fraction, text))
    return _digits(_DAY.sub(_day, _DASHES.sub("-", text).replace("·", ".")))


def without_thousands(text: str) -> str:
    """Return a text whose numbers have no commas between thousands."""
    return _THOUSANDS.sub(lambda match: match.group().replace(",", ""), text)


def short(value: float, digits: int = 4) -> str:
    """Write a number with so many digits that count, never as a power of ten."""
    rounded = value if value == int(value) else float(f"{value:.{digits}g}")
    return f"{rounded:.12f}".rstrip("0").rstrip(".")


def one_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words."""
    return "|".join(map(re.escape, words))


def _raised(match: re.Match[str]) -> str:
    """Write "10⁹" as "10^9", which is not 109."""
    sign = "" if match.group()[0].isdigit() else "-"
    return f"^{sign}{unicodedata.normalize('NFKC', match.group().lstrip('⁻−-'))}"


def _fraction(match: re.Match[str]) -> str:
    """Write "2½" as 2.5, and "½" as 1/2."""
    if match[1]:
        return short(int(match[1]) + unicodedata.numeric(match[2]))
    return match.group()[: -len(match[2])] + unicodedata.normalize("NFKC", match[2]).replace("\u2044", "/")


def _day(match: re.Match[str]) -> str:
    month = int(match[2])
    return f"{MONTHS[month - 1]} {int(match[3])}, {match[1]}" if 1 <= month <= 12 else match.group()


def _digits(text: str) -> str:
    """Write numbers in digits: "seventy-five", "two hundred thousand", "10 000", "twice", "tenfold"."""
    numbers = _number_words()
    text = _compound().sub(lambda match: str(int(numbers[match[1].lower()]) + _units()[match[2].lower()]), text)
    text = _times().sub(lambda match: f"{numbers[(match[1] or 'two').lower()]} times", text)
    text = _WORD.sub(lambda match: numbers.get(match.group().lower(), match.group()), text)
    text = _SPACED.sub(lambda match: match[1] + match[2].replace(" ", ""), text)
    before = None
    while before != text:
        before, text = text, _MANY.sub(_many, text)
    return _AND_A_HALF.sub(r"\1.5", text)


def _many(match: re.Match[str]) -> str:
    count = 1.0 if match[1].isalpha() else float(match[1])
    return short(count * LARGE[match[2].lower()])


@cache
def _number_words() -> dict[str, str]:
    return {word: str(number) for word, number in wordings()["numbers"].items()}


@cache
def _units() -> dict[str, int]:
    return {"one": 1, **{word: number for word, number in wordings()["numbers"].items() if number < 10}}


@cache
def _compound() -> re.Pattern[str]:
    """Return what finds "seventy-five", in "twenty-five-year-old" too."""
    tens = [word for word, number in wordings()["numbers"].items() if 20 <= number < 100]
    return re.compile(rf"\b({one_of(tens)})[-\s]({one_of(_units())})\b", re.IGNORECASE)


@cache
def _times() -> re.Pattern[str]:
    return re.compile(rf"\b(?:twice|({one_of(wordings()['numbers'])})fold)\b", re.IGNORECASE)

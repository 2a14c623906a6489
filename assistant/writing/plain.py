"""Writing the same quantity the same way: "three in four", "three quarters" and "75%"; "seventy-five" and "75".

Two quantities that differ must never become alike, since a sentence that reads like its quote is released unseen: what
is not plainly a share, a range or a number stays as it is written. Words of numbers, units and parts are data,
`wordings.yaml`. Offsets are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from assistant.writing.wordings import word_class, wordings

_SPACES = re.compile(r"[\u00a0\u2009\u202f]")
_DASHES = re.compile(r"[‐‑‒–—−]")
_COMPARED = {"≤": "at most", "≥": "at least", "<": "less than", ">": "more than"}
_COMPARISON = re.compile(r"\s?([≤≥<>])\s?(?=\d)")
_DEGREES = re.compile(r"\s?°\s?([CF])\b")
_FRACTIONS = {"½": 0.5, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 0.25, "¾": 0.75}
_FRACTION = re.compile(r"(\d*)\s?([½⅓⅔¼¾])")
_RATIO = re.compile(r"(?<![\w/.])([1-9])/([2-9])(?![\w/])")
_AND_A_HALF = re.compile(r"(?<![\w.,])(\d+)\sand\sa\shalf\b", re.IGNORECASE)
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
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})((?:\s000)+)\b")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_RANGE = re.compile(r"(?<=\d)\s?-\s?(?=\d)")
_LARGE = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MANY = re.compile(rf"(?<![\w.,])(an?|one|\d+(?:\.\d+)?)\s({'|'.join(_LARGE)})\b", re.IGNORECASE)
_SHARE = re.compile(
    r"(?:(?P<before>[^\W\d_]+)\s)?"
    r"(?<![\w.,/-])(?:(?P<low>one|\d+)(?P<to>\s?-\s?|\sto\s|\sor\s))?(?P<part>one(?:\s[^\W\d_]+)?|\d+)"
    r"\s(?:in|in\severy|out\sof|out\sof\severy|of\severy)\s(?P<whole>\d{1,3}(?:,\d{3})+|\d+)"
    r"(?![\w%/-]|[.,]\d|\s[\d%])(?P<counted>\s[^\W\d_]+)?",
    re.IGNORECASE,
)
_PER_HUNDRED = re.compile(r"(?<![\w.,/-])(\d+)\sper\s100\b(?![-/]|[.,]\d|\s\d)(?P<counted>\s[^\W\d_]+)?", re.IGNORECASE)
_HALF = re.compile(
    r"(?:(?P<before>[^\W\d_]+)\s)?(?<![\w-])(?:one[\s-])?half\b(?!-)(?P<counted>\s[^\W\d_]+)?", re.IGNORECASE
)
_BEHIND = re.compile(r"(?:\s(?P<word>[^\W\d_]+)|\s?(?P<mark>[^\w\s]))?")
_YEARS = range(1900, 2100)
FEW = 1_000


def plain(text: str) -> str:
    """Return a text in which the same quantity is written the same: marks, digits, dates, ranges, shares of a whole."""
    text = _DASHES.sub("-", _SPACES.sub(" ", text).replace("·", "."))
    text = _DEGREES.sub(lambda match: " celsius" if match[1] == "C" else " fahrenheit", text)
    text = _COMPARISON.sub(lambda match: f" {_COMPARED[match[1]]} ", _DAY.sub(_day, text)).lstrip()
    text = _FRACTION.sub(lambda match: _short(int(match[1] or 0) + _FRACTIONS[match[2]]), text)
    text = _RATIO.sub(lambda match: _short(int(match[1]) / int(match[2])), text)
    text = _digits(text)
    text = _unit_before().sub(_range, _one_of_a_unit().sub("1", text))
    text = _HALF.sub(_half, _part().sub(_part_of_a_whole, _SHARE.sub(_share, text)))
    return _RANGE.sub("-", _THOUSANDS.sub("", _PER_HUNDRED.sub(_per_hundred, text)))


def _day(match: re.Match[str]) -> str:
    month = int(match[2])
    return f"{_MONTHS[month - 1]} {int(match[3])}, {match[1]}" if 1 <= month <= 12 else match.group()


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
    return _short(count * _LARGE[match[2].lower()])


def _range(match: re.Match[str]) -> str:
    low, unit, high, other = match.groups()
    return f"{low} to {high} {other or unit}"


def _share(match: re.Match[str]) -> str:
    part, *one_of = match["part"].split()
    high, whole = _count(part), int(match["whole"].replace(",", ""))
    low = _count(match["low"]) if match["low"] else 0
    is_year = whole in _YEARS and "," not in match["whole"]
    before = (match["before"] or "").lower()
    is_label = before in word_class("before_labels") or (before == "of" and "out" in match.group())
    if not low < high < whole or is_year or is_label or _is_counted(match["counted"]):
        return match.group()
    shares = _shares(low, match["to"], high, whole)
    return " ".join(filter(None, (match["before"], shares, *one_of))) + (match["counted"] or "")


def _per_hundred(match: re.Match[str]) -> str:
    return match.group() if _is_counted(match["counted"]) else f"{match[1]}%{match['counted'] or ''}"


def _part_of_a_whole(match: re.Match[str]) -> str:
    whole = wordings()["parts"][match["part"].lower()]
    low, high = _count(match["low"] or "0"), _count(match["count"])
    word, mark = _behind(match)
    is_ordinal = match["count"].lower() == "a" and not match["plural"]
    goes_on = word_class("behind_parts") | ({"to"} if is_ordinal else {"to", "or", "and", "in"})
    said = match["plural"] or (word.lower() in goes_on if word else not (is_ordinal and mark == ","))
    if not said or high >= whole:
        return match.group()
    return _shares(low, match["to"], high, whole)


def _behind(match: re.Match[str]) -> tuple[str, str]:
    """Return the word, or the mark, behind a match; empty for none."""
    found = _BEHIND.match(match.string, match.end())
    return (found["word"] or "", found["mark"] or "") if found else ("", "")


def _half(match: re.Match[str]) -> str:
    before, counted = (match["before"] or "").lower(), (match["counted"] or "").strip().lower()
    if before in word_class("before_half") or counted in word_class("behind_half") or counted in unit_words():
        return match.group()
    return " ".join(filter(None, (match["before"], "50%"))) + (match["counted"] or "")


def _is_counted(counted: str | None) -> bool:
    """Tell whether what a share is said to be out of goes on: "in 10 mL", "in 3 million", "in 10 percent"."""
    word = (counted or "").strip().lower()
    return word in unit_words() or word in _LARGE or word in ("percent", "per", "pct", "person")


def _count(word: str) -> int:
    return 1 if word.lower() in ("a", "one") else int(word)


def _shares(low: int, to: str | None, high: int, whole: int) -> str:
    """Write one share of a whole, or two and what joins them."""
    return f"{_percent(low, whole)}{to}{_percent(high, whole)}" if low else _percent(high, whole)


def _percent(part: int, whole: int) -> str:
    """Write a share; of many, with as many digits as it takes to tell one in 30,000 from one in 30,001."""
    return f"{_short(100 * part / whole, 4 if whole < FEW else 8)}%"


def _short(value: float, digits: int = 4) -> str:
    """Write a number with so many digits that count, never as a power of ten."""
    rounded = value if value == int(value) else float(f"{value:.{digits}g}")
    return f"{rounded:.12f}".rstrip("0").rstrip(".")


@cache
def _number_words() -> dict[str, str]:
    return {word: str(number) for word, number in wordings()["numbers"].items()}


@cache
def _units() -> dict[str, int]:
    return {"one": 1, **{word: number for word, number in wordings()["numbers"].items() if number < 10}}


@cache
def unit_words() -> dict[str, str]:
    """Return the words of units, each with the unit it is."""
    return {word: name for name, words in wordings()["units"].items() for word in str(words).split()}


def _one_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))


@cache
def _compound() -> re.Pattern[str]:
    """Return what finds "seventy-five", in "twenty-five-year-old" too."""
    tens = [word for word, number in wordings()["numbers"].items() if 20 <= number < 100]
    return re.compile(rf"\b({_one_of(tens)})[-\s]({_one_of(_units())})\b", re.IGNORECASE)


@cache
def _times() -> re.Pattern[str]:
    return re.compile(rf"\b(?:twice|({_one_of(wordings()['numbers'])})fold)\b", re.IGNORECASE)


@cache
def _one_of_a_unit() -> re.Pattern[str]:
    """Return what finds "one" where it counts: "one month", "one to 6 weeks", not "one second-line drug"."""
    units = _one_of([word for word in unit_words() if word != "second"])
    return re.compile(rf"\bone(?=[\s-](?:{units})\b|\sto\s\d+\s(?:{units})\b)", re.IGNORECASE)


@cache
def _unit_before() -> re.Pattern[str]:
    """Return what finds "1 month to 6" and "1 month to 6 months", not "10 mg to 20 patients"."""
    units = _one_of(unit_words())
    return re.compile(
        rf"(?<![\w.,])(\d+)\s({units})\sto\s(\d+)\b(?![.,]\d|\s?[%°/-])"
        rf"(?:\s(\2s?)\b|(?=\s*(?:[.;:)]|,\s|$)|\s(?:of|after|before|from|later)\b))",
        re.IGNORECASE,
    )


@cache
def _part() -> re.Pattern[str]:
    """Return what finds "two thirds", "one to two thirds", "a quarter"; and "a third" where it is none of three."""
    return re.compile(
        r"(?<![\w.,/-])(?:(?P<low>one|[1-9])(?P<to>\s?-\s?|\sto\s|\sor\s))?(?P<count>a|one|[2-9])[\s-]"
        rf"(?P<part>{_one_of(wordings()['parts'])})(?P<plural>s?)\b(?!-)",
        re.IGNORECASE,
    )

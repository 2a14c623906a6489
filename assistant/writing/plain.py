"""Writing the same quantity the same way: "three in four", "three quarters" and "75%"; "seventy-five" and "75".

Two quantities that differ must not become alike: what is not plainly a share, a range or a number stays as it is
written. Shares do lose how many they are of ("3 of every 6"), so that what is released unseen is compared as `spelling`
writes it. Words of numbers, units and parts are data, `wordings.yaml`. Offsets are not kept.
"""

from __future__ import annotations

import re
from functools import cache

from assistant.writing.spelling import LARGE, one_of, short, spelled, without_thousands
from assistant.writing.wordings import word_class, wordings

_COMPARED = {"≤": "at most", "≥": "at least", "<": "less than", ">": "more than"}
_COMPARISON = re.compile(r"\s?([≤≥<>])\s?(?=\d)")
_DEGREES = re.compile(r"\s?°\s?([CF])\b")
_MIXED = re.compile(r"(?<![\w./-])(\d+)\s([1-9])/([2-9])(?![\w/])")
"""Of a number with a fraction: "1 1/2 tablets". A fraction alone is not read: "5/5" is a strength, "2/6" a grade."""
_POINT = re.compile(r"(?<![\w.])\.(?=\d)")
_MINUS = re.compile(r"\bminus\s(?=\d)", re.IGNORECASE)
_CROSS = re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)")
_SQUARE = re.compile(r"(?<=[\s/\d])([kcmμ]?m)([23])\b")
_MICROGRAM = re.compile(r"\b(?:mcg|ug)\b")
_RANGE = re.compile(r"(?<=\d)\s?-\s?(?=\d)")
_SHARE = re.compile(
    r"(?:(?P<before>[^\W\d_]+)\s)?"
    r"(?<![\w.,/-])(?:(?P<low>one|\d+)(?P<to>\s?-\s?|\sto\s|\sor\s))?(?P<part>one(?:\s[^\W\d_]+)?|\d+)"
    r"\s(?:in|in\severy|(?P<out>out\sof)(?:\severy)?|of\severy)\s(?P<whole>\d{1,3}(?:,\d{3})+|\d+)"
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
LONGEST_SYMBOL = 3
"""Letters; a longer unit is a word, which may have a capital."""


def plain(text: str) -> str:
    """Return a text in which the same quantity is written the same: marks, digits, dates, ranges, shares of a whole."""
    text = _SQUARE.sub(r"\1^\2", _CROSS.sub(" × ", _MINUS.sub("-", _POINT.sub("0.", spelled(text)))))
    text = _DEGREES.sub(lambda match: " celsius" if match[1] == "C" else " fahrenheit", text)
    text = _COMPARISON.sub(lambda match: f" {_COMPARED[match[1]]} ", text).lstrip()
    text = _MICROGRAM.sub("μg", _unit_beside().sub(r"\1 \2", _MIXED.sub(_mixed, text)))
    text = _unit_before().sub(_range, _one_of_a_unit().sub("1", text))
    text = _HALF.sub(_half, _part().sub(_part_of_a_whole, _SHARE.sub(_share, text)))
    return _RANGE.sub("-", without_thousands(_PER_HUNDRED.sub(_per_hundred, text)))


def _mixed(match: re.Match[str]) -> str:
    whole, part, parts = map(int, match.groups())
    return short(whole + part / parts) if part < parts else match.group()


def _range(match: re.Match[str]) -> str:
    low, unit, high, other = match.groups()
    return f"{low} to {high} {other or unit}"


def _share(match: re.Match[str]) -> str:
    part, *one_of = match["part"].split()
    high, whole = _count(part), int(match["whole"].replace(",", ""))
    low = _count(match["low"]) if match["low"] else 0
    is_year = whole in _YEARS and "," not in match["whole"]
    before = (match["before"] or "").lower()
    # "a pain of 8 out of 10 is", "the scale is 3 out of 15": of a score nothing is counted.
    scores = before == "of" or (before in word_class("before_scores") and not match["counted"])
    is_label = before in word_class("before_labels") or (match["out"] is not None and scores)
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
    if before in word_class("before_half") or counted in word_class("behind_half") or unit_of(counted):
        return match.group()
    return " ".join(filter(None, (match["before"], "50%"))) + (match["counted"] or "")


def _is_counted(counted: str | None) -> bool:
    """Tell whether what a share is said to be out of goes on: "in 10 mL", "in 3 million", "in 10 percent"."""
    word = (counted or "").strip().lower()
    return unit_of((counted or "").strip()) is not None or word in LARGE or word in ("percent", "per", "pct", "person")


def _count(word: str) -> int:
    return 1 if word.lower() in ("a", "one") else int(word)


def _shares(low: int, to: str | None, high: int, whole: int) -> str:
    """Write one share of a whole, or two and what joins them."""
    return f"{_percent(low, whole)}{to}{_percent(high, whole)}" if low else _percent(high, whole)


def share(part: float, whole: int) -> float:
    """Return a percentage; of many, with as many digits as it takes to tell one in 30,000 from one in 30,001."""
    return float(short(100 * part / whole, 4 if whole < FEW else 8))


def _percent(part: int, whole: int) -> str:
    return f"{short(share(part, whole), 8)}%"


@cache
def unit_words() -> dict[str, str]:
    """Return the words of units, each with the unit it is."""
    return {word: name for name, words in wordings()["units"].items() for word in str(words).split()}


def unit_of(word: str) -> str | None:
    """Return the unit that a word is, None for none; a symbol only as it is written: "mM" is not "mm"."""
    return unit_words().get(word) or (unit_words().get(word.lower()) if len(word) > LONGEST_SYMBOL else None)


@cache
def _unit_beside() -> re.Pattern[str]:
    """Return what finds "5mg"."""
    return re.compile(rf"(?<![\w.])(?<![A-Za-z]-)(\d+(?:[.,]\d+)*)({one_of(unit_words())})(?!\w)")


@cache
def _one_of_a_unit() -> re.Pattern[str]:
    """Return what finds "one" where it counts: "one month", "one to 6 weeks", not "one second-line drug"."""
    units = one_of([word for word in unit_words() if word != "second"])
    return re.compile(rf"\bone(?=[\s-](?:{units})\b|\sto\s\d+\s(?:{units})\b)", re.IGNORECASE)


@cache
def _unit_before() -> re.Pattern[str]:
    """Return what finds "1 month to 6" and "1 month to 6 months", not "10 mg to 20 patients"."""
    units = one_of(unit_words())
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
        rf"(?P<part>{one_of(wordings()['parts'])})(?P<plural>s?)\b(?!-)",
        re.IGNORECASE,
    )

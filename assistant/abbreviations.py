"""Abbreviations: those that a document defines itself, and common clinical ones from a data file.

A document's own pairs, "long form (ABBR)", are found with the algorithm of Schwartz and Hearst (2003), "A simple
algorithm for identifying abbreviation definitions in biomedical text": match the short form's letters from right to
left in the words before the bracket; the first letter must begin a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from assistant.words import words

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w[\w-]*")
_BRACKETED = re.compile(r"\(([A-Za-z][\w-]{1,9})(?:[;,][^)]*)?\)")


def harvest(text: str) -> dict[str, str]:
    """Return abbreviation -> long form of every pair that the text defines, in lower case."""
    pairs = {}
    for match in _BRACKETED.finditer(text):
        short = match.group(1)
        if sum(letter.isupper() for letter in short) < 2:
            continue
        before = re.split(r"[.;:()\n]", text[: match.start()])[-1].rstrip()
        window = before.split()[-min(len(short) + 5, len(short) * 2) :]
        long_form = _long_form(short, " ".join(window))
        if long_form is not None:
            pairs[short.lower()] = long_form.lower()
    return pairs


def _long_form(short: str, before: str) -> str | None:
    """Return the shortest run of words at the end of `before` that spells `short`, or None."""
    position = len(before)
    for number, letter in enumerate(reversed(short)):
        if not letter.isalnum():
            continue
        begins_word = number == len(short) - 1
        position -= 1
        while position >= 0 and (
            before[position].lower() != letter.lower()
            or (begins_word and position > 0 and before[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return None
    start = before.rfind(" ", 0, position + 1) + 1
    return before[start:] or None


def written_out(text: str, pairs: Mapping[str, str]) -> str:
    """Put the long form behind the first of each short form, where a text does not have it: "in DM (dermatomyositis)".

    `pairs` are what `harvest` returns.
    """
    pieces, position, told = [], 0, text.lower()
    for match in _TOKEN.finditer(text) if pairs else ():
        long_form = pairs.get(match.group().lower())
        if long_form is None or long_form in told or sum(letter.isupper() for letter in match.group()) < 2:
            continue
        pieces += [text[position : match.end()], f" ({long_form})"]
        position, told = match.end(), f"{told} {long_form}"
    return "".join([*pieces, text[position:]])


def is_short_form(word: str, text: str) -> bool:
    """Tell whether a text writes a word, given in lower case, and always with two capitals or more."""
    written = re.findall(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    return bool(written) and all(sum(letter.isupper() for letter in one) > 1 for one in written)


def spelled_beside(short: str, text: str) -> bool:
    """Tell whether words that stand near a short form, given in lower case, may be what it is short for.

    They may when their first letters hold its letters in order, or when one word does.
    """
    for match in re.finditer(rf"\b{re.escape(short)}\b", text, re.IGNORECASE):
        reach = 2 * len(short) + 3
        before, after = _WORD.findall(text[: match.start()].lower()), _WORD.findall(text[match.end() :].lower())
        for near in (before[-reach:], after[:reach]):
            initials = "".join(word[0] for word in near)
            if _holds(initials, short) or any(word[:1] == short[0] and _holds(word, short) for word in near):
                return True
    return False


def _holds(letters: str, wanted: str) -> bool:
    rest = iter(letters)
    return all(letter in rest for letter in wanted if letter.isalnum())


@cache
def _data() -> dict[str, Any]:
    text = (Path(__file__).parent / "abbreviations.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    return data


@cache
def common() -> dict[str, str]:
    """Read the data file of common clinical abbreviations: abbreviation -> long form, in lower case."""
    return {short: long_form for name in ("plain", "several") for short, long_form in _data()[name].items()}


def expand(text: str, known: Set[str], told: str) -> str:
    """Write out common abbreviations in a question, but those that are among the words of the document.

    One with several usual long forms is written out only where the document's text, `told`, has the one that is listed.
    """
    pieces, position, told = [], 0, told.lower()
    for word in words(text):
        written = text[word.start : word.end]
        long_form = common().get(word.text)
        # Some short forms are also words ("all", "im"): they count only in capitals.
        if long_form is None or word.text in known or (word.filler and not written.isupper()):
            continue
        if word.text in _data()["several"] and (long_form not in told or _is_another(word.text, written)):
            continue
        pieces += [text[position : word.start], long_form]
        position = word.end
    return "".join([*pieces, text[position:]])


def _is_another(short: str, written: str) -> bool:
    """Tell whether the way a short form is written says that its listed long form is not meant ("PT", "Ms. Smith")."""
    return written.isupper() if short in _data()["small"] else written.istitle()

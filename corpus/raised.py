"""Raised figures: a power is kept as one ("10⁹", "m²"), the number of a reference is no text ("cysts.¹²")."""

from __future__ import annotations

import re

_POWERS = str.maketrans("0123456789+-−–()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁽⁾ⁿ")
_FIGURES = re.compile(r"[\d,;–−+()\[\]* -]+")
_UNIT = re.compile(r"(?:^|[\s/·(\d])(?:[kcdmµμn]?m|s|L|l|kg)$")
_MARK = re.compile(r"\[?\(?\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*\)?\]?|[*†‡§¶]+")


def raised(before: str, text: str) -> str:
    """Return what raised characters are as text, by what stands right before them.

    After a number or a unit they are a power; after a word or the end of a sentence, figures are a reference's mark
    and "" is returned; letters ("1st") stay as they are.
    """
    if not _FIGURES.fullmatch(text):
        return "" if _MARK.fullmatch(text) else text
    if (
        not before
        or before[-1].isdigit()
        or before[-1].isspace()
        or _UNIT.search(before)
        or text.strip() in ("+", "-", "−", "–")
    ):
        return text.translate(_POWERS)
    if re.fullmatch(r"\d?[+−–-]", text.strip()):
        return text.translate(_POWERS)  # Ca²⁺
    return "" if _MARK.fullmatch(text.strip(" ,;")) else text

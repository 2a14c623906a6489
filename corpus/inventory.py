"""The navigation line of a saved page, "SynopsisCodesLook For", taken apart: the inventory of the page's sections."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.vocabulary import Vocabulary, normal

_FEWEST = 3
_LONGEST_LINE = 1500
_SEPARATOR = re.compile(r"\s*[|•·›»\t]\s*|\s{2,}")
_LABEL = re.compile(
    r"^(?:in this (?:article|topic|page|section)|on this page|contents|jump to|sections?)\s*:\s*", re.IGNORECASE
)


def headings_of(line: str, vocabulary: Vocabulary) -> tuple[str, ...] | None:
    """Return the headings that a line runs together, None when it is no navigation line.

    At least three headings, most of them known to the vocabulary. Headings may be parted by signs, or stand without a
    space between them: then known headings are found by the longest match, and an unknown one between them ends where a
    capital follows a lower-case letter.
    """
    line = _LABEL.sub("", line.strip())
    if not line or len(line) > _LONGEST_LINE:
        return None
    parts = [part for part in _SEPARATOR.split(line) if part]
    if len(parts) < _FEWEST:
        parts = [part.strip() for part in line.split(",")] if line.count(",") >= _FEWEST - 1 else []
    if _mostly_known(parts, vocabulary, share=0.6):
        return tuple(parts)
    parts = _take_apart(line, vocabulary)
    return tuple(parts) if _mostly_known(parts, vocabulary, share=0.5) else None


def _mostly_known(parts: Sequence[str], vocabulary: Vocabulary, share: float) -> bool:
    if len(parts) < _FEWEST or any(len(part) > 80 or re.search(r"[.!;]$", part) for part in parts):
        return False
    known = sum(1 for part in parts if vocabulary.known(part))
    return known >= _FEWEST and known >= share * len(parts)


def _take_apart(line: str, vocabulary: Vocabulary) -> list[str]:
    """Cut a run of headings so that the fewest letters are unknown, then the fewest headings: dynamic programming."""
    size = len(line)
    borders = [0, *(at for at in range(1, size) if _may_begin(line, at)), size]
    cased = not (line.isupper() or line.islower())
    look_up = vocabulary.known if cased else vocabulary.listed
    best: list[tuple[int, int, int]] = [(0, 0, -1)] + [(size + 1, size + 1, -1)] * (len(borders) - 1)
    for index, start in enumerate(borders[:-1]):
        unknown, count, _ = best[index]
        if unknown > size:
            continue
        for other in range(index + 1, len(borders)):
            end = borders[other]
            if end - start > 80:
                break
            known = look_up(line[start:end]) is not None
            if not cased and not known and end - start > 30:
                continue
            # One unknown heading reaches to the next strong border only; a known one may hold borders ("DDx").
            if not known and any(_strong(line, border) for border in borders[index + 1 : other]):
                continue
            cost = (unknown + (0 if known else end - start), count + 1, index)
            if cost[:2] < best[other][:2]:
                best[other] = cost
    parts: list[str] = []
    at = len(borders) - 1
    while at > 0 and best[at][2] >= 0:
        parts.append(line[borders[best[at][2]] : borders[at]].strip())
        at = best[at][2]
    return list(reversed(parts)) if at == 0 else []


def _strong(line: str, at: int) -> bool:
    """A capital right after a lower-case letter."""
    return line[at].isupper() and (line[at - 1].islower() or line[at - 1] in ")?")


def _may_begin(line: str, at: int) -> bool:
    """A heading may begin within a run at a capital; in a line without both cases, at any letter."""
    if line[at].isspace() or line[at - 1].isspace() or line[at - 1] in "-/&(":
        return False
    if line.isupper() or line.islower():
        return line[at].isalnum() and len(line) <= 300
    return line[at].isupper()


def named(line: str, inventory: Sequence[str]) -> str | None:
    """Return the heading of the inventory that a line repeats, None when it repeats none."""
    words = normal(line)
    return next((heading for heading in inventory if normal(heading) == words), None) if words else None

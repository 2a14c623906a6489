"""What changed in a document between two versions of it, section by section and passage by passage.

Passages are compared in the way of `diff` (`difflib`, Ratcliff and Obershelp 1988), without regard to white space; a
passage that was replaced by one that is mostly the same is shown as one change, word by word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from corpus.passages import split
from corpus.types import Document, Section

ALIKE = 0.5
"""Least likeness of two passages that are told as one that changed: more of them is common than differs."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a changed passage."""

    kind: Literal["kept", "removed", "added"]
    text: str


@dataclass(frozen=True, slots=True)
class PassageDiff:
    """One passage that was removed, added or changed."""

    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class SectionDiff:
    """One section that differs."""

    heading: str
    said: str
    """What became of it as a whole: "added", "removed", "changed", "withheld now", "present now" ..."""
    passages: tuple[PassageDiff, ...]


def diff(before: Document, after: Document) -> tuple[SectionDiff, ...]:
    """Return the sections that differ, in the order of the new version, those removed last."""
    old = {section.heading: section for section in before.sections}
    new = {section.heading: section for section in after.sections}
    found = []
    for heading in (*new, *(heading for heading in old if heading not in new)):
        was, now = old.get(heading), new.get(heading)
        passages = _passages(_texts(before, was), _texts(after, now))
        if was is None:
            said = "added"
        elif now is None:
            said = "removed"
        elif was.status != now.status:
            said = f"{now.status} now, {was.status} before"
        elif passages:
            said = "changed"
        else:
            continue
        found.append(SectionDiff(heading, said, passages))
    return tuple(found)


def _texts(document: Document, section: Section | None) -> list[str]:
    if section is None:
        return []
    return [" ".join(one.text.split()) for one in split(document) if one.section_id == section.id]


def _passages(before: Sequence[str], after: Sequence[str]) -> tuple[PassageDiff, ...]:
    found: list[PassageDiff] = []
    for kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            found += _replaced(list(before[i:j]), list(after[k:m]))
    return tuple(found)


def _replaced(before: list[str], after: list[str]) -> list[PassageDiff]:
    found = []
    for text in after:
        near = max(before, key=lambda one: _likeness(one, text), default=None)
        if near is not None and _likeness(near, text) >= ALIKE:
            before.remove(near)
            found.append(PassageDiff(near, text, _pieces(near, text)))
        else:
            found.append(PassageDiff(None, text, (Piece("added", text),)))
    return [*(PassageDiff(text, None, (Piece("removed", text),)) for text in before), *found]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.split(), other.split(), autojunk=False).ratio()


def _pieces(before: str, after: str) -> tuple[Piece, ...]:
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    pieces = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("kept", "".join(new[k:m])))
        else:
            pieces += [Piece("removed", "".join(old[i:j]))] if j > i else []
            pieces += [Piece("added", "".join(new[k:m]))] if m > k else []
    return tuple(pieces)

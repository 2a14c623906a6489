"""Taking a model's text apart, while it streams, into sentences with the numbers of the evidence that each cites."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from corpus.sentences import sentences

_MARK = re.compile(r"\s*[\[【(]\s*(?:evidence\s*)?(\d{1,2}(?:\s*[,;&-]\s*\d{1,2})*)\s*[\])】]", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)")
_EMPHASIS = re.compile(r"(?<!\w)(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1(?!\w)")
_LEAD_IN = re.compile(r"^(?:the |final )*(?:answer|evidence)(?: is)?:\s*", re.IGNORECASE)
_BEGUN = re.compile(r"\s*[\[【(][^\])】]{0,24}")
_ONLY_MARKS = re.compile(rf"(?:{_MARK.pattern})+[\s.]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Draft:
    """One sentence as a model wrote it."""

    text: str
    """Without bullets, emphasis, marks of citation and a lead-in ("The answer is:")."""
    cites: tuple[int, ...]
    """Numbers of the evidence, from 1, as written; empty when it cites none."""


def drafts(pieces: Iterable[str]) -> Iterator[Draft]:
    """Yield each sentence as soon as the text shows that it has ended; a last one without an end is yielded too.

    Marks of citation belong to the sentence before them, also behind its full stop: "It is rare. [1]".
    """
    waiting = ""
    for piece in pieces:
        waiting += piece
        *ended, waiting = _cut(waiting)
        yield from filter(None, map(_read, ended))
    yield from filter(None, map(_read, _cut(waiting)))


def _cut(text: str) -> list[str]:
    """Return the text cut after each sentence with its marks; the last part may still grow, and may be empty."""
    parts: list[str] = []
    for line in text.splitlines(keepends=True):
        spans = sentences(line)
        if not spans:
            if parts:
                parts[-1] += line
            continue
        starts = [0, *(start for start, _ in spans[1:]), len(line)]
        cut = [line[start:end] for start, end in itertools.pairwise(starts)]
        for part in cut:
            marks = _ONLY_MARKS.match(part)
            if marks and parts and not parts[-1].endswith("\n"):
                parts[-1] += marks.group()
                part = part[marks.end() :]
            if part:
                parts.append(part)
    if not parts or parts[-1].endswith("\n"):
        return [*parts, ""]
    # The marks of the sentence before may be on their way.
    if len(parts) > 1 and _BEGUN.fullmatch(parts[-1]) and not parts[-2].endswith("\n"):
        parts[-2:] = ["".join(parts[-2:])]
    return parts


def _read(part: str) -> Draft | None:
    cites: dict[int, None] = {}
    for match in _MARK.finditer(part):
        cites.update(dict.fromkeys(_numbers(match.group(1))))
    text = _LEAD_IN.sub("", _BULLET.sub("", _MARK.sub("", part)))
    text = " ".join(_EMPHASIS.sub(r"\2", text).split())
    return Draft(text, tuple(cites)) if text else None


def _numbers(said: str) -> list[int]:
    first, dash, last = said.partition("-")
    if dash and first.strip().isdigit() and last.strip().isdigit() and int(first) <= int(last):
        return list(range(int(first), int(last) + 1))
    return [int(number) for number in re.findall(r"\d+", said)]

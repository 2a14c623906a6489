"""What "the second one" points at: a line of the last answer, or a link of the chain that its one sentence lists.

"The second one" is then read as that item's name: what stands before its note, or in the first cell of a table's row.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache

from assistant.types import Turn
from assistant.words import language, words

LONGEST_QUESTION = 8
"""Words; in a longer question "the second" tells of something else."""
LONGEST_NAME = 8
"""Words of a link of a chain; longer ones are clauses."""
_CELL = re.compile(r"^[^:;]+: ([^;]+); ")
_LISTS = re.compile(r"^.*(?::|\b(?:are|is|include|includes|including|such as|into|as)\b)\s+", re.IGNORECASE)
_APART = re.compile(r"\s*[,;]\s+(?:(?:and|or)\s+)?")
_LAST_APART = re.compile(r"\s+(?:and|or)\s+")


def pointed_at(question: str, history: Sequence[Turn]) -> str | None:
    """Return a question with the name of the item that it points at in its place; None when it does not point.

    Where there is no such item it stands as it is.
    """
    points = _pattern().search(question)
    if points is None or len(words(question)) > LONGEST_QUESTION:
        return None
    answer = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    items = items_of(answer)
    if len(items) < 2:
        return question
    place = place_said([points.group("ordinal").lower()])
    if place is None or place >= len(items):
        return question
    return f"{question[: points.start()]}{items[place]}{question[points.end() :]}"


def place_said(said: Sequence[str]) -> int | None:
    """Return the place that the first ordinal among some words means, -1 for "the last"; None without one."""
    ordinals: list[str] = language()["ordinals"]
    for before, one in itertools.pairwise(("the", *said)):
        if one in ordinals:
            return ordinals.index(one)
        if (before, one) == ("the", "last"):
            return -1
    return None


def items_of(answer: str) -> list[str]:
    """Return the names of what an answer lists, in order: its lines, or the chain in its only line."""
    lines = [line.strip(" •-*\t") for line in answer.splitlines() if line.strip(" •-*\t")]
    if len(lines) > 2 and lines[0].endswith(":"):
        lines = lines[1:]
    if len(lines) > 1:
        return [_name(line) for line in lines]
    chain = _APART.split(_LISTS.sub("", lines[0].rstrip(".")) if lines else "")
    links = [*chain[:-1], *_LAST_APART.split(chain[-1])] if len(chain) > 1 else chain
    return links if all(0 < len(link.split()) <= LONGEST_NAME for link in links) else []


def _name(line: str) -> str:
    cell = _CELL.match(line)
    return cell.group(1) if cell else line.split(" – ")[0]


@cache
def _pattern() -> re.Pattern[str]:
    # "The second one", "the second?", "the second is", not "the second attack".
    ordinals = "|".join((*language()["ordinals"], "last"))
    return re.compile(
        r"(?:^(?:and\s+)?(?:what about\s+)?)?"
        rf"\bthe\s+(?P<ordinal>{ordinals})(?:\s+(?:one|item|entry|type|kind)\b|(?=\W*$|\s+(?:is|are|was|were|do|does)\b))",
        re.IGNORECASE,
    )

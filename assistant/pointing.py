"""What "the second one" points at: a line of the last answer, or a link of the chain that its one sentence lists.

"The second one" is then read as that item's name: what stands before its note, or in the first cell of a table's row.
Sentences around a list, notices among them, are none of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import dropwhile, pairwise

from assistant.lists import NOTE
from assistant.types import Turn
from assistant.words import closed_class, language, phrase_texts, words

LONGEST_QUESTION = 8
"""Words; in a longer question "the second" tells of something else."""
LONGEST_NAME = 8
"""Words of a line's name or of a link of a chain; longer ones are clauses."""
_CELL = re.compile(r"^[^:;]+: ([^;]+); ")
_LISTS = re.compile(r"^.*(?::|\b(?:are|is|include|includes|including|such as|into|as)\b)\s+", re.IGNORECASE)
_APART = re.compile(r"\s*[,;]\s+(?:(?:and|or)\s+)?")
_LAST_APART = re.compile(r"\s+(?:and|or)\s+")
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_ENDS_SENTENCE = (".", "?", "!", ":")


def pointed_at(question: str, history: Sequence[Turn]) -> str | None:
    """Return a question with the name of the item that it points at in its place; None when it does not point.

    Where there is no such item it stands as it is.
    """
    points = _pattern().search(question)
    if points is None or len(words(question)) > LONGEST_QUESTION:
        return None
    before = words(question[: points.start("place")])
    if not points.group("place").lower().startswith("the ") and before and not before[-1].filler:
        # "Gene number 2", "a painful first one".
        return None
    answer = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
    items = items_of(answer)
    if len(items) < 2:
        return question
    place = place_said(phrase_texts(points.group("place")))
    if place is None or place >= len(items) or not items[place]:
        return question
    return f"{question[: points.start()]}{items[place]}{question[points.end() :]}"


def place_said(said: Sequence[str]) -> int | None:
    """Return the place that the first ordinal among some words means, or "number 2"; None without one.

    "The last" and "the latter" mean -1.
    """
    for before, one in pairwise(("the", *said)):
        place = _ordinals().get(one)
        if place is None and before == "the":
            place = language()["ends"].get(one)
        if place is None and before == "number":
            place = _cardinals().get(one)
        if place is not None:
            return place
    return None


def items_of(answer: str) -> list[str]:
    """Return the names of what an answer lists, in order: its lines, or the chain in its only line.

    A line that is too long to be named has its place, as an empty name; where fewer than two have a name there is no
    list.
    """
    lines = [line.strip(" •-*\t") for line in answer.splitlines() if line.strip(" •-*\t")]
    if len(lines) == 1:
        return _chain(lines[0])
    # What leads in and what closes are sentences; among items one may be a sentence too.
    listed = list(dropwhile(_is_sentence, lines))
    listed = list(dropwhile(_is_sentence, listed[::-1]))[::-1]
    names = [_name(line) for line in listed]
    return names if sum(map(bool, names)) > 1 else []


def _chain(line: str) -> list[str]:
    if words(line)[:1] and words(line)[0].text in closed_class("conditions"):
        return []
    chain = _APART.split(_LISTS.sub("", line.rstrip(".")))
    links = [*chain[:-1], *_LAST_APART.split(chain[-1])] if len(chain) > 1 else chain
    # Two with a comma between them are clauses: "... are affected more often, and the disease begins earlier".
    return links if len(links) > 2 and all(0 < len(link.split()) <= LONGEST_NAME for link in links) else []


def _is_sentence(line: str) -> bool:
    return line.endswith(_ENDS_SENTENCE) and not _name(line)


def _name(line: str) -> str:
    """Return the name of a line: its first cell, or what stands before its note; empty where that is no name."""
    cell = _CELL.match(line)
    name = cell.group(1) if cell else NOTE.split(_BRACKETS.sub("", line), maxsplit=1)[0].strip()
    sentence = line.endswith(":") or name.endswith(_ENDS_SENTENCE)
    return name if not sentence and len(name.split()) <= LONGEST_NAME else ""


@cache
def _ordinals() -> dict[str, int]:
    return {word: place for place, said in enumerate(language()["ordinals"]) for word in said.split()}


@cache
def _cardinals() -> dict[str, int]:
    found = {word: place for place, word in enumerate(language()["cardinals"])}
    return found | {str(place + 1): place for place in found.values()}


@cache
def _pattern() -> re.Pattern[str]:
    # "The second one", "second one", "the second?", "the second is", "number 2?", not "the second attack".
    ordinals = "|".join((*_ordinals(), *language()["ends"]))
    cardinals = "|".join(_cardinals())
    ends = r"(?=\W*$|\s+(?:is|are|was|were|do|does)\b)"
    return re.compile(
        r"(?:^(?:and\s+)?(?:what about\s+)?)?"
        rf"\b(?P<place>the\s+(?:{ordinals})(?:\s+(?:one|item|entry|type|kind)\b|{ends})"
        rf"|(?<!\bat )(?:{ordinals})\s+one\b|(?:the\s+)?number\s+(?:{cardinals})\b{ends})",
        re.IGNORECASE,
    )

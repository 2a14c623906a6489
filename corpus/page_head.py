"""The top of a page saved as text: its navigation and its title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpus.inventory import headings_of, named
from corpus.lines import Lines, take_metadata
from corpus.metadata import code_line, dates_of
from corpus.vocabulary import Vocabulary, normal

BULLET = re.compile(r"^(?P<indent>\s*)(?P<sign>[•◦▪‣●○■□∙⁃*–-]|·|o(?=\s{2,}|\t))(?P<space>\s+)(?P<text>\S.*)$")
LONE_BULLET = re.compile(r"^\s*[•◦▪‣●○■□∙⁃·]\s*$")
_HEAD_LINES = 60
LONGEST_HEADING = 90


def find_inventory(raw: Sequence[str], vocabulary: Vocabulary) -> tuple[tuple[str, ...], set[int]]:
    """Find the navigation: a line that runs headings together, or headings one a line that come again further down.

    Returns its headings and the places of its lines; the same line further down is navigation too.
    """
    head = [at for at, line in enumerate(raw) if line.strip()][:_HEAD_LINES]
    for at in head:
        bare = raw[at].strip()
        if found := headings_of(bare, vocabulary):
            return tuple(dict.fromkeys(found)), {place for place, line in enumerate(raw) if line.strip() == bare}
    run: dict[str, int] = {}
    for at in [*head, -1]:
        bare = _unbulleted(raw[at]) if at >= 0 else ""
        words = normal(bare)
        if words and words not in run and len(bare) <= LONGEST_HEADING and vocabulary.known(bare):
            run[words] = at
            continue
        if len(run) >= 3:
            below = map(_unbulleted, raw[max(run.values()) + 1 :])
            if any(len(line) <= LONGEST_HEADING and normal(line) in run for line in below):
                return tuple(_unbulleted(raw[place]) for place in run.values()), set(run.values())
        run = {}
    return (), set()


def _unbulleted(line: str) -> str:
    """Return a line of contents without its bullet or number, and a heading without its link to edit it."""
    bullet = BULLET.match(line)
    text = re.sub(r"\s*\[\s?edit\s?\]\s*$", "", (bullet["text"] if bullet else line).strip())
    return re.sub(r"^\d+(?:\.\d+)*\.?\s*(?=[A-Z])", "", text).rstrip(":")


def find_title(raw: Sequence[str], taken: set[int], inventory: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The line that a saved page repeats, else its first line, when that can be a title."""
    counts = Counter(line.strip() for line in raw if 0 < len(line) <= 200)
    head: list[str] = []
    for at in [at for at, line in enumerate(raw) if line.strip()][: _HEAD_LINES // 2]:
        bare = raw[at].strip()
        if (
            at in taken
            or BULLET.match(raw[at])
            or LONE_BULLET.match(raw[max(at - 1, 0)])
            or vocabulary.is_boilerplate(bare)
        ):
            continue
        if sharp := re.match(r"^#\s+(.+?)\s*#*$", bare):
            return sharp[1]
        if named(bare, inventory) or (len(bare) <= LONGEST_HEADING and vocabulary.listed(bare.rstrip(":"))):
            break
        if dates_of(bare) or vocabulary.is_withheld(bare) or code_line(bare) or vocabulary.caption_of(bare) is not None:
            continue
        if take_metadata(bare, Lines(), vocabulary):
            continue
        if len(bare) > 150 or bare[-1] in ".;:,":
            if not head:
                return None
            break
        head.append(bare)
    repeated = next((line for line in head if counts[line] > 1), None)
    return repeated or (head[0] if head else None)

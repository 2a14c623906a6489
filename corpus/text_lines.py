"""The lines of a page saved as text, in order: which are its text, and what the others say about it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from corpus.inventory import named
from corpus.lines import Line, Lines, normal_equal, plain, settle
from corpus.page_head import BULLET, LONE_BULLET, LONGEST_HEADING, find_inventory, find_title
from corpus.vocabulary import OTHER, Vocabulary, normal

_NUMBER = re.compile(r"^(?P<indent>\s*)\(?(?P<number>\d{1,3})[.)]\s+(?P<text>\S.*)$")
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,}|~{3,})\s*$")
_LABEL = re.compile(r"(?P<label>[A-Z][^:—–]{1,38}?)(?::\s+|\s+[—–]\s+)(?P<rest>\S.*)")
_EDIT = re.compile(r"\s*\[\s?edit\s?\]\s*$")
_COPYRIGHT = re.compile(r"^\s*(?:copyright\b|©)|\ball rights reserved\b", re.IGNORECASE)


def tell_apart(text: str, vocabulary: Vocabulary) -> Lines:
    """Read the lines of a saved page."""
    raw = [line.expandtabs(4).rstrip() if "\t" in line[:8] else line.rstrip() for line in text.split("\n")]
    page = Lines()
    page.inventory, taken = find_inventory(raw, vocabulary)
    page.title = find_title(raw, taken, page.inventory, vocabulary)
    title = normal(page.title) if page.title else ""
    page.labels = not page.inventory and sum(_label(line.strip(), vocabulary) is not None for line in raw) > 1
    closed: int | None = None
    gap = 0
    lone = ""
    for at, line in enumerate(raw):
        bare = line.strip()
        if not bare:
            gap += 1
            continue
        if at in taken or normal_equal(bare, title):
            gap += 1
            continue
        if LONE_BULLET.match(line):
            lone = bare
            continue
        if lone:
            line, bare, lone = f"{lone} {bare}", bare, ""
        if _COPYRIGHT.search(bare) and vocabulary.is_boilerplate(bare):
            closed = len(page.lines) if closed is None else closed
            gap += 1
            continue
        if page.labels and (label := _label(bare, vocabulary)):
            page.lines.append(Line("heading", label[0], gap))
            line, bare, gap = label[1], label[1], 0
        found = _line(raw, at, line, gap, page, vocabulary)
        if found is None:
            gap += 1
            continue
        if found.kind in ("heading", "withheld"):
            closed = None
        page.lines.append(found)
        gap = 0
    page.tail = len(page.lines) if closed is None else closed
    settle(page)
    return page


def _line(raw: Sequence[str], at: int, line: str, gap: int, page: Lines, vocabulary: Vocabulary) -> Line | None:
    bare = line.strip()
    if bullet := BULLET.match(line):
        indent = len(bullet["indent"])
        if not _UNDERLINE.match(line):
            return Line("item", bullet["text"].strip(), gap, indent, bullet["sign"])
    if (heading := _heading(raw, at, line, gap, page, vocabulary)) is not None:
        return heading
    if _UNDERLINE.match(line):
        return None
    if (number := _NUMBER.match(line)) and _counts(raw, at, int(number["number"]), page):
        return Line("item", number["text"].strip(), gap, len(number["indent"]), "1")
    return plain(bare, gap, page, vocabulary, len(line) - len(line.lstrip()))


def _counts(raw: Sequence[str], at: int, number: int, page: Lines) -> bool:
    """Tell whether a number begins or goes on a numbered list, and remember it."""
    goes_on = number > 1 and page.counted == number - 1
    if number <= 1:
        below = [line for line in raw[at + 1 : at + 13] if line.strip()]
        goes_on = any((found := _NUMBER.match(line)) and int(found["number"]) == number + 1 for line in below)
    page.counted = number if goes_on else 0
    return goes_on


def _heading(raw: Sequence[str], at: int, line: str, gap: int, page: Lines, vocabulary: Vocabulary) -> Line | None:
    bare = _EDIT.sub("", line.strip())
    if not bare or len(bare) > LONGEST_HEADING + 4:
        return None
    if sharp := re.match(r"^(#{1,6})\s+(.+?)\s*#*$", bare):
        return Line("heading", sharp[2], gap, level=max(2, len(sharp[1])))
    below = raw[at + 1] if at + 1 < len(raw) else ""
    words = bare.rstrip(":").rstrip()
    if not words or bare[-1] in ".,;!" or bare[:1].islower():
        return None
    if heading := named(words, page.inventory):
        return Line("heading", heading, gap)
    if _UNDERLINE.match(below) and not vocabulary.is_boilerplate(bare):
        return Line("heading", words, gap)
    alone = (gap > 0 or not page.lines) and not below.strip()
    if topic := vocabulary.known(words):
        exact = vocabulary.listed(words)
        if (exact and not (vocabulary.is_boilerplate(bare) and topic != "references")) or (
            not exact and (alone or bare.endswith("?"))
        ):
            return Line("heading", words, gap)
    if page.inventory:
        return None
    unnumbered = re.sub(r"^\s*(?:\d+(?:\.\d+)*|[IVX]+|[A-H])[.)]\s+", "", words)
    if unnumbered != words and vocabulary.listed(unnumbered):
        return Line("heading", unnumbered, gap)
    if alone and page.title and len(words.split()) <= 8 and vocabulary.topic_of(words) != OTHER:
        shared = {word for word in normal(words).split() if len(word) > 3} & set(normal(page.title).split())
        if shared:
            return Line("heading", words, gap)
    capitals = sum(letter.isupper() for letter in words)
    if (
        capitals >= 5
        and words.isupper()
        and " " in words
        and (gap > 0 or not page.lines)
        and not re.search(r"\d", words)
    ):
        shouted = not vocabulary.is_withheld(bare) and not vocabulary.is_boilerplate(bare)
        return Line("heading", words, gap) if shouted else None
    return None


def _label(line: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Return a heading and the paragraph it leads: "Treatment: a needle.", "EPIDEMIOLOGY — Rare."."""
    found = _LABEL.match(line)
    topic = vocabulary.topic(vocabulary.listed(found["label"]) or OTHER) if found else None
    return (found["label"], found["rest"]) if found and topic is not None and not topic.metadata else None

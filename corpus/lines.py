"""One line of a saved page, told apart: headings, list items, withheld stubs, codes, captions, prose, or the site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from corpus.metadata import code_line, dates_of, iso_date, people
from corpus.vocabulary import Vocabulary, normal

LineKind = Literal["heading", "text", "item", "withheld", "code", "login"]

_BY = re.compile(
    r"(?:(?:medically |clinically |peer )?(?:written|reviewed|edited|authored|compiled|approved) )?by:?\s+(?=[A-Z])",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Line:
    """One line that is text of the page."""

    kind: LineKind
    text: str
    gap: int
    """Empty or removed lines right before it."""
    indent: int = 0
    sign: str = ""
    """Bullet of an item."""
    level: int = 2
    """Of a heading."""
    page: int | None = None
    """As in `Block`."""


@dataclass(slots=True)
class Lines:
    """A saved page, line by line, and what its other lines said about it."""

    title: str | None = None
    inventory: tuple[str, ...] = ()
    lines: list[Line] = field(default_factory=list)
    tail: int = 0
    """Lines from here on stand below the copyright line that closes the page."""
    captions: list[str] = field(default_factory=list)
    contributors: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    counted: int = 0
    """Number of the last item of a numbered list."""
    warnings: list[str] = field(default_factory=list)
    labels: bool = False
    """Headings stand at the head of their paragraphs: "Treatment: ..."."""


def plain(bare: str, gap: int, page: Lines, vocabulary: Vocabulary, indent: int = 0) -> Line | None:
    """Tell what a line that is neither heading nor list item is; None when it is no text of the page.

    A log-in button is told only when all lines are there (`settle`).
    """
    if vocabulary.is_withheld(bare):
        return Line("withheld", bare, gap)
    if (caption := vocabulary.caption_of(bare)) is not None:
        page.captions.append(caption)
        return None
    if take_metadata(bare, page, vocabulary):
        return None
    if vocabulary.is_boilerplate(bare):
        return Line("login", bare, gap) if vocabulary.asks_to_log_in(bare) else None
    if code := code_line(bare):
        return Line("code", code, gap)
    return Line("text", bare, gap, indent)


def settle(page: Lines) -> None:
    """Make withheld stubs of the log-in buttons that are all there is below a heading, and drop the others."""
    kept: list[Line] = []
    gap = 0
    for at, line in enumerate(page.lines):
        after = page.lines[at + 1] if at + 1 < len(page.lines) else None
        if line.kind == "login":
            below = bool(kept) and kept[-1].kind == "heading"
            alone = after is None or after.kind in ("heading", "withheld") or after.gap > 1
            if not (below and alone and at < page.tail):
                gap += line.gap + 1
                continue
            line.kind = "withheld"
        line.gap, gap = line.gap + gap, 0
        kept.append(line)
    page.tail -= sum(line.kind == "login" for line in page.lines[: page.tail])
    page.lines = kept


def take_metadata(bare: str, page: Lines, vocabulary: Vocabulary) -> bool:
    """Take a line that names people, dates or sources of the page; tell whether it was one."""
    if len(bare) > 1000:
        return False
    if dates := dates_of(bare):
        page.dates.update(dates)
        return True
    label, colon, rest = bare.partition(":")
    rest = rest.strip()
    if colon and rest and len(label) <= 40:
        topic = vocabulary.known(label)
        if topic == "contributors" and not re.search(r"[a-z]{4}\.(?:\s|$)", rest):
            role = "" if normal(label) in ("contributors", "contributor", "authors", "author") else f" ({label})"
            page.contributors.extend(f"{person}{role}" for person in people(rest))
            return True
        if topic == "sources":
            page.sources.append(rest)
            return True
    if (by := _BY.match(bare)) and len(bare) <= 200 and not re.search(r"[a-z]{4}\.(?:\s|$)", bare):
        role = bare[: by.end()].strip(" :")
        suffix = "" if role.casefold() in ("by", "written by", "authored by") else f" ({role[0].upper()}{role[1:]})"
        names, dated = bare[by.end() :], re.search(r",?\s+on\s+(?=[A-Z0-9])", bare[by.end() :])
        if dated and iso_date(names[dated.end() :]):
            page.dates[re.sub(r"\s+by$", "", role)] = names[dated.end() :]
            names = names[: dated.start()]
        page.contributors.extend(f"{person}{suffix}" for person in people(names))
        return True
    return False


def normal_equal(line: str, words: str) -> bool:
    """Tell whether a line has just these comparable words, without comparing lines that cannot."""
    return bool(words) and len(line) <= 3 * len(words) + 20 and normal(line) == words

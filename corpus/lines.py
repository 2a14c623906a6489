"""The lines of a saved page, told apart: headings, list items, withheld stubs, codes, captions, prose, the site."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from corpus.inventory import headings_of, named
from corpus.metadata import code_line, dates_of, iso_date, people
from corpus.vocabulary import OTHER, Vocabulary, normal

LineKind = Literal["heading", "text", "item", "withheld", "code", "login"]

_BULLET = re.compile(r"^(?P<indent>\s*)(?P<sign>[•◦▪‣●○■□∙⁃*–-]|·|o(?=\s{2,}|\t))(?P<space>\s+)(?P<text>\S.*)$")
_NUMBER = re.compile(r"^(?P<indent>\s*)\(?(?P<number>\d{1,3})[.)]\s+(?P<text>\S.*)$")
_LONE_BULLET = re.compile(r"^\s*[•◦▪‣●○■□∙⁃·]\s*$")
_UNDERLINE = re.compile(r"^\s*(={3,}|-{3,}|~{3,})\s*$")
_BY = re.compile(
    r"(?:(?:medically |clinically |peer )?(?:written|reviewed|edited|authored|compiled|approved) )?by:?\s+(?=[A-Z])",
    re.IGNORECASE,
)
_COPYRIGHT = re.compile(r"^\s*(?:copyright\b|©)|\ball rights reserved\b", re.IGNORECASE)
_HEAD_LINES = 60
_LONGEST_HEADING = 90


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
    labels: bool = False
    """Headings stand at the head of their paragraphs: "Treatment: ..."."""


def tell_apart(text: str, vocabulary: Vocabulary) -> Lines:
    """Read the lines of a saved page."""
    raw = [line.expandtabs(4).rstrip() if "\t" in line[:8] else line.rstrip() for line in text.split("\n")]
    page = Lines()
    taken = _find_inventory(raw, page, vocabulary)
    page.title = _find_title(raw, taken, page.inventory, vocabulary)
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
        if _LONE_BULLET.match(line):
            lone = bare
            continue
        if lone:
            line, bare, lone = f"{lone} {bare}", bare, ""
        if _COPYRIGHT.search(bare) and vocabulary.is_boilerplate(bare):
            closed = len(page.lines) if closed is None else closed
            gap += 1
            continue
        if page.labels and (label := _label(bare, vocabulary)):
            page.lines.append(Line("heading", label, gap))
            line, gap = bare[len(label) + 1 :].strip(), 0
            bare = line
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


def _label(line: str, vocabulary: Vocabulary) -> str | None:
    """Return the heading that leads a paragraph, as in "Treatment: a needle."."""
    label, _, rest = line.partition(":")
    if not rest.strip() or not label[:1].isupper() or len(label) > 40 or label != label.rstrip():
        return None
    topic = vocabulary.topic(vocabulary.listed(label) or OTHER)
    return label if topic is not None and not topic.metadata else None


def normal_equal(line: str, words: str) -> bool:
    """Tell whether a line has just these comparable words, without comparing lines that cannot."""
    return bool(words) and len(line) <= 3 * len(words) + 20 and normal(line) == words


def _line(raw: Sequence[str], at: int, line: str, gap: int, page: Lines, vocabulary: Vocabulary) -> Line | None:
    bare = line.strip()
    if bullet := _BULLET.match(line):
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


def _counts(raw: Sequence[str], at: int, number: int, page: Lines) -> bool:
    """Tell whether a number begins or goes on a numbered list, and remember it."""
    goes_on = number > 1 and page.counted == number - 1
    if number <= 1:
        below = [line for line in raw[at + 1 : at + 13] if line.strip()]
        goes_on = any((found := _NUMBER.match(line)) and int(found["number"]) == number + 1 for line in below)
    page.counted = number if goes_on else 0
    return goes_on


def _heading(raw: Sequence[str], at: int, line: str, gap: int, page: Lines, vocabulary: Vocabulary) -> Line | None:
    bare = line.strip()
    if len(bare) > _LONGEST_HEADING + 4:
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


def _find_inventory(raw: Sequence[str], page: Lines, vocabulary: Vocabulary) -> set[int]:
    """Find the navigation: a line that runs headings together, or headings one a line that come again further down.

    Returns the places of its lines; the same line further down is navigation too.
    """
    head = [at for at, line in enumerate(raw) if line.strip()][:_HEAD_LINES]
    for at in head:
        bare = raw[at].strip()
        if found := headings_of(bare, vocabulary):
            page.inventory = tuple(dict.fromkeys(found))
            return {place for place, line in enumerate(raw) if line.strip() == bare}
    run: list[int] = []
    for at in [*head, -1]:
        bare = _unbulleted(raw[at]) if at >= 0 else ""
        if bare and len(bare) <= _LONGEST_HEADING and vocabulary.known(bare):
            run.append(at)
            continue
        if len(run) >= 3:
            words = {normal(_unbulleted(raw[place])): place for place in run}
            again = (
                {normal(line) for line in raw[run[-1] + 1 :] if len(line) <= _LONGEST_HEADING and normal(line) in words}
                if len(words) == len(run)
                else set()
            )
            if again:
                page.inventory = tuple(_unbulleted(raw[place]) for place in run)
                return set(run)
        run = []
    return set()


def _unbulleted(line: str) -> str:
    bullet = _BULLET.match(line)
    return (bullet["text"] if bullet else line).strip().rstrip(":")


def _find_title(raw: Sequence[str], taken: set[int], inventory: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The line that a saved page repeats, else its first line, when that can be a title."""
    counts = Counter(line.strip() for line in raw if 0 < len(line) <= 200)
    head: list[str] = []
    for at in [at for at, line in enumerate(raw) if line.strip()][: _HEAD_LINES // 2]:
        bare = raw[at].strip()
        if (
            at in taken
            or _BULLET.match(raw[at])
            or _LONE_BULLET.match(raw[max(at - 1, 0)])
            or vocabulary.is_boilerplate(bare)
        ):
            continue
        if sharp := re.match(r"^#\s+(.+?)\s*#*$", bare):
            return sharp[1]
        if named(bare, inventory) or (len(bare) <= _LONGEST_HEADING and vocabulary.listed(bare.rstrip(":"))):
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

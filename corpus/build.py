"""Blocks become a `Document`: the one place where sections, their topics and status, the version and dates are made.

Decided here, for every reader alike:
- A heading opens a section. A deeper one that the vocabulary doesn't know ("In adults", below "Treatment") has the
  topic of the section it stands under.
- Text before the first heading is a section "Introduction"; a page without headings is one section "Text".
- A whole line that is a withheld marker makes its section withheld, whatever stands beside it.
- Lines of navigation, copyright and link-buttons belong to no section.
- What the page says about itself (codes, images, contributors, review dates, sources) fills the section of that topic,
  or is appended as a section when the page announces none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.blocks import Block, Page
from corpus.errors import UserError
from corpus.metadata import as_items, code_line, dates_of, iso_dates, people
from corpus.types import Document, PageStart, Section, Status
from corpus.vocabulary import Vocabulary, load, normal

BULLET = "• "


@dataclass(slots=True)
class _Draft:
    heading: str
    level: int
    topic: str
    page: int | None = None
    lines: list[Block] = field(default_factory=list)
    withheld: bool = False
    log_in: Block | None = None


def build(page: Page, vocabulary: Vocabulary | None = None) -> Document:
    """Make the document of a page.

    Raises:
        UserError: the page holds no text at all.
    """
    vocabulary = vocabulary or load()
    drafts = _drafts(page, vocabulary)
    dates = dict(page.dates)
    for draft in drafts:
        _tidy_metadata(draft, dates)
    drafts = [
        draft
        for draft in drafts
        if draft.lines or draft.withheld or draft.topic != "other" or not vocabulary.is_boilerplate(draft.heading)
    ]
    _add_metadata(drafts, page, dates)
    if not any(draft.lines for draft in drafts) and not any(draft.withheld for draft in drafts):
        raise UserError(
            f"{page.source}: no text in it besides headings and navigation", "Check that the page was saved whole."
        )
    return _lay_out(page, drafts, dates)


def slug(text: str, *, longest: int = 80) -> str:
    """Return lower-case ASCII words joined by "-"; "" when nothing of the text is ASCII letters or digits."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-")


def _drafts(page: Page, vocabulary: Vocabulary) -> list[_Draft]:
    headings = [block for block in page.blocks if block.kind == "heading"]
    opening = _Draft("Introduction" if headings else "Text", 0, "synopsis" if headings else "other")
    drafts: list[_Draft] = [opening]
    above: list[_Draft] = []
    captions = as_items(block.text for block in page.blocks if block.kind == "caption")
    seen = {normal(text) for text in captions}
    for block in page.blocks:
        current = drafts[-1]
        if block.kind == "heading":
            topic = vocabulary.topic_of(block.text)
            while above and above[-1].level >= block.level:
                above.pop()
            if topic == "other":
                topic = above[-1].topic if above else topic
            drafts.append(_Draft(block.text, block.level, topic, block.page))
            above.append(drafts[-1])
            continue
        if block.kind == "caption":
            continue
        if block.kind == "paragraph":
            if vocabulary.is_withheld(block.text):
                current.withheld = True
            elif vocabulary.is_boilerplate(block.text):
                if current.log_in is None and vocabulary.asks_to_log_in(block.text):
                    current.log_in = block
                continue
            elif normal(block.text) in seen:
                continue
        else:
            current.withheld = current.withheld or vocabulary.is_withheld(block.text)
        current.lines.append(block)
    if not opening.lines:
        drafts.pop(0)
    for draft in drafts:
        if draft.log_in is not None and not draft.lines:
            draft.withheld, draft.lines = True, [draft.log_in]
    if captions:
        _fill(drafts, "images", "Images", captions)
    return drafts


def _tidy_metadata(draft: _Draft, dates: dict[str, str]) -> None:
    """Make list items of the codes, people and dates that stand as lines in a section of their own."""
    if draft.withheld:
        return
    lines: list[Block] = []
    for block in draft.lines:
        found: list[str] = []
        if draft.topic == "codes" and (code := code_line(block.text)):
            found = [code]
        elif (
            draft.topic == "contributors"
            and block.kind == "paragraph"
            and not re.search(r"[a-z]{3}\.(?:\s|$)", block.text)
        ):
            found = people(block.text)
        elif draft.topic == "review_dates" and (labelled := dates_of(block.text)):
            dates.update(labelled)
            found = [f"{label}: {date}" for label, date in labelled.items()]
        level = block.level if block.kind == "item" else 0
        lines.extend([Block("item", text, level, block.page) for text in found] or [block])
    draft.lines = lines


def _add_metadata(drafts: list[_Draft], page: Page, dates: dict[str, str]) -> None:
    _fill(drafts, "codes", "Codes", page.codes)
    _fill(drafts, "contributors", "Contributors", page.contributors)
    _fill(drafts, "review_dates", "Review dates", [f"{label}: {date}" for label, date in page.dates.items()])
    _fill(drafts, "sources", "Sources", page.sources)


def _fill(drafts: list[_Draft], topic: str, heading: str, lines: Sequence[str]) -> None:
    """Put what the page says about itself under its heading; lines that stand there already are not repeated."""
    if not lines:
        return
    draft = next((draft for draft in drafts if draft.topic == topic), None)
    if draft is None:
        draft = _Draft(heading, 1, topic)
        drafts.append(draft)
    if draft.withheld:
        return
    there = {normal(block.text) for block in draft.lines}
    draft.lines.extend(Block("item", line) for line in lines if normal(line) not in there)


def _lay_out(page: Page, drafts: Sequence[_Draft], dates: dict[str, str]) -> Document:
    parts: list[str] = []
    at = 0
    pages: list[PageStart] = []
    sections: list[Section] = []
    ids: dict[str, int] = {}
    for draft in drafts:
        heading = _one_line(draft.heading)
        body, starts = _body(draft.lines)
        status: Status = "withheld" if draft.withheld else "present" if body else "empty"
        base = slug(heading) or "section"
        ids[base] = ids.get(base, 0) + 1
        name = base if ids[base] == 1 else f"{base}-{ids[base]}"
        start = at + len(heading) + 1
        # A heading that is printed nowhere stands where its body does.
        pages.append(PageStart(at, draft.page if draft.page is not None or not starts else starts[0].page))
        pages.extend(PageStart(start + begin.start, begin.page) for begin in starts)
        sections.append(Section(name, heading, draft.topic, status, start, start + len(body)))
        part = f"{heading}\n{body}\n\n" if body else f"{heading}\n\n"
        parts.append(part)
        at += len(part)
    text = "".join(parts)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Document(
        id=page.id or slug(page.title) or f"document-{digest[:8]}",
        title=_one_line(page.title),
        text=text,
        sections=tuple(sections),
        source=page.source,
        version=f"sha256:{digest}",
        dates=iso_dates(dates),
        pages=_changes(pages),
    )


def _changes(pages: Sequence[PageStart]) -> tuple[PageStart, ...]:
    """Keep the places where the page changes; none at all when no page is known."""
    kept: list[PageStart] = []
    for begin in pages:
        if kept and kept[-1].start == begin.start:
            kept.pop()
        if begin.page != (kept[-1].page if kept else None):
            kept.append(begin)
    return tuple(kept)


def _body(blocks: Sequence[Block]) -> tuple[str, list[PageStart]]:
    """Return the text of a body, and where in it each block or page begins."""
    parts: list[str] = []
    starts: list[PageStart] = []
    at = 0
    before: str | None = None
    for block in blocks:
        text = _one_line(block.text)
        if not text:
            continue
        if block.kind == "item":
            text = "  " * block.level + BULLET + text
        elif text.startswith(BULLET):
            text = text[len(BULLET) :]
        if before is not None:
            parts.append("\n" if before == block.kind == "item" else "\n\n")
            at += len(parts[-1])
        parts.append(text)
        starts.append(PageStart(at, block.page))
        if block.page is not None:
            # What is left after a form feed stands at the end of the line, whatever bullet its start was given.
            for turned in range(1, block.text.count("\f") + 1):
                left = len(_one_line(block.text.split("\f", turned)[turned]))
                starts.append(PageStart(at + len(text) - left, block.page + turned))
        at += len(text)
        before = block.kind
    return "".join(parts), starts


def _one_line(text: str) -> str:
    return " ".join(text.split())

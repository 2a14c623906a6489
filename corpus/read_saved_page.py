"""A page of a clinical reference saved as text becomes a `Page`.

Its navigation line is the inventory of its sections. Headings that are printed anchor their bodies; a heading of the
inventory that is printed nowhere finds its body by order (`corpus/alignment.py`), or is announced with an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from corpus.alignment import Body, align
from corpus.blocks import Block, Page
from corpus.lines import Line, Lines
from corpus.text_lines import tell_apart
from corpus.vocabulary import Vocabulary, load, normal

_LONGEST_CAPTION = 400


@dataclass(slots=True)
class _Region:
    """A printed heading and the lines below it; the lines before the first heading have none."""

    heading: str | None
    level: int
    page: int | None = None
    lines: list[Line] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    """Headings of the inventory whose bodies, printed without a heading, may stand here too."""
    missing_level: int = 2


def read_saved_page(text: str, source: str, stem: str) -> Page:
    """Make the page of a saved page's text; `stem` names it when no line can be its title."""
    return page_of(tell_apart(text, load()), source, stem)


def page_of(page: Lines, source: str, stem: str) -> Page:
    """Make a page of lines that are told apart, whatever file they came from."""
    vocabulary = load()
    tail = page.lines[page.tail :]
    regions = _regions(page.lines[: page.tail])
    loose = _strong_gaps_only(page.lines)
    _place_missing(regions, page.inventory, weak=not loose)
    codes = [] if _has_codes(regions, vocabulary) else _take_codes(regions[0])
    blocks: list[Block] = []
    for region in regions:
        for heading, lines in _sections(region, vocabulary, loose):
            if heading is not None:
                level = region.level if heading == region.heading else region.missing_level
                blocks.append(Block("heading", heading, level, region.page if heading == region.heading else None))
            blocks.extend(_paragraphs(lines))
    captions, rest = _gallery(page, tail)
    if rest:
        blocks.append(Block("heading", "Text", 2))
        blocks.extend(_paragraphs(rest))
    blocks.extend(Block("caption", caption) for caption in captions)
    return Page(
        title=page.title or stem,
        blocks=tuple(blocks),
        source=source,
        codes=codes,
        contributors=list(dict.fromkeys(page.contributors)),
        dates=page.dates,
        sources=page.sources,
        warnings=page.warnings,
    )


def _regions(lines: Sequence[Line]) -> list[_Region]:
    regions = [_Region(None, 2)]
    for line in lines:
        if line.kind == "heading":
            regions.append(_Region(line.text, line.level, line.page))
        else:
            regions[-1].lines.append(line)
    return regions


def _place_missing(regions: list[_Region], inventory: Sequence[str], *, weak: bool) -> None:
    """Give each heading that is printed nowhere to the region of the nearest printed heading before it.

    An unannounced heading in between takes over those that the bodies above it leave over.
    """
    printed = {normal(region.heading): region for region in regions if region.heading}
    owner = regions[0]
    for heading in inventory:
        if normal(heading) in printed:
            owner = printed[normal(heading)]
        else:
            owner.missing.append(heading)
            owner.missing_level = owner.level
    announced = {normal(heading) for heading in inventory}
    for at, region in enumerate(regions):
        if not region.missing:
            continue
        group = [region]
        for other in regions[at + 1 :]:
            if other.heading is None or normal(other.heading) in announced:
                break
            group.append(other)
        if len(group) == 1:
            continue
        waiting, region.missing = region.missing, []
        # What no body is left for is announced behind the subsections of its neighbour.
        taker = region
        for member in group[1:]:
            if member.level <= region.level or region.heading is None:
                break
            taker = member
        for place, member in enumerate(group):
            room = len(_bodies(member.lines, weak=weak)) - (1 if member.heading is not None else 0)
            if place == 0 and member.heading is None:
                room = max(room, 0)
            for _ in range(max(0, min(room, len(waiting)))):
                member.missing.append(waiting.pop(0))
                member.missing_level = taker.missing_level = region.level
                taker = member
        taker.missing.extend(waiting)
        taker.missing_level = region.level


def _has_codes(regions: Sequence[_Region], vocabulary: Vocabulary) -> bool:
    names = [name for region in regions for name in [region.heading, *region.missing] if name]
    return any(vocabulary.topic_of(name) == "codes" for name in names)


def _take_codes(region: _Region) -> list[str]:
    """On a page that announces no codes, code lines at its top are what the page says of itself."""
    codes = [line.text for line in region.lines if line.kind == "code"]
    region.lines = [line for line in region.lines if line.kind != "code"]
    return codes


def _strong_gaps_only(lines: Sequence[Line]) -> bool:
    """Two empty lines part sections only on a page that does not put them between all paragraphs."""
    gaps = [line.gap for line in lines if line.kind == "text" and line.gap]
    return sum(gap > 1 for gap in gaps) > 0.3 * len(gaps) and len(gaps) > 8


def _sections(region: _Region, vocabulary: Vocabulary, loose: bool) -> Iterator[tuple[str | None, list[Line]]]:
    headings = [region.heading] if region.heading is not None else []
    headings += region.missing
    if len(headings) < 2 and not (headings and region.heading is None):
        yield region.heading, region.lines
        return
    topics = [vocabulary.topic_of(heading) for heading in headings if heading is not None]
    bodies = _bodies(region.lines, weak=not loose)
    for heading, found in zip(headings, align(bodies, topics, anchored=region.heading is not None), strict=True):
        yield heading, [line for body in found for line in region.lines[body.start : body.end]]


def _bodies(lines: Sequence[Line], *, weak: bool) -> list[Body]:
    """Cut lines into bodies: after a withheld stub, where codes begin or end, and, if `weak`, at two empty lines."""
    cuts: list[tuple[int, bool]] = []
    for at in range(1, len(lines)):
        before, line = lines[at - 1], lines[at]
        same_stub = before.kind == line.kind == "withheld" and (
            line.gap == 0 or (line.gap == 1 and line.text != before.text)
        )
        if (before.kind == "withheld" and not same_stub) or (before.kind == "code") != (line.kind == "code"):
            cuts.append((at, True))
        elif weak and line.gap > 1 and not before.kind == line.kind == "item":
            cuts.append((at, False))
    bodies: list[Body] = []
    starts = [(0, True), *cuts] if lines else []
    for index, (start, strong) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines)
        kinds = {line.kind for line in lines[start:end]}
        kind = "codes" if kinds == {"code"} else "withheld" if "withheld" in kinds else "text"
        bodies.append(Body(start, end, kind, strong))
    return bodies


def _paragraphs(lines: Sequence[Line]) -> Iterator[Block]:
    """Join lines that were wrapped, and find the depth of list items."""
    open_text: list[str] = []
    began: int | None = None
    indents: list[tuple[int, str]] = []
    kind = ""
    level = 0
    for line in lines:
        if open_text and _wrapped(open_text[-1], kind, indents, line):
            open_text.append(line.text)
            continue
        if open_text:
            yield _joined(open_text, kind, level, began)
        open_text, began = [line.text], line.page
        kind = "item" if line.kind in ("item", "code") else "text"
        if kind == "item":
            level = _depth(indents, line)
        else:
            indents = []
        if line.kind in ("withheld", "code"):
            kind = "item" if line.kind == "code" else "stub"
    if open_text:
        yield _joined(open_text, kind, level, began)


def _joined(lines: Sequence[str], kind: str, level: int, page: int | None) -> Block:
    return (
        Block("item", " ".join(lines), level, page) if kind == "item" else Block("paragraph", " ".join(lines), 0, page)
    )


def _depth(indents: list[tuple[int, str]], line: Line) -> int:
    """Return the depth of an item among the open lists: by its indent, and by its bullet where indents agree."""
    while indents and indents[-1][0] > line.indent:
        indents.pop()
    at = next(
        (place for place, (indent, sign) in enumerate(indents) if indent == line.indent and sign == line.sign), None
    )
    if at is not None:
        del indents[at + 1 :]
        return at
    indents.append((line.indent, line.sign))
    return len(indents) - 1


def _wrapped(before: str, kind: str, indents: Sequence[tuple[int, str]], line: Line) -> bool:
    """Tell whether a line goes on where the one before was broken by width alone."""
    if line.kind != "text" or line.gap or kind == "stub":
        return False
    if kind == "item":
        return (bool(indents) and line.indent > indents[-1][0]) or line.text[:1].islower()
    if before[-1] in '.:;!?"”)':
        return line.text[:1].islower()
    return len(before) >= 50 or line.text[:1].islower()


def _gallery(page: Lines, tail: Sequence[Line]) -> tuple[list[str], list[Line]]:
    """Return the captions, and the lines below the page's end that are neither captions nor said already.

    Below the line that closes a page stands its gallery, if a caption was found at all.
    """
    captions = [caption for caption in page.captions if caption]
    said = {normal(caption) for caption in captions}
    rest: list[Line] = []
    for line in tail:
        if normal(line.text) in said:
            continue
        if page.captions and line.kind == "text" and len(line.text) <= _LONGEST_CAPTION:
            captions.append(line.text)
            said.add(normal(line.text))
        else:
            rest.append(line)
    return captions, rest

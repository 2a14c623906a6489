"""The words of a page become lines in the order of reading, column by column.

A gutter is a strip that many lines of text end before and as many begin behind. What crosses it (a title, a figure)
parts the page into bands; in a band the columns are read from left to right. Columns may have columns in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from corpus.pdf_words import Letter, PdfPage, Word
from corpus.raised import raised

_NARROWEST_COLUMN = 90.0
_FEWEST_LINES = 4


@dataclass(slots=True)
class Table:
    """Rows of cells, as they stand."""

    rows: list[list[str]]
    bold: list[list[bool]]
    """Whether all words of a cell are bold; same shape as `rows`."""
    lefts: tuple[float, ...]
    """Left edges of its columns: a table that goes on has the same on the next page."""
    repeated: bool = False
    """It goes on from the page before and has that one's header."""


@dataclass(slots=True)
class Printed:
    """A line of text, or a table that stands in its place."""

    page: int
    x0: float
    x1: float
    top: float
    bottom: float
    """Baseline of a line."""
    size: float = 0.0
    """Of most letters, in points."""
    bold: bool = False
    """All of its words are."""
    text: str = ""
    left: float = 0.0
    """Left edge of its column."""
    right: float = 0.0
    """Where the longest lines of its column end."""
    words: tuple[Word, ...] = ()
    table: Table | None = None
    column: int = 0
    """Number of its column in the document: lines of one column follow each other downwards."""
    cells: list[Printed] = field(default_factory=list)
    """The pieces between wide gaps, when there are several."""


def segments_of(page: PdfPage, words: Sequence[Word]) -> list[Printed]:
    """Join words that stand on one baseline without a wide gap between them."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda one: (one.letters[0].baseline, one.x0)):
        first = word.letters[0]
        for row in reversed(rows[-6:]):
            mate = row[0].letters[0]
            if abs(mate.baseline - first.baseline) <= 0.35 * max(mate.size, first.size):
                row.append(word)
                break
        else:
            rows.append([word])
    found: list[Printed] = []
    for row in rows:
        row.sort(key=lambda one: one.x0)
        open_words: list[Word] = []
        for word in row:
            if open_words and word.x0 - open_words[-1].x1 > 1.0 * max(_size(word), _size(open_words[-1])):
                found.append(line_of(page.number, open_words))
                open_words = []
            open_words.append(word)
        found.append(line_of(page.number, open_words))
    return found


def line_of(page: int, words: Sequence[Word]) -> Printed:
    """Make a line of words from left to right."""
    letters = [letter for word in words for letter in word.letters]
    sizes: dict[float, int] = {}
    for letter in letters:
        sizes[round(letter.size, 1)] = sizes.get(round(letter.size, 1), 0) + 1
    size = max(sizes, key=lambda one: (sizes[one], one))
    base = median(letter.baseline for letter in letters if round(letter.size, 1) == size)
    return Printed(
        page=page,
        x0=words[0].x0,
        x1=max(word.x1 for word in words),
        top=base - size,
        bottom=base,
        size=size,
        bold=all(word.bold for word in words if any(letter.text.isalnum() for letter in word.letters))
        and any(word.bold for word in words),
        text=text_of(words, size, base),
        words=tuple(words),
    )


def text_of(words: Sequence[Word], size: float, baseline: float) -> str:
    """Return the text of words, a space where there is one on the page; raised figures as powers or not at all."""
    text = ""
    high = ""
    before: Letter | None = None
    for word in words:
        for at, letter in enumerate(word.letters):
            is_high = letter.size < 0.85 * size and baseline - letter.baseline > 0.15 * size
            gap = before is not None and at == 0 and letter.x0 - before.x1 > 0.08 * size
            if high and (not is_high or gap):
                text, high = text + raised(text, high), ""
            if gap and not (is_high and text and letter.x0 - before.x1 < 0.2 * size):  # type: ignore[union-attr]
                text += " "
            if is_high:
                high += letter.text
            else:
                text += letter.text
            before = letter
    return " ".join((text + raised(text, high)).split()) if high else " ".join(text.split())


def in_order(
    segments: Sequence[Printed], first_column: int, known: float | None = None, depth: int = 0
) -> list[Printed]:
    """Return lines (and tables) in the order of reading; columns are numbered from `first_column`.

    `known` is where the second column began on the page before.
    """
    if not segments:
        return []
    gutter = gutter_of(segments, known) if depth < 3 else None
    if gutter is None:
        return _column(segments, first_column)
    ordered: list[Printed] = []
    left: list[Printed] = []
    right: list[Printed] = []
    across: list[Printed] = []

    def flush() -> None:
        for group in (across, left, right):
            if group:
                number = max((one.column for one in ordered), default=first_column - 1) + 1
                ordered.extend(
                    in_order(group, number, None, depth + 1) if group is not across else _column(group, number)
                )
                group.clear()

    for one in sorted(segments, key=lambda piece: piece.bottom):
        if one.x0 < gutter - 4 and one.x1 > gutter:
            if left or right:
                flush()
            across.append(one)
        elif one.x0 < gutter - 4:
            left.append(one)
        else:
            right.append(one)
    flush()
    return ordered


def gutter_of(segments: Sequence[Printed], known: float | None = None) -> float | None:
    """Return where a second column begins, None when there is one column.

    On the last page of columns a few lines may be all of the second one: then it begins where it did before.
    """
    lines = [one for one in segments if one.table is None]
    found = _gutter(lines)
    if found is None and known is not None:
        crossing = sum(one.x0 < known - 4 and one.x1 > known for one in lines)
        if crossing <= 0.2 * len(lines) and any(abs(one.x0 - known) <= 4 for one in lines):
            return known
    return found


def _gutter(lines: Sequence[Printed]) -> float | None:
    if len(lines) < 2 * _FEWEST_LINES:
        return None
    edge, end = min(one.x0 for one in lines), max(one.x1 for one in lines)
    starts = sorted({round(one.x0) for one in lines if one.x0 > edge + _NARROWEST_COLUMN})
    best: tuple[int, int, float] | None = None
    for start in starts:
        begin = [one for one in lines if abs(one.x0 - start) <= 3]
        if len(begin) < _FEWEST_LINES:
            continue
        at = min(one.x0 for one in begin)
        behind = [one for one in lines if one.x0 >= at - 4]
        before = [one for one in lines if one.x1 <= at]
        crossing = len(lines) - len(behind) - len(before)
        if len(before) < _FEWEST_LINES or crossing > 0.8 * (len(before) + len(behind)):
            continue
        if len([one for one in behind if one.x0 - at < 30]) < 0.6 * len(behind) and end - at < 2 * _NARROWEST_COLUMN:
            continue
        if end - at < _NARROWEST_COLUMN:
            continue
        # Cells of a table stand on one baseline with those beside them; lines of columns that are no prose do not.
        if (
            not (_is_prose(before, at - edge) and _is_prose(behind, end - at))
            and _on_one_baseline(before, behind) > 0.6
        ):
            continue
        top, bottom = (
            max(min(one.top for one in side) for side in (before, behind)),
            min(max(one.bottom for one in side) for side in (before, behind)),
        )
        beside = min(sum(top <= one.bottom <= bottom + 1 for one in side) for side in (before, behind))
        # Items that are set in begin further right: what crosses them tells them from the column's own edge.
        scored = (crossing, -len(begin), at)
        if beside >= _FEWEST_LINES and (best is None or scored < best):
            best = scored
    return best[2] if best else None


def _on_one_baseline(before: Sequence[Printed], behind: Sequence[Printed]) -> float:
    """Return the share of the lines behind a gutter that stand on a baseline with one before it."""
    heights = {round(one.bottom) for one in before}
    return sum(not heights.isdisjoint((round(one.bottom - 0.4), round(one.bottom + 0.4))) for one in behind) / len(
        behind
    )


def _is_prose(lines: Sequence[Printed], width: float) -> bool:
    """Tell whether lines fill a column: cells of a table, labels and page numbers do not."""
    widths = sorted(one.x1 - one.x0 for one in lines)
    return width >= _NARROWEST_COLUMN and widths[(2 * len(widths)) // 3] >= 0.6 * width


def _column(segments: Sequence[Printed], number: int) -> list[Printed]:
    """Join the segments of one column to lines, from top to bottom."""
    rows: list[list[Printed]] = []
    for one in sorted(segments, key=lambda piece: (piece.bottom, piece.x0)):
        mate = rows[-1][0] if rows else None
        if (
            mate is not None
            and mate.table is None
            and one.table is None
            and one.bottom - mate.bottom <= 0.45 * max(one.size, mate.size)
        ):
            rows[-1].append(one)
        else:
            rows.append([one])
    lines: list[Printed] = []
    for row in rows:
        row.sort(key=lambda piece: piece.x0)
        if len(row) == 1:
            lines.append(row[0])
        else:
            line = line_of(row[0].page, [word for one in row for word in one.words])
            line.cells = row
            lines.append(line)
    text = [one for one in lines if one.table is None] or lines
    left, right = min(one.x0 for one in text), max(one.x1 for one in text)
    for line in lines:
        line.left, line.right, line.column = left, right, number
    return lines


def _size(word: Word) -> float:
    return max(letter.size for letter in word.letters)

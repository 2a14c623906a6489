"""Running headers, footers and page numbers of a PDF: what stands at the same height of the pages' margins again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from corpus.pdf_lines import Printed

_MARGIN = 0.13
"""Share of a page's height, above and below, in which a running line is looked for."""
_MOST_LINES = 4
_NUMBER = re.compile(
    r"(?:page|p\.|seite|pág\.?)?\s*[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?|[ivxlc]{1,6}",
    re.IGNORECASE,
)
_BROWSER = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}, \d{1,2}:\d\d\b|(?:https?|file)://\S+(?:\s+\d+/\d+)?$")
"""Date and time above, address and number below a printed web page."""


def without_running(pages: Sequence[Sequence[Printed]], heights: Mapping[int, float]) -> list[list[Printed]]:
    """Return the pages without their running lines and page numbers.

    A line is running when its words, figures aside, stand at the same height on at least two pages and on a third of
    all, and space parts it from the text; a page's number is dropped wherever it is the outermost line.
    """
    seen: dict[tuple[str, int], set[int]] = defaultdict(set)
    for page in pages:
        for line in _edges(page, heights):
            seen[_key(line)].add(line.page)
    least = max(2, round(len(pages) / 3))

    def is_running(line: Printed) -> bool:
        words, height = _key(line)
        on = set().union(*(seen.get((words, height + off), set()) for off in (-1, 0, 1)))
        return len(on) >= least or (len(on) >= 3 and _odd_or_even(on))

    kept: list[list[Printed]] = []
    for page in pages:
        dropped = _outer(page, heights, is_running)
        left = [line for line in page if id(line) not in dropped]
        dropped |= _outer(left, heights, _is_mark, most=1)
        kept.append([line for line in left if id(line) not in dropped])
    return kept


def _is_mark(line: Printed) -> bool:
    """Tell whether a line is a page's number or a browser's; a lone "i" or "c" may be a letter of the text."""
    if _BROWSER.match(line.text):
        return True
    return _NUMBER.fullmatch(line.text) is not None and line.text.casefold() not in ("i", "c")


def _outer(
    page: Sequence[Printed], heights: Mapping[int, float], is_meant: Callable[[Printed], bool], most: int = _MOST_LINES
) -> set[int]:
    """Return the ids of the outermost lines that are meant, above and below, if space parts them from the text."""
    found: set[int] = set()
    edges = {id(line) for line in _edges(page, heights)}
    ordered = sorted(page, key=lambda line: line.bottom)
    for lines in (ordered, ordered[::-1]):
        taken: list[Printed] = []
        for line in lines[:most]:
            if id(line) not in edges or not is_meant(line):
                break
            taken.append(line)
        while taken and len(taken) < len(lines):
            line, inner = taken[-1], lines[len(taken)]
            gap = max(inner.top - line.bottom, line.top - inner.bottom)
            if gap > 0.7 * line.size:
                break
            taken.pop()
        found.update(id(line) for line in taken)
    return found


def _odd_or_even(pages: set[int]) -> bool:
    """Tell whether a line stands on every second page of a stretch, as those of left or right pages do."""
    ordered = sorted(pages)
    return len({page % 2 for page in ordered}) == 1 and len(ordered) >= 0.7 * ((ordered[-1] - ordered[0]) // 2 + 1)


def _edges(page: Sequence[Printed], heights: Mapping[int, float]) -> list[Printed]:
    """Return the outermost lines in the margins of a page."""
    lines = sorted((line for line in page if line.table is None), key=lambda line: line.bottom)
    found: list[Printed] = []
    for line in lines[:_MOST_LINES]:
        if line.bottom <= _MARGIN * heights[line.page]:
            found.append(line)
    for line in lines[-_MOST_LINES:]:
        if line.top >= (1 - _MARGIN) * heights[line.page] and line not in found:
            found.append(line)
    return found


def _key(line: Printed) -> tuple[str, int]:
    """Return the words of a line without its figures, and its height in steps of four points."""
    return re.sub(r"\d+|\b[ivxl]+\b", "#", line.text.casefold()), round(line.bottom / 4)

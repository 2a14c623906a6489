"""Running headers, footers and page numbers of a PDF: what stands at the same height of the pages' margins again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from corpus.pdf_lines import Printed

_MARGIN = 0.13
"""Share of a page's height, above and below, in which a running line is looked for."""
_MOST_LINES = 4
_NUMBER = re.compile(
    r"(?:page|p\.|seite|pág\.?)?\s*[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:of|/|von|de|sur)\s*\d{1,4})?|[ivxlc]{1,6}",
    re.IGNORECASE,
)


def without_running(pages: Sequence[Sequence[Printed]], heights: Mapping[int, float]) -> list[list[Printed]]:
    """Return the pages without their running lines and page numbers.

    A line is running when its words, figures aside, stand at the same height on at least two pages and on a third of
    all; a page's number is dropped wherever it stands alone in a margin, but only as the outermost line.
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
        dropped = {id(line) for line in _edges(page, heights) if is_running(line)}
        left = [line for line in page if id(line) not in dropped]
        outer = sorted((line for line in _edges(left, heights)), key=lambda line: line.bottom)
        for line in {id(one): one for one in (*outer[:1], *outer[-1:])}.values():
            if _NUMBER.fullmatch(line.text) and line.text.casefold() not in ("i", "c"):
                dropped.add(id(line))
        kept.append([line for line in left if id(line) not in dropped])
    return kept


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

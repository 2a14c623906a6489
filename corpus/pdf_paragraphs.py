"""The printed lines of a PDF become paragraphs: by their letters, the space between them, indents and bullets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from corpus.pdf_lines import Printed, Table
from corpus.pdf_words import Word

_BULLET = re.compile(r"(?P<sign>[•◦▪‣●○■□∙⁃·◆➢►✓\uf0b7]|[*–—-](?=\s)|o(?=\s))\s*(?P<text>\S.*)?$")
_NUMBER = re.compile(
    r"\(?(?P<number>\d{1,3}|[a-zA-Z])[.)]\s+(?P<text>\S.*)$|\[(?P<reference>\d{1,3})\]\s+(?P<cited>\S.*)$"
)
_ENDS = re.compile(r"[.!?:][\"”’')\]]*$")


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together."""

    page: int
    style: tuple[float, bool, bool]
    """Size of its letters to the half point, whether all is bold, whether all is in capitals."""
    lines: list[Printed] = field(default_factory=list)
    """Without the bullet or number of a list item."""
    sign: str = ""
    """Bullet of a list item, "1" for one that is numbered, "" for what is none."""
    indent: int = 0
    """Of a list item, from the left edge of its column, in steps of about a letter."""
    lead: str = ""
    """The bullet or number as it is printed."""
    text_at: float = 0.0
    """Where the text of a list item begins."""
    gap: bool = False
    """More space stands above it than between the lines of a paragraph."""
    table: Table | None = None


def paragraphs_of(pages: Sequence[Sequence[Printed]], is_named: Callable[[str], bool]) -> list[Paragraph]:
    """Return the paragraphs of all pages in order; a short line that `is_named` knows as a heading stands alone."""
    lines = [line for page in pages for line in page if line.table is not None or line.text]
    leading = _leading(lines)
    found: list[Paragraph] = []
    before: Printed | None = None
    for at, line in enumerate(lines):
        if line.table is not None:
            found.append(Paragraph(line.page, (0.0, False, False), table=line.table))
            before = None
            continue
        follows = before is not None and before.column == line.column and before.page == line.page
        gap = line.top - before.bottom if follows and before is not None else None
        wide = gap is None or gap > leading(line.size) + 0.3 * line.size
        item = _item(line, lines[at + 1 :], found[-1] if found else None)
        if item is not None:
            item.gap = wide
            found.append(item)
        elif (
            found
            and before is not None
            and not (len(found[-1].lines) == 1 and not found[-1].sign and is_named(before.text))
            and not (is_named(line.text) and not _is_full(before))
            and _belongs(found[-1], before, line, gap is None, wide)
        ):
            found[-1].lines.append(line)
        else:
            found.append(Paragraph(line.page, _style(line), [line], gap=wide))
        before = line
    for paragraph in found:
        if paragraph.lines:
            text = "".join(line.text for line in paragraph.lines)
            paragraph.style = (*paragraph.style[:2], text.isupper())
    return found


def _leading(lines: Sequence[Printed]) -> Callable[[float], float]:
    """Return how much space there usually is between lines of a size; for rare sizes it is reckoned from the usual."""
    gaps: dict[float, list[float]] = {}
    for one, other in pairwise(lines):
        if one.table is None and other.table is None and (one.page, one.column) == (other.page, other.column):
            gap = other.top - one.bottom
            if _half(one.size) == _half(other.size) and -0.5 * one.size < gap < 1.2 * one.size:
                gaps.setdefault(_half(one.size), []).append(gap)
    # The lower quartile: in a document of short paragraphs half of the gaps part paragraphs.
    usual = {size: sorted(found)[len(found) // 4] for size, found in gaps.items()}
    most = max(gaps, key=lambda size: len(gaps[size]), default=10.0)
    share = usual.get(most, 0.2 * most) / most
    return lambda size: usual[_half(size)] if len(gaps.get(_half(size), ())) >= 20 else share * size


def _belongs(paragraph: Paragraph, before: Printed, line: Printed, turned: bool, wide: bool) -> bool:
    """Tell whether a line goes on with the paragraph above it; `turned` when a column or a page lies between."""
    if paragraph.table is not None or abs(before.size - line.size) > 0.6:
        return False
    open_end = not _ENDS.search(before.text)
    full = _is_full(before)
    if before.bold != line.bold and not (full and open_end and not wide and len(before.text) > 60):
        return False
    if before.text.isupper() and not line.text.isupper() and len(paragraph.lines) == 1 and not full:
        return False
    # Its text is set in as far in every column that it goes on in.
    set_in = paragraph.text_at - paragraph.lines[0].left
    if turned:
        if paragraph.sign and set_in > 6 and abs(line.x0 - line.left - set_in) <= 3:
            return True
        if paragraph.sign and line.x0 - line.left < set_in - 2:
            return open_end and line.text[:1].islower()
        return open_end and (
            line.text[:1].islower() or (full and len(paragraph.lines) > 1) or before.text.endswith("-")
        )
    if wide:
        return False
    if paragraph.sign:
        return line.x0 - line.left >= set_in - 3 or (line.text[:1].islower() and full)
    first = paragraph.lines[0]
    if len(paragraph.lines) > 1 and line.x0 > before.x0 + 0.8 * line.size and not open_end:
        return False  # the first line of a new paragraph is set in
    if line.x0 < first.x0 - 0.8 * line.size and len(paragraph.lines) > 1 and abs(before.x0 - first.x0) < 2:
        return False
    return full or open_end or line.text[:1].islower()


def _is_full(line: Printed) -> bool:
    """Tell whether a line ends near the right edge of its column, so that the next may go on with it."""
    return line.x1 >= line.right - 0.12 * (line.right - line.left)


def _item(line: Printed, below: Sequence[Printed], above: Paragraph | None) -> Paragraph | None:
    """Return the list item that a line begins, None when it begins none."""
    if bullet := _BULLET.match(line.text):
        sign, text = bullet["sign"], bullet["text"]
        if sign in "*–—-" and not text:
            return None
    elif number := _NUMBER.match(line.text):
        sign, text = "1", number["text"] or number["cited"]
        if not _counts(number, line, below, above):
            return None
    else:
        return None
    first = len(line.text) - len(text) if text else len(line.text)
    words = _behind(line, len(line.text[:first].replace(" ", "")))
    inner = Printed(
        line.page, words[0].x0 if words else line.x1, line.x1, line.top, line.bottom, line.size,
        bool(words) and all(word.bold for word in words), text or "", line.left, line.right, words, None, line.column,
    )  # fmt: skip
    indent = max(0, round((line.x0 - line.left) / 6))
    return Paragraph(line.page, _style(inner), [inner], sign, indent, line.text[:first].strip(), inner.x0)


def _behind(line: Printed, letters: int) -> tuple[Word, ...]:
    """Return the words of a line behind so many letters."""
    at = 0
    for number, word in enumerate(line.words):
        if at >= letters:
            return line.words[number:]
        at += len(word.letters)
    return ()


def _counts(number: re.Match[str], line: Printed, below: Sequence[Printed], above: Paragraph | None) -> bool:
    """Tell whether a number begins or goes on a list: another one follows, or came before, at the same place."""
    if number["reference"]:
        return True
    own = number["number"]
    value = int(own) if own.isdigit() else ord(own)
    if not own.isdigit() and own.casefold() not in "abcdefgh":
        return False
    if above is not None and above.sign == "1" and value not in (1, ord("a"), ord("A")):
        return True
    for other in below[:14]:
        found = _NUMBER.match(other.text) if other.table is None else None
        if found and found["number"] and abs(other.x0 - line.x0) < 14:
            after = found["number"]
            return (int(after) if after.isdigit() else ord(after)) == value + 1
    return False


def _style(line: Printed) -> tuple[float, bool, bool]:
    return _half(line.size), line.bold, False


def _half(size: float) -> float:
    return round(2 * size) / 2

"""A PDF becomes a `Page`: headings by the size and weight of their letters, paragraphs, list items and table rows.

A line whose letters are larger than those of most text, or bold where most text is not, and that stands by itself is a
heading; its style gives its level. What is left becomes the same lines as a page saved as text or HTML, so that
withheld stubs, captions, codes, contributors and dates are understood in one place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from corpus.blocks import Page
from corpus.decoding import clean
from corpus.errors import UserError
from corpus.hyphens import Joiner
from corpus.lines import Line, Lines, normal_equal, plain, settle
from corpus.pdf_headings import CAPTION, body_of, is_heading, levels_of, title_of
from corpus.pdf_lines import Printed, gutter_of, in_order, segments_of
from corpus.pdf_paragraphs import Paragraph, paragraphs_of
from corpus.pdf_running import without_running
from corpus.pdf_tables import aligned, ruled
from corpus.pdf_words import PdfPage, information, pages_of
from corpus.read_saved_page import page_of
from corpus.tables import row_items
from corpus.vocabulary import Vocabulary, load, normal

_LEADERS = re.compile(r"(?:\s?[.·…]){4,}\s*(?:\d+|[ivxl]+)?$")
_PAGE_BEHIND = re.compile(r"(.*\S)\s+\d{1,4}")
_CONTENTS = frozenset({"contents", "table of contents"})


def read_pdf(raw: bytes, source: str, stem: str, progress: Callable[[int, int], None] | None = None) -> Page:
    """Make the page of a PDF's bytes; `stem` names it when nothing in it does.

    Raises:
        UserError: a password is asked for, the file is broken, scanned, or its letters cannot be told.
    """
    vocabulary = load()
    printed: list[list[Printed]] = []
    heights: dict[int, float] = {}
    pictures: list[int] = []
    letters = unreadable = number = 0
    gutter: float | None = None
    for sheet in pages_of(raw, source, progress):
        on_page = sum(len(word.letters) for word in sheet.words)
        letters, unreadable = letters + on_page, unreadable + sheet.unreadable
        if sheet.has_picture and on_page < 20:
            pictures.append(sheet.number)
        heights[sheet.number] = sheet.height
        lines, gutter = _lines_of(sheet, number, gutter)
        printed.append(lines)
        number += len({line.column for line in printed[-1]})
    _check_readable(source, letters, unreadable, len(printed), len(pictures))
    paragraphs = paragraphs_of(
        without_running(printed, heights),
        lambda text: len(text) <= 90 and vocabulary.listed(text.rstrip(":")) is not None and text[:1].isupper(),
    )
    page = Lines()
    if pictures:
        where = ", ".join(map(str, pictures[:10])) + (" and more" if len(pictures) > 10 else "")
        page.warnings.append(f"No text could be read on page {where}: it is a picture.")
    if unreadable > 0.01 * letters:
        page.warnings.append(f"{unreadable} characters could not be told: their font does not name its letters.")
    _fill(page, paragraphs, information(raw).get("Title", ""), vocabulary)
    settle(page)
    return page_of(page, source, stem)


def _check_readable(source: str, letters: int, unreadable: int, pages: int, pictures: int) -> None:
    if letters < 20 * pages and (pictures > 0.5 * pages or letters == 0):
        what = "is scanned: its pages are pictures without text" if pictures else "holds no text"
        raise UserError(f"{source} {what}", "Recognise its text first, for example with `ocrmypdf in.pdf out.pdf`.")
    if unreadable > 0.2 * letters:
        raise UserError(
            f"{source}: its letters cannot be told, because its fonts do not name them",
            "Recognise its text anew, for example with `ocrmypdf --force-ocr in.pdf out.pdf`.",
        )


def _lines_of(page: PdfPage, first_column: int, known: float | None) -> tuple[list[Printed], float | None]:
    """Return the lines and tables of a page in the order of reading, and where its second column begins."""
    tables, words = ruled(page)
    segments = [*segments_of(page, words), *tables]
    ordered = in_order(segments, first_column, known)
    # Lines with leaders ("Therapy ..... 7") are a table of contents.
    ordered = [line for line in ordered if not _LEADERS.search(line.text)]
    found: list[Printed] = []
    at = 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end].column == ordered[at].column:
            end += 1
        found.extend(aligned(ordered[at:end]))
        at = end
    return found, gutter_of(segments, known)


def _fill(page: Lines, paragraphs: Sequence[Paragraph], own_title: str, vocabulary: Vocabulary) -> None:
    """Tell what each paragraph is, and put it among the lines of the page."""
    joiner = Joiner(line.text for paragraph in paragraphs for line in paragraph.lines)
    texts = [_text(paragraph, joiner) for paragraph in paragraphs]
    body = body_of(paragraphs)
    heads = [at for at, paragraph in enumerate(paragraphs) if is_heading(paragraph, texts[at], body, vocabulary)]
    # In a table of contents a heading stands once more, its page behind it.
    named = {normal(texts[at]) for at in heads}
    listed = {at for at in heads if (found := _PAGE_BEHIND.fullmatch(texts[at])) and normal(found[1]) in named}
    listed.update(at for at in heads if normal(texts[at]) in _CONTENTS)
    heads = [at for at in heads if at not in listed]
    page.title = title_of([(paragraphs[at], texts[at], at) for at in heads], own_title, vocabulary)
    title = normal(page.title) if page.title else ""
    left = [at for at in heads if not normal_equal(texts[at], title)]
    levels = levels_of([paragraphs[at] for at in left])
    header: list[str] = []
    before: Paragraph | None = None
    for at, paragraph in enumerate(paragraphs):
        text = texts[at]
        if paragraph.table is not None:
            header = _table(page, paragraph, header if _continues(before, paragraph) else [], joiner)
        elif normal_equal(text, title) or at in listed:
            pass
        elif at in left:
            words = f"{paragraph.lead} {text}".strip().rstrip(":")
            page.lines.append(Line("heading", words, 1, level=levels[paragraph.style], page=paragraph.page))
        elif paragraph.sign:
            page.lines.append(Line("item", text, 1, paragraph.indent, paragraph.sign, page=paragraph.page))
        elif CAPTION.match(text) and len(text) <= 400:
            page.captions.append(" ".join(text.split()))
        elif (line := plain(text, 1, page, vocabulary)) is not None:
            line.page = paragraph.page
            page.lines.append(line)
        before = paragraph
    page.tail = len(page.lines)


def _text(paragraph: Paragraph, joiner: Joiner) -> str:
    """Return the lines of a paragraph as one; a form feed stands where a page begins."""
    text, page = "", paragraph.page
    for line in paragraph.lines:
        text = joiner.join(text, clean(line.text), " " + "\f" * (line.page - page))
        page = line.page
    return text


def _continues(before: Paragraph | None, paragraph: Paragraph) -> bool:
    """Tell whether a table goes on from the page before: it stands next, and its columns begin at the same places."""
    if before is None or before.table is None or paragraph.table is None or paragraph.page != before.page + 1:
        return False
    one, other = before.table.lefts, paragraph.table.lefts
    return len(one) == len(other) and all(abs(a - b) <= 4 for a, b in zip(one, other, strict=True))


def _table(page: Lines, paragraph: Paragraph, header: list[str], joiner: Joiner) -> list[str]:
    """Add the rows of a table as items and return its header; `header` is that of the page before."""
    table = paragraph.table
    rows: list[list[str]] = []
    for row in table.rows if table is not None else ():
        cells = []
        for cell in row:
            text = ""
            for line in cell.split("\n"):
                text = joiner.join(text, clean(line))
            cells.append(" ".join(text.split()))
        rows.append(cells)
    if table is None or not rows:
        return header
    own = table.bold[0]
    texts: list[str]
    if len(rows) > 1 and _all_bold(own, rows[0]) and not all(map(_all_bold, table.bold, rows)):
        first = rows.pop(0)
        header = first
        texts = row_items(header, rows)
    elif header:
        texts = row_items(header, rows[1:] if rows[0] == header else rows)
    elif all(len(row) == 2 and bold[0] and not bold[1] for row, bold in zip(rows, table.bold, strict=True)):
        texts = [f"{name}: {value}".strip(": ") for name, value in rows]
    else:
        texts = row_items([], rows)
    page.lines.extend(Line("item", text, 1, 0, "•", page=paragraph.page) for text in texts)
    return header


def _all_bold(bold: Sequence[bool], cells: Sequence[str]) -> bool:
    return all(heavy for heavy, cell in zip(bold, cells, strict=True) if cell)

"""A DOCX becomes a `Page`: headings by style or outline, or else by bold or large letters on a line of their own.

Its lines are told apart as those of HTML are, so that withheld stubs, codes, contributors and dates are understood
alike. Its pages are told only where Word has laid the file out, and as many as it counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpus.blocks import Page
from corpus.decoding import clean
from corpus.docx_text import WordParagraph, word_file
from corpus.lines import Line, Lines, normal_equal, plain, settle
from corpus.read_saved_page import page_of
from corpus.tables import row_items
from corpus.vocabulary import Vocabulary, load, normal

_LONGEST_HEADING = 120
_LARGER = 1.08
_BULLET = re.compile(r"(?:[•◦▪‣●○■□∙⁃·]\s*|[*–—-]\s+)(?=\S)")
_CAPTION = re.compile(r"(?:figure|fig\.?|plate|image|photo) \d+[.:]\s+\S", re.IGNORECASE)
_NO_TITLE = re.compile(r"^(?:untitled|word document|document\d*|microsoft word.*)$", re.IGNORECASE)


def read_docx(raw: bytes, source: str, stem: str) -> Page:
    """Make the page of a DOCX's bytes; `stem` names it when nothing in it does.

    Raises:
        UserError: the file is broken or no Word document.
    """
    vocabulary = load()
    word = word_file(raw, source)
    breaks = sum(one.text.count("\f") for one in word.paragraphs)
    paged = 0 < breaks == word.page_count - 1  # a file that was never laid out says one page, however long it is
    page = Lines()
    levels = _levels(word.paragraphs, vocabulary)
    page.title = _title(word.paragraphs, levels, word.title, vocabulary)
    title = normal(page.title) if page.title else ""
    number = 1
    for at, paragraph in enumerate(word.paragraphs):
        # What turned the page before the first letter of a paragraph begins it there.
        lead = len(paragraph.text) - len(paragraph.text.lstrip())
        number += paragraph.text[:lead].count("\f")
        text = _clean(paragraph.text) if paged else " ".join(clean(paragraph.text).split())
        own = number if paged else None
        number += paragraph.text[lead:].count("\f")
        if paragraph.cells:
            page.lines.extend(Line("item", row, 1, 0, "•", page=own) for row in _rows(paragraph))
        elif not text or normal_equal(text, title) or paragraph.style.startswith("toc "):
            continue
        elif at in levels:
            page.lines.append(Line("heading", text.rstrip(":"), 1, level=levels[at], page=own))
        elif paragraph.list_level >= 0:
            page.lines.append(Line("item", text, 1, paragraph.list_level, "•", page=own))
        elif (bullet := _BULLET.match(text)) and text[0] not in "–—":
            page.lines.append(Line("item", text[bullet.end() :], 1, 0, "•", page=own))
        elif paragraph.style == "caption" or (_CAPTION.match(text) and len(text) <= 400):
            page.captions.append(" ".join(text.split()))
        elif (line := plain(text, 1, page, vocabulary)) is not None:
            line.page = own
            page.lines.append(line)
    page.tail = len(page.lines)
    settle(page)
    return page_of(page, source, stem)


def _clean(text: str) -> str:
    """Return plain text in which form feeds are kept, but at its ends."""
    return "\f".join(" ".join(clean(part).split()) for part in text.split("\f")).strip("\f")


def _levels(paragraphs: Sequence[WordParagraph], vocabulary: Vocabulary) -> dict[int, int]:
    """Return the number of each paragraph that is a heading, with its level from 1 to 6.

    Where styles say nothing, a bold or large line of its own is a heading; where they do, only one that the vocabulary
    knows, below the headings by style.
    """
    found = {at: min(one.level, 6) for at, one in enumerate(paragraphs) if one.level > 0 and one.text.strip()}
    body = _body(paragraphs)
    sizes = sorted({one.size for one in paragraphs if one.size > _LARGER * body}, reverse=True)
    for at, one in enumerate(paragraphs):
        text = " ".join(one.text.split())
        words = text.rstrip(":").rstrip()
        if at in found or one.level == 0 or one.cells or one.list_level >= 0 or not re.search(r"[^\W\d_]", words):
            continue
        if len(words) > _LONGEST_HEADING or words[-1] in ".,;" or vocabulary.is_withheld(text) or _CAPTION.match(text):
            continue
        large = one.size > _LARGER * body
        if not (one.bold or large):
            continue
        if any(at in found for at in found) and any(paragraphs[there].level > 0 for there in found):
            if vocabulary.known(words) is not None:
                found[at] = 6
        else:
            found[at] = min(2 + (sizes.index(one.size) if large else len(sizes)), 6)
    return found


def _body(paragraphs: Sequence[WordParagraph]) -> float:
    """Return the size of most letters; 0 is that of files that never name one."""
    sizes: Counter[float] = Counter()
    for one in paragraphs:
        sizes[one.size] += len(one.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    return size or 11.0


def _title(
    paragraphs: Sequence[WordParagraph], levels: dict[int, int], named: str, vocabulary: Vocabulary
) -> str | None:
    styled = next((one.text for one in paragraphs if one.level == 0 and one.text.strip()), None)
    if styled is not None:
        return " ".join(clean(styled).split())
    named = " ".join(clean(named).split())
    heads = sorted(levels)
    if heads:
        top = min(levels.values())
        tops = [at for at in heads if levels[at] == top]
        before = [at for at in range(heads[0]) if paragraphs[at].text.strip() or paragraphs[at].cells]
        # One heading above all others is the title; so is a first one that is followed by another at once.
        alone = len(tops) == 1 and len(heads) > 1
        opens = len(heads) > 1 and not [at for at in range(heads[0] + 1, heads[1]) if paragraphs[at].text.strip()]
        text = " ".join(clean(paragraphs[heads[0]].text).split())
        if tops[0] == heads[0] and not before and (alone or opens) and vocabulary.listed(text) is None:
            return text
    return named if 3 <= len(named) <= 200 and not _NO_TITLE.match(named) else None


def _rows(paragraph: WordParagraph) -> list[str]:
    """Return the rows of a table as lines, as those of HTML: by its header row, or as names and values."""
    rows = [[clean(text) for text, _ in row] for row in paragraph.cells]
    bold = [[heavy for (text, heavy) in row if text] for row in paragraph.cells]
    if len(rows) > 1 and (paragraph.header_rows or (all(bold[0]) and bold[0] and not all(map(all, bold)))):
        return row_items(rows[0], rows[max(1, paragraph.header_rows) :])
    if all(len(row) == 2 and heavy[:1] == [True] and not all(heavy) for row, heavy in zip(rows, bold, strict=True)):
        return [f"{name}: {value}".strip(": ") for name, value in rows]
    return row_items([], rows)

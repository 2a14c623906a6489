"""Which paragraphs of a PDF are headings, at which level, and which of them is the title."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from corpus.lines import normal_equal
from corpus.pdf_paragraphs import Paragraph
from corpus.vocabulary import Vocabulary, normal

_LONGEST_HEADING = 160
_LARGER = 1.08
_NO_TITLE = re.compile(
    r"untitled|microsoft word|document\d*|\.(?:docx?|pdf|html?|tex|dvi|rtf|odt)\b|^[\W\d_]*$|https?:", re.IGNORECASE
)
CAPTION = re.compile(r"(?:figure|fig\.?|plate|image|photo) \d+[.:]\s+\S", re.IGNORECASE)


def body_of(paragraphs: Sequence[Paragraph]) -> tuple[float, bool]:
    """Return the size of most letters, and whether most of them are bold."""
    sizes: Counter[float] = Counter()
    bold: Counter[bool] = Counter()
    for paragraph in paragraphs:
        for line in paragraph.lines:
            sizes[_half(line.size)] += len(line.text)
            bold[line.bold] += len(line.text)
    return (sizes.most_common(1)[0][0] if sizes else 10.0), bold[True] > bold[False]


def is_heading(paragraph: Paragraph, text: str, body: tuple[float, bool], vocabulary: Vocabulary) -> bool:
    """Tell whether a paragraph is a heading; `body` is what `body_of` returns."""
    if paragraph.table is not None or not text or len(text) > _LONGEST_HEADING or len(paragraph.lines) > 4:
        return False
    words = text.rstrip(":").rstrip()
    if not re.search(r"[^\W\d_]", words) or words[-1:] in ".,;" or "\f" in text:
        return False
    size, bold = paragraph.style[0], paragraph.style[1]
    if paragraph.sign:
        # "1. Introduction" is a heading where the items of a list are not set like this.
        return paragraph.sign == "1" and (size > _LARGER * body[0] or (bold and not body[1])) and len(words) <= 90
    if vocabulary.is_withheld(text) or CAPTION.match(text):
        return False
    if size > _LARGER * body[0]:
        return True
    if size < 0.9 * body[0]:
        return False
    if bold and not body[1]:
        return True
    alone = len(paragraph.lines) == 1 and len(words) <= 90 and not words[:1].islower()
    if alone and vocabulary.listed(words) and not vocabulary.is_boilerplate(words):
        return True
    return alone and paragraph.gap and words.isupper() and " " in words and not re.search(r"\d", words)


def title_of(heads: Sequence[tuple[Paragraph, str, int]], named: str, vocabulary: Vocabulary) -> str | None:
    """Return the largest heading when it is the only one of its style, or the first thing said; else the file's own."""
    named = " ".join(named.split())
    usable = 3 <= len(named) <= 200 and not _NO_TITLE.search(named)
    first = [(paragraph, text) for paragraph, text, _ in heads if paragraph.page <= 2]
    if first:
        largest = max(paragraph.style[0] for paragraph, _, _ in heads)
        top = [(paragraph, text) for paragraph, text in first if paragraph.style[0] >= largest - 0.6]
        same = [text for paragraph, text, _ in heads if top and paragraph.style == top[0][0].style]
        if top and vocabulary.listed(top[0][1]):
            top = []  # the name of a section is that of no page
        if top and len(same) == 1:
            return top[0][1].replace("\f", " ")
        if top and heads[0][0] is top[0][0] and heads[0][2] == 0 and len(heads) > 1 and heads[1][2] == 1:
            return top[0][1]
        if usable and any(normal_equal(text, normal(named)) for _, text in first):
            return named
    return named if usable else None


def levels_of(heads: Sequence[Paragraph]) -> dict[tuple[float, bool, bool], int]:
    """Return the level of each style of heading: larger before smaller, bold before light, capitals before others."""
    styles = sorted({paragraph.style for paragraph in heads}, reverse=True)
    return {style: min(2 + at, 6) for at, style in enumerate(styles)}


def _half(size: float) -> float:
    return round(2 * size) / 2

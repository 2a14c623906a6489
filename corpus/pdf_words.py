"""A PDF becomes words with their places and fonts, page by page: the one file that names pypdfium2.

PDFium (BSD-3-Clause and Apache-2.0, 8 MB) reads what browsers read, five to nine times as fast as pdfminer.six here.
Places are in points from the left and the top edge of the page as it is shown, turned pages included.
"""

from __future__ import annotations

import ctypes
import math
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from corpus.errors import UserError
from corpus.pdf_rules import Rule, drawn_on

MOST_PAGES = 3_000
_BOLD = re.compile(r"bold|black|heavy|semibold|demi|(?<![a-z])medi(?!um)|^cmbx|^sfbx", re.IGNORECASE)
_FORCE_BOLD = 1 << 18
_BULLETS = {0xF0B7: "•", 0xF0A7: "▪", 0xF06E: "■", 0xF0D8: "▪", 0xF0FC: "▪", 0xF076: "▪", 0xF02D: "–", 0xF06C: "●"}
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_PASSWORD, _SECURITY = 4, 5


@dataclass(frozen=True, slots=True)
class Letter:
    """One character; its baseline is a distance from the top, as all heights are."""

    text: str
    x0: float
    x1: float
    top: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without white space among them."""

    letters: tuple[Letter, ...]
    bold: bool

    @property
    def x0(self) -> float:
        """The left edge."""
        return self.letters[0].x0

    @property
    def x1(self) -> float:
        """The right edge."""
        return self.letters[-1].x1


@dataclass(frozen=True, slots=True)
class PdfPage:
    """What stands on a page."""

    number: int
    """From 1."""
    width: float
    height: float
    words: tuple[Word, ...]
    """In the order of the file, which need not be the order of reading; text that is not upright is left out."""
    rules: tuple[Rule, ...]
    has_picture: bool
    unreadable: int
    """Characters whose font does not say which letters they are."""


def pages_of(raw: bytes, name: str, progress: Callable[[int, int], None] | None = None) -> Iterator[PdfPage]:
    """Yield the pages of a PDF; `progress` is told (pages read, pages in all).

    Raises:
        UserError: a password is asked for, the file is broken, or it has more than `MOST_PAGES` pages.
    """
    import pypdfium2 as pdfium

    try:
        pdf = pdfium.PdfDocument(raw)
        count = len(pdf)
    except pdfium.PdfiumError as error:
        raise _refused(error, name) from error
    try:
        if count > MOST_PAGES:
            raise UserError(
                f"{name} has {count:,} pages, expected at most {MOST_PAGES:,}",
                "Split it, and add the parts that matter.",
            )
        if not count:
            raise UserError(f"{name} is a PDF without pages", "Save it again and add the new file.")
        for at in range(count):
            try:
                page = pdf[at]
                text = page.get_textpage()
            except pdfium.PdfiumError as error:
                raise UserError(
                    f"{name}: page {at + 1} of {count} cannot be read, so nothing of the file was taken",
                    "Open it in a PDF viewer, print it to a new PDF and add that.",
                ) from error
            yield _page(page, text, at + 1, pdfium.raw)
            text.close()
            page.close()
            if progress is not None:
                progress(at + 1, count)
    finally:
        pdf.close()


def information(raw: bytes) -> dict[str, str]:
    """Return what a PDF that can be opened says about itself: "Title", "Author" ...; empty values are left out."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(raw)
    with suppress(UnicodeError):
        return {str(key): str(value).strip() for key, value in pdf.get_metadata_dict(skip_empty=True).items()}
    return {}


def _refused(error: Any, name: str) -> UserError:
    code = getattr(error, "err_code", None)
    if code == _PASSWORD:
        return UserError(f"{name} is locked with a password", "Save a copy without a password and add that.")
    if code == _SECURITY:
        return UserError(f"{name} is encrypted in a way that cannot be read", "Save a copy without protection.")
    return UserError(
        f"{name} is broken: it begins as a PDF and cannot be read as one",
        "Download or export it again; a viewer that opens it can print it to a new PDF.",
    )


def _page(page: Any, text: Any, number: int, raw: Any) -> PdfPage:
    turned = page.get_rotation() // 90
    left, bottom, right, top = page.get_bbox()
    width, height = (right - left, top - bottom) if turned % 2 == 0 else (top - bottom, right - left)

    def shown(x: float, y: float) -> tuple[float, float]:
        """Return a point of the page as it is shown, from its left and top."""
        across, up = x - left, y - bottom
        return (
            (across, height - up),
            (up, across),
            (width - across, up),
            (width - up, height - across),
        )[turned]

    words, unreadable = _words(text, shown, raw)
    drawn = drawn_on(page.raw, shown, raw)
    bullets = [word for dot in drawn.dots if (word := _bullet(*dot, words)) is not None]
    return PdfPage(number, width, height, (*words, *bullets), drawn.rules, drawn.has_picture, unreadable)


def _bullet(x: float, y: float, width: float, words: Sequence[Word]) -> Word | None:
    """Make a bullet of a dot that is drawn right before a line."""
    beside = [
        word
        for word in words
        if 0 < word.x0 - x < 2.5 * word.letters[0].size
        and word.letters[0].baseline - word.letters[0].size < y < word.letters[0].baseline
    ]
    if not beside:
        return None
    first = min(beside, key=lambda word: word.x0).letters[0]
    return Word((Letter("•", x - width / 2, x + width / 2, first.top, first.baseline, first.size),), False)


def _words(text: Any, shown: Callable[[float, float], tuple[float, float]], raw: Any) -> tuple[tuple[Word, ...], int]:
    box, matrix = raw.FS_RECTF(), raw.FS_MATRIX()
    x, y = ctypes.c_double(), ctypes.c_double()
    words: list[Word] = []
    open_word: list[Letter] = []
    bold = upright = False
    unreadable = 0

    def close() -> None:
        if open_word and upright:
            words.append(Word(tuple(open_word), bold))
        open_word.clear()

    for at in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, at)
        letter = _letter(code)
        if letter is None or letter.isspace():
            if letter is None and raw.FPDFText_HasUnicodeMapError(text, at) == 1:
                unreadable += 1
            close()
            continue
        if not raw.FPDFText_GetLooseCharBox(text, at, box) or not raw.FPDFText_GetCharOrigin(text, at, x, y):
            continue
        (x0, top), (x1, bottom) = shown(box.left, box.top), shown(box.right, box.bottom)
        x0, x1, top, bottom = min(x0, x1), max(x0, x1), min(top, bottom), max(top, bottom)
        baseline = shown(x.value, y.value)[1]
        size = raw.FPDFText_GetFontSize(text, at)
        if raw.FPDFText_GetMatrix(text, at, matrix):
            size *= math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
        if raw.FPDFText_HasUnicodeMapError(text, at) == 1:
            unreadable += 1
        if open_word:
            before = open_word[-1]
            largest = max(before.size, size)
            if abs(baseline - before.baseline) > 0.6 * largest or not -0.5 * largest < x0 - before.x1 < 0.35 * largest:
                close()
        if not open_word:
            upright = _runs_right(matrix, shown)
            bold = _is_bold(text, at, raw)
        open_word.append(Letter(letter, x0, x1, top, baseline, size))
    close()
    return tuple(words), unreadable


def _runs_right(matrix: Any, shown: Callable[[float, float], tuple[float, float]]) -> bool:
    """Tell whether text of this matrix runs from left to right on the page as it is shown."""
    (x0, y0), (x1, y1) = shown(0.0, 0.0), shown(matrix.a, matrix.b)
    return x1 > x0 and abs(y1 - y0) < 0.1 * (x1 - x0)


def _letter(code: int) -> str | None:
    """Return what a code stands for; None for what is no letter."""
    if code in (0x02, 0xFFFE):
        return "-"  # so PDFium tells a hyphen at the end of a line
    if code in (0xFFFD, 0xFFFF) or (code < 0x20 and not chr(code).isspace()) or 0xD800 <= code <= 0xDFFF:
        return None
    if code in _LIGATURES:
        return _LIGATURES[code]
    if 0xE000 <= code <= 0xF8FF:
        return _BULLETS.get(code, "•")
    return chr(code)


def _is_bold(text: Any, at: int, raw: Any) -> bool:
    name, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    if raw.FPDFText_GetFontInfo(text, at, name, 256, flags):
        plain = name.value.decode("utf-8", "replace").rpartition("+")[2]
        if _BOLD.search(plain) or flags.value & _FORCE_BOLD:
            return True
    return bool(raw.FPDFText_GetFontWeight(text, at) >= 600)

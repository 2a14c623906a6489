"""PDF and DOCX files of known content, laid out as different hands would: for tests and a benchmark of the readers.

A text is told as blocks; what a file of it must give back is therefore known. PDFs are written by reportlab (and, where
a browser is at hand, printed by Chromium), DOCX by python-docx.
"""

from __future__ import annotations

import html
import io
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from corpus.blocks import Block

Pages = dict[str, int]
"""Heading -> the page that it was put on."""


@dataclass(frozen=True, slots=True)
class Text:
    """What is to be in a file."""

    title: str
    blocks: tuple[Block, ...]


def pdf_article(text: Text) -> tuple[bytes, Pages]:
    """One column, large bold headings, bullets; the title above each page and "Page 1 of 3" below."""
    return _pdf(text, heading=("Times-Bold", 13), body=("Times-Roman", 10.5), footer="Page {page} of {pages}")


def pdf_columns(text: Text) -> tuple[bytes, Pages]:
    """Two justified columns, words broken at line ends, headings bold and no larger than the text, "- 3 -" below."""
    return _pdf(text, heading=("Helvetica-Bold", 9.5), body=("Helvetica", 9.5), footer="- {page} -", columns=2)


def pdf_capitals(text: Text) -> tuple[bytes, Pages]:
    """Headings in capitals of the text's own size and weight, a number alone below."""
    return _pdf(text, heading=("Times-Roman", 11), body=("Times-Roman", 11), footer="{page}", capitals=True)


def pdf_printed(text: Text, chromium: str) -> tuple[bytes, Pages]:
    """Print the text as HTML from Chromium, with its date, address and page numbers in the margins."""
    with tempfile.TemporaryDirectory() as folder:
        page, printed = Path(folder) / "page.html", Path(folder) / "page.pdf"
        page.write_text(_html(text), encoding="utf-8")
        words = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        subprocess.run(
            [*words, f"--print-to-pdf={printed}", page.as_uri()], check=True, capture_output=True, timeout=120
        )
        return printed.read_bytes(), {}


def docx_styled(text: Text) -> tuple[bytes, Pages]:
    """Headings, lists and the title by Word's own styles."""
    import docx

    file = docx.Document()
    file.add_heading(text.title, 0)
    for block in text.blocks:
        if block.kind == "heading":
            file.add_heading(block.text, min(block.level - 1, 9) or 1)
        elif block.kind == "item":
            file.add_paragraph(block.text, style="List Bullet" if not block.level else f"List Bullet {block.level + 1}")
        else:
            file.add_paragraph(block.text)
    return _saved(file), {}


def docx_bold(text: Text) -> tuple[bytes, Pages]:
    """No styles at all: bold lines for headings, typed bullets for lists."""
    import docx

    file = docx.Document()
    title = file.add_paragraph().add_run(text.title)
    title.bold, title.font.size = True, docx.shared.Pt(16)
    for block in text.blocks:
        if block.kind == "heading":
            file.add_paragraph().add_run(block.text).bold = True
        else:
            file.add_paragraph(f"•  {block.text}" if block.kind == "item" else block.text)
    return _saved(file), {}


LAYOUTS: Mapping[str, tuple[str, Callable[[Text], tuple[bytes, Pages]]]] = {
    "PDF, large headings": (".pdf", pdf_article),
    "PDF, two columns": (".pdf", pdf_columns),
    "PDF, headings in capitals": (".pdf", pdf_capitals),
    "DOCX, styles": (".docx", docx_styled),
    "DOCX, bold lines": (".docx", docx_bold),
}


def _pdf(
    text: Text,
    *,
    heading: tuple[str, float],
    body: tuple[str, float],
    footer: str,
    columns: int = 1,
    capitals: bool = False,
) -> tuple[bytes, Pages]:
    from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

    width, height = A4
    margin, gutter = 56.0, 18.0
    pages: Pages = {}

    class File(BaseDocTemplate):  # type: ignore[misc]
        def afterFlowable(self, flowable: Any) -> None:
            if getattr(flowable, "told", None):
                pages.setdefault(flowable.told, self.page)

    prose = ParagraphStyle(
        "prose", fontName=body[0], fontSize=body[1], leading=1.2 * body[1], spaceAfter=0.6 * body[1],
        alignment=TA_JUSTIFY if columns > 1 else TA_LEFT, embeddedHyphenation=1 if columns > 1 else 0,
    )  # fmt: skip
    above = ParagraphStyle(
        "heading", parent=prose, fontName=heading[0], fontSize=heading[1], leading=1.2 * heading[1], keepWithNext=1,
        spaceBefore=0.9 * heading[1], spaceAfter=0.3 * heading[1], alignment=TA_LEFT,
    )  # fmt: skip
    top = ParagraphStyle("title", parent=above, fontName="Helvetica-Bold", fontSize=18, leading=22, spaceAfter=12)

    def story() -> list[Any]:
        told: list[Any] = [Paragraph(html.escape(text.title), top)]
        for block in text.blocks:
            said = html.escape(block.text, quote=False)
            if block.kind == "heading":
                told.append(Paragraph(said.upper() if capitals else said, above))
                told[-1].told = block.text
                continue
            said = _breakable(said) if columns > 1 else said
            if block.kind == "item":
                indent = 14 + 14 * block.level
                item = ParagraphStyle(f"item{block.level}", parent=prose, leftIndent=indent, bulletIndent=indent - 12)
                told.append(Paragraph(said, item, bulletText="•"))
            else:
                told.append(Paragraph(said, prose))
        return told

    def running(canvas: Any, file: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(margin, height - 34, text.title)
        canvas.drawCentredString(width / 2, 30, footer.format(page=file.page, pages=count))

    room = (width - 2 * margin - gutter * (columns - 1)) / columns
    count = 0
    for _ in range(2):  # the second time the number of pages is known
        held = io.BytesIO()
        frames = [
            Frame(margin + at * (room + gutter), margin, room, height - 2 * margin, 0, 0, 0, 0) for at in range(columns)
        ]
        file = File(held, pagesize=A4, title="", pageTemplates=[PageTemplate("all", frames, onPage=running)])
        pages.clear()
        file.build(story())
        count = file.page
    return held.getvalue(), dict(pages)


def _breakable(said: str) -> str:
    """Return a text with soft hyphens in its long words."""
    return " ".join(
        f"{word[: len(word) // 2]}\u00ad{word[len(word) // 2 :]}" if len(word) > 8 and word.isalpha() else word
        for word in said.split(" ")
    )


def _html(text: Text) -> str:
    parts = [f"<title>{html.escape(text.title)}</title><h1>{html.escape(text.title)}</h1>"]
    open_lists = 0
    for block in text.blocks:
        wanted = block.level + 1 if block.kind == "item" else 0
        parts.append("<ul>" * (wanted - open_lists) + "</ul>" * (open_lists - wanted))
        open_lists = wanted
        tag = f"h{min(max(block.level, 2), 6)}" if block.kind == "heading" else "li" if wanted else "p"
        parts.append(f"<{tag}>{html.escape(block.text)}</{tag}>")
    return '<!doctype html><meta charset="utf-8">' + "\n".join(parts)


def _saved(file: Any) -> bytes:
    held = io.BytesIO()
    file.save(held)
    return held.getvalue()


def texts(blocks: Sequence[Block]) -> list[str]:
    """Return the words of blocks, for comparing what went in with what came out."""
    return [word for block in blocks for word in block.text.split()]

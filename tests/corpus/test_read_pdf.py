"""PDFs as they come: made here by reportlab, so that what is in them is known."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from corpus.build import build
from corpus.errors import UserError
from corpus.read_pdf import read_pdf
from corpus.types import Document
from evals.benchmarks.readers import Counts, compare, shipped_text
from evals.benchmarks.written_files import pdf_article, pdf_capitals, pdf_columns


def made(raw: bytes) -> Document:
    return build(read_pdf(raw, "page.pdf", "page"))


def drawn(draw: Callable[[Canvas], None], **about: Any) -> bytes:
    held = io.BytesIO()
    canvas = Canvas(held, pagesize=A4, **about)
    draw(canvas)
    canvas.save()
    return held.getvalue()


def lines(canvas: Canvas, *told: tuple[str, float, str], top: float = 780, left: float = 60) -> None:
    """Draw lines downwards: font, size and words; an empty line is a gap."""
    at = top
    for font, size, words in told:
        at -= 1.25 * size
        canvas.setFont(font, size)
        canvas.drawString(left, at, words)


def bodies(document: Document) -> list[tuple[str, str, str, str]]:
    return [(s.heading, s.topic, s.status, document.text[s.start : s.end]) for s in document.sections]


@pytest.mark.parametrize("write", [pdf_article, pdf_columns, pdf_capitals])
def test_the_shipped_document_comes_back(write: Callable[..., tuple[bytes, dict[str, int]]]) -> None:
    text = shipped_text()
    raw, pages = write(text)
    counts = Counts()
    compare(text, made(raw), pages, counts)
    assert (counts.right, counts.titles, counts.wrong) == (counts.there, 1, [])
    assert counts.topics == counts.there
    assert (counts.words_right, counts.words_found) == (counts.words_there, counts.words_there)
    assert (counts.items_right, counts.pages_right) == (counts.items_there, counts.paged)


FIRST = "The treatment of milia is a matter of patience, and of a needle that opens the small cyst; the treat-"
SECOND = "ment hardly hurts, and the rest of it is done at home by the person who has them, in a week or two."


def test_pages_paragraphs_over_a_page_and_running_lines() -> None:
    def draw(canvas: Canvas) -> None:
        told = [["Therapy", FIRST], ["", SECOND, "Nothing else is needed."], ["Prognosis", "Good."]]
        for page, (heading, *rest) in enumerate(told):
            lines(canvas, ("Helvetica", 8, "A Handbook of the Skin"), top=820)
            head = [("Helvetica-Bold", 14, heading)] if heading else []
            lines(canvas, *head, *(("Helvetica", 10, words) for words in rest))
            lines(canvas, ("Helvetica", 8, f"{page + 11} | www.example.org"), top=40)
            canvas.showPage()

    document = made(drawn(draw))
    assert bodies(document) == [
        (
            "Therapy",
            "therapy",
            "present",
            f"{FIRST[:-1]}{SECOND} Nothing else is needed.",
        ),
        ("Prognosis", "prognosis", "present", "Good."),
    ]
    at = {word: document.page_at(document.text.index(word)) for word in ("needle", "hardly", "Nothing", "Good")}
    assert at == {"needle": 1, "hardly": 2, "Nothing": 2, "Good": 3}


def test_tables_with_borders_and_without() -> None:
    small, bold = ParagraphStyle("small", fontSize=10), ParagraphStyle("bold", fontName="Helvetica-Bold", fontSize=14)
    rows = [["Site", "Share"], ["Nose", "40%"], ["Cheek", "3%"], ["Chin", ""]]
    bordered = Table(rows, colWidths=[100, 100])
    bordered.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")])
    plain = Table([["Dose", "Effect"], ["1 mg", "none"], ["2 mg", "some"], ["3 mg", "much"]], colWidths=[150, 150])
    held = io.BytesIO()
    story = [
        Paragraph("Sites", bold),
        bordered,
        Paragraph("Therapy", bold),
        Paragraph("It is rare, and harmless in most.", small),
        plain,
    ]
    SimpleDocTemplate(held).build(story)
    assert [body for *_, body in bodies(made(held.getvalue()))] == [
        "• Site: Nose; Share: 40%\n• Site: Cheek; Share: 3%\n• Site: Chin",
        "It is rare, and harmless in most.\n\n• Dose; Effect\n• 1 mg; none\n• 2 mg; some\n• 3 mg; much",
    ]


def test_a_page_that_a_browser_printed() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ("Helvetica", 8, "11/27/26, 1:10 AM Milia"), top=830)
        lines(
            canvas, ("Helvetica-Bold", 14, "Causes"), ("Helvetica", 10, "There are two, of which one is more frequent.")
        )
        for at, words in ((720, "Sun"), (700, "Burns")):
            canvas.circle(70, at + 3, 2, stroke=0, fill=1)
            canvas.drawString(80, at, words)
        lines(canvas, ("Helvetica", 8, "file:///tmp/milia.html 1/1"), top=30)

    assert bodies(made(drawn(draw))) == [
        ("Causes", "causes", "present", "There are two, of which one is more frequent.\n\n• Sun\n• Burns")
    ]


def test_a_short_second_column_on_the_last_page() -> None:
    def draw(canvas: Canvas) -> None:
        full = "Milia are small cysts that are seen on the face of"
        for page in range(2):
            lines(canvas, *[("Helvetica", 10, f"{full} {page} {row}.") for row in range(20)], left=50)
            rows = range(20) if not page else range(2)
            lines(canvas, *[("Helvetica", 10, f"Second of {page}: {full} {row}.") for row in rows], left=320)
            canvas.showPage()

    said = made(drawn(draw)).text
    assert said.index("of 0 19.") < said.index("Second of 0") < said.index("of 1 0.") < said.index("of 1 19.")
    assert said.index("of 1 19.") < said.index("Second of 1")


def test_powers_references_and_pages_that_are_turned() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)
        canvas.translate(A4[0], 0)
        canvas.rotate(90)
        text = canvas.beginText(60, 500)
        text.setFont("Helvetica-Bold", 14)
        text.textLine("Best Tests")
        text.setFont("Helvetica", 10)
        for words, rise in (("Over 10", 0), ("9", 4), ("/L is much, as was found.", 0), ("12", 4), (" Rare.", 0)):
            text.setRise(rise)
            text.setFont("Helvetica", 6 if rise else 10)
            text.textOut(words)
        canvas.drawText(text)

    assert bodies(made(drawn(draw))) == [
        ("Best Tests", "best_tests", "present", "Over 10⁹/L is much, as was found. Rare.")
    ]


def test_what_the_page_says_of_itself() -> None:
    def draw(canvas: Canvas) -> None:
        lines(
            canvas,
            ("Helvetica-Bold", 20, "Milia in Adults"),
            ("Helvetica-Bold", 13, "Therapy"),
            ("Helvetica", 10, "Subscription Required"),
            ("Helvetica-Bold", 13, "Causes"),
            ("Helvetica", 10, "Sun."),
            ("Helvetica", 10, " "),
            ("Helvetica", 10, "Figure 1. White dots."),
            ("Helvetica", 10, " "),
            ("Helvetica", 10, "Last Reviewed: 05/23/2020"),
        )

    document = made(drawn(draw))
    assert document.title == "Milia in Adults"
    assert document.dates == {"Last Reviewed": "2020-05-23"}
    assert [one[:3] for one in bodies(document)] == [
        ("Therapy", "therapy", "withheld"),
        ("Causes", "causes", "present"),
        ("Images", "images", "present"),
        ("Review dates", "review_dates", "present"),
    ]
    assert document.page_at(document.text.index("Sun.")) == 1
    assert document.page_at(document.text.index("White dots")) is None


def test_locked_scanned_empty_and_cut_off(tmp_path: Path) -> None:
    from PIL import Image

    def write(canvas: Canvas) -> None:
        lines(canvas, ("Helvetica", 10, "Small cysts."))

    def scan(canvas: Canvas) -> None:
        picture = tmp_path / "scan.png"
        Image.new("RGB", (60, 80), "white").save(picture)
        canvas.drawImage(str(picture), 0, 0, *A4)

    for raw, told in [
        (drawn(write, encrypt="secret"), "page.pdf is locked with a password"),
        (drawn(scan), "page.pdf is scanned: its pages are pictures without text"),
        (drawn(lambda canvas: canvas.showPage()), "page.pdf holds no text"),
        (b"%PDF-1.7\n1 0 obj <<", "page.pdf is broken"),
    ]:
        with pytest.raises(UserError) as error:
            made(raw)
        assert told in error.value.message
        assert error.value.hint


def test_a_scanned_page_among_others_is_told(tmp_path: Path) -> None:
    from PIL import Image

    picture = tmp_path / "scan.png"
    Image.new("RGB", (60, 80), "white").save(picture)

    def draw(canvas: Canvas) -> None:
        lines(canvas, ("Helvetica", 10, "Small cysts are seen on the face of every second newborn child."))
        canvas.showPage()
        canvas.drawImage(str(picture), 0, 0, *A4)

    page = read_pdf(drawn(draw), "page.pdf", "page")
    assert page.warnings == ["No text could be read on page 2: it is a picture."]

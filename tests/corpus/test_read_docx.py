"""DOCX files made here by python-docx, so that what is in them is known."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from corpus.build import build
from corpus.errors import UserError
from corpus.read_docx import read_docx
from corpus.types import Document
from evals.benchmarks.readers import Counts, compare, shipped_text
from evals.benchmarks.written_files import docx_bold, docx_styled


def saved(file: Any) -> bytes:
    held = io.BytesIO()
    file.save(held)
    return held.getvalue()


def made(file: Any) -> Document:
    return build(read_docx(saved(file), "page.docx", "page"))


def bodies(document: Document) -> list[tuple[str, str, str, str]]:
    return [(s.heading, s.topic, s.status, document.text[s.start : s.end]) for s in document.sections]


@pytest.mark.parametrize("write", [docx_styled, docx_bold])
def test_the_shipped_document_comes_back(write: Callable[..., tuple[bytes, dict[str, int]]]) -> None:
    text = shipped_text()
    counts = Counts()
    compare(text, build(read_docx(write(text)[0], "page.docx", "page")), {}, counts)
    assert (counts.right, counts.titles, counts.wrong) == (counts.there, 1, [])
    assert (counts.words_right, counts.words_found) == (counts.words_there, counts.words_there)
    assert (counts.topics, counts.items_right) == (counts.there, counts.items_there)


def test_headings_lists_and_tables() -> None:
    file = docx.Document()
    file.add_heading("Milia in adults", 0)
    file.sections[0].header.paragraphs[0].text = "A running header"
    file.add_heading("Look For", 1)
    file.add_paragraph("White papules", style="List Bullet")
    file.add_paragraph("on the cheeks", style="List Bullet 2")
    table = file.add_table(3, 2)
    for row, cells in zip(table.rows, [("Site", "Share"), ("Nose", "40%"), ("Cheek", "")], strict=True):
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True
    file.add_heading("In babies", 2)
    file.add_paragraph("They go by themselves.")
    file.add_heading("Therapy", 1)
    file.add_paragraph("Subscription required")
    assert bodies(made(file)) == [
        (
            "Look For",
            "look_for",
            "present",
            "• White papules\n  • on the cheeks\n• Site: Nose; Share: 40%\n• Site: Cheek",
        ),
        ("In babies", "look_for", "present", "They go by themselves."),
        ("Therapy", "therapy", "withheld", "Subscription required"),
    ]


def test_a_style_based_on_a_heading_and_bold_lines_beside_headings() -> None:
    file = docx.Document()
    own = file.styles.add_style("Chapter", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    own.base_style = file.styles["Heading 2"]
    file.add_paragraph("Therapy", style="Chapter")
    file.add_paragraph("A needle.")
    file.add_paragraph().add_run("Prognosis").bold = True
    file.add_paragraph("Good.")
    file.add_paragraph().add_run("Zebra stripes").bold = True
    file.add_paragraph("None.")
    assert bodies(made(file)) == [
        ("Therapy", "therapy", "present", "A needle."),
        ("Prognosis", "prognosis", "present", "Good.\n\nZebra stripes\n\nNone."),
    ]


def test_inserted_text_counts_deleted_text_does_not() -> None:
    file = docx.Document()
    paragraph = file.add_paragraph("Milia are ")
    for tag, text_tag, words in (("ins", "t", "small "), ("del", "delText", "large ")):
        change = parse_xml(
            f'<w:{tag} {nsdecls("w")} w:id="1" w:author="A"><w:r><w:{text_tag} xml:space="preserve">{words}'
            f"</w:{text_tag}></w:r></w:{tag}>"
        )
        paragraph._p.append(change)
    paragraph.add_run("cysts.")
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p><w:r><w:t>In a control.</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )
    file.element.body.insert(1, control)
    assert made(file).text == "Text\nMilia are small cysts.\n\nIn a control.\n\n"


def test_pages_only_as_word_counted_them() -> None:
    file = docx.Document()
    file.add_paragraph("On the first page.")
    second = file.add_paragraph()
    run = second.add_run()
    run._r.append(OxmlElement("w:lastRenderedPageBreak"))
    run.add_text("On the second.")
    assert made(file).pages == ()  # the file says nothing of how many there are
    for part in file.part.package.iter_parts():
        if str(part.partname) == "/docProps/app.xml":
            blob = part.blob.decode()
            part._blob = blob.replace("<Pages>1</Pages>", "<Pages>2</Pages>").encode()
            assert "<Pages>2</Pages>" in part._blob.decode()
    document = made(file)
    assert [document.page_at(document.text.index(word)) for word in ("first", "second")] == [1, 2]


def test_what_is_no_word_document() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as packed:
        packed.writestr("a.txt", "text")
    with pytest.raises(UserError, match="is a ZIP archive, not a Word document") as error:
        read_docx(held.getvalue(), "page.docx", "page")
    assert error.value.hint
    raw = saved(docx.Document())
    with pytest.raises(UserError, match=r"page\.docx is broken"):
        read_docx(raw[: len(raw) // 2], "page.docx", "page")
    with pytest.raises(UserError, match="no text"):
        made(docx.Document())


def test_superscripts() -> None:
    file = docx.Document()
    paragraph = file.add_paragraph("Over 10")
    paragraph.add_run("9").font.superscript = True
    paragraph.add_run("/L is much.")
    paragraph.add_run("12").font.superscript = True
    assert made(file).text == "Text\nOver 10⁹/L is much.\n\n"

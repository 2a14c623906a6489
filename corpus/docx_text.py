"""A DOCX becomes paragraphs and tables with their styles: the one file that names python-docx.

Its own `Paragraph.text` and iteration leave out what was inserted under "track changes" and what stands in content
controls, so the XML is walked here: inserted text counts, deleted text does not. Headers, footers and comments are no
part of the body and are left out; footnotes too.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from corpus.docx_styles import Styles, W, is_on, level_of, list_level_of, size_of
from corpus.errors import UserError
from corpus.raised import raised

MOST_XML_BYTES = 200_000_000
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SKIPPED = frozenset({
    f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", f"{W}rPr", f"{W}pPr", f"{W}sdtPr", f"{W}pict",
    f"{_ALTERNATE}Fallback", f"{W}txbxContent",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class WordParagraph:
    """One paragraph; a form feed in `text` stands where Word began a page when it last laid the document out."""

    text: str
    style: str
    """Name of its style, in lower case."""
    level: int
    """1 to 9 for a heading by style or outline; 0 for the title; -1 for what is none."""
    list_level: int
    """0 for the outermost list, -1 for what is no list item."""
    bold: bool
    """All of its letters are."""
    size: float
    """Of its first letters in points; 0 when nothing says."""
    cells: tuple[tuple[tuple[str, bool], ...], ...] = ()
    """A table: rows of cells, each with its text and whether it is bold; the rest is then empty."""
    header_rows: int = 0


@dataclass(frozen=True, slots=True)
class WordFile:
    """The body of a DOCX, and what the file says about itself."""

    paragraphs: tuple[WordParagraph, ...]
    title: str
    page_count: int
    """As Word counted them; 0 when it did not."""


def word_file(raw: bytes, name: str) -> WordFile:
    """Read the bytes of a DOCX.

    Raises:
        UserError: the file is broken, no Word document, or too large when unpacked.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError

    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            members = {member.filename: member.file_size for member in packed.infolist()}
            if "word/document.xml" not in members and "[Content_Types].xml" not in members:
                raise UserError(f"{name} is a ZIP archive, not a Word document", "Unpack it and add the files in it.")
            if sum(size for member, size in members.items() if member.endswith((".xml", ".rels"))) > MOST_XML_BYTES:
                raise UserError(
                    f"{name} holds more than {MOST_XML_BYTES // 1_000_000} MB of text when unpacked",
                    "Split it, and add the parts that matter.",
                )
            pages = _page_count(packed, members)
        document = docx.Document(io.BytesIO(raw))
        styles = Styles(document)
        body = document.element.body
        if body is None:
            raise KeyError("body")
        paragraphs = tuple(_blocks(body, styles))
    except ValueError as error:
        raise UserError(
            f"{name} is an Office file of another kind, not a Word document", "Save it as .docx or PDF and add that."
        ) from error
    except (
        zipfile.BadZipFile,
        OpcError,
        LxmlError,
        KeyError,
        AttributeError,
        EOFError,
        NotImplementedError,
        OSError,
    ) as error:
        raise UserError(
            f"{name} is broken: it cannot be read as a Word document", "Open it in Word, save it again and add that."
        ) from error
    return WordFile(paragraphs, (document.core_properties.title or "").strip(), pages)


def _page_count(packed: zipfile.ZipFile, members: dict[str, int]) -> int:
    import re

    if not 0 < members.get("docProps/app.xml", 0) < 1_000_000:
        return 0
    found = re.search(rb"<(?:\w+:)?Pages>(\d{1,6})<", packed.read("docProps/app.xml"))
    return int(found[1]) if found else 0


def _blocks(parent: Any, styles: Styles) -> Iterator[WordParagraph]:
    for element in parent:
        if element.tag == f"{W}p":
            yield _paragraph(element, styles)
            for box in element.iter(f"{W}txbxContent"):
                if not any(one.tag == f"{_ALTERNATE}Fallback" for one in box.iterancestors()):
                    yield from _blocks(box, styles)
        elif element.tag == f"{W}tbl":
            yield from _table(element, styles)
        elif element.tag == f"{W}sdt":
            content = element.find(f"{W}sdtContent")
            if content is not None:
                yield from _blocks(content, styles)
        elif element.tag in (f"{W}ins", f"{W}customXml", f"{W}moveTo", f"{W}smartTag"):
            yield from _blocks(element, styles)


def _paragraph(element: Any, styles: Styles) -> WordParagraph:
    chain = styles.chain(element)
    names = styles.names(chain)
    text, bold = _text(element, chain)
    return WordParagraph(
        text=text,
        style=names[0] if names else "",
        level=level_of(chain, names),
        list_level=list_level_of(chain, names),
        bold=bold,
        size=size_of(next(_runs(element), None), chain),
    )


def _text(element: Any, chain: list[Any]) -> tuple[str, bool]:
    """Return the text of a paragraph, and whether all of its letters are bold."""
    parts: list[str] = []
    by_style = any(is_on(part.find(f"{W}rPr"), "b") for part in chain[1:]) if chain else False
    light = heavy = 0
    for run in _runs(element):
        properties = run.find(f"{W}rPr")
        raised_run = _raised(properties)
        for part in run:
            if part.tag in (f"{W}t", f"{W}sym"):
                said = part.text or "" if part.tag == f"{W}t" else "•"
                said = raised("".join(parts), said) if raised_run else said
                parts.append(said)
                set_bold = properties is not None and properties.find(f"{W}b") is not None
                is_bold = is_on(properties, "b") if set_bold else by_style
                heavy, light = heavy + is_bold * len(said.strip()), light + (not is_bold) * len(said.strip())
            elif part.tag in (f"{W}tab", f"{W}br", f"{W}cr"):
                parts.append(" ")
            elif part.tag == f"{W}noBreakHyphen":
                parts.append("-")
            elif part.tag == f"{W}lastRenderedPageBreak":
                parts.append("\f")
    return "".join(parts), heavy > 0 and not light


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{W}r":
            yield child
        else:
            yield from _runs(child)


def _raised(properties: Any) -> bool:
    found = properties.find(f"{W}vertAlign") if properties is not None else None
    return found is not None and found.get(f"{W}val") == "superscript"


def _table(element: Any, styles: Styles) -> Iterator[WordParagraph]:
    """Yield a table; one that holds a single column or long cells is there for its looks, so its blocks are yielded."""
    rows = [row for row in element.iter(f"{W}tr") if _owner(row) is element]
    cells = [[cell for cell in row.iter(f"{W}tc") if _owner(_row(cell)) is element] for row in rows]
    widest = max(map(len, cells), default=0)
    told = [[tuple(_blocks(cell, styles)) for cell in row] for row in cells]
    is_layout = widest < 2 or any(block.cells or block.level >= 0 for row in told for cell in row for block in cell)
    if is_layout:
        for row in told:
            for cell in row:
                yield from cell
        return
    header = sum(1 for row in rows if row.find(f"{W}trPr/{W}tblHeader") is not None)
    texts = tuple(
        tuple(
            (
                " ".join(" ".join(block.text for block in cell if block.text.strip()).split()),
                all(block.bold for block in cell if block.text.strip()) and any(block.bold for block in cell),
            )
            for cell in row
        )
        for row in told
    )
    turned = "\f" * sum(block.text.count("\f") for row in told for cell in row for block in cell)
    yield WordParagraph(turned, "", -1, -1, False, 0.0, texts, header)


def _row(cell: Any) -> Any:
    return next((one for one in cell.iterancestors() if one.tag == f"{W}tr"), cell)


def _owner(row: Any) -> Any:
    return next((one for one in row.iterancestors() if one.tag == f"{W}tbl"), None)

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

from corpus.errors import UserError
from corpus.raised import raised

MOST_XML_BYTES = 200_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OUTLINE_TEXT = 9
_SKIPPED = frozenset({
    f"{_W}del", f"{_W}moveFrom", f"{_W}instrText", f"{_W}delText", f"{_W}rPr", f"{_W}pPr", f"{_W}sdtPr", f"{_W}pict",
    f"{_ALTERNATE}Fallback", f"{_W}txbxContent",
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
        styles = _Styles(document)
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


class _Styles:
    """Paragraph styles by id, with what they take over from those they are based on."""

    def __init__(self, document: Any) -> None:
        self._elements = {style.style_id: style.element for style in document.styles}
        default = next((s for s in document.styles if s.type == 1 and s.element.get(f"{_W}default") == "1"), None)
        self._default = default.style_id if default is not None else None

    def chain(self, paragraph: Any) -> list[Any]:
        """Return the elements that speak of a paragraph: its own properties, its style's, and so on upwards."""
        own = paragraph.find(f"{_W}pPr")
        named = own.find(f"{_W}pStyle") if own is not None else None
        found = [own] if own is not None else []
        style: str | None = named.get(f"{_W}val") if named is not None else self._default
        seen: set[str] = set()
        while style is not None and style in self._elements and style not in seen:
            seen.add(style)
            found.append(self._elements[style])
            based = self._elements[style].find(f"{_W}basedOn")
            style = based.get(f"{_W}val") if based is not None else None
        return found

    def names(self, chain: list[Any]) -> list[str]:
        """Return the names of the styles of a chain, in lower case."""
        names = [element.find(f"{_W}name") for element in chain]
        return [name.get(f"{_W}val", "").lower() for name in names if name is not None]


def _blocks(parent: Any, styles: _Styles) -> Iterator[WordParagraph]:
    for element in parent:
        if element.tag == f"{_W}p":
            yield _paragraph(element, styles)
            for box in element.iter(f"{_W}txbxContent"):
                if not any(one.tag == f"{_ALTERNATE}Fallback" for one in box.iterancestors()):
                    yield from _blocks(box, styles)
        elif element.tag == f"{_W}tbl":
            yield from _table(element, styles)
        elif element.tag == f"{_W}sdt":
            content = element.find(f"{_W}sdtContent")
            if content is not None:
                yield from _blocks(content, styles)
        elif element.tag in (f"{_W}ins", f"{_W}customXml", f"{_W}moveTo", f"{_W}smartTag"):
            yield from _blocks(element, styles)


def _paragraph(element: Any, styles: _Styles) -> WordParagraph:
    chain = styles.chain(element)
    names = styles.names(chain)
    text, bold = _text(element, chain)
    return WordParagraph(
        text=text,
        style=names[0] if names else "",
        level=_level(chain, names),
        list_level=_list_level(chain, names),
        bold=bold,
        size=_size(element, chain),
    )


def _level(chain: list[Any], names: list[str]) -> int:
    for name in names:
        if name == "title":
            return 0
        if name.startswith("heading ") and name[8:].isdigit():
            return int(name[8:])
    for part in chain:
        outline = next(part.iter(f"{_W}outlineLvl"), None)
        if outline is not None and outline.get(f"{_W}val", "").isdigit():
            level = int(outline.get(f"{_W}val"))
            return level + 1 if level < _OUTLINE_TEXT else -1
    return -1


def _list_level(chain: list[Any], names: list[str]) -> int:
    listed = next((name for name in names if name.startswith(("list bullet", "list number"))), "")
    # "List Bullet 2" is a list of its own, whose level is 0.
    by_name = int(listed[-1]) - 1 if listed[-1:].isdigit() else 0
    for part in chain:
        numbered = next(part.iter(f"{_W}numPr"), None)
        if numbered is None:
            continue
        number, level = numbered.find(f"{_W}numId"), numbered.find(f"{_W}ilvl")
        if number is not None and number.get(f"{_W}val") == "0":
            return -1
        told = level.get(f"{_W}val", "0") if level is not None else "0"
        return max(int(told) if told.isdigit() else 0, by_name)
    return by_name if listed else -1


def _text(element: Any, chain: list[Any]) -> tuple[str, bool]:
    """Return the text of a paragraph, and whether all of its letters are bold."""
    parts: list[str] = []
    by_style = any(_on(part.find(f"{_W}rPr"), "b") for part in chain[1:]) if chain else False
    light = heavy = 0
    for run in _runs(element):
        properties = run.find(f"{_W}rPr")
        raised_run = _raised(properties)
        for part in run:
            if part.tag in (f"{_W}t", f"{_W}sym"):
                said = part.text or "" if part.tag == f"{_W}t" else "•"
                said = raised("".join(parts), said) if raised_run else said
                parts.append(said)
                set_bold = properties is not None and properties.find(f"{_W}b") is not None
                is_bold = _on(properties, "b") if set_bold else by_style
                heavy, light = heavy + is_bold * len(said.strip()), light + (not is_bold) * len(said.strip())
            elif part.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr"):
                parts.append(" ")
            elif part.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            elif part.tag == f"{_W}lastRenderedPageBreak":
                parts.append("\f")
    return "".join(parts), heavy > 0 and not light


def _runs(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in _SKIPPED:
            continue
        if child.tag == f"{_W}r":
            yield child
        else:
            yield from _runs(child)


def _on(properties: Any, name: str) -> bool:
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return found is not None and found.get(f"{_W}val", "true") not in ("0", "false", "off", "none")


def _raised(properties: Any) -> bool:
    found = properties.find(f"{_W}vertAlign") if properties is not None else None
    return found is not None and found.get(f"{_W}val") == "superscript"


def _size(element: Any, chain: list[Any]) -> float:
    run = next(_runs(element), None)
    sources = [run.find(f"{_W}rPr") if run is not None else None, *(part.find(f"{_W}rPr") for part in chain[1:])]
    for properties in sources:
        size = properties.find(f"{_W}sz") if properties is not None else None
        if size is not None and size.get(f"{_W}val", "").isdigit():
            return int(size.get(f"{_W}val")) / 2
    return 0.0


def _table(element: Any, styles: _Styles) -> Iterator[WordParagraph]:
    """Yield a table; one that holds a single column or long cells is there for its looks, so its blocks are yielded."""
    rows = [row for row in element.iter(f"{_W}tr") if _owner(row) is element]
    cells = [[cell for cell in row.iter(f"{_W}tc") if _owner(_row(cell)) is element] for row in rows]
    widest = max(map(len, cells), default=0)
    told = [[tuple(_blocks(cell, styles)) for cell in row] for row in cells]
    is_layout = widest < 2 or any(block.cells or block.level >= 0 for row in told for cell in row for block in cell)
    if is_layout:
        for row in told:
            for cell in row:
                yield from cell
        return
    header = sum(1 for row in rows if row.find(f"{_W}trPr/{_W}tblHeader") is not None)
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
    return next((one for one in cell.iterancestors() if one.tag == f"{_W}tr"), cell)


def _owner(row: Any) -> Any:
    return next((one for one in row.iterancestors() if one.tag == f"{_W}tbl"), None)

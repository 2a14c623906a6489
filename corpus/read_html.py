"""A saved HTML page of a clinical reference becomes a `Page`.

The site around the page (navigation, scripts, banners, forms, hidden parts) is dropped by tags, roles and class names;
what is left becomes the same lines as a page saved as text, so that navigation, withheld stubs and missing headings are
understood in one place. Lists of links into the page itself are its inventory of sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bs4 import BeautifulSoup, Tag
from bs4.element import Comment, NavigableString, PreformattedString

from corpus.blocks import Page
from corpus.html_site import HEADINGS, Contents, contents_of, is_dropped, root_of, squeeze, text_of, title_of
from corpus.lines import Line, Lines, normal_equal, plain, settle, take_metadata
from corpus.read_saved_page import page_of
from corpus.tables import row_items
from corpus.vocabulary import Vocabulary, load, normal

_CONTROLS = frozenset({
    "button", "form", "select", "input", "textarea", "label", "dialog",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "header", "hgroup", "hr", "html", "legend", "li", "main", "ol", "p", "pre", "section",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
_INSIDE_LAYOUT = [*HEADINGS, "p", "ul", "ol", "table", "section", "article"]
_META_DATES = {
    "article:published_time": "Published",
    "article:modified_time": "Last modified",
    "datepublished": "Published",
    "datemodified": "Last modified",
    "dc.date.modified": "Last modified",
    "dcterms.modified": "Last modified",
    "last-modified": "Last modified",
    "citation_publication_date": "Published",
}
_META_AUTHORS = frozenset({"author", "citation_author", "dc.creator", "dcterms.creator"})


def read_html(text: str, source: str, stem: str) -> Page:
    """Make the page of an HTML text; `stem` names it when neither a heading nor the page's title does."""
    vocabulary = load()
    soup = BeautifulSoup(text, "html.parser")
    page = Lines(title=title_of(soup))
    contents = contents_of(soup, vocabulary)
    walk = _Walk(page, contents, vocabulary)
    walk.walk(root_of(soup))
    page.inventory = tuple(dict.fromkeys(walk.inventory.values()))
    page.lines = _without_closed_headings(page.lines, vocabulary)
    page.tail = len(page.lines)
    settle(page)
    _take_meta(soup, page, vocabulary)
    return page_of(page, source, stem)


class _Walk:
    """The state of one walk over a page: the line being written, the open lists, and where a line would go."""

    def __init__(self, page: Lines, contents: Contents, vocabulary: Vocabulary) -> None:
        self.page = page
        self.vocabulary = vocabulary
        self.title = normal(page.title or "")
        self.contents = contents
        self.inventory = {normal(heading): heading for heading in contents.headings}
        """Comparable words of a heading in the page's contents -> the heading as the page prints it."""
        self.announced: str | None = None
        """The heading whose anchor was passed, until a line or another heading stands below it."""
        self.parts: list[str] = []
        self.bold: list[str] = []
        self.depth = 0
        self.bold_depth = 0
        self.item_open = False

    def walk(self, root: Tag) -> None:
        """Visit a tree without recursion: saved pages nest deeper than Python's stack."""
        stack: list[tuple[object, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if isinstance(node, Tag):
                if leaving:
                    self._leave(node)
                elif self._enter(node):
                    stack.append((node, True))
                    stack.extend((child, False) for child in reversed(node.contents))
            elif isinstance(node, NavigableString) and not isinstance(node, (Comment, PreformattedString)):
                self.parts.append(str(node))
                if self.bold_depth:
                    self.bold.append(str(node))
        self._flush()

    def _enter(self, tag: Tag) -> bool:
        """Begin a tag; False when its content is done with or dropped."""
        name = tag.name
        if tag is self.contents.holder:
            return False
        if is_dropped(tag):
            self._captions_of_dropped(tag)
            return False
        if self.contents.anchors:
            self._pass_anchor(tag)
        if name in _CONTROLS:
            words = text_of(tag)
            # A button or form that asks to subscribe is the only trace of some withheld bodies.
            if words and (self.vocabulary.is_withheld(words) or self.vocabulary.asks_to_log_in(words)):
                self._flush()
                self._line(words)
            return name == "form" and tag.find(["h1", "main", "article"]) is not None
        if name in HEADINGS:
            self._flush()
            self._heading(text_of(tag), int(name[1]))
            return False
        if name == "table":
            self._flush()
            if not tag.find(_INSIDE_LAYOUT):
                self._items(_rows(tag))
                return False
            return True
        if name == "figure" and (caption := tag.find("figcaption")):
            self._flush()
            self._caption(text_of(caption))
            return tag.find("table") is not None
        if name == "figcaption":
            return False
        if name == "img":
            self._image(str(tag.get("alt") or ""))
            return False
        if name == "br":
            self._flush(end_of_item=False)
            return False
        if name == "dl":
            self._flush()
            self._items(_definitions(tag))
            return False
        if name in ("ul", "ol"):
            self._flush()
            self.depth += 1
        elif name == "li":
            self._flush()
            self.item_open = True
        elif name in _BLOCKS:
            self._flush(end_of_item=False)
        elif name in ("b", "strong"):
            self.bold_depth += 1
        return True

    def _leave(self, tag: Tag) -> None:
        if tag.name in ("ul", "ol"):
            self._flush()
            self.depth -= 1
            self.item_open = False
        elif tag.name == "li":
            self._flush()
        elif tag.name in _BLOCKS:
            self._flush(end_of_item=False)
        elif tag.name in ("b", "strong"):
            self.bold_depth = max(0, self.bold_depth - 1)

    def _flush(self, *, end_of_item: bool = True) -> None:
        words, bold = squeeze(self.parts), squeeze(self.bold)
        self.parts, self.bold = [], []
        if words and self.depth > 0:
            lines = self.page.lines
            self._announce()
            if self.item_open or not lines or lines[-1].kind != "item":
                lines.append(Line("item", words, 1, 2 * self.depth, "•"))
            else:
                lines[-1].text += f" {words}"
            self.item_open = False
        elif words:
            whole_bold = bold == words
            if len(words) <= 90 and self._is_heading(words, whole_bold):
                self._heading(words.rstrip(":"), 3 if whole_bold and normal(words) not in self.inventory else 2)
            else:
                self._line(words)
        if end_of_item:
            self.item_open = False

    def _is_heading(self, words: str, bold: bool) -> bool:
        """A line that repeats the inventory, or a bold line of its own that the vocabulary knows."""
        return normal(words) in self.inventory or (
            bold and words[-1] not in ".,;" and self.vocabulary.known(words) is not None
        )

    def _line(self, words: str) -> None:
        if normal_equal(words, self.title):
            return
        line = plain(words, 1, self.page, self.vocabulary)
        if line is not None:
            self._announce()
            self.page.lines.append(line)

    def _heading(self, words: str, level: int) -> None:
        if not words or normal_equal(words, self.title):
            return
        if normal(words) in self.inventory and self.announced not in (None, self.inventory[normal(words)]):
            self._announce()
        if self.announced is not None:
            # The contents may name a section otherwise than its heading does; the heading is what the page prints.
            self.inventory[normal(self.announced)] = words
            self.announced = None
        self.page.lines.append(Line("heading", self.inventory.get(normal(words), words), 1, level=level))

    def _pass_anchor(self, tag: Tag) -> None:
        """Remember the heading that links to this place."""
        names = [tag.get("id"), tag.get("name") if tag.name == "a" else None]
        if tag.name in HEADINGS:
            names += [inner.get("id") or inner.get("name") for inner in tag.find_all(["a", "span"])]
        heading = next((self.contents.anchors[str(name)] for name in names if str(name) in self.contents.anchors), None)
        if heading is not None:
            self._flush()
            self.announced = heading

    def _announce(self) -> None:
        """Print the heading of a section that has an anchor and no heading of its own."""
        if self.announced is not None:
            self.page.lines.append(Line("heading", self.announced, 1))
            self.announced = None

    def _captions_of_dropped(self, tag: Tag) -> None:
        """Keep the captions of a gallery that opens over the page."""
        if tag.name in ("div", "section", "figure"):
            for image in tag.find_all("img"):
                words = " ".join(str(image.get("alt") or "").split())
                if self.vocabulary.caption_of(words):
                    self._caption(words)

    def _items(self, texts: Iterable[str]) -> None:
        self._announce()
        self.page.lines.extend(Line("item", text, 1, 2 * self.depth, "•") for text in texts)

    def _image(self, words: str) -> None:
        if len(words.split()) >= 3 and not re.search(r"\b(logo|icon|avatar|banner|badge)\b", words, re.IGNORECASE):
            self._caption(words)

    def _caption(self, words: str) -> None:
        words = " ".join(words.split())
        caption = self.vocabulary.caption_of(words)
        self.page.captions.append(words if caption is None else caption)


def _without_closed_headings(lines: list[Line], vocabulary: Vocabulary) -> list[Line]:
    """Drop headings of the site ("Share this page") that hold nothing."""
    return [
        line
        for at, line in enumerate(lines)
        if not (
            line.kind == "heading"
            and vocabulary.is_boilerplate(line.text)
            and vocabulary.listed(line.text) is None
            and (at + 1 == len(lines) or lines[at + 1].kind == "heading")
        )
    ]


def _take_meta(soup: BeautifulSoup, page: Lines, vocabulary: Vocabulary) -> None:
    """Take people and dates from the page's head where its text names none."""
    authors: list[str] = []
    dates: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        key = str(tag.get("name") or tag.get("property") or tag.get("itemprop") or "").lower()
        value = " ".join(str(tag.get("content") or "").split())
        if value and key in _META_AUTHORS and not value.startswith("http"):
            authors.append(value)
        elif value and key in _META_DATES:
            dates.setdefault(_META_DATES[key], value.split("T")[0])
    topics = {vocabulary.topic_of(line.text) for line in page.lines if line.kind == "heading"}
    if not page.contributors and "contributors" not in topics:
        for value in authors:
            take_metadata(f"Authors: {value}", page, vocabulary)
    if not page.dates and "review_dates" not in topics:
        page.dates.update(dates)


def _rows(table: Tag) -> list[str]:
    """Return the rows of a table as lines; its first row is the header when all its cells say so."""
    rows = [[(cell.name, text_of(cell)) for cell in row.find_all(["th", "td"])] for row in table.find_all("tr")]
    rows = [row for row in rows if row]
    found: list[str] = []
    if caption := table.find("caption"):
        found.append(text_of(caption))
    if not rows:
        return found
    header: list[str] = []
    if all(name == "th" for name, _ in rows[0]):
        header = [text for _, text in rows.pop(0)]
    elif all(len(row) == 2 and row[0][0] == "th" for row in rows):
        return found + [f"{row[0][1]}: {row[1][1]}".strip(": ") for row in rows]
    return found + row_items(header, [[text for _, text in row] for row in rows])


def _definitions(tag: Tag) -> list[str]:
    found: list[str] = []
    terms: list[str] = []
    for part in tag.find_all(["dt", "dd"]):
        words = text_of(part)
        if part.name == "dt":
            terms.append(words)
        elif words:
            found.append(f"{', '.join(terms)}: {words}" if terms else words)
            terms = []
    return found + [term for term in terms if term]

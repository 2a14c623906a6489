"""An answer as the chat shows it: one block of escaped HTML, in which every citation is a link into the document.

The chat's sanitiser drops `data-*` and `aria-*`, so all that the page needs travels in `href` and `class`:
`#ID@VERSION:START-END` names the quoted characters, `#ID/SECTION` a section.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from itertools import groupby
from urllib.parse import quote

from assistant.conversation import Shown, ShownStatement
from assistant.feedback_html import thumbs_html
from assistant.notices import ASK_BACK, NEAREST, care, part_emergency
from assistant.types import Outcome, Statement
from corpus.errors import UserError
from corpus.types import Document

GetDocument = Callable[[str], Document]
_OUTCOMES: dict[Outcome, str] = {
    "answered": "Answered",
    "withheld": "Withheld in this copy",
    "not_in_document": "Not in this document",
    "out_of_scope": "Outside this document",
}
_LINK = re.compile(r"https://[^\s<>\"”]+[^\s<>\"”.,;:)]")


def question_html(question: str) -> str:
    """Return a question as a message."""
    return f"<div class='wb-question'>{_text(question)}</div>"


def waiting_html(sentence: str) -> str:
    """Return the message that stands where the answer will be."""
    return f"<div class='wb-waiting'>{_text(sentence)}</div>"


def writing_html(question: str, so_far: Sequence[Statement]) -> str:
    """Return the message of an answer that a chat model is still writing: what is released so far.

    The emergency line does not wait for the model.
    """
    said = [statement.to_dict() for statement in so_far]
    shown = Shown.model_validate({"question": question, "outcome": "answered", "text": "", "statements": said})
    first = _emergency(care(question)[0])
    return f"<div class='wb-answer wb-answered'>{first}{_statements(shown, None)}{waiting_html('Writing…')}</div>"


def error_html(sentence: str, question: str) -> str:
    """Return the message of a question that could not be answered, with a button to ask it again."""
    again = f"<button class='wb-ask' value='{_attribute(question)}'>Ask again</button>"
    return f"<div class='wb-error'><p>{_text(sentence)}</p><p>{again}</p></div>"


def answer_html(shown: Shown, get: GetDocument) -> str:
    """Return an answer as a message: an emergency line before everything, what else the notice says at the end."""
    document = _document(shown, get)
    emergency, line = part_emergency(shown.notice)
    parts = [_emergency(emergency), _head(shown, document)]
    if shown.interpreted_as:
        parts.append(f"<p class='wb-read'>Read as: “{_text(shown.interpreted_as)}”</p>")
    parts.append(_statements(shown, document))
    notice, unnamed = _notice(line or "", shown, document)
    if unnamed:
        links = ", ".join(_section_link(heading, document) for heading in unnamed)
        parts.append(f"<p class='wb-locked'>Withheld in this copy: {links}</p>")
    if notice:
        parts.append(f"<p class='wb-notice'>{notice}</p>")
    if shown.candidates:
        parts.append(_choices(shown))
    if shown.statements:
        parts.append(_foot(shown))
    parts.append(thumbs_html(shown))
    unclear = " wb-unclear" if shown.candidates else ""
    return f"<div class='wb-answer wb-{shown.outcome}{unclear}'>{''.join(parts)}</div>"


def _emergency(line: str | None) -> str:
    return f"<p class='wb-notice wb-emergency'>{_text(line)}</p>" if line else ""


def _head(shown: Shown, document: Document | None) -> str:
    sections = dict.fromkeys(citation.section for statement in shown.statements for citation in statement.citations)
    links = ", ".join(_section_link(heading, document) for heading in sections)
    source = f" <span class='wb-from'>from {links}</span>" if links else ""
    return f"<p class='wb-outcome'><strong>{_outcome(shown)}</strong>{source}{_home(shown)}</p>"


def _outcome(shown: Shown) -> str:
    if shown.candidates:
        return f"{ASK_BACK[:-1]}?"
    return _OUTCOMES[shown.outcome] if shown.document else "In none of the documents"


def _home(shown: Shown) -> str:
    """Return the link to the answer's document; a style sheet hides it where there is only one."""
    if shown.document is None:
        return ""
    place = f"#{quote(shown.document.id, safe='')}"
    return f"<span class='wb-home'> in <a href='{place}'>{_text(shown.document.title)}</a></span>"


def _choices(shown: Shown) -> str:
    """Return a button for each document that is offered; it asks the question again, of that document."""
    asked = [(one, _attribute(f"{quote(one.id, safe='')} {shown.question}")) for one in shown.candidates]
    buttons = [f"<button class='wb-choose' value='{value}'>{_text(one.title)}</button>" for one, value in asked]
    return f"<ul class='wb-choices'>{''.join(f'<li>{button}</li>' for button in buttons)}</ul>"


def _statements(shown: Shown, document: Document | None) -> str:
    numbers: dict[tuple[str, int, int], int] = {}
    for statement in shown.statements:
        for citation in statement.citations:
            numbers.setdefault((citation.document, citation.start, citation.end), len(numbers) + 1)
    parts: list[str] = []
    for is_item, run in groupby(shown.statements, key=lambda statement: _is_item(statement, document)):
        lines = [_marked(statement, shown, numbers) for statement in run]
        if is_item:
            parts.append("<ul>" + "".join(f"<li>{line}</li>" for line in lines) + "</ul>")
        else:
            parts += [f"<p class='wb-said'>{line}</p>" for line in lines]
    return "".join(parts)


def _marked(statement: ShownStatement, shown: Shown, numbers: dict[tuple[str, int, int], int]) -> str:
    """Return the words of a statement and its citations; the first one never stands alone on a line."""
    words = statement.text.strip().removeprefix("•").strip()
    links = []
    for citation in dict.fromkeys(statement.citations):
        number = numbers[citation.document, citation.start, citation.end]
        version = shown.document.version if shown.document and shown.document.id == citation.document else ""
        place = f"#{quote(citation.document, safe='')}@{_short(version)}:{citation.start}-{citation.end}"
        links.append(f"<a class='wb-cite' href='{place}'><span class='wb-sr'>source </span>{number}</a>")
    if not links:
        return _text(words)
    head, space, last = words.rpartition(" ")
    together = f"<span class='wb-last'>{_text(last)} {links[0]}</span>"
    return f"{_text(head)}{space}{together}{' '.join(links[1:])}"


def _foot(shown: Shown) -> str:
    own = all(statement.text in (citation.quote for citation in statement.citations) for statement in shown.statements)
    by = "In the document's own words" if own else "Worked out from the quoted places"
    if shown.answered_by != "quotes":
        by = f"Written by {_text(shown.answered_by)}, checked against the quotes"
    return (
        f"<p class='wb-foot'><span>{by}</span> <button class='wb-copy' value='text'>Copy</button> "
        "<button class='wb-copy' value='markdown'>Copy as Markdown</button></p>"
    )


def _notice(line: str, shown: Shown, document: Document | None) -> tuple[str, list[str]]:
    """Return the line of a notice with the withheld headings it names as links, and the headings it does not name."""
    # What the line asks back with stands above it and on the buttons below it.
    told = _linked(line.split(ASK_BACK)[0].rstrip() if shown.candidates else line)
    unnamed = []
    for heading in shown.withheld:
        named = f"“{_text(heading)}”"
        if named in told:
            told = told.replace(named, f"“{_section_link(heading, document)}”", 1)
        else:
            unnamed.append(heading)
    # Named without quotes: what stands around it tells it from the same word elsewhere.
    for section in document.sections if document else ():
        told = told.replace(
            f"{NEAREST} {_text(section.heading)}.", f"{NEAREST} {_section_link(section.heading, document)}."
        )
    return told, unnamed


def _section_link(heading: str, document: Document | None) -> str:
    section = next((s for s in document.sections if s.heading == heading), None) if document else None
    if section is None or document is None:
        return _text(heading)
    place = f"#{quote(document.id, safe='')}/{quote(section.id, safe='')}"
    return f"<a class='wb-section-link' href='{place}'>{_text(heading)}</a>"


def _document(shown: Shown, get: GetDocument) -> Document | None:
    """Return the document an answer is about, if it still stands as it was quoted."""
    if shown.document is None:
        return None
    try:
        document = get(shown.document.id)
    except UserError:
        return None
    return document if document.version == shown.document.version else None


def _is_item(statement: ShownStatement, document: Document | None) -> bool:
    """Tell whether a statement rests on one list item: a single citation, within a line that begins with a bullet."""
    if document is None or len(statement.citations) != 1:
        return False
    citation = statement.citations[0]
    if "\n" in document.text[citation.start : citation.end]:
        return False
    line = document.text[document.text.rfind("\n", 0, citation.start) + 1 : citation.start + 2]
    return line.lstrip().startswith("•")


def _short(version: str) -> str:
    return re.sub(r"[^0-9a-f]", "", version.rpartition(":")[2])[:10]


def _text(text: str) -> str:
    """Escape a text for a block of HTML that the chat reads as Markdown: no line of it may end the block."""
    return html.escape(text, quote=True).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "<br>")


def _attribute(text: str) -> str:
    return html.escape(" ".join(text.split()), quote=True)


def _linked(text: str) -> str:
    parts, at = [], 0
    for found in _LINK.finditer(text):
        label = html.escape(found[0].split("/")[2])
        parts += [_text(text[at : found.start()]), f"<a href='{html.escape(found[0], quote=True)}'>{label}</a>"]
        at = found.end()
    return "".join([*parts, _text(text[at:])])

"""The reviewers' pages as HTML. Jinja escapes everything: questions, words and answers are other people's text."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.responses import HTMLResponse

from assistant.notices import part_emergency
from corpus.passages import split
from corpus.types import Document

_TEMPLATES = Path(__file__).with_name("templates")
OUTCOME_WORDS = {
    "answered": "Answered",
    "withheld": "Withheld in this copy",
    "not_in_document": "Not in this document",
    "out_of_scope": "Outside this document",
}


def page(name: str, *, status_code: int = 200, **values: Any) -> HTMLResponse:
    """Return one of the pages: login, inbox, item, accepted."""
    return HTMLResponse(_environment().get_template(f"review_{name}.html.j2").render(values), status_code)


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(words=OUTCOME_WORDS, passages_of=_passages, part_emergency=part_emergency)
    return made


def _passages(document: Document) -> list[tuple[str, str, list[str]]]:
    """Return heading, status and passages of each section, to pick evidence from."""
    own: dict[str, list[str]] = {section.id: [] for section in document.sections}
    for passage in split(document):
        own[passage.section_id].append(" ".join(passage.text.split()))
    return [(section.heading, section.status, own[section.id]) for section in document.sections]

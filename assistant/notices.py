"""The lines a reader gets beside or instead of statements: one line, no sermon."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote_plus

from assistant.care import is_personal, is_urgent
from assistant.types import Outcome
from corpus.types import Document

NEAREST = "The nearest it has is under"
ASK_BACK = "Which document do you mean:"
CLINICIAN = "This is study material about the disease, not advice about a person: please see a clinician."
EMERGENCY = "If this is an emergency, call your emergency number or go to the nearest emergency department now."


def refusal(
    outcome: Outcome,
    document: Document,
    withheld: Sequence[str],
    nearest: str | None,
    about_subject: bool,
    *,
    only: bool = True,
) -> str:
    """Return the line for a question that is not answered.

    `nearest` is the heading of the section that comes nearest; a PubMed search is offered for the document's subject.
    `only` tells whether there is no other document to ask.
    """
    if outcome == "withheld":
        told = "would answer this, but is" if len(withheld) == 1 else "may answer this, but are"
        return f"{_joined(withheld)} {told} withheld in this copy of “{document.title}”."
    if outcome == "out_of_scope":
        return f"This is not about “{document.title}”{', the document that can be asked here' if only else ''}."
    line = f"“{document.title}” does not say."
    if nearest:
        line += f" {NEAREST} {nearest}."
    if about_subject:
        line += f" Search PubMed: https://pubmed.ncbi.nlm.nih.gov/?term={quote_plus(document.title)}"
    return line


def withheld_part(withheld: Sequence[str], document: Document) -> str:
    """Return the line for the part of an answered question whose section is withheld."""
    return f"The rest belongs to {_joined(withheld)}, withheld in this copy of “{document.title}”."


def unanswered_part(asked: str) -> str:
    """Return the line for the part of an answered question that the document does not answer."""
    return f"The document does not answer this part: “{asked.strip(' ?.,')}”."


def ask_back(titles: Sequence[str]) -> str:
    """Return the line for a question that may be about several documents."""
    quoted = [f"“{title}”" for title in titles]
    return f"{ASK_BACK} {', '.join(quoted[:-1])} or {quoted[-1]}?"


def about_none(documents: int) -> str:
    """Return the line for a question that none of the documents is about."""
    return f"None of the {documents:,} documents that can be asked here is about this."


def care(question: str) -> tuple[str | None, str | None]:
    """Return the emergency line (said first) and the clinician line (said last), where the question calls for them."""
    urgent = is_urgent(question)
    return (EMERGENCY if urgent else None, CLINICIAN if urgent or is_personal(question) else None)


def part_emergency(notice: str | None) -> tuple[str | None, str | None]:
    """Return the emergency line of a notice, which is shown before the statements, and what else it says."""
    if not notice or not notice.startswith(EMERGENCY):
        return None, notice
    return EMERGENCY, notice.removeprefix(EMERGENCY).lstrip() or None


def _joined(headings: Sequence[str]) -> str:
    quoted = [f"“{heading}”" for heading in headings]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"

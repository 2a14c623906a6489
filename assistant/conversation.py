"""A conversation as the page shows it and the browser keeps it: answers in the shape of `Answer.to_dict()`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from assistant.types import Turn

KEPT_ANSWERS = 30


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class ShownCitation(_Shape):
    """A citation of a shown answer."""

    document: str
    section: str
    passage: str
    quote: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = None


class ShownStatement(_Shape):
    """A statement of a shown answer."""

    text: str
    citations: tuple[ShownCitation, ...] = ()


class ShownDocument(_Shape):
    """The document of a shown answer."""

    id: str
    title: str
    version: str


class ShownCandidate(_Shape):
    """A document that is offered."""

    id: str
    title: str


class Shown(_Shape):
    """What `Answer.to_dict()` gives: fresh from the assistant, or as the browser kept it, so never trusted."""

    question: str
    interpreted_as: str | None = None
    outcome: Literal["answered", "withheld", "not_in_document", "out_of_scope"]
    text: str
    statements: tuple[ShownStatement, ...] = ()
    withheld: tuple[str, ...] = ()
    notice: str | None = None
    document: ShownDocument | None = None
    confidence: float | None = None
    answered_by: str = "quotes"
    candidates: tuple[ShownCandidate, ...] = ()


_CONVERSATION = TypeAdapter(list[Shown])


def read_conversation(kept: Any) -> list[Shown]:
    """Read what the browser kept; a conversation of another shape (an older release, an edit by hand) is empty."""
    try:
        read = _CONVERSATION.validate_json if isinstance(kept, str) else _CONVERSATION.validate_python
        return read(kept)[-KEPT_ANSWERS:]
    except ValidationError:
        return []


def write_conversation(conversation: list[Shown]) -> str:
    """Return what the browser keeps, as one string: it copies its state at each question, and objects slowly."""
    return _CONVERSATION.dump_json(conversation[-KEPT_ANSWERS:]).decode()


def turns(conversation: list[Shown], document_id: str | None) -> tuple[Turn, ...]:
    """Return the earlier messages about one document (about any when None), oldest first.

    The first one after messages about others is told as it was read: what completed it is not told.
    """
    told: list[Turn] = []
    skipped = False
    for shown in conversation:
        own = shown.document.id if shown.document else None
        if document_id is None or own == document_id:
            question = shown.interpreted_as if skipped and shown.interpreted_as else shown.question
            told += [Turn("user", question), Turn("assistant", shown.text, own)]
        skipped = document_id is not None and own != document_id
    return tuple(told)

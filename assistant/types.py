"""What a question becomes: an `Answer` of cited `Statement`s, or one of three refusals kept apart.

Design rule: the outcome is decided before anything is written, and `Answer.to_dict()` is the only JSON shape there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["answered", "withheld", "not_in_document", "out_of_scope"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Role
    content: str
    document: str | None = None
    """Id of the document that an answer was about, or that a reader chose: the last one is the conversation's."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact characters a statement rests on: `document.text[start:end] == quote`."""

    document_id: str
    section: str
    """The section's heading."""
    passage_id: str
    quote: str
    start: int
    end: int
    page: int | None = None
    """Page of the file on which the quote begins, counted from 1; None for a file without pages."""

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as it stands in the answer's JSON."""
        return {
            "document": self.document_id,
            "section": self.section,
            "passage": self.passage_id,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "page": self.page,
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence or list item of an answer, with at least one citation."""

    text: str
    citations: tuple[Citation, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the statement as it stands in the answer's JSON."""
        return {"text": self.text, "citations": [citation.to_dict() for citation in self.citations]}


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """Which document, and which text of it, an answer is about."""

    id: str
    title: str
    version: str

    def to_dict(self) -> dict[str, Any]:
        """Return the reference as it stands in the answer's JSON."""
        return {"id": self.id, "title": self.title, "version": self.version}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that a question may be about."""

    id: str
    title: str

    def to_dict(self) -> dict[str, Any]:
        """Return it as it stands in the answer's JSON."""
        return {"id": self.id, "title": self.title}


@dataclass(frozen=True, slots=True)
class Writing:
    """How a chat model's sentences fared; the answer may hold quotes beside them."""

    model: str
    """As the settings name it, such as "openai:gpt-5-mini"."""
    released: int
    """Sentences of the model's that the quotes they cite support."""
    replaced: int
    """Sentences that were not supported, in place of which the quote stands that they tried to use."""
    dropped: int
    """Sentences that were not supported and have no place."""
    why: str | None
    """Why the model was not asked, or broke off, or why the quoted answer stands; None when all went well."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as it stands in the answer's JSON."""
        return {
            "model": self.model,
            "released": self.released,
            "replaced": self.replaced,
            "dropped": self.dropped,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question."""

    question: str
    interpreted_as: str | None
    """The question as it was read when a follow-up was completed or a spelling mended; None when read as asked."""
    outcome: Outcome
    statements: tuple[Statement, ...]
    """Empty unless answered."""
    withheld: tuple[str, ...]
    """Headings of withheld sections that would answer the question or a part of it."""
    notice: str | None
    """Lines for the reader: the emergency line, which is shown before the statements, why there is no answer, to see a
    clinician."""
    confidence: float
    """Probability, 0 to 1, that the outcome is right."""
    document: DocumentRef | None
    """None when the question is about no document, or when it is unclear which one it is about."""
    answered_by: str
    """"quotes", or the name of the chat model that wrote."""
    elapsed_ms: float
    writing: Writing | None = None
    """None when no chat model was to write, and for refusals."""
    candidates: tuple[Candidate, ...] = ()
    """Where it is unclear which document the question is about, two or three to choose from; the outcome is then
    `out_of_scope`, since nothing was asked of any document yet."""

    @property
    def text(self) -> str:
        """The statements joined as a person reads them; the notice when there are none."""
        return "\n".join(statement.text for statement in self.statements) or (self.notice or "")

    def to_dict(self) -> dict[str, Any]:
        """Return the one JSON shape that the API, the command line and the evaluation share."""
        return {
            "question": self.question,
            "interpreted_as": self.interpreted_as,
            "outcome": self.outcome,
            "text": self.text,
            "statements": [statement.to_dict() for statement in self.statements],
            "withheld": list(self.withheld),
            "notice": self.notice,
            "confidence": round(self.confidence, 4),
            "document": self.document.to_dict() if self.document else None,
            "candidates": [candidate.to_dict() for candidate in self.candidates],
            "answered_by": self.answered_by,
            "writing": self.writing.to_dict() if self.writing else None,
            "elapsed_ms": round(self.elapsed_ms, 1),
        }

"""What goes in and out over HTTP, as the OpenAPI description shows it, with an example of each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_TURNS = 60
MAX_TURN_CHARS = 20_000
_ID = "calcinosis-cutis-infant-neonate"
_TITLE = "Calcinosis cutis in infants and neonates"
_QUOTE = "Osteoma cutis – Mostly found on the face, as a rule following acne."


class TurnBody(BaseModel):
    """One earlier message, as a request gives it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN_CHARS, description="May be empty where a turn only chooses a document.")
    document: str | None = Field(
        default=None,
        max_length=500,
        description="Id of the document that an answer was about (`document.id` of that answer), or that the reader "
        "chose then. The conversation stays with the last one, unless a question names another.",
    )


class AskBody(BaseModel):
    """A question, what was said before it, and which document it is about."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            "examples": [
                {"question": "Where is osteoma cutis found?"},
                {
                    "question": "and in adults?",
                    "history": [{"role": "user", "content": "How many children with juvenile DM develop it?"}],
                    "document": _ID,
                },
            ]
        },
    )
    question: str = Field(description="At most 2,000 characters.")
    history: list[TurnBody] = Field(
        default_factory=list, max_length=MAX_TURNS, description="Earlier messages, oldest first."
    )
    document: str | None = Field(
        default=None,
        description="Id of the document to answer from, and from no other. Without one: the document that the "
        "conversation is about, unless the question names another; else the one that the question is about; else the "
        "answer asks back with `candidates`.",
    )

    model: str | None = Field(
        default=None,
        max_length=200,
        description="Chat model that writes, as the owner allows, or “quotes”; without one, as the server is set.",
    )

    @field_validator("question", "document", "model")
    @classmethod
    def _is_text(cls, value: str | None) -> str | None:
        if value is not None and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("half of a surrogate pair is no text") from None
        return value


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")


class CitationBody(_Told):
    """A quote and its place; offsets count Unicode characters and are half-open."""

    document: str
    section: str
    passage: str
    quote: str
    start: int
    end: int
    page: int | None = Field(
        default=None, description="Page of the file on which the quote begins, from 1; null for a file without pages."
    )


class StatementBody(_Told):
    """A sentence of an answer and the quotes that it rests on."""

    text: str
    citations: list[CitationBody]


class CandidateBody(_Told):
    """A document that the question may be about."""

    id: str
    title: str


class DocumentRefBody(_Told):
    """The document that was asked."""

    id: str
    title: str
    version: str


class WritingBody(_Told):
    """How a chat model's sentences fared at the gate."""

    model: str
    released: int = Field(description="Sentences that the quotes they cite support.")
    replaced: int = Field(description="Unsupported sentences in place of which the quote stands they tried to use.")
    dropped: int = Field(description="Unsupported sentences that left no trace.")
    why: str | None = Field(description="Why the model was not asked, or broke off; null when all went well.")


class AnswerBody(_Told):
    """An answer: cited statements, or which kind of refusal it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "question": "Where is osteoma cutis found?",
                    "interpreted_as": None,
                    "outcome": "answered",
                    "text": _QUOTE,
                    "statements": [
                        {
                            "text": _QUOTE,
                            "citations": [
                                {
                                    "document": _ID,
                                    "section": "Differential Diagnosis & Pitfalls",
                                    "passage": f"{_ID}#differential-diagnosis-pitfalls-6",
                                    "quote": _QUOTE,
                                    "start": 2720,
                                    "end": 2787,
                                }
                            ],
                        }
                    ],
                    "withheld": [],
                    "notice": None,
                    "confidence": 0.97,
                    "document": {"id": _ID, "title": _TITLE, "version": "sha256:…"},
                    "candidates": [],
                    "answered_by": "quotes",
                    "writing": None,
                    "elapsed_ms": 14.2,
                }
            ]
        },
    )
    question: str
    interpreted_as: str | None = Field(description="How a follow-up was read in the context of the history.")
    outcome: Literal["answered", "withheld", "not_in_document", "out_of_scope"]
    text: str = Field(description="The statements joined, or the notice: as a person reads it.")
    statements: list[StatementBody] = Field(description="Empty unless answered.")
    withheld: list[str] = Field(description="Headings of sections that would answer but are not in this copy.")
    notice: str | None = Field(
        description="Lines for the reader; an emergency line, which comes first, is to be shown before the statements."
    )
    confidence: float
    document: DocumentRefBody | None = Field(
        description="Null when the question is about none of the documents, or when it is unclear which one is meant."
    )
    candidates: list[CandidateBody] = Field(
        description="Where it is unclear which document is meant, two or three to choose from: ask the same question "
        "again with `document` set to the one chosen. The outcome is then out_of_scope, and nothing is quoted."
    )
    answered_by: str = Field(description="“quotes” for the document's own words, or the model that wrote the text.")
    writing: WritingBody | None = Field(description="How a chat model's sentences fared; null when none was to write.")
    elapsed_ms: float


class ListedSectionBody(_Told):
    """A section as the list of documents tells it."""

    id: str
    heading: str
    topic: str
    status: Literal["present", "withheld", "empty"]


class ListedDocumentBody(_Told):
    """A document without its text."""

    id: str
    title: str
    source: str
    version: str
    passages: int
    sections: list[ListedSectionBody]


class SectionBody(ListedSectionBody):
    """A section with its text and the questions that it can answer."""

    start: int
    end: int
    text: str
    questions: list[str]


class PageStartBody(_Told):
    """Where the text of another page of the file begins."""

    start: int
    page: int | None = Field(description="From 1; null where text stands that is of no one page.")


class DocumentBody(_Told):
    """A whole document."""

    id: str
    title: str
    source: str
    version: str
    dates: dict[str, str]
    text: str
    pages: list[PageStartBody] = Field(description="By `start`; empty for a file without pages, such as HTML.")
    sections: list[SectionBody]


class RefusalBody(_Told):
    """Why a request was refused, in a sentence."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"detail": "The question is empty."}]})
    detail: str


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe the refusals of a route."""
    described = {
        401: "Sign-in is asked for, and nobody is signed in.",
        404: "There is no such document.",
        413: "The body is larger than a million bytes.",
        422: "The question cannot be read: empty, too long, or of another shape.",
        429: "This client asks too often; `Retry-After` says in how many seconds it may again.",
        503: "Too many questions wait, or the models are still loading; `Retry-After` says when to ask again.",
    }
    return {status: {"model": RefusalBody, "description": described[status]} for status in statuses}

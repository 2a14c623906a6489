"""The HTTP API: `/api/ask`, `/api/documents`, `/healthz`, `/readyz`. Every refusal is `{"detail": "a sentence"}`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.exceptions import HTTPException

from assistant.desk import Busy, Desk, sentence_of
from assistant.starters import questions_of
from assistant.types import Turn
from corpus.errors import UserError
from corpus.passages import split
from corpus.types import Document

MAX_TURNS = 60
MAX_TURN_CHARS = 20_000
_PLAIN = {
    "Not Found": "There is nothing at this address.",
    "Method Not Allowed": "This address does not take that method.",
    "There was an error parsing the body": "The body is no valid JSON.",
}


class Shelf(Protocol):
    """The documents: `corpus.library.Library`, or a fake of the tests."""

    def documents(self) -> tuple[Document, ...]:
        """Return every document."""
        ...

    def get(self, document_id: str) -> Document:
        """Return one document; UserError when there is none of that id."""
        ...


class TurnBody(BaseModel):
    """One earlier message, as a request gives it."""

    model_config = ConfigDict(extra="forbid", strict=True)
    role: Literal["user", "assistant"]
    content: str = Field(max_length=MAX_TURN_CHARS)


class AskBody(BaseModel):
    """The body of `POST /api/ask`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    question: str
    history: list[TurnBody] = Field(default_factory=list, max_length=MAX_TURNS)
    document: str | None = None

    @field_validator("question", "document")
    @classmethod
    def _is_text(cls, value: str | None) -> str | None:
        if value is not None and not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("half of a surrogate pair is no text") from None
        return value


def routes(library: Shelf, desk: Desk) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter()
    counts: dict[tuple[str, str], int] = {}

    def passages(document: Document) -> int:
        key = (document.id, document.version)
        if key not in counts:
            counts[key] = len(split(document))
        return counts[key]

    @router.post("/api/ask")
    async def ask(body: AskBody) -> dict[str, Any]:
        from assistant.assistant import check_question

        try:
            check_question(body.question)
        except UserError as error:
            raise HTTPException(422, sentence_of(error)) from None
        if body.document is not None:
            _document(library, body.document)
        history = [Turn(turn.role, turn.content) for turn in body.history]
        try:
            answer = await desk.ask(body.question, history, body.document)
        except Busy as busy:
            raise HTTPException(503, busy.message, {"Retry-After": str(busy.retry_after_seconds)}) from None
        return answer.to_dict()

    @router.get("/api/documents")
    def documents() -> list[dict[str, Any]]:
        return [_listed(document, passages(document)) for document in library.documents()]

    @router.get("/api/documents/{document_id}")
    def document(document_id: str) -> dict[str, Any]:
        return _opened(_document(library, document_id))

    @router.get("/api/state")
    async def state() -> dict[str, str]:
        """Tell what `/readyz` tells, without the status code that a browser would log as an error each time."""
        return {"status": desk.opening.state, "detail": desk.opening.sentence}

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def readyz() -> JSONResponse:
        opening = desk.opening
        if opening.state == "ready":
            return JSONResponse({"status": "ready"})
        headers = {"Retry-After": "2"} if opening.state == "loading" else {}
        return JSONResponse({"status": opening.state, "detail": opening.sentence}, 503, headers)

    return router


def _document(library: Shelf, document_id: str) -> Document:
    try:
        return library.get(document_id)
    except UserError as error:
        raise HTTPException(404, sentence_of(error)) from None


def _listed(document: Document, passages: int) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "version": document.version,
        "passages": passages,
        "sections": [
            {"id": section.id, "heading": section.heading, "topic": section.topic, "status": section.status}
            for section in document.sections
        ],
    }


def _opened(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "version": document.version,
        "dates": dict(document.dates),
        "text": document.text,
        "sections": [
            {
                "id": section.id,
                "heading": section.heading,
                "topic": section.topic,
                "status": section.status,
                "start": section.start,
                "end": section.end,
                "text": document.text[section.start : section.end],
                "questions": questions_of(section),
            }
            for section in document.sections
        ],
    }


def tell_errors(app: FastAPI) -> None:
    """Make every refusal of the app `{"detail": "a sentence"}`."""

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse({"detail": _sentence(error.errors())}, 422)

    @app.exception_handler(HTTPException)
    async def refused(_request: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse({"detail": _PLAIN.get(error.detail, error.detail)}, error.status_code, error.headers)

    @app.exception_handler(UserError)
    async def mendable(_request: Request, error: UserError) -> JSONResponse:
        return JSONResponse({"detail": sentence_of(error)}, 422)

    @app.exception_handler(Exception)
    async def broken(_request: Request, _error: Exception) -> JSONResponse:
        return JSONResponse({"detail": "Something broke in Wardbook; the server's log says what."}, 500)


def _sentence(errors: Sequence[Any]) -> str:
    first = errors[0]
    place = [str(part) for part in first["loc"] if part != "body"]
    if first["type"] == "json_invalid":
        return "The body is no valid JSON."
    message = first["msg"].removeprefix("Value error, ").rstrip(".")
    message = message[:1].lower() + message[1:]
    if first["type"] in ("model_attributes_type", "model_type") or not place:
        return 'The body must be a JSON object such as {"question": "..."}, sent as application/json.'
    return f"{'.'.join(place)}: {message}."

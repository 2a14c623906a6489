"""The HTTP API: `/api/ask`, `/api/ask/stream`, `/api/documents`, `/healthz`, `/readyz`, `/api/openapi.json`.

Every refusal is `{"detail": "a sentence"}`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from assistant.api_models import AnswerBody, AskBody, DocumentBody, ListedDocumentBody, refusals
from assistant.desk import Busy, Desk, Told, sentence_of
from assistant.listing import Listing, Shelf
from assistant.starters import questions_of
from assistant.types import Statement, Turn
from corpus.errors import UserError
from corpus.types import Document

_PLAIN = {
    "Not Found": "There is nothing at this address.",
    "Method Not Allowed": "This address does not take that method.",
    "There was an error parsing the body": "The body is no valid JSON.",
}
_BROKEN = "Something broke in Wardbook; the server's log says what."
_STREAM = {
    "description": "`state` while the models load, a `statement` each, then the whole `answer`; or an `error`.",
    "content": {
        "text/event-stream": {
            "example": 'event: statement\ndata: {"text": "...", "citations": [...]}\n\n'
            'event: answer\ndata: {"question": "...", "outcome": "answered", ...}\n\n'
        }
    },
}


def routes(library: Shelf, desk: Desk) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter()
    listing = Listing(library)

    async def readable(body: AskBody) -> AskBody:
        """Refuse what can't be asked before an answer begins: a stream that has begun has its status already."""
        from assistant.assistant import check_question

        try:
            check_question(body.question)
            desk.check_room()
        except UserError as error:
            raise HTTPException(422, sentence_of(error)) from None
        except Busy as busy:
            raise _refused(busy) from None
        if body.document is not None:
            _document(library, body.document)
        return body

    checked = Depends(readable)

    async def answer(body: AskBody, told: Told | None = None) -> dict[str, Any]:
        history = [Turn(turn.role, turn.content, turn.document) for turn in body.history]
        return (await desk.ask(body.question, history, body.document, model=body.model, told=told)).to_dict()

    @router.post(
        "/api/ask",
        summary="Ask a question",
        responses={200: {"model": AnswerBody}, **refusals(401, 404, 413, 422, 429, 503)},
    )
    async def ask(body: AskBody = checked) -> Any:
        try:
            return await answer(body)
        except Busy as busy:
            raise _refused(busy) from None

    @router.post(
        "/api/ask/stream",
        summary="Ask a question, answered by server-sent events",
        response_class=EventSourceResponse,
        responses={200: _STREAM, **refusals(401, 404, 413, 422, 429, 503)},
    )
    async def stream(body: AskBody = checked) -> AsyncIterator[ServerSentEvent]:
        written: asyncio.Queue[Statement] = asyncio.Queue()
        asked = asyncio.ensure_future(answer(body, written.put_nowait))
        told = None
        streamed = False
        try:
            while not (asked.done() and written.empty()):
                if desk.opening.state == "loading" and told != desk.opening.sentence:
                    told = desk.opening.sentence
                    yield ServerSentEvent(event="state", data={"status": "loading", "detail": told})
                following = asyncio.ensure_future(written.get())
                await asyncio.wait({asked, following}, timeout=0.5, return_when=asyncio.FIRST_COMPLETED)
                if following.done():
                    streamed = True
                    yield ServerSentEvent(event="statement", data=following.result().to_dict())
                else:
                    following.cancel()
            said = await asked
        except Busy as busy:
            error = {"status": 503, "detail": busy.message, "retry_after_seconds": busy.retry_after_seconds}
            yield ServerSentEvent(event="error", data=error)
            return
        except UserError as mendable:
            yield ServerSentEvent(event="error", data={"status": 422, "detail": sentence_of(mendable)})
            return
        except Exception:
            yield ServerSentEvent(event="error", data={"status": 500, "detail": _BROKEN})
            raise  # a bug: the server writes the traceback to the log
        finally:
            asked.cancel()
        # A written answer's statements were told as they came; `answer` holds them in their final order.
        for statement in () if streamed else said["statements"]:
            yield ServerSentEvent(event="statement", data=statement)
        yield ServerSentEvent(event="answer", data=said)

    @router.get("/api/documents", summary="List the documents", responses={200: {"model": list[ListedDocumentBody]}})
    def documents() -> Any:
        return Response(b"[" + b",".join(listing.texts()) + b"]", media_type="application/json")

    @router.get(
        "/api/documents/{document_id}",
        summary="Open a document",
        responses={200: {"model": DocumentBody}, **refusals(401, 404)},
    )
    def document(document_id: str) -> Any:
        return _opened(_document(library, document_id))

    @router.get("/api/state", include_in_schema=False)
    async def state() -> dict[str, str]:
        """Tell what `/readyz` tells, without the status code that a browser would log as an error each time."""
        return {"status": desk.opening.state, "detail": desk.opening.sentence}

    @router.get("/healthz", summary="Tell whether the server is up")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="Tell whether the encoder and the index are loaded", responses=refusals(503))
    async def readyz() -> JSONResponse:
        opening = desk.opening
        if opening.state == "ready":
            return JSONResponse({"status": "ready"})
        headers = {"Retry-After": "2"} if opening.state == "loading" else {}
        return JSONResponse({"status": opening.state, "detail": opening.sentence}, 503, headers)

    return router


def _refused(busy: Busy) -> HTTPException:
    return HTTPException(503, busy.message, {"Retry-After": str(busy.retry_after_seconds)})


def _document(library: Shelf, document_id: str) -> Document:
    try:
        return library.get(document_id)
    except UserError as error:
        raise HTTPException(404, sentence_of(error)) from None


def _opened(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "version": document.version,
        "dates": dict(document.dates),
        "text": document.text,
        "pages": [{"start": begin.start, "page": begin.page} for begin in document.pages],
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
        return JSONResponse({"detail": _BROKEN}, 500)


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

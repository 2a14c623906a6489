"""`/api/feedback`: are thumbs wanted, and taking one. What it takes is checked by shape and size, never trusted."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from assistant.api_models import MAX_TURNS, RefusalBody, TurnBody, refusals
from assistant.assistant import MAX_QUESTION_CHARS
from assistant.feedback import FeedbackStore
from assistant.types import Outcome, Turn

MAX_WORD_CHARS = 500
MAX_STATEMENTS = 200
MAX_TEXT_CHARS = 20_000
_CLOSED = "Feedback is switched off on this server."


class _Shape(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class JudgedCitation(_Shape):
    """A citation of the answer that is judged."""

    document: str = Field(max_length=500)
    section: str = Field(max_length=500)
    passage: str = Field(max_length=1_000)
    quote: str = Field(max_length=MAX_TEXT_CHARS)
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    page: int | None = Field(default=None, ge=1)


class JudgedStatement(_Shape):
    """A statement of the answer that is judged."""

    text: str = Field(max_length=MAX_TEXT_CHARS)
    citations: list[JudgedCitation] = Field(max_length=MAX_STATEMENTS)


class JudgedDocument(_Shape):
    """The document that the answer is about, as it was."""

    id: str = Field(max_length=500)
    title: str = Field(max_length=2_000)
    version: str = Field(max_length=200)


class JudgedCandidate(_Shape):
    """A document that the answer offers, where it is unclear which one is meant."""

    id: str = Field(max_length=500)
    title: str = Field(max_length=2_000)


class JudgedWriting(_Shape):
    """How the sentences of a chat model's answer fared."""

    model: str = Field(max_length=200)
    released: int = Field(ge=0)
    replaced: int = Field(ge=0)
    dropped: int = Field(ge=0)
    why: str | None = Field(default=None, max_length=1_000)


class JudgedAnswer(_Shape):
    """The answer that is judged, as `POST /api/ask` returned it."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)
    interpreted_as: str | None = Field(default=None, max_length=MAX_QUESTION_CHARS * 2)
    outcome: Outcome
    text: str = Field(max_length=MAX_TEXT_CHARS * 5)
    statements: list[JudgedStatement] = Field(default_factory=list, max_length=MAX_STATEMENTS)
    withheld: list[str] = Field(default_factory=list, max_length=MAX_STATEMENTS)
    notice: str | None = Field(default=None, max_length=MAX_TEXT_CHARS)
    confidence: float | None = Field(default=None, ge=0, le=1)
    document: JudgedDocument | None = None
    candidates: list[JudgedCandidate] = Field(default_factory=list, max_length=MAX_STATEMENTS)
    answered_by: str = Field(default="quotes", max_length=200)
    writing: JudgedWriting | None = None


class FeedbackBody(BaseModel):
    """The body of `POST /api/feedback`."""

    model_config = ConfigDict(extra="forbid", strict=True)
    verdict: Literal["up", "down"]
    word: str = Field(default="", max_length=MAX_WORD_CHARS)
    answer: JudgedAnswer
    history: list[TurnBody] = Field(default_factory=list, max_length=MAX_TURNS)


def feedback_routes(store: FeedbackStore | None) -> APIRouter:
    """Return the routes; without a store feedback is switched off."""
    router = APIRouter()

    @router.get("/api/feedback", summary="Tell whether feedback is wanted", responses=refusals(401))
    async def wanted() -> dict[str, bool]:
        return {"on": store is not None}

    @router.post(
        "/api/feedback",
        summary="Tell the reviewers of this server what a reader thinks of an answer",
        responses={403: {"model": RefusalBody, "description": _CLOSED}, **refusals(401, 413, 422, 429)},
    )
    async def take(body: FeedbackBody) -> dict[str, Any]:
        if store is None:
            raise HTTPException(403, _CLOSED)
        history = [Turn(turn.role, turn.content) for turn in body.history]
        answer = body.answer.model_dump(mode="json")
        await run_in_threadpool(store.add, body.verdict, body.word.strip(), answer, history)
        return {"kept": True}

    return router

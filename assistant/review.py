"""`/review`: the reviewers' page, behind its own password: the inbox, one answer then and now, what becomes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi import Path as PathParameter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from assistant.desk import Busy, Desk, sentence_of
from assistant.feedback import STATUSES, Feedback, FeedbackStore, Status
from assistant.feedback_api import feedback_routes
from assistant.feedback_csv import to_csv
from assistant.rate_limit import client_of
from assistant.review_cases import CaseWriter, case_of, case_writer
from assistant.review_login import SESSION_SECONDS, Login
from assistant.review_pages import page
from assistant.types import Answer
from corpus.errors import UserError

if TYPE_CHECKING:
    from assistant.listing import Shelf
    from assistant.settings import Settings

COOKIE = "wardbook-review"
_FIELDS = ("id", "kind", "split", "question", "outcome", "sections", "withheld", "evidence", "facts", "absent")
Number = Annotated[int, PathParameter(ge=1, le=2**63 - 1)]
"""Of a row, as SQLite counts them."""
_EMPTY = dict.fromkeys(_FIELDS, "")
_CLOSED = "There is no reviewers' page: set WARDBOOK_REVIEW_PASSWORD and start the server anew."


@dataclass(frozen=True, slots=True)
class Bench:
    """What the reviewers' bench needs of the outside."""

    store: FeedbackStore | None
    """None: feedback is switched off."""
    password: str | None
    """None: there is no reviewers' page."""
    suites: Path
    """Folder in which accepted cases are written."""
    reports: Path
    """Folder in which the evaluation leaves its reports."""

    @classmethod
    def of(cls, settings: Settings) -> Bench:
        """Return the bench that the settings describe."""
        path = settings.home / "feedback.sqlite"
        store = FeedbackStore(path, settings.feedback_keep_days) if settings.feedback else None
        password = settings.review_password.get_secret_value() if settings.review_password else None
        return cls(store, password or None, settings.suites_folder, settings.home / "runs")


def bench_routes(library: Shelf, desk: Desk, bench: Bench | None) -> APIRouter:
    """Return the routes of feedback and review; without a bench both are closed."""
    router = APIRouter()
    router.include_router(feedback_routes(bench.store if bench else None))
    if bench is None or bench.password is None:

        @router.get("/review", include_in_schema=False)
        def closed() -> Response:
            raise HTTPException(404, _CLOSED)

        return router
    router.include_router(_Review(library, desk, bench, Login(bench.password)).routes())
    return router


class _Review:
    def __init__(self, library: Shelf, desk: Desk, bench: Bench, login: Login) -> None:
        self._library, self._desk, self._bench, self._login = library, desk, bench, login

    def routes(self) -> APIRouter:
        router = APIRouter(prefix="/review", include_in_schema=False)
        router.add_api_route("", self.inbox, methods=["GET"])
        router.add_api_route("/login", self.enter, methods=["POST"])
        router.add_api_route("/logout", self.leave, methods=["POST"])
        router.add_api_route("/export", self.export, methods=["GET"])
        router.add_api_route("/report", self.report, methods=["GET"])
        router.add_api_route("/item/{number}", self.show, methods=["GET"])
        router.add_api_route("/item/{number}", self.settle, methods=["POST"])
        return router

    async def inbox(self, request: Request, status: Status = "inbox") -> Response:
        if not self._allowed(request):
            return page("login", wrong=False, blocked=self._login.blocked(client_of(request.scope, None)), up="")
        store = self._store()
        rows = await run_in_threadpool(store.all, status)
        counts = await run_in_threadpool(store.counts)
        report = self._newest_report()
        return page("inbox", rows=rows, counts=counts, status=status, statuses=STATUSES, report=report is not None)

    async def enter(self, request: Request) -> Response:
        client = client_of(request.scope, None)
        token = self._login.enter((await _form(request)).get("password", ""), client)
        if token is None:
            blocked = self._login.blocked(client)
            return page("login", wrong=not blocked, blocked=blocked, up="../", status_code=429 if blocked else 403)
        response = self._back(request)
        secure = request.url.scheme == "https"
        path = f"{request.scope.get('root_path', '')}/review"
        response.set_cookie(COOKIE, token, SESSION_SECONDS, path=path, secure=secure, httponly=True, samesite="strict")
        return response

    async def leave(self, request: Request) -> Response:
        self._login.leave(request.cookies.get(COOKIE))
        return self._back(request)

    async def export(self, request: Request) -> Response:
        self._check(request)
        rows = await run_in_threadpool(self._store().all)
        headers = {"content-disposition": 'attachment; filename="wardbook-feedback.csv"'}
        return Response(to_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    async def report(self, request: Request) -> Response:
        self._check(request)
        path = self._newest_report()
        if path is None:
            raise HTTPException(404, f"There is no report in {self._bench.reports} yet. Try: wardbook eval")
        return FileResponse(path, media_type="text/html; charset=utf-8")

    async def show(self, request: Request, number: Number) -> Response:
        self._check(request)
        return await self._item(await self._get(number))

    async def settle(self, request: Request, number: Number) -> Response:
        self._check(request)
        item = await self._get(number)
        form = await _form(request)
        if form.get("do") == "dismiss":
            await run_in_threadpool(self._store().settle, number, "dismissed")
            return self._back(request)
        if form.get("do") == "reopen":
            await run_in_threadpool(self._store().settle, number, "inbox")
            return self._back(request, f"/item/{number}")
        try:
            document = self._library.get(item.document_id or "")
            turns = [{"role": turn.role, "content": turn.content} for turn in item.history]
            writer = case_writer()
            path, case_id = await run_in_threadpool(writer.write, self._bench.suites, document, case_of(form, turns))
        except UserError as error:
            return await self._item(item, form=form, wrong=sentence_of(error))
        await run_in_threadpool(self._store().settle, number, "accepted", case_id)
        return page("accepted", path=path, case_id=case_id, suite=path.stem, number=number)

    async def _item(self, item: Feedback, form: Mapping[str, str] | None = None, wrong: str | None = None) -> Response:
        now, why = await self._ask(item)
        try:
            document = self._library.get(item.document_id or "")
        except UserError:
            document = None
        writer: CaseWriter | None = None
        if document is not None:
            writer = case_writer()
        return page(
            "item",
            item=item,
            now=now,
            why=why,
            same=now is not None and _told(now) == _told(item.answer),
            document=document,
            changed=document is not None and document.version != item.document_version,
            kinds=writer.kinds if writer else (),
            form={**_EMPTY, **form} if form is not None else _proposal(item, now),
            wrong=wrong,
            status_code=422 if wrong else 200,
        )

    async def _ask(self, item: Feedback) -> tuple[dict[str, Any] | None, str | None]:
        """Return the answer that is given now, or why there is none."""
        try:
            answer: Answer = await self._desk.ask(item.question, item.history, item.document_id)
            return answer.to_dict(), None
        except Busy as busy:
            return None, busy.message
        except UserError as error:
            return None, sentence_of(error)

    async def _get(self, number: int) -> Feedback:
        item = await run_in_threadpool(self._store().get, number)
        if item is None:
            raise HTTPException(404, f"There is no feedback {number}; it may have grown older than is kept.")
        return item

    def _store(self) -> FeedbackStore:
        if self._bench.store is None:
            raise HTTPException(404, "Feedback is switched off on this server (WARDBOOK_FEEDBACK).")
        return self._bench.store

    def _newest_report(self) -> Path | None:
        found = [*self._bench.reports.glob("*.html")]
        return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)

    def _allowed(self, request: Request) -> bool:
        return self._login.knows(request.cookies.get(COOKIE))

    def _check(self, request: Request) -> None:
        if not self._allowed(request):
            headers = {"Location": f"{request.scope.get('root_path', '')}/review"}
            raise HTTPException(303, "Log in at /review first.", headers)

    def _back(self, request: Request, place: str = "") -> RedirectResponse:
        return RedirectResponse(f"{request.scope.get('root_path', '')}/review{place}", 303)


async def _form(request: Request) -> dict[str, str]:
    body = (await request.body()).decode("utf-8", "replace")
    try:
        return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise HTTPException(400, "The form has too many fields.") from None


def _told(answer: Mapping[str, Any]) -> object:
    return answer["outcome"], [one["text"] for one in answer["statements"]], sorted(answer["withheld"])


def _proposal(item: Feedback, now: Mapping[str, Any] | None) -> dict[str, str]:
    """Return what the form begins with: the answer that stands, the reviewer to correct it."""
    answer = now if now is not None else item.answer
    citations = [one for statement in answer["statements"] for one in statement["citations"]]
    answered = answer["outcome"] == "answered"
    return {
        "id": re.sub(r"[^a-z0-9]+", "-", item.question.lower()).strip("-")[:48].strip("-") or f"case-{item.id}",
        "kind": "follow_up" if item.history else "named_item",
        "split": "hold",
        "question": item.question,
        "outcome": answer["outcome"],
        "sections": "\n".join(dict.fromkeys(one["section"] for one in citations)) if answered else "",
        "withheld": "\n".join(answer["withheld"]),
        "evidence": "\n".join(" ".join(one["quote"].split()) for one in citations) if answered else "",
        "facts": "",
        "absent": "",
    }

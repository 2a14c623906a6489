"""Signing in, where the settings ask for it: with one shared password, or by a header of a trusted proxy.

A password given in the browser becomes a signed ticket in a cookie (`tickets.py`). Nothing lies on the disk to steal;
without WARDBOOK_SIGN_IN_SECRET a restart signs everybody out, with it all servers that have the same one let in who
signed in at any of them. Programs send the password itself, as `Authorization: Bearer PASSWORD`.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256
from html import escape
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.access import Access
from assistant.static_files import text_of
from assistant.tickets import Tickets

COOKIE = "wardbook"
SIGNED_IN_SECONDS = 12 * 60 * 60
TRIES_PER_MINUTE = 10
TO_REVIEW = "to=review"
"""The query of the sign-in page that leads on to the reviewers' page; any other is the page's own."""


class SignIn:
    """Knows who is signed in."""

    def __init__(self, access: Access) -> None:
        """Keep what is asked for; nobody is signed in."""
        self._password = access.password
        self._user_header = access.user_header.lower().encode() if access.user_header else None
        self._tickets = Tickets(access.password or "", SIGNED_IN_SECONDS, access.sign_in_secret)
        self.asked_for = access.password is not None or access.user_header is not None
        self.by_password = access.password is not None

    def admits(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Tell whether a request with these headers comes from someone signed in."""
        if not self.asked_for:
            return True
        headers = list(headers)
        if self._user_header is not None:
            # A proxy that adds to a header of the client instead of setting it would let the client name itself.
            users = [value for name, value in headers if name == self._user_header]
            return len(users) == 1 and bool(users[0].strip())
        return any(
            self._knows(value.decode("latin-1"))
            if name == b"cookie"
            else self._is_password(value.decode("latin-1").removeprefix("Bearer "))
            for name, value in headers
            if name == b"cookie" or (name == b"authorization" and value.startswith(b"Bearer "))
        )

    def begin(self, password: str) -> str | None:
        """Return a fresh ticket for the right password, None for a wrong one."""
        return self._tickets.issue() if self._is_password(password) else None

    def end(self, cookie: str) -> None:
        """Take back the ticket of a cookie header."""
        self._tickets.end(_ticket(cookie))

    def _knows(self, cookie: str) -> bool:
        return self._password is not None and self._tickets.knows(_ticket(cookie))

    def _is_password(self, given: str) -> bool:
        return self._password is not None and hmac.compare_digest(_hash(given), _hash(self._password))


def sign_in_routes(sign_in: SignIn) -> APIRouter:
    """Return the routes of the sign-in page; its form works without a script."""
    router = APIRouter(include_in_schema=False)

    @router.get("/sign-in")
    async def ask() -> HTMLResponse:
        return HTMLResponse(_page(""))

    @router.post("/sign-in")
    async def enter(request: Request) -> Response:
        given = parse_qs((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
        ticket = sign_in.begin(given.get("password", [""])[0])
        if ticket is None:
            return HTMLResponse(_page("That is not the password."), 401)
        response = RedirectResponse(home(request.scope["query_string"]), 303)
        response.set_cookie(
            COOKIE,
            ticket,
            max_age=SIGNED_IN_SECONDS,
            path=request.scope.get("root_path", "") + "/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return response

    @router.post("/sign-out")
    async def leave(request: Request) -> Response:
        sign_in.end(request.headers.get("cookie", ""))
        response = RedirectResponse("sign-in", 303)
        response.delete_cookie(COOKIE, path=request.scope.get("root_path", "") + "/")
        return response

    return router


def home(query: bytes) -> str:
    """Return where somebody wanted to go, relative to the sign-in page: the page with its query, or the reviewers'."""
    if query == TO_REVIEW.encode():
        return "review"
    return "./" + (f"?{query.decode('latin-1')}" if query else "")


def framed_page(query: bytes, origins: Iterable[str]) -> str:
    """Return what a frame shows before its reader is signed in: the way to the sign-in page, in a tab of its own.

    A password is never typed into a frame. The page speaks to the origin that the query names only if it is listed.
    """
    asked = parse_qs(query.decode("latin-1"))
    kept = {name: asked[name][0] for name in ("document",) if name in asked}
    origin = asked.get("origin", [""])[0]
    address = "sign-in" + (f"?{urlencode(kept)}" if kept else "")
    page = text_of("sign-in-framed.html").replace("{{address}}", escape(address))
    return page.replace("{{host}}", escape(origin) if origin in tuple(origins) else "")


def _page(sentence: str) -> str:
    told = f'<p id="wb-wrong" role="alert">{sentence}</p>' if sentence else ""
    return text_of("sign-in.html").replace("<!-- told -->", told)


def _ticket(cookie: str) -> str:
    try:
        found = SimpleCookie(cookie).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()

"""Who is let in: which paths exist, by which methods, for whom, and how often.

Gradio answers on many more paths than a chat needs (uploads, files, a proxy, an API explorer), so what may be reached
is a list of what the page was seen to need; anything else is 404.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assistant.access import Access
from assistant.headers import FRAMED, Headers
from assistant.rate_limit import RateLimit, client_of
from assistant.signin import TO_REVIEW, TRIES_PER_MINUTE, SignIn, framed_page

Scope = MutableMapping[str, Any]
Refusal = tuple[int, str, Headers]

READ = ("GET", "HEAD")
PATHS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/", READ),
    ("/(?:healthz|readyz|embed)", READ),
    ("/api/ask(?:/stream)?", ("POST",)),
    ("/api/(?:state|openapi.json|documents(?:/[^/]+)?)", READ),
    (r"/wardbook/[\w-]+\.(?:css|js|svg)", READ),
    (r"/widget(?:-[0-9a-f]{12})?\.js", READ),
    ("/sign-in", (*READ, "POST")),
    ("/sign-out", ("POST",)),
    ("/mcp", ("GET", "POST", "DELETE")),
    # Readers' thumbs, and the reviewers' page.
    ("/api/feedback", (*READ, "POST")),
    ("/review", READ),
    (r"/review(?:/[\w-]+)+", (*READ, "POST")),
    # What Gradio's page loads, and what its chat calls.
    (r"/(?:config|theme\.css|manifest\.json|favicon\.ico|(?:assets|static)/[\w./-]+)", READ),
    (r"/gradio_api/(?:queue/data|heartbeat/\w+|startup-events|app_id)", READ),
    ("/gradio_api/(?:queue/join|run/predict|cancel|reset)", ("POST",)),
)
"""Every path that exists, with its methods."""
_PATHS = tuple((re.compile(pattern), methods) for pattern, methods in PATHS)
_OPEN = re.compile(
    r"/(?:healthz|readyz|sign-in|sign-out|widget(?:-[0-9a-f]{12})?\.js|wardbook/(?:sign-in(?:-framed)?|theme|early|embedded)\.\w+|wardbook/icon\.svg|static/fonts/[\w./-]+)"
)
"""What is there before anybody signs in: nothing of a document."""
_ASKING = {"/api/ask": "questions", "/api/ask/stream": "questions", "/gradio_api/queue/join": "questions"}
MCP_MESSAGES_PER_QUESTION = 5
"""An agent greets and lists the tools before it asks, and each is a request."""
FEEDBACK_PER_MINUTE = 30
"""Thumbs of one client: a class behind one address may have its say, a script does not fill the inbox in an hour."""

_OTHER_NAME = (
    "Wardbook listens to this machine only and answers to its names, such as localhost. Behind a proxy, name the proxy "
    "in WARDBOOK_TRUSTED_PROXIES."
)


class Door:
    """Decides about each request before anything else sees it."""

    def __init__(self, access: Access, sign_in: SignIn) -> None:
        """Keep what it goes by; nothing is counted yet."""
        self._access = access
        self._sign_in = sign_in
        self._limit = RateLimit()

    def refusal(self, scope: Scope, path: str) -> Refusal | None:
        """Return status, sentence (or page) and headers of what a request gets that does not come in."""
        prefix = str(scope.get("root_path", ""))
        if prefix and scope["path"] == prefix:
            # The page names its files relative to itself, so it has to be in the folder.
            return 308, f"This is at {prefix}/.", [(b"location", f"{prefix}/".encode())]
        if path == "/review/":
            return 308, f"This is at {prefix}/review.", [(b"location", f"{prefix}/review".encode())]
        methods = next((methods for pattern, methods in _PATHS if pattern.fullmatch(path)), None)
        closed = [path == "/mcp" and not self._access.mcp]
        closed.append(path.startswith("/sign-") and not self._sign_in.by_password)
        if methods is None or any(closed) or ".." in path or "//" in path:
            return 404, "There is nothing at this address.", []
        if scope["method"] not in (*methods, "OPTIONS"):
            allow = (b"allow", ", ".join(methods).encode())
            return 405, "This address does not take that method.", [allow]
        headers = dict(scope["headers"])
        if self._access.hosts and _name(headers.get(b"host", b"")) not in self._access.hosts:
            return 421, _OTHER_NAME, []
        if not _OPEN.fullmatch(path) and (refusal := self._unknown(scope, path, headers)):
            return refusal
        if scope["method"] == "POST" and _is_foreign(headers):
            return 403, "A page of another origin may not send this.", []
        if path in FRAMED and (sentence := self._framed_by_stranger(scope, headers)):
            return 403, sentence, []
        return self._too_often(scope, path)

    def _unknown(self, scope: Scope, path: str, headers: dict[bytes, bytes]) -> Refusal | None:
        """Refuse who is not signed in; passwords sent by a program are tried as often as on the sign-in page."""
        client = client_of(scope, None)
        by_program = self._sign_in.by_password and b"authorization" in headers
        if by_program and (seconds := self._limit.seconds_until_free("sign-in", client, TRIES_PER_MINUTE)):
            return _later(TRIES_PER_MINUTE, seconds)
        if self._sign_in.admits(scope["headers"]):
            return None
        if by_program:
            self._limit.seconds_to_wait("sign-in", client, TRIES_PER_MINUTE)
        if self._sign_in.by_password and path == "/" and _is_framed(scope, headers):
            if sentence := self._framed_by_stranger(scope, headers):
                return 403, sentence, []
            # Not led on to the sign-in page: a redirect of ours forgets which page frames it.
            page = framed_page(scope["query_string"], self._access.embed_origins)
            return 200, page, [(b"content-type", b"text/html; charset=utf-8")]
        if self._sign_in.by_password and path in ("/", "/embed"):
            query = scope["query_string"] if path == "/" else b""
            return 303, "Sign in first.", [(b"location", b"sign-in" + (b"?" + query if query else b""))]
        if self._sign_in.by_password and path.startswith("/review"):
            return 303, "Sign in first.", [(b"location", f"{scope.get('root_path', '')}/sign-in?{TO_REVIEW}".encode())]
        return 401, "Sign in first.", [(b"www-authenticate", b"Bearer")] if self._sign_in.by_password else []

    def _framed_by_stranger(self, scope: Scope, headers: dict[bytes, bytes]) -> str | None:
        """Refuse a frame on a page that is not listed, by what its browser says of it.

        `frame-ancestors` makes the browser refuse too; this also keeps the page from being sent at all. Browsers tell
        `Sec-Fetch-*` to a server on https or loopback only; the widget's own address says `embed` everywhere.
        """
        site = headers.get(b"sec-fetch-site")
        if not _is_framed(scope, headers) or site in (b"same-origin", b"none"):
            return None
        referer = headers.get(b"referer", b"").decode("latin-1")
        page = "/".join(referer.split("/")[:3])
        if page in self._access.embed_origins:
            return None
        if site is None and referer and urlsplit(referer).netloc.encode() == headers.get(b"host"):
            return None
        return "This page is not on the list of those that may show Wardbook in a frame (WARDBOOK_EMBED_ORIGINS)."

    def _too_often(self, scope: Scope, path: str) -> Refusal | None:
        kind, most = _ASKING.get(path), self._access.questions_per_minute
        if path == "/mcp":
            kind, most = "mcp", most * MCP_MESSAGES_PER_QUESTION
        if path == "/api/feedback":
            kind, most = "feedback", FEEDBACK_PER_MINUTE
        if path == "/sign-in":
            kind, most = "sign-in", TRIES_PER_MINUTE
        if kind is None or scope["method"] != "POST":
            return None
        seconds = self._limit.seconds_to_wait(kind, client_of(scope, self._access.user_header), most)
        return _later(most, seconds) if seconds else None


def _is_framed(scope: Scope, headers: dict[bytes, bytes]) -> bool:
    to_frame = headers.get(b"sec-fetch-dest", b"") in (b"iframe", b"frame", b"embed", b"object", b"fencedframe")
    return to_frame or b"embed" in parse_qs(scope["query_string"])


def _later(most: int, seconds: int) -> Refusal:
    again = f"in {seconds} second{'s' if seconds > 1 else ''}"
    sentence = f"That was more than {most} in one minute. Try again {again}."
    return 429, sentence, [(b"retry-after", str(seconds).encode())]


def _name(host: bytes) -> str:
    """Return the name in a Host header, without its port."""
    return re.sub(r":\d+$", "", host.decode("latin-1")).strip("[]").lower()


def _is_foreign(headers: dict[bytes, bytes]) -> bool:
    """Tell whether a page of another origin sends this; programs say nothing of the kind."""
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site not in (b"same-origin", b"none")
    origin = headers.get(b"origin")
    if origin is None:
        return False
    asked = (headers.get(b"x-forwarded-host"), headers.get(b"host"))
    return urlsplit(origin.decode("latin-1")).netloc.encode("latin-1") not in asked

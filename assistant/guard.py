"""The outer wall of the server, as pure ASGI: asks the door, limits the body, puts the headers on every response.

Gradio's one HTML page is rewritten on the way out: each script gets the nonce of this response, tags that name foreign
hosts go, our own frame (`static/frame.html`) comes in.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs

from assistant.access import Access
from assistant.door import Door
from assistant.headers import Headers, headers_of
from assistant.signin import SignIn
from assistant.static_files import text_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000
_RESIZER = re.compile(
    rb"<script data-gradio-mode>.*?</script>|<script>\s*\(\(\) => \{\s*const root = .*?</script>"
    rb"|<link rel=\"manifest\"[^>]*>",
    re.DOTALL,
)
"""Scripts with which Gradio speaks to whatever page frames it, and lets that page size it; and a manifest at "/"."""
_FOREIGN = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>", re.IGNORECASE)


class _Body:
    """The body of one request, read no further than the limit, also when it does not say its length."""

    SENTENCE = f"The body is too large: at most {MAX_BODY_BYTES:,} bytes are read."

    def __init__(self, receive: Receive, length: bytes) -> None:
        self._receive = receive
        self._seen = 0
        self.too_large = not length.isdigit() or int(length) > MAX_BODY_BYTES

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen += len(message.get("body", b""))
        if self._seen > MAX_BODY_BYTES:
            self.too_large = True
            return {"type": "http.disconnect"}
        return message


@dataclass(frozen=True, slots=True)
class _Page:
    """What one sending of the page has of its own."""

    nonce: str
    host: str | None


class Guard:
    """Wraps the whole app."""

    def __init__(self, app: App, access: Access, sign_in: SignIn) -> None:
        """Keep the app and read the frame once."""
        self._app = app
        self._access = access
        self._door = Door(access, sign_in)
        frame = text_of("frame.html")
        if not sign_in.by_password:
            frame = re.sub(r"(?s)<!-- sign out -->.*?<!-- /sign out -->", "", frame)
        head, _, rest = frame.partition("<!-- page -->")
        top, _, bottom = rest.partition("<!-- chat -->")
        self._head, self._top, self._bottom = head.encode(), top.encode(), bottom.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = str(scope["path"]).removeprefix(str(scope.get("root_path", ""))) or "/"
        nonce = secrets.token_urlsafe(16)
        headers = headers_of(path, nonce, self._access)
        refusal = self._door.refusal(scope, path)
        if refusal is not None:
            status, sentence, more = refusal
            await _refuse(send, [*headers, *more], status, sentence)
            return
        if scope["method"] == "HEAD" and not path.startswith("/gradio_api/"):
            # FastAPI's routes know GET only; a HEAD is the same without the body.
            scope, send = {**scope, "method": "GET"}, _bodiless(send)
        query = scope["query_string"]
        if path == "/":
            # Gradio would open a stored session by `?deep_link=`; the page itself reads its query in the browser only.
            scope = {**scope, "query_string": b"", "headers": _plain(scope["headers"])}
        body = _Body(receive, dict(scope["headers"]).get(b"content-length", b"0"))
        if body.too_large:
            await _refuse(send, headers, 413, body.SENTENCE)
            return
        page = _Page(nonce, self._host_of(query)) if path == "/" else None
        await self._app(scope, body.receive, self._sender(send, headers, page, body))

    def _host_of(self, query: bytes) -> str | None:
        """Return the origin that embeds this page, if it is listed: to no other does the page speak."""
        origin = parse_qs(query.decode("latin-1")).get("origin", [""])[0]
        return origin if origin in self._access.embed_origins else None

    def _sender(self, send: Send, headers: Headers, rewritten: _Page | None, asked: _Body) -> Send:
        start: list[Message] = []
        page = bytearray()
        refused = False

        async def dressed(message: Message) -> None:
            nonlocal refused
            if asked.too_large and not start:
                if not refused:
                    refused = True
                    await _refuse(send, headers, 413, asked.SENTENCE)
                return
            if message["type"] == "http.response.start":
                own = {name for name, _ in headers}
                message["headers"] = [pair for pair in message["headers"] if pair[0].lower() not in own] + headers
                kind = dict(message["headers"]).get(b"content-type", b"")
                if rewritten is not None and kind.startswith(b"text/html"):
                    start.append(message)
                    return
            elif start and message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                whole = self._page(bytes(page), rewritten) if page and rewritten else b""
                first = start[0]
                first["headers"] = [pair for pair in first["headers"] if pair[0].lower() != b"content-length"]
                first["headers"].append((b"content-length", str(len(whole)).encode()))
                await send(first)
                message = {"type": "http.response.body", "body": whole}
            await send(message)

        return dressed

    def _page(self, page: bytes, of: _Page) -> bytes:
        page = _RESIZER.sub(b"", _FOREIGN.sub(b"", page))
        host = f'<meta name="wardbook-host" content="{escape(of.host)}">'.encode() if of.host else b""
        page = page.replace(b"</head>", host + self._head + b"</head>", 1)
        page = re.sub(rb"<body[^>]*>", lambda found: found[0] + self._top, page, count=1)
        page = page.replace(b"</body>", self._bottom + b"</body>", 1)
        return page.replace(b"<script", b'<script nonce="' + of.nonce.encode() + b'"')


def _plain(headers: Headers) -> Headers:
    """Ask for an uncompressed, whole page: it is rewritten here."""
    return [pair for pair in headers if pair[0] not in (b"accept-encoding", b"if-none-match", b"range")]


def _bodiless(send: Send) -> Send:
    async def head(message: Message) -> None:
        await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

    return head


async def _refuse(send: Send, headers: Headers, status: int, sentence: str) -> None:
    is_page = any(name == b"content-type" for name, _ in headers)
    body = sentence.encode() if is_page else json.dumps({"detail": sentence}).encode()
    kind = [] if is_page else [(b"content-type", b"application/json")]
    headers = [*headers, *kind, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

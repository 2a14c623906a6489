"""The door of the server, as pure ASGI: which paths exist, how large a body may be, the headers of every response.

Gradio answers on many more paths than a chat needs (uploads, files, a proxy, an API explorer), so what may be reached
is a list of what the page was seen to need; anything else is 404. Its one HTML page is rewritten on the way out: each
script gets the nonce of this response, tags that name foreign hosts go, our own frame (`static/frame.html`) comes in.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000
_STATIC = Path(__file__).with_name("static")
_ALLOWED = re.compile(
    r"/(?:"
    r"|healthz|readyz|api/ask|api/state|api/documents(?:/[^/]+)?|wardbook/[\w-]+\.(?:css|js|svg)"  # ours
    r"|api/feedback|review(?:/[\w-]+)*"  # thumbs, and the reviewers' page
    r"|config|theme\.css|manifest\.json|favicon\.ico|(?:assets|static)/[\w./-]+"  # Gradio's files
    r"|gradio_api/(?:queue/(?:join|data)|run/predict|heartbeat/\w+|cancel|reset|startup-events|app_id)"  # Gradio's chat
    r")"
)
_FOREIGN = re.compile(rb"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>", re.IGNORECASE)
_HASHED = re.compile(r"/assets/.+-[\w-]{8}\.\w+$|/static/fonts/")


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


class Guard:
    """Wraps the whole app."""

    def __init__(self, app: App) -> None:
        """Keep the app and read the frame once."""
        self._app = app
        head, _, rest = (_STATIC / "frame.html").read_text(encoding="utf-8").partition("<!-- page -->")
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
        headers = _headers(path, nonce)
        if _ALLOWED.fullmatch(path) is None or ".." in path or "//" in path:
            await _refuse(send, headers, 404, "There is nothing at this address.")
            return
        methods = _methods(path)
        if str(scope["method"]) not in (*methods, "OPTIONS") and not path.startswith("/gradio_api/"):
            headers.append((b"allow", ", ".join(methods).encode()))
            await _refuse(send, headers, 405, "This address does not take that method.")
            return
        if path == "/":
            # Gradio would open a stored session by `?deep_link=`; the page itself reads its query in the browser only.
            scope = {**scope, "query_string": b"", "headers": _plain(scope["headers"])}
        body = _Body(receive, dict(scope["headers"]).get(b"content-length", b"0"))
        if body.too_large:
            await _refuse(send, headers, 413, body.SENTENCE)
            return
        await self._app(scope, body.receive, self._sender(send, headers, nonce if path == "/" else None, body))

    def _sender(self, send: Send, headers: list[tuple[bytes, bytes]], nonce: str | None, asked: _Body) -> Send:
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
                if nonce is not None and kind.startswith(b"text/html"):
                    start.append(message)
                    return
            elif start and message["type"] == "http.response.body":
                page.extend(message.get("body", b""))
                if message.get("more_body"):
                    return
                whole = self._page(bytes(page), nonce or "") if page else b""
                first = start[0]
                first["headers"] = [pair for pair in first["headers"] if pair[0].lower() != b"content-length"]
                first["headers"].append((b"content-length", str(len(whole)).encode()))
                await send(first)
                message = {"type": "http.response.body", "body": whole}
            await send(message)

        return dressed

    def _page(self, page: bytes, nonce: str) -> bytes:
        page = _FOREIGN.sub(b"", page)
        page = page.replace(b"</head>", self._head + b"</head>", 1)
        page = re.sub(rb"<body[^>]*>", lambda found: found[0] + self._top, page, count=1)
        page = page.replace(b"</body>", self._bottom + b"</body>", 1)
        return page.replace(b"<script", b'<script nonce="' + nonce.encode() + b'"')


def _methods(path: str) -> tuple[str, ...]:
    if path == "/api/ask":
        return ("POST",)
    return ("GET", "HEAD", "POST") if path.startswith(("/api/feedback", "/review/")) else ("GET", "HEAD")


def _headers(path: str, nonce: str) -> list[tuple[bytes, bytes]]:
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )
    cache = "public, max-age=31536000, immutable" if _HASHED.match(path) else "no-cache"
    if path == "/review/report":
        # The report carries its own style and script, and other people's text: it may run them, and reach nothing.
        policy = (
            "sandbox allow-scripts allow-modals; default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'; frame-ancestors 'self'"
        )
    if path.startswith(("/api/", "/gradio_api/", "/review")):
        cache = "no-store"
    pairs = {
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "x-frame-options": "SAMEORIGIN",
        "cache-control": cache,
    }
    return [(name.encode(), value.encode()) for name, value in pairs.items()]


def _plain(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Ask for an uncompressed, whole page: it is rewritten here."""
    return [pair for pair in headers if pair[0] not in (b"accept-encoding", b"if-none-match", b"range")]


async def _refuse(send: Send, headers: list[tuple[bytes, bytes]], status: int, sentence: str) -> None:
    body = b'{"detail":"' + sentence.encode() + b'"}'
    headers = [*headers, (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""What a proxy in front of us says, believed from a trusted one only, and the path under which it serves us.

Gradio reads `X-Forwarded-Host` and `X-Forwarded-Proto` of anybody, and uvicorn trusts the loopback address unasked; so
the outermost layer takes these headers away unless the caller is a proxy that the settings name. A proxy may strip its
prefix (`proxy_pass http://127.0.0.1:7860/`) or leave it: both end in the same scope.
"""

from __future__ import annotations

from typing import Any

from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant.access import Access
from assistant.guard import App, Receive, Scope, Send

_SAID_BY_PROXIES = (b"forwarded", b"x-real-ip")


class BehindProxy:
    """Wraps the guarded app."""

    def __init__(self, app: App, access: Access) -> None:
        """Keep who is trusted."""
        self._app = app
        self._prefix = access.path_prefix
        self._user_header = access.user_header.lower().encode() if access.user_header else None
        inner: Any = app
        self._believing = ProxyHeadersMiddleware(inner, trusted_hosts=list(access.trusted_proxies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on as it is to be understood."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "root_path": self._prefix}
        path = str(scope["path"])
        if self._prefix and path != self._prefix and not path.startswith(self._prefix + "/"):
            scope["path"] = self._prefix + path
        peer = (scope.get("client") or ("", 0))[0]
        if peer in self._believing.trusted_hosts:
            believing: Any = self._believing
            await believing(scope, receive, send)
            return
        scope["headers"] = [pair for pair in scope["headers"] if not self._is_said_by_proxies(pair[0])]
        await self._app(scope, receive, send)

    def _is_said_by_proxies(self, name: bytes) -> bool:
        return name.startswith(b"x-forwarded-") or name in _SAID_BY_PROXIES or name == self._user_header

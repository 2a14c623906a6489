"""The headers of every response: what a page of ours may load, who may frame it, what a browser may keep of it."""

from __future__ import annotations

import re

from assistant.access import Access
from assistant.embed import widget_name

Headers = list[tuple[bytes, bytes]]
FRAMED = ("/", "/sign-in")
"""The pages that a listed origin may show in a frame."""
_HASHED = re.compile(r"/assets/.+-[\w-]{8}\.\w+$|/static/fonts/")
_WIDGET = re.compile(r"/widget(?:-[0-9a-f]{12})?\.js")


def headers_of(path: str, nonce: str, access: Access) -> Headers:
    """Return the headers of a response to `path`, as ASGI wants them."""
    framers = " ".join(("'self'", *access.embed_origins)) if path in FRAMED else "'none'"
    is_lasting = _HASHED.search(path) or path == f"/{widget_name()}"
    cache = "public, max-age=31536000, immutable" if is_lasting else "no-cache"
    if path.startswith(("/api/", "/gradio_api/", "/sign-", "/mcp", "/review")):
        cache = "no-store"
    pairs = {
        "content-security-policy": f"{_policy(path, nonce)}; frame-ancestors {framers}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cache-control": cache,
    }
    if path not in FRAMED:
        pairs["x-frame-options"] = "DENY"
    elif not access.embed_origins:
        # The older header knows no list: with one, only `frame-ancestors` can say it.
        pairs["x-frame-options"] = "SAMEORIGIN"
    if _WIDGET.fullmatch(path):
        # A page of another origin loads this file, and with `integrity` its browser must be allowed to read it.
        pairs |= {"cross-origin-resource-policy": "cross-origin", "access-control-allow-origin": "*"}
    return [(name.encode(), value.encode()) for name, value in pairs.items()]


def _policy(path: str, nonce: str) -> str:
    if path == "/":
        # Gradio styles its elements inline, and its mathematical fonts are data.
        return (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
            "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
            "base-uri 'self'; form-action 'self'"
        )
    if path == "/review/report":
        # The report carries its own style and script, and other people's text: it may run them, and reach nothing.
        return (
            "sandbox allow-scripts allow-modals; default-src 'none'; style-src 'unsafe-inline'; "
            "script-src 'unsafe-inline'"
        )
    if path in ("/embed", "/sign-in") or path.startswith("/review"):
        return (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'"
        )
    return "default-src 'none'; base-uri 'none'; form-action 'none'"

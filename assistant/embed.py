"""The widget's file, under a name that changes with it and one that does not, and the page about embedding."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256, sha384

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from assistant.access import Access
from assistant.static_files import text_of


@cache
def widget_name() -> str:
    """Return the versioned name of the widget's file: it changes with its content."""
    return f"widget-{sha256(text_of('widget.js').encode()).hexdigest()[:12]}.js"


@cache
def widget_integrity() -> str:
    """Return the hash that a page may give as `integrity`, so that its browser runs this very file or none."""
    return "sha384-" + b64encode(sha384(text_of("widget.js").encode()).digest()).decode()


def settings_kept(access: Access) -> str:
    """Return what a command to start this server must name beside the origin; readers get no address of a proxy."""
    prefix = f"WARDBOOK_PATH_PREFIX={access.path_prefix} " if access.path_prefix else ""
    return prefix + ("WARDBOOK_TRUSTED_PROXIES=… " if access.trusted_proxies else "")


def embed_routes(access: Access) -> APIRouter:
    """Return the routes of the widget."""
    router = APIRouter(include_in_schema=False)

    @router.get("/widget.js")
    @router.head("/widget.js")
    async def widget(request: Request) -> Response:
        # Revalidated each time: a page that names no version gets a new one with its next visit.
        tag = f'"{widget_name()}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"etag": tag})
        return Response(text_of("widget.js"), media_type="text/javascript", headers={"etag": tag})

    @router.get("/widget-{digest}.js")
    @router.head("/widget-{digest}.js")
    async def versioned(digest: str) -> Response:
        if f"widget-{digest}.js" != widget_name():
            # A page that pinned an older release keeps its launcher, unless it asked for that very file by `integrity`.
            return RedirectResponse("widget.js", 302, {"cache-control": "no-cache"})
        return Response(text_of("widget.js"), media_type="text/javascript")

    @router.get("/embed")
    @router.head("/embed")
    async def embed() -> HTMLResponse:
        page = text_of("embed.html").replace("{{kept}}", settings_kept(access))
        page = page.replace("{{versioned}}", widget_name()).replace("{{integrity}}", widget_integrity())
        return HTMLResponse(page)

    return router

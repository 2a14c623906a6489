"""The server: one process, FastAPI with the page mounted, the assistant opening in the background."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware

from assistant.api import Shelf, routes, tell_errors
from assistant.desk import Asker, Desk, Opening, Say
from assistant.guard import Guard
from assistant.page import mount
from assistant.review import Bench, bench_routes
from corpus.errors import UserError
from corpus.types import Document

if TYPE_CHECKING:
    from assistant.settings import Settings

STATIC = Path(__file__).with_name("static")


def create_app(library: Shelf, desk: Desk, bench: Bench | None = None) -> FastAPI:
    """Return the app; the assistant begins to open when the app starts."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        desk.opening.start()
        yield
        desk.close()

    app = FastAPI(title="Wardbook", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    tell_errors(app)
    app.include_router(routes(library, desk))
    app.include_router(bench_routes(library, desk, bench))
    app.mount("/wardbook", StaticFiles(directory=STATIC))
    app = mount(app, library, desk)
    # Without this one Gradio lets every origin read its answers; an empty list lets none.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Guard)
    return app


def serve(settings: Settings) -> None:
    """Serve until interrupted; print the address as soon as the server listens.

    Raises:
        UserError: the address is taken or is none of this machine.
    """
    import uvicorn

    from assistant.wiring import open_assistant, open_library

    listening = _listen(settings.host, settings.port)

    def open_(say: Say) -> Asker:
        def progress(done: int, total: int) -> None:
            say(f"Building the index: {done} of {total} passages.")

        assistant = open_assistant(settings, progress, say)
        # The first question of all costs seconds of lazy imports and caches: let it be ours.
        with suppress(UserError):
            assistant.ask("What is it?")
        return assistant

    app = create_app(_AsOpened(open_library(settings).documents()), Desk(Opening(open_)), Bench.of(settings))
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Wardbook is at http://{host}:{settings.port} (Ctrl-C stops it)")
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    uvicorn.Server(config).run(sockets=[listening])


class _AsOpened:
    """The documents as they were when the server started: the assistant and the page speak of the same texts."""

    def __init__(self, documents: tuple[Document, ...]) -> None:
        self._documents = {document.id: document for document in documents}

    def documents(self) -> tuple[Document, ...]:
        return tuple(self._documents.values())

    def get(self, document_id: str) -> Document:
        if document_id not in self._documents:
            known = ", ".join(self._documents) or "none"
            hint = "wardbook documents list; a server shows what was there when it started"
            raise UserError(f"unknown document {document_id!r}, expected one of: {known}", hint)
        return self._documents[document_id]


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before the slow imports, so that a taken port is told at once and an early browser waits."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UserError(
            f"cannot listen on {host} port {port}: {error.strerror or error}", "wardbook serve --port 7861"
        ) from None

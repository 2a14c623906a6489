"""The server: one process, FastAPI with the page mounted, the assistant opening in the background."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from importlib.metadata import version
from typing import TYPE_CHECKING

import click
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route

from assistant.access import Access, access_of
from assistant.agents import agents_app, serve_stdio
from assistant.api import routes, tell_errors
from assistant.desk import Asker, Desk, Opening, Say, sentence_of
from assistant.embed import embed_routes
from assistant.guard import Guard
from assistant.listing import Shelf
from assistant.page import mount
from assistant.proxy import BehindProxy
from assistant.review import Bench, bench_routes
from assistant.serving import LOOK_SECONDS
from assistant.signin import SignIn, sign_in_routes
from assistant.static_files import FOLDER
from corpus.collection import Collection
from corpus.errors import UserError
from corpus.library import Library
from corpus.types import Document
from index.unavailable import Unavailable

if TYPE_CHECKING:
    from assistant.settings import Settings


AGAIN_SECONDS = 2.0
"""How long the opening waits when the server that the index lies on can't be reached."""


def create_app(library: Shelf, desk: Desk, access: Access | None = None, bench: Bench | None = None) -> FastAPI:
    """Return the app; the assistant begins to open when the app starts.

    Raises:
        UserError: agents are to be served and the extra `mcp` is not installed.
    """
    access = access or Access()
    sign_in = SignIn(access)
    agents = agents_app(library, desk) if access.mcp else None

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        desk.opening.start()
        async with agents.running() if agents else nullcontext():
            yield
        desk.close()

    app = FastAPI(
        title="Wardbook",
        summary="Ask a clinical document and get its own words, each sentence cited.",
        version=version("wardbook"),
        docs_url=None,  # its page would load scripts of a foreign host
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=life,
    )
    tell_errors(app)
    app.include_router(routes(library, desk))
    app.include_router(bench_routes(library, desk, bench))
    app.include_router(embed_routes(access))
    app.include_router(sign_in_routes(sign_in))
    app.mount("/wardbook", StaticFiles(directory=FOLDER))
    if agents:
        app.router.routes.append(Route("/mcp", endpoint=agents.endpoint))
    app = mount(app, library, desk)
    # Without this one Gradio lets every origin read its answers; an empty list lets none.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(Guard, access=access, sign_in=sign_in)
    app.add_middleware(BehindProxy, access=access)
    return app


def create_app_of(settings: Settings, look_seconds: float = LOOK_SECONDS) -> FastAPI:
    """Return the app of a home; a newer index is looked for every `look_seconds`.

    Raises:
        UserError: a setting of the door can't be read.
    """
    desk = _desk(settings, look_seconds)
    library = _AsServed(Library(settings.documents_folder).collection(), desk.opening)
    return create_app(library, desk, access_of(settings), Bench.of(settings))


def serve(settings: Settings) -> None:
    """Serve until interrupted; print the address as soon as the server listens.

    Raises:
        UserError: the address is taken or is none of this machine, or a setting of the door can't be read.
    """
    import uvicorn

    access = access_of(settings)
    listening = _listen(settings.host, settings.port)

    app = create_app_of(settings)
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    click.echo(f"Wardbook is at http://{host}:{settings.port}{access.path_prefix}/ (Ctrl-C stops it)")
    # `BehindProxy` reads what a proxy says; uvicorn would believe anybody on this machine.
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        proxy_headers=False,
        server_header=False,
    )
    uvicorn.Server(config).run(sockets=[listening])


def serve_agent(settings: Settings) -> None:
    """Serve one agent over standard input and output until it hangs up."""
    desk = _desk(settings)
    serve_stdio(_AsServed(Library(settings.documents_folder).collection(), desk.opening), desk)


def _desk(settings: Settings, look_seconds: float = LOOK_SECONDS) -> Desk:
    from assistant.indexing import renewed
    from assistant.wiring import open_assistant

    def open_(say: Say) -> Asker:
        def progress(done: int, total: int) -> None:
            say(f"Building the index: {done} of {total} passages.")

        assistant = None
        while assistant is None:
            try:
                assistant = open_assistant(settings, progress, say)
            except Unavailable as error:
                # The machine that the index lies on may start after this one.
                say(f"{sentence_of(error)} Trying again.")
                time.sleep(AGAIN_SECONDS)
        # The first question of all costs seconds of lazy imports and caches: let it be ours.
        with suppress(UserError):
            assistant.ask("What is it?", model="quotes")
        return assistant

    def renewed_(asker: Asker) -> Asker | None:
        from assistant.assistant import Assistant

        return renewed(settings, asker) if isinstance(asker, Assistant) else None

    def close(asker: Asker) -> None:
        from assistant.assistant import Assistant

        if isinstance(asker, Assistant):
            asker.index.close()

    # Answers that wait for a chat model have places of their own: others are quoted meanwhile.
    writing = settings.model_at_once if settings.model or settings.models_allowed else 0
    opening = Opening(open_, renewed_, close, look_seconds)
    return Desk(opening, at_once=settings.questions_at_once + writing, waiting=settings.questions_waiting)


class _AsServed:
    """The documents that the assistant answers from, so that it and the page speak of the same texts."""

    def __init__(self, documents: Sequence[Document], opening: Opening) -> None:
        """Show `documents` until the assistant is open."""
        self._opening = opening
        self._shown: tuple[object, Collection] = (None, Collection.of(documents))

    def documents(self) -> Collection:
        return self._now()

    def get(self, document_id: str) -> Document:
        return self._now().find(document_id)

    def _now(self) -> Collection:
        newest = self._opening.newest
        if newest is not None and newest is not self._shown[0]:
            self._shown = (newest, Collection.of(getattr(newest, "documents", ())))
        return self._shown[1]


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before the slow imports, so that a taken port is told at once and an early browser waits."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise UserError(
            f"cannot listen on {host} port {port}: {error.strerror or error}", "wardbook serve --port 7861"
        ) from None

"""The assistant as tools for agents over the Model Context Protocol, and the only file that names `mcp` (an extra).

Three tools, the same answers as everywhere else: ask, list the documents, read a section. Over HTTP each request stands
for itself (no session to keep or to steal); over standard input and output `wardbook mcp` serves one agent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

from assistant.api_models import MAX_TURNS, AnswerBody, ListedDocumentBody, SectionBody, TurnBody
from assistant.desk import Busy, Desk, sentence_of
from assistant.listing import Listing, Shelf
from assistant.starters import questions_of
from assistant.types import Turn
from corpus.errors import UserError

INSTRUCTIONS = (
    "Answers questions about clinical documents in their own words. `outcome` tells an answer from three refusals: the "
    "section that would answer is withheld in this copy, the document does not say, the question is not about it. "
    "Where `candidates` are given, it is unclear which document is meant: ask the person, then again with `document`. "
    "Where `notice` begins with an emergency line, say that line before anything else. "
    "Quote `statements` with their citations; never fill a refusal from elsewhere as if the document said it."
)


def check_installed() -> None:
    """Refuse to serve agents without the extra.

    Raises:
        UserError: with the line that installs it.
    """
    if find_spec("mcp") is None:
        raise UserError("serving agents needs the package mcp, which is not installed", "pip install 'wardbook[mcp]'")


def agents_server(library: Shelf, desk: Desk) -> Any:
    """Return an `MCPServer` with our tools.

    Raises:
        UserError: the extra is not installed.
    """
    check_installed()
    from importlib.metadata import version

    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp.types import ToolAnnotations

    server = MCPServer(
        "wardbook", title="Wardbook", instructions=INSTRUCTIONS, version=version("wardbook"), log_level="WARNING"
    )
    listing = Listing(library)
    reading = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)

    @server.tool(title="Ask a clinical document", annotations=reading)
    async def ask(question: str, document: str | None = None, history: list[TurnBody] | None = None) -> AnswerBody:
        """Ask a question of at most 2,000 characters; get cited quotes, or which kind of refusal it is.

        `document` is an id of `list_documents`; without one, the document that question or conversation are about is
        asked, or `candidates` are given to choose from. `history` holds the earlier messages, oldest first, so that
        "and in adults?" is read in context; an answer's turn carries the id of its document.
        """
        try:
            turns = [Turn(turn.role, turn.content, turn.document) for turn in (history or [])[-MAX_TURNS:]]
            return AnswerBody.model_validate((await desk.ask(question, turns, document)).to_dict())
        except Busy as busy:
            raise ToolError(busy.message) from None
        except UserError as error:
            raise ToolError(sentence_of(error)) from None

    @server.tool(title="List the documents", annotations=reading)
    def list_documents() -> list[ListedDocumentBody]:
        """List every document with its sections, and which of them are withheld in this copy."""
        return [ListedDocumentBody.model_validate_json(text) for text in listing.texts()]

    @server.tool(title="Read a section", annotations=reading)
    def read_section(document: str, section: str) -> SectionBody:
        """Read the text of one section; both are ids of `list_documents`."""
        try:
            opened = library.get(document)
        except UserError as error:
            raise ToolError(sentence_of(error)) from None
        found = next((one for one in opened.sections if one.id == section), None)
        if found is None:
            known = ", ".join(one.id for one in opened.sections)
            raise ToolError(f"Document {document!r} has no section {section!r}; it has: {known}.")
        return SectionBody(
            id=found.id,
            heading=found.heading,
            topic=found.topic,
            status=found.status,
            start=found.start,
            end=found.end,
            text=opened.text[found.start : found.end],
            questions=questions_of(found),
        )

    return server


class Agents:
    """The tools as an ASGI endpoint."""

    def __init__(self, server: Any) -> None:
        """Prepare the endpoint; it answers while `running` is entered."""
        from mcp.server.transport_security import TransportSecuritySettings

        # Our own door looks at Host and Origin, for every path alike.
        unguarded = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        server.streamable_http_app(json_response=True, stateless_http=True, transport_security=unguarded)
        self._manager = server.session_manager
        self.endpoint: Any = self._manager.asgi_app

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Answer for as long as this is entered; once in the life of the object."""
        async with self._manager.run():
            yield


def agents_app(library: Shelf, desk: Desk) -> Agents:
    """Return the endpoint of `/mcp`.

    Raises:
        UserError: the extra is not installed.
    """
    return Agents(agents_server(library, desk))


def serve_stdio(library: Shelf, desk: Desk) -> None:
    """Serve one agent over standard input and output until it hangs up."""
    server = agents_server(library, desk)
    desk.opening.start()
    try:
        server.run("stdio")
    finally:
        desk.close()

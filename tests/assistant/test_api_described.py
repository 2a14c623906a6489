"""The API as others meet it: its description, its stream of events, its tools for agents."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient
from page_browser import Site, serving
from page_fakes import FakeAssistant, FakeLibrary

from assistant.access import Access
from assistant.api_models import AnswerBody, DocumentBody, ListedDocumentBody
from assistant.desk import Asker, Desk, Opening, Say
from assistant.server import create_app
from corpus.types import Document

QUESTIONS = ["What is it?", "What is the differential diagnosis?", "How is it treated?", "A vaccine?", "Football?"]


@pytest.fixture(scope="module")
def client(document: Document) -> Iterator[TestClient]:
    library = FakeLibrary(document)
    app = create_app(library, Desk(Opening(lambda _say: FakeAssistant(library)), at_once=1, waiting=0))
    with TestClient(app) as opened:
        yield opened


def test_every_example_of_the_description_can_be_sent(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()
    assert set(described["paths"]) == {
        "/api/ask", "/api/ask/stream", "/api/documents", "/api/documents/{document_id}", "/api/feedback",
        "/healthz", "/readyz",
    }  # fmt: skip
    for path in ("/api/ask", "/api/ask/stream"):
        named = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for example in described["components"]["schemas"][named.rsplit("/", 1)[1]]["examples"]:
            assert client.post(path, json=example).status_code == 200
        assert {"200", "401", "404", "413", "422", "429", "503"} == set(described["paths"][path]["post"]["responses"])
    for example in described["components"]["schemas"]["AnswerBody"]["examples"]:
        # FastAPI leaves nulls out of what it describes.
        AnswerBody.model_validate({"interpreted_as": None, "notice": None, "writing": None, **example})


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_answered_is_what_is_described(client: TestClient, question: str) -> None:
    answer = client.post("/api/ask", json={"question": question}).json()
    assert AnswerBody.model_validate(answer).model_dump() == answer


def test_documents_are_as_described(client: TestClient) -> None:
    listed = client.get("/api/documents").json()
    assert [ListedDocumentBody.model_validate(one).model_dump() for one in listed] == listed
    opened = client.get(f"/api/documents/{listed[0]['id']}").json()
    assert DocumentBody.model_validate(opened).model_dump() == opened


def events(text: str) -> list[tuple[str, Any]]:
    """Read server-sent events: their names and data."""
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in text.strip().split("\n\n")]
    return [(block["event"], json.loads(block["data"])) for block in blocks]


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_stream_says_what_the_answer_says(client: TestClient, question: str) -> None:
    whole = client.post("/api/ask", json={"question": question}).json()
    response = client.post("/api/ask/stream", json={"question": question})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    assert told == [*(("statement", one) for one in whole["statements"]), ("answer", whole)]


@pytest.mark.parametrize(
    ("body", "status"), [({"question": ""}, 422), ({"question": "a", "document": "nothing"}, 404), ({}, 422), ([], 422)]
)
def test_a_stream_that_cannot_begin_is_an_ordinary_refusal(client: TestClient, body: object, status: int) -> None:
    response = client.post("/api/ask/stream", json=body)
    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert response.json() == client.post("/api/ask", json=body).json()


def test_a_stream_that_breaks_says_so(client: TestClient) -> None:
    response = client.post("/api/ask/stream", json={"question": "mendable"})
    sentence = "The index is of another encoder. Try: wardbook index --rebuild"
    assert events(response.text) == [("error", {"status": 422, "detail": sentence})]


def test_a_stream_tells_that_the_models_load_and_a_full_desk_refuses_it(document: Document) -> None:
    library = FakeLibrary(document)
    hold = threading.Event()

    def slow(say: Say) -> Asker:
        say("Building the index: 3 of 60 passages.")
        hold.wait(20)
        return FakeAssistant(library)

    app = create_app(library, Desk(Opening(slow), at_once=1, waiting=0))
    with TestClient(app) as client, ThreadPoolExecutor() as pool:
        streaming = pool.submit(client.post, "/api/ask/stream", json={"question": "What is it?"})
        while client.post("/api/ask/stream", json={"question": ""}).status_code != 422:
            pass
        refused = client.post("/api/ask/stream", json={"question": "What is it?"})
        while refused.status_code == 200:  # the first one has not taken its place yet
            refused = client.post("/api/ask/stream", json={"question": "What is it?"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        hold.set()
        told = events(streaming.result().text)
    assert told[0] == ("state", {"status": "loading", "detail": "Building the index: 3 of 60 passages."})
    assert told[-1][0] == "answer"


# Agents, with the official SDK's own client


@pytest.fixture(scope="module")
def agents_site(document: Document) -> Iterator[Site]:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    with serving(FakeLibrary(document), access=Access(mcp=True, password="sesame")) as running:
        yield running


def ask_as_agent(address: str, headers: dict[str, str]) -> dict[str, Any]:
    """Let an agent look around, ask, and make mistakes; return what it saw."""
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    async def visit() -> dict[str, Any]:
        async with (
            httpx2.AsyncClient(headers=headers) as http,
            Client(streamable_http_client(address, http_client=http)) as client,
        ):
            tools = (await client.list_tools()).tools
            answered = await client.call_tool("ask", {"question": "What is the differential diagnosis?"})
            followed = await client.call_tool(
                "ask", {"question": "and in adults?", "history": [{"role": "user", "content": "What is it?"}]}
            )
            listed = await client.call_tool("list_documents", {})
            section = await client.call_tool(
                "read_section", {"document": "calcinosis-cutis-infant-neonate", "section": "therapy"}
            )
            wrong = [
                await client.call_tool("ask", {"question": "mendable"}),
                await client.call_tool("ask", {"question": 3}),
                await client.call_tool("read_section", {"document": "x", "section": "y"}),
            ]
            return {
                "tools": {tool.name: tool for tool in tools},
                "answered": answered.structured_content,
                "followed": followed.structured_content,
                "listed": listed.structured_content,
                "section": section.structured_content,
                "wrong": [(one.is_error, one.content[0].text) for one in wrong],
            }

    # In a thread of its own: a browser of another test may have its event loop in this one.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(visit())).result(60)


def assert_served(seen: dict[str, Any], document: Document) -> None:
    assert set(seen["tools"]) == {"ask", "list_documents", "read_section"}
    assert "cited quotes" in seen["tools"]["ask"].description
    assert len(AnswerBody.model_validate(seen["answered"]).statements) == 17
    assert seen["followed"]["interpreted_as"] == "What is calcinosis cutis?"
    assert seen["listed"]["result"][0]["id"] == document.id
    assert (seen["section"]["status"], seen["section"]["questions"]) == ("withheld", [])
    assert [error for error, _ in seen["wrong"]] == [True, True, True]
    assert seen["wrong"][0][1].endswith("The index is of another encoder. Try: wardbook index --rebuild")
    assert "No document 'x'" in seen["wrong"][2][1]


def test_an_agent_asks_over_http(agents_site: Site, document: Document) -> None:
    seen = ask_as_agent(f"{agents_site.address}mcp", {"authorization": "Bearer sesame"})
    assert_served(seen, document)


def test_an_agent_without_the_password_is_refused(agents_site: Site) -> None:
    assert httpx.post(f"{agents_site.address}mcp", json={}).status_code == 401


@pytest.mark.real
def test_an_agent_starts_the_command(tmp_path: Path, document: Document) -> None:
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    from mcp import Client, StdioServerParameters

    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-c", "from assistant.cli import main; main()", "--home", str(tmp_path), "mcp"],
        env=dict(os.environ),
    )

    async def visit() -> Any:
        async with Client(parameters) as client:
            return (await client.call_tool("ask", {"question": "Is gout in the differential?"})).structured_content

    with ThreadPoolExecutor(1) as pool:
        answer = AnswerBody.model_validate(pool.submit(lambda: asyncio.run(visit())).result(120))
    assert answer.outcome == "answered"
    citation = answer.statements[0].citations[0]
    assert document.text[citation.start : citation.end] == citation.quote

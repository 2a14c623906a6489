from __future__ import annotations

import json
from collections.abc import Iterator
from threading import Timer

import pytest
from fastapi.testclient import TestClient
from page_fakes import FakeAssistant, FakeLibrary, shipped

from assistant.desk import Desk, Opening
from assistant.server import create_app


@pytest.fixture
def asked() -> Iterator[tuple[TestClient, FakeAssistant]]:
    library = FakeLibrary(shipped())
    fake = FakeAssistant(library)
    with TestClient(create_app(library, Desk(Opening(lambda _say: fake)))) as client:
        while client.get("/readyz").status_code != 200:
            pass
        yield client, fake


def test_statements_are_streamed_as_they_are_released(asked: tuple[TestClient, FakeAssistant]) -> None:
    client, fake = asked
    events: list[tuple[str, dict[str, object]]] = []
    Timer(0.3, fake.release.set).start()
    with client.stream("POST", "/api/ask/stream", json={"question": "Write it."}) as response:
        name = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                events.append((name, json.loads(line.removeprefix("data: "))))
    assert [name for name, _ in events] == ["statement", "statement", "answer"]
    statements, answer = [data for _, data in events[:2]], events[2][1]
    assert answer["statements"] == statements[::-1]
    assert answer["answered_by"] == "fake:model"
    assert answer["writing"] == {"model": "fake:model", "released": 2, "replaced": 1, "dropped": 0, "why": None}


def test_a_model_that_is_not_allowed_is_refused_in_a_sentence(asked: tuple[TestClient, FakeAssistant]) -> None:
    client, _ = asked
    refused = client.post("/api/ask", json={"question": "What is it?", "model": "openai:other"})
    assert refused.status_code == 422
    assert "'openai:other' may not be asked for" in refused.json()["detail"]
    assert client.post("/api/ask", json={"question": "What is it?", "model": "quotes"}).status_code == 200

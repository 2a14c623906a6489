"""What is said of an address at which something answers that is no Chroma server, or not one to use."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from corpus.errors import UserError
from index.chroma_server import Server
from index.unavailable import Unavailable

BEATS = {"nanosecond heartbeat": 1_000_000_000}
V2 = "/api/v2"
COLLECTIONS = f"{V2}/tenants/default_tenant/databases/default_database/collections"

Answers = dict[str, tuple[int, Any]]


@contextmanager
def answering(answers: Answers, headers: dict[str, str] | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Serve these answers by path; yields the address, and the headers of each request as they come."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers)
            status, body = answers.get(self.path.partition("?")[0], (404, "<html>Not found</html>"))
            text = body if isinstance(body, str) else json.dumps(body)
            self.send_response(status)
            self.send_header("content-type", "text/html" if isinstance(body, str) else "application/json")
            self.send_header("content-length", str(len(text)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def version_string(self) -> str:
            return (headers or {}).get("x-server", "")

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("answers", "kind", "why"),
    [
        ({}, UserError, r"what answers at http://127.0.0.1:\d+ is no Chroma server \(404\)"),
        ({f"{V2}/heartbeat": (200, "<html>Sign in</html>")}, UserError, r"is no Chroma server \(200\)"),
        ({f"{V2}/heartbeat": (302, "elsewhere")}, UserError, r"sends elsewhere \(302\)"),
        ({"/api/v1/heartbeat": (200, BEATS)}, UserError, "is older than 1.0"),
        ({f"{V2}/heartbeat": (401, "who?")}, UserError, r"asks for a token \(401\)"),
        ({f"{V2}/heartbeat": (502, "bad gateway")}, Unavailable, r"is not ready \(502\)"),
        ({f"{V2}/heartbeat": (500, "broken")}, Unavailable, r"failed \(500\): broken"),
    ],
)
def test_what_answers_is_told(answers: Answers, kind: type[UserError], why: str) -> None:
    with answering(answers) as (url, _), pytest.raises(UserError, match=why) as refused:
        Server(url).now()
    assert type(refused.value) is kind
    assert refused.value.hint


def test_a_token_goes_along_and_one_that_is_refused_is_not_shown() -> None:
    with answering({f"{V2}/heartbeat": (200, BEATS)}) as (url, seen):
        server = Server(url, "s3cret")
        assert server.now() == 1.0
        assert {headers["authorization"] for headers in seen} == {"Bearer s3cret"}
        server.close()
    with answering({f"{V2}/heartbeat": (403, "no")}) as (url, _):
        with pytest.raises(UserError, match=r"does not take the token \(403\)") as refused:
            Server(url, "s3cret").now()
        assert "s3cret" not in f"{refused.value}{refused.value.hint}"


def test_a_path_is_kept() -> None:
    with answering({f"/chroma{V2}/heartbeat": (200, BEATS)}) as (url, _):
        server = Server(f"{url}/chroma/")
        assert server.now() == 1.0
        server.close()


def test_the_python_server_is_told_from_the_other() -> None:
    answers: Answers = {f"{V2}/heartbeat": (200, BEATS), f"{V2}/version": (200, ["1.5.9"])}
    with answering(answers, {"x-server": "uvicorn"}) as (url, _):
        server = Server(url)
        with pytest.raises(UserError, match=r"is Chroma's Python server .*CVE-2026-45829") as refused:
            server.kind()
        assert refused.value.hint == "start it with `chroma run`"
        server.close()
    with answering(answers) as (url, _):
        server = Server(url)
        assert server.kind().startswith("API version")
        server.close()


def test_a_function_that_the_server_names_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other half of the report of CVE-2026-45829: a client that makes what a collection's configuration says."""
    import importlib

    config = {"name": "made_here", "type": "known", "config": {"model_name": "x/y", "trust_remote_code": True}}
    found = {
        "id": "da0b7a7b-b5f9-4dbf-93c9-0f19da30253c",
        "name": "wardbook-1",
        "configuration_json": {"embedding_function": config},
        "metadata": {"wardbook": "passages"},
        "dimension": 3,
        "tenant": "default_tenant",
        "database": "default_database",
    }
    answers: Answers = {
        f"{V2}/heartbeat": (200, BEATS),
        f"{COLLECTIONS}/wardbook-1": (200, found),
        f"{COLLECTIONS}/{found['id']}/count": (200, 7),
    }
    with answering(answers) as (url, _):
        server = Server(url)
        server.now()
        functions = importlib.import_module("chromadb.utils.embedding_functions")

        class MadeHere:
            @staticmethod
            def build_from_config(_config: object) -> object:
                raise AssertionError("it was made")

        monkeypatch.setitem(functions.known_embedding_functions, "made_here", MadeHere)
        collection = server.find("wardbook-1")
        assert collection is not None
        assert collection.metadata == {"wardbook": "passages"}
        assert collection.count() == 7
        server.close()

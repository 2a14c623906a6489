from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from page_fakes import FakeAssistant, FakeLibrary, shipped

from assistant.desk import Asker, Desk, Opening, Say
from assistant.server import create_app
from corpus.errors import UserError
from corpus.passages import split
from corpus.types import Document

ID = "calcinosis-cutis-infant-neonate"


@pytest.fixture(scope="module")
def document() -> Document:
    return shipped()


@pytest.fixture(scope="module")
def fake(document: Document) -> FakeAssistant:
    return FakeAssistant(FakeLibrary(document))


@pytest.fixture(scope="module")
def client(document: Document, fake: FakeAssistant) -> Iterator[TestClient]:
    app = create_app(FakeLibrary(document), Desk(Opening(lambda _say: fake)))
    with TestClient(app, raise_server_exceptions=False) as opened:
        wait_until_ready(opened)
        yield opened


def wait_until_ready(client: TestClient) -> None:
    until = time.monotonic() + 5
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < until
        time.sleep(0.01)


def app_of(library: FakeLibrary, open_assistant: Asker | None = None, **limits: float) -> TestClient:
    def opened(_say: Say) -> Asker:
        return open_assistant or FakeAssistant(library)

    return TestClient(create_app(library, Desk(Opening(opened), **limits)), raise_server_exceptions=False)  # type: ignore[arg-type]


def test_an_answer_is_what_the_assistant_says(client: TestClient, fake: FakeAssistant) -> None:
    history = [{"role": "user", "content": "What is it?"}, {"role": "assistant", "content": "A disease."}]
    response = client.post("/api/ask", json={"question": "Differential?", "history": history, "document": ID})
    assert response.status_code == 200
    question, turns, asked = fake.asked[-1]
    assert (question, [(turn.role, turn.content) for turn in turns], asked) == (
        "Differential?",
        [("user", "What is it?"), ("assistant", "A disease.")],
        ID,
    )
    body, said = response.json(), fake.ask(question, turns, asked).to_dict()
    assert body == said
    assert len(body["statements"]) == 17


def test_history_and_document_may_be_left_out_or_null(client: TestClient, fake: FakeAssistant) -> None:
    assert client.post("/api/ask", json={"question": "What is it?"}).status_code == 200
    assert fake.asked[-1] == ("What is it?", (), None)
    assert client.post("/api/ask", json={"question": "What is it?", "history": [], "document": None}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({"question": ""}, 422, "The question is empty."),
        ({"question": " \n "}, 422, "The question is empty."),
        ({"question": "a" * 2001}, 422, "The question has 2,001 characters"),
        ({}, 422, "question: field required."),
        ({"question": 3}, 422, "question: input should be a valid string."),
        ({"question": None}, 422, "question: input should be a valid string."),
        ({"question": ["a"]}, 422, "question: input should be a valid string."),
        ({"question": "a", "document": 3}, 422, "document: input should be a valid string."),
        ({"question": "a", "documents": "x"}, 422, "documents: extra inputs are not permitted."),
        ({"question": "a", "history": "b"}, 422, "history: input should be a valid list."),
        ({"question": "a", "history": [{"role": "system", "content": "b"}]}, 422, "history.0.role: input should be"),
        ({"question": "a", "history": [{"role": "user"}]}, 422, "history.0.content: field required."),
        (
            {"question": "a", "history": [{"role": "user", "content": "b"}] * 61},
            422,
            "history: list should have at most",
        ),
        (
            {"question": "a", "history": [{"role": "user", "content": "b" * 20_001}]},
            422,
            "history.0.content: string should",
        ),
        ({"question": "a", "document": "nothing"}, 404, "No document 'nothing'. Try: one of"),
        ([], 422, "The body must be a JSON object"),
        ("question", 422, "The body must be a JSON object"),
        (None, 422, "The body must be a JSON object"),
    ],
)
def test_a_bad_request_gets_one_sentence(client: TestClient, body: object, status: int, sentence: str) -> None:
    response = client.post("/api/ask", json=body)
    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert response.json()["detail"].startswith(sentence)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b'{"question": "a"', 422),
        (b"\xff\xff", 400),
        (b'{"question": "\\ud800"}', 422),
        (b"[" * 100_000, 400),
        (b'{"question": "' + b"a" * 1_000_001 + b'"}', 413),
    ],
)
def test_a_body_that_is_no_json_gets_one_sentence(client: TestClient, raw: bytes, status: int) -> None:
    response = client.post("/api/ask", content=raw, headers={"content-type": "application/json"})
    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert " " in response.json()["detail"]


def test_a_large_body_without_a_length_is_not_read(client: TestClient) -> None:
    pieces = (b" " * 100_000 for _ in range(20))
    response = client.post("/api/ask", content=pieces, headers={"content-type": "application/json"})
    assert response.status_code == 413


def test_a_question_of_2000_characters_is_read(client: TestClient) -> None:
    assert client.post("/api/ask", json={"question": "é" * 2000}).status_code == 200


def test_a_form_of_a_foreign_page_is_refused(client: TestClient) -> None:
    response = client.post("/api/ask", content=b'{"question": "a"}', headers={"content-type": "text/plain"})
    assert response.status_code == 422


def test_what_the_assistant_refuses_is_a_sentence(client: TestClient) -> None:
    response = client.post("/api/ask", json={"question": "mendable"})
    assert response.status_code == 422
    assert response.json() == {"detail": "The index is of another encoder. Try: wardbook index --rebuild"}


def test_documents_are_listed_without_their_text(client: TestClient, document: Document) -> None:
    assert client.get("/api/documents").json() == [
        {
            "id": ID,
            "title": document.title,
            "source": "calcinosis-cutis-infant-neonate.md",
            "version": document.version,
            "passages": len(split(document)),
            "sections": [
                {"id": s.id, "heading": s.heading, "topic": s.topic, "status": s.status} for s in document.sections
            ],
        }
    ]


def test_a_document_opens_in_its_sections(client: TestClient, document: Document) -> None:
    body = client.get(f"/api/documents/{ID}").json()
    assert {name: body[name] for name in ("id", "title", "source", "version", "text", "dates")} == {
        "id": ID,
        "title": document.title,
        "source": document.source,
        "version": document.version,
        "text": document.text,
        "dates": {"Last Reviewed": "2020-05-23", "Last Updated": "2020-06-01"},
    }
    assert [section["text"] for section in body["sections"]] == [
        document.text[s.start : s.end] for s in document.sections
    ]
    assert [section["status"] for section in body["sections"]].count("withheld") == 7
    assert all(not section["questions"] for section in body["sections"] if section["status"] == "withheld")


def test_an_unknown_document_is_404(client: TestClient) -> None:
    response = client.get("/api/documents/nothing")
    assert (response.status_code, list(response.json())) == (404, ["detail"])


@pytest.mark.parametrize(
    "path",
    [
        "/docs", "/openapi.json", "/redoc", "/mcp", "/sign-in", "/sign-out",
        "/widget-.js", "/widget.js.map", "/gradio_api/info",
        "/gradio_api/openapi.json", "/gradio_api/upload", "/monitoring",
        "/monitoring/summary", "/gradio_api/file=/etc/passwd", "/gradio_api/file=http://localhost/", "/gradio_api/runs",
        "/gradio_api/deep_link", "/gradio_api/call/answer", "/gradio_api/proxy=http://localhost/",
        "/wardbook/frame.html", "/wardbook/../server.py", "/static/../../routes.py", "/assets/%2e%2e/index.html",
        "/healthz//", "/api/documents/a/b", "/api/ask/", "/robots.txt", "/token", "/login",
    ],
)  # fmt: skip
def test_every_other_door_is_closed(client: TestClient, path: str) -> None:
    response = client.get(path) if "upload" not in path else client.post(path, files={"files": b"x"})
    assert (response.status_code, list(response.json())) == (404, ["detail"])


def test_a_wrong_method_is_a_sentence(client: TestClient) -> None:
    detail = {"detail": "This address does not take that method."}
    for method, path in (("GET", "/api/ask"), ("POST", "/healthz"), ("DELETE", "/api/documents/x"), ("PUT", "/")):
        response = client.request(method, path)
        assert (response.status_code, response.json()) == (405, detail)
        assert response.headers["allow"] in ("POST", "GET, HEAD")


@pytest.mark.parametrize("path", ["/", "/healthz", "/api/documents", "/api/feedback", "/wardbook/main.js", "/embed"])
def test_a_head_is_a_get_without_its_body(client: TestClient, path: str) -> None:
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    if path != "/":  # which holds a nonce of its own each time
        assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/api/documents", "/wardbook/main.js", "/config", "/embed", "/widget.js", "/nothing", "/sign-in"],
)
def test_every_response_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-resource-policy"] == ("cross-origin" if path == "/widget.js" else "same-origin")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe-eval" not in policy
    assert ("'unsafe-inline'" in policy) == (path == "/")
    # Only the page and its sign-in are ever framed, and with nobody listed only by ourselves.
    framed = path in ("/", "/sign-in")
    assert policy.endswith("frame-ancestors 'self'" if framed else "frame-ancestors 'none'")
    assert headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY")


def test_every_script_of_the_page_has_the_nonce_of_its_response(client: TestClient) -> None:
    first, second = client.get("/"), client.get("/")
    nonce = first.headers["content-security-policy"].split("'nonce-")[1].split("'")[0]
    assert first.text.count("<script") == first.text.count(f'<script nonce="{nonce}"') > 3
    assert nonce not in second.text
    assert int(first.headers["content-length"]) == len(first.content)


def test_the_page_names_no_foreign_host(client: TestClient) -> None:
    page = client.get("/").text
    assert "<h1>Wardbook</h1>" in page
    assert "For study, not medical advice" in page
    head = page[: page.index("window.gradio_config")]
    assert "http" not in head.replace('property="og', "")


def test_no_foreign_origin_may_read(client: TestClient) -> None:
    for origin in ("https://evil.example", "null", "http://localhost:3000"):
        for path in ("/api/documents", "/config", "/"):
            assert "access-control-allow-origin" not in client.get(path, headers={"origin": origin}).headers
        asked = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        }
        assert client.options("/api/ask", headers=asked).status_code == 400


def test_a_link_of_gradio_opens_no_stored_session(client: TestClient) -> None:
    assert client.get("/?deep_link=../../etc/passwd").status_code == 200


def test_while_loading_the_page_is_there_and_readiness_is_a_sentence(document: Document) -> None:
    hold = threading.Event()

    def slow(say: Say) -> Asker:
        say("Building the index: 3 of 60 passages.")
        hold.wait(10)
        return FakeAssistant(FakeLibrary(document))

    library = FakeLibrary(document)
    with TestClient(create_app(library, Desk(Opening(slow)))) as client, ThreadPoolExecutor() as pool:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/").status_code == 200
        response = client.get("/readyz")
        assert response.status_code == 503
        assert response.headers["retry-after"] == "2"
        assert response.json() == {"status": "loading", "detail": "Building the index: 3 of 60 passages."}
        asked = pool.submit(client.post, "/api/ask", json={"question": "What is it?"})
        time.sleep(0.1)
        assert not asked.done()
        hold.set()
        assert asked.result().json()["outcome"] == "answered"
        assert client.get("/readyz").json() == {"status": "ready"}


def test_a_question_that_waits_too_long_is_told_so(document: Document) -> None:
    hold = threading.Event()

    def never(_say: Say) -> Asker:
        hold.wait(10)
        raise UserError("stopped")

    library = FakeLibrary(document)
    with TestClient(create_app(library, Desk(Opening(never), patience_seconds=0.05))) as client:
        response = client.post("/api/ask", json={"question": "What is it?"})
        assert (response.status_code, response.headers["retry-after"]) == (503, "5")
        assert response.json() == {"detail": "The language model is loading. Ask again in a moment."}
        hold.set()


def test_a_failed_opening_is_told_as_its_sentence(document: Document) -> None:
    def fails(_say: Say) -> Asker:
        raise UserError("index was built with encoder 'a', settings ask for 'b'", "wardbook index --rebuild")

    sentence = "Index was built with encoder 'a', settings ask for 'b'. Try: wardbook index --rebuild"
    with TestClient(create_app(FakeLibrary(document), Desk(Opening(fails)))) as client:
        time.sleep(0.05)
        assert client.get("/readyz").json() == {"status": "failed", "detail": sentence}
        response = client.post("/api/ask", json={"question": "What is it?"})
        assert (response.status_code, response.json()) == (422, {"detail": sentence})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_bug_in_the_opening_is_no_traceback_for_the_reader(document: Document) -> None:
    def broken(_say: Say) -> Asker:
        raise RuntimeError("secret path")

    client = TestClient(create_app(FakeLibrary(document), Desk(Opening(broken))), raise_server_exceptions=False)
    with client:
        time.sleep(0.05)
        assert client.get("/readyz").json() == {
            "status": "failed",
            "detail": "Loading failed; the server's log says why.",
        }
        response = client.post("/api/ask", json={"question": "What is it?"})
        assert response.status_code == 500
        assert "secret" not in response.text
    # The bug goes on to the log in its thread: it must have, before the next test begins.
    for thread in threading.enumerate():
        if thread.name == "open-assistant":
            thread.join(10)


def test_too_many_questions_at_once_are_refused_honestly(document: Document) -> None:
    fake = FakeAssistant(FakeLibrary(document))
    app = create_app(FakeLibrary(document), Desk(Opening(lambda _say: fake), at_once=1, waiting=1))
    with TestClient(app) as client, ThreadPoolExecutor() as pool:
        wait_until_ready(client)
        slow = [pool.submit(client.post, "/api/ask", json={"question": "slow"}) for _ in range(2)]
        while not fake.asked:
            time.sleep(0.01)
        time.sleep(0.1)
        refused = client.post("/api/ask", json={"question": "What is it?"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert refused.json() == {"detail": "Too many questions are waiting. Ask again in a few seconds."}
        assert client.get("/healthz").status_code == 200
        fake.release.set()
        assert [future.result().status_code for future in slow] == [200, 200]
        assert client.post("/api/ask", json={"question": "What is it?"}).status_code == 200


@pytest.mark.parametrize("bug", [RuntimeError("secret path"), StopIteration(), KeyError("secret path")])
def test_a_bug_while_answering_is_a_sentence(
    document: Document, caplog: pytest.LogCaptureFixture, bug: Exception
) -> None:
    class Broken:
        def ask(self, question: str, history: object = (), document_id: str | None = None) -> object:
            raise bug

    caplog.set_level(logging.CRITICAL)
    with app_of(FakeLibrary(document), Broken()) as client:  # type: ignore[arg-type]
        wait_until_ready(client)
        response = client.post("/api/ask", json={"question": "What is it?"})
    assert response.status_code == 500
    assert response.json() == {"detail": "Something broke in Wardbook; the server's log says what."}


def test_without_documents_the_page_says_what_to_do() -> None:
    with app_of(FakeLibrary()) as client:
        assert client.get("/api/documents").json() == []
        assert "wardbook documents add FILE" in client.get("/").text

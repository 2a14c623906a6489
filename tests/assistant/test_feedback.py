"""Thumbs: what is kept, for how long, and what is refused."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from page_fakes import FakeAssistant, FakeLibrary, shipped

import assistant.feedback
from assistant.desk import Desk, Opening
from assistant.door import FEEDBACK_PER_MINUTE
from assistant.feedback import FeedbackStore
from assistant.review import Bench
from assistant.server import create_app
from assistant.settings import Settings
from assistant.types import Turn
from corpus.errors import UserError

DOCUMENT = shipped()
ANSWER = FakeAssistant(FakeLibrary(DOCUMENT)).ask("What is it?").to_dict()


@pytest.fixture
def store(tmp_path: Path) -> FeedbackStore:
    return FeedbackStore(tmp_path / "home" / "feedback.sqlite", 30)


def client(bench: Bench | None) -> TestClient:
    library = FakeLibrary(DOCUMENT)
    app = create_app(library, Desk(Opening(lambda _say: FakeAssistant(library))), bench=bench)
    return TestClient(app, raise_server_exceptions=False)


def body(**changes: Any) -> dict[str, Any]:
    return {"verdict": "down", "word": "No.", "answer": ANSWER, "history": [], **changes}


def test_the_whole_answer_is_kept_with_its_document_and_history(store: FeedbackStore, tmp_path: Path) -> None:
    with client(Bench(store, None, tmp_path, tmp_path)) as opened:
        assert opened.get("/api/feedback").json() == {"on": True}
        history = [{"role": "user", "content": "Hello"}]
        assert opened.post("/api/feedback", json=body(history=history, word=" No. ")).json() == {"kept": True}
    (kept,) = store.all()
    assert (kept.verdict, kept.word, kept.question, kept.status) == ("down", "No.", "What is it?", "inbox")
    assert kept.history == (Turn("user", "Hello"),)
    assert {**kept.answer, "elapsed_ms": ANSWER["elapsed_ms"]} == ANSWER
    assert (kept.document_id, kept.document_version) == (DOCUMENT.id, DOCUMENT.version)
    assert stat.S_IMODE((tmp_path / "home" / "feedback.sqlite").stat().st_mode) == 0o600


def test_switched_off_nothing_is_kept(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, feedback=False)
    with client(Bench.of(settings)) as opened:
        assert opened.get("/api/feedback").json() == {"on": False}
        refused = opened.post("/api/feedback", json=body())
    assert (refused.status_code, refused.json()["detail"]) == (403, "Feedback is switched off on this server.")
    assert list(tmp_path.iterdir()) == []
    assert Bench.of(Settings(home=tmp_path)).store is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"verdict": "sideways"},
        {"word": "x" * 501},
        {"answer": {**ANSWER, "outcome": "perhaps"}},
        {"answer": {**ANSWER, "question": ""}},
        {"answer": {"question": "?"}},
        {"history": [{"role": "system", "content": "x"}]},
        {"more": 1},
    ],
)
def test_what_has_another_shape_is_refused(store: FeedbackStore, tmp_path: Path, changes: dict[str, Any]) -> None:
    with client(Bench(store, None, tmp_path, tmp_path)) as opened:
        response = opened.post("/api/feedback", json=body(**changes))
    assert response.status_code == 422
    assert isinstance(response.json()["detail"], str)
    assert store.all() == ()


def test_another_site_cannot_leave_feedback(store: FeedbackStore, tmp_path: Path) -> None:
    with client(Bench(store, None, tmp_path, tmp_path)) as opened:
        asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        assert opened.options("/api/feedback", headers=asked).status_code == 400
        for said in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
            assert opened.post("/api/feedback", json=body(), headers=said).status_code == 403
        plain = opened.post("/api/feedback", content="{}", headers={"content-type": "text/plain"})
    assert plain.status_code == 422
    assert store.all() == ()


def test_one_client_sends_so_many_a_minute_and_no_more(store: FeedbackStore, tmp_path: Path) -> None:
    with client(Bench(store, None, tmp_path, tmp_path)) as opened:
        statuses = [opened.post("/api/feedback", json=body()).status_code for _ in range(FEEDBACK_PER_MINUTE + 1)]
        assert statuses == [200] * FEEDBACK_PER_MINUTE + [429]
        assert opened.get("/api/feedback").status_code == 200
    assert len(store.all()) == FEEDBACK_PER_MINUTE


def test_what_is_older_than_the_settings_allow_goes(tmp_path: Path) -> None:
    now = datetime.now(timezone.utc)
    keeping = FeedbackStore(tmp_path / "f.sqlite", 0)
    for days in (400, 31, 29, 0):
        keeping.add("up", str(days), ANSWER, (), now - timedelta(days=days))
    assert [one.word for one in keeping.all()] == ["0", "29", "31", "400"]
    assert [one.word for one in FeedbackStore(tmp_path / "f.sqlite", 30).all()] == ["0", "29"]
    assert b"400" not in (tmp_path / "f.sqlite").read_bytes()


def test_a_full_inbox_says_so(store: FeedbackStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistant.feedback, "MOST_ROWS", 1)
    first = store.add("up", "", ANSWER, ())
    with pytest.raises(UserError, match="the inbox is full"):
        store.add("up", "", ANSWER, ())
    store.settle(first, "dismissed")
    store.add("up", "", ANSWER, ())


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "f.sqlite").write_bytes(b"not a database, and longer than its header would be, by far" * 20)
    with pytest.raises(UserError, match="the feedback cannot be kept"):
        FeedbackStore(tmp_path / "f.sqlite", 30).all()


def test_what_became_of_it_is_kept(store: FeedbackStore) -> None:
    first, second = store.add("up", "", ANSWER, ()), store.add("down", "", ANSWER, ())
    store.settle(first, "dismissed")
    store.settle(second, "accepted", "what-is-it")
    assert store.counts() == {"inbox": 0, "accepted": 1, "dismissed": 1}
    assert [one.id for one in store.all("dismissed")] == [first]
    kept = store.get(second)
    assert kept is not None
    assert kept.case_id == "what-is-it"
    assert store.get(99) is None

"""The reviewers' page over HTTP: the password, the inbox, the case, the export."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from page_fakes import FakeAssistant, FakeLibrary, shipped

from assistant.access import Access
from assistant.desk import Desk, Opening
from assistant.feedback import FeedbackStore
from assistant.feedback_csv import to_csv
from assistant.notices import CLINICIAN, EMERGENCY
from assistant.review import Bench
from assistant.review_login import SESSION_SECONDS, TRIES_PER_MINUTE, Login
from assistant.server import create_app
from evals.cases import load

DOCUMENT = shipped()
LIBRARY = FakeLibrary(DOCUMENT)
ANSWER = FakeAssistant(LIBRARY).ask("What is it?").to_dict()
PASSWORD = "correct horse"


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(FeedbackStore(tmp_path / "f.sqlite", 0), PASSWORD, tmp_path / "suites", tmp_path / "runs")


@pytest.fixture
def store(bench: Bench) -> FeedbackStore:
    assert bench.store is not None
    return bench.store


@pytest.fixture
def client(bench: Bench) -> Iterator[TestClient]:
    app = create_app(LIBRARY, Desk(Opening(lambda _say: FakeAssistant(LIBRARY))), bench=bench)
    with TestClient(app, raise_server_exceptions=False) as opened:
        yield opened


@pytest.fixture
def inside(client: TestClient) -> TestClient:
    assert client.post("/review/login", data={"password": PASSWORD}).status_code == 200
    return client


# The password


def test_nothing_is_shown_before_the_password(client: TestClient, store: FeedbackStore) -> None:
    store.add("down", "secret word", ANSWER, ())
    assert "secret word" not in client.get("/review").text
    for path in ("/review/item/1", "/review/export", "/review/report"):
        response = client.get(path, follow_redirects=False)
        assert (response.status_code, response.headers["location"]) == (303, "/review")
        assert "secret word" not in response.text
    response = client.post("/review/item/1", data={"do": "dismiss"}, follow_redirects=False)
    assert response.status_code == 303
    assert store.counts()["inbox"] == 1


def test_a_session_is_a_cookie_that_no_script_and_no_other_site_sees(client: TestClient) -> None:
    response = client.post("/review/login", data={"password": PASSWORD}, follow_redirects=False)
    cookie = response.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/review"))
    assert "What readers said" in client.get("/review").text
    client.post("/review/logout")
    assert "Password" in client.get("/review").text


def test_wrong_passwords_are_refused_and_soon_not_even_tried(client: TestClient) -> None:
    statuses = [client.post("/review/login", data={"password": "wrong"}).status_code for _ in range(TRIES_PER_MINUTE)]
    assert statuses == [403] * (TRIES_PER_MINUTE - 1) + [429]
    refused = client.post("/review/login", data={"password": PASSWORD})
    assert refused.status_code == 429
    assert "Too many wrong passwords" in refused.text
    other = TestClient(client.app, client=("10.9.9.9", 1))
    assert other.post("/review/login", data={"password": PASSWORD}).status_code == 200


def test_a_form_of_too_many_fields_is_refused(client: TestClient) -> None:
    response = client.post("/review/login", content="a=1&" * 60)
    assert (response.status_code, response.json()["detail"]) == (400, "The form has too many fields.")


def test_sessions_and_blocks_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [time.time()]
    monkeypatch.setattr("time.time", lambda: now[0])
    login = Login("p", lambda: now[0])
    token = login.enter("p", "a")
    assert (login.knows(token), login.knows(None), login.knows("x")) == (True, False, False)
    for _ in range(TRIES_PER_MINUTE):
        assert login.enter("wrong", "a") is None
    assert (login.blocked("a"), login.enter("p", "a")) == (True, None)
    assert (login.blocked("b"), login.enter("p", "b") is None) == (False, False)
    now[0] += 61
    assert login.enter("p", "a") is not None
    now[0] += SESSION_SECONDS
    assert login.knows(token) is False


@pytest.mark.parametrize("password", [None, ""])
def test_without_a_password_there_is_no_such_page(tmp_path: Path, password: str | None) -> None:
    from assistant.settings import Settings

    settings = Settings(home=tmp_path, review_password=password)  # type: ignore[arg-type]
    app = create_app(LIBRARY, Desk(Opening(lambda _say: FakeAssistant(LIBRARY))), bench=Bench.of(settings))
    with TestClient(app) as opened:
        response = opened.get("/review")
        assert response.status_code == 404
        assert "WARDBOOK_REVIEW_PASSWORD" in response.json()["detail"]
        assert opened.post("/review/login", data={"password": ""}).status_code == 404


# The inbox


def test_the_inbox_shows_what_readers_said_escaped(inside: TestClient, store: FeedbackStore) -> None:
    assert "Nothing to review" in inside.get("/review").text
    store.add("down", "<script>alert(1)</script>", {**ANSWER, "question": "<b>What?</b>"}, ())
    text = inside.get("/review").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<b>What?" not in text
    assert inside.get("/review/item/99").status_code == 404
    assert inside.get(f"/review/item/{2**63}").status_code == 422
    assert inside.get("/review?status=nonsense").status_code == 422


def test_the_answer_then_stands_beside_the_answer_now(inside: TestClient, store: FeedbackStore) -> None:
    same = store.add("down", "", ANSWER, ())
    text = inside.get(f"/review/item/{same}").text
    assert "the same" in text
    assert "The document has changed since" not in text
    other = {
        **ANSWER,
        "outcome": "not_in_document",
        "statements": [],
        "document": {**ANSWER["document"], "version": "x"},
    }
    text = inside.get(f"/review/item/{store.add('down', '', other, ())}").text
    assert "another answer" in text
    assert "The document has changed since" in text


def test_an_emergency_line_stands_first_there_too(inside: TestClient, store: FeedbackStore) -> None:
    number = store.add("up", "", {**ANSWER, "notice": f"{EMERGENCY} {CLINICIAN}"}, ())
    text = inside.get(f"/review/item/{number}").text
    places = [text.index(line) for line in (f"<strong>{EMERGENCY}</strong>", "<blockquote>", CLINICIAN)]
    assert places == sorted(places)


def test_a_document_that_is_gone_leaves_only_to_dismiss(inside: TestClient, store: FeedbackStore) -> None:
    number = store.add("down", "", {**ANSWER, "document": {"id": "gone", "title": "Gone", "version": "x"}}, ())
    text = inside.get(f"/review/item/{number}").text
    assert "no longer in the library" in text
    assert "Accept as a case" not in text


def test_dismissing_and_putting_back(inside: TestClient, store: FeedbackStore) -> None:
    number = store.add("up", "", ANSWER, ())
    inside.post(f"/review/item/{number}", data={"do": "dismiss"})
    assert store.counts()["dismissed"] == 1
    inside.post(f"/review/item/{number}", data={"do": "reopen"})
    assert store.counts()["inbox"] == 1


def test_accepting_writes_the_case_or_says_what_is_wrong(
    inside: TestClient, store: FeedbackStore, bench: Bench
) -> None:
    number = store.add("down", "", ANSWER, ())
    quote = ANSWER["statements"][0]["citations"][0]["quote"]
    form = {
        "do": "accept",
        "id": "what-is-it",
        "kind": "definition",
        "split": "hold",
        "question": "What is it?",
        "outcome": "answered",
        "sections": "Synopsis",
        "evidence": "Never said.",
    }
    response = inside.post(f"/review/item/{number}", data=form)
    assert response.status_code == 422
    assert "has no evidence" in response.text
    assert 'value="what-is-it"' in response.text
    assert (store.counts()["inbox"], bench.suites.exists()) == (1, False)
    response = inside.post(f"/review/item/{number}", data={**form, "evidence": quote})
    assert "Accepted as what-is-it" in response.text
    (path,) = bench.suites.iterdir()
    assert [case.id for case in load(path).cases] == ["what-is-it"]
    kept = store.get(number)
    assert kept is not None
    assert (kept.status, kept.case_id) == ("accepted", "what-is-it")


# Export and report


def test_the_export_holds_everything_and_no_formula(inside: TestClient, store: FeedbackStore) -> None:
    store.add("down", '=HYPERLINK("x")', ANSWER, ())
    store.add("up", "fine, thanks", ANSWER, ())
    response = inside.get("/review/export")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [row["word"] for row in rows] == ['\'=HYPERLINK("x")', "fine, thanks"]
    assert rows[0]["document"] == DOCUMENT.id
    assert to_csv(()).count("\n") == 1


def test_the_last_report_may_run_its_own_script_and_reach_nothing(inside: TestClient, bench: Bench) -> None:
    assert inside.get("/review/report").status_code == 404
    bench.reports.mkdir()
    (bench.reports / "a.html").write_text("<p>first</p>", encoding="utf-8")
    response = inside.get("/review/report")
    assert response.text == "<p>first</p>"
    policy = response.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "default-src 'none'" in policy
    assert "allow-same-origin" not in policy
    assert response.headers["cache-control"] == "no-store"


# The door


def at_the_door(bench: Bench, access: Access) -> TestClient:
    app = create_app(LIBRARY, Desk(Opening(lambda _say: FakeAssistant(LIBRARY))), access, bench)
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


def test_signing_in_to_the_site_leads_on_to_the_reviewers_page(bench: Bench) -> None:
    with at_the_door(bench, Access(password="site", path_prefix="/kb")) as client:
        for path in ("/review", "/review/item/1", "/review/export"):
            response = client.get(path)
            assert (response.status_code, response.headers["location"]) == (303, "/kb/sign-in?to=review")
        response = client.post("/review/login", data={"password": PASSWORD})
        assert (response.status_code, "set-cookie" in response.headers) == (303, False)
        assert client.get("/api/feedback").status_code == 401
        entered = client.post("/sign-in?to=review", data={"password": "site"})
        assert (entered.status_code, entered.headers["location"]) == (303, "review")
        assert "Reviewers" in client.get("/kb/review").text


def test_under_a_prefix_every_way_leads_back_under_it(bench: Bench, store: FeedbackStore) -> None:
    number = store.add("down", "", ANSWER, ())
    with at_the_door(bench, Access(path_prefix="/kb")) as client:
        assert client.get("/kb/review/").headers["location"] == "/kb/review"
        assert client.get("/kb/review/export").headers["location"] == "/kb/review"
        entered = client.post("/kb/review/login", data={"password": PASSWORD})
        assert entered.headers["location"] == "/kb/review"
        assert "path=/kb/review;" in entered.headers["set-cookie"].lower()
        assert "What readers said" in client.get("/kb/review").text
        dismissed = client.post(f"/kb/review/item/{number}", data={"do": "dismiss"})
        assert dismissed.headers["location"] == "/kb/review"
        assert store.counts()["dismissed"] == 1


@pytest.mark.parametrize("said", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_no_other_site_reviews(inside: TestClient, store: FeedbackStore, said: dict[str, str]) -> None:
    number = store.add("down", "", ANSWER, ())
    for path in (f"/review/item/{number}", "/review/login", "/review/logout"):
        assert inside.post(path, data={"do": "dismiss", "password": PASSWORD}, headers=said).status_code == 403
    assert store.counts()["inbox"] == 1
    assert "What readers said" in inside.get("/review").text


def test_the_review_pages_are_not_described(bench: Bench) -> None:
    for one in (bench, None):
        app = create_app(LIBRARY, Desk(Opening(lambda _say: FakeAssistant(LIBRARY))), bench=one)
        with TestClient(app) as client:
            assert not [path for path in client.get("/api/openapi.json").json()["paths"] if "review" in path]

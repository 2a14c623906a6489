"""Two machines, one index on a real `chroma run`: what an owner types, and what a server says. The encoder is fake."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chroma_servers import ChromaProcess, chroma_server
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

import index.search
import index.sentence_transformers_encoder
from assistant.cli import main
from assistant.settings import Settings
from corpus.library import Library
from index.chroma_server import Server
from index.fake_encoder import FakeEncoder

pytestmark = pytest.mark.real

SHIPPED = "calcinosis-cutis-infant-neonate"
PAGE = "# {0}\n\n## Synopsis\n\n{1}\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with chroma_server(tmp_path_factory.mktemp("chroma") / "data") as process:
        yield process


@pytest.fixture
def chroma(running: ChromaProcess, monkeypatch: pytest.MonkeyPatch) -> ChromaProcess:
    """The server, with nothing on it, and set for every command."""
    if not running.runs:
        running.start()
    server = Server(running.url)
    for name in server.names(""):
        server.delete(name)
    server.close()
    monkeypatch.setenv("WARDBOOK_CHROMA_URL", running.url)
    monkeypatch.setattr(index.sentence_transformers_encoder, "load", lambda _=None: FakeEncoder())
    return running


Machine = Callable[..., Result]


def machine(tmp_path: Path, name: str) -> Machine:
    def run(*words: str) -> Result:
        result = CliRunner().invoke(main, ["--home", str(tmp_path / name), *words])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def page(tmp_path: Path, name: str, text: str = "It itches.") -> str:
    path = tmp_path / f"{name.lower()}.md"
    path.write_text(PAGE.format(name, text), encoding="utf-8")
    return str(path)


def listed(run: Machine) -> set[str]:
    lines = run("documents", "list", "--json").stdout.splitlines()
    return {json.loads(line)["id"] for line in lines} - {SHIPPED}


def test_documents_that_come_and_go_on_either_machine(chroma: ChromaProcess, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    assert one("documents", "add", page(tmp_path, "Milia")).exit_code == 0
    assert listed(two) == {"milia"}
    assert two("documents", "add", page(tmp_path, "Hives")).exit_code == 0
    assert listed(one) == {"milia", "hives"}
    assert "It itches." in one("documents", "show", "hives").stdout
    # A new version of a document that came from the other machine, and a shipped one that is removed.
    assert one("documents", "add", page(tmp_path, "Hives", "It burns.")).exit_code == 0
    assert one("documents", "remove", SHIPPED).exit_code == 0
    assert "It burns." in two("documents", "show", "hives").stdout
    assert two("documents", "remove", "milia").exit_code == 0
    for run in (one, two):
        assert [json.loads(line)["id"] for line in run("documents", "list", "--json").stdout.splitlines()] == ["hives"]
        assert "1 document(s)" in run("index").stdout
    third = machine(tmp_path, "three")
    assert listed(third) == {"hives"}
    assert "unknown document" in third("documents", "show", SHIPPED).stderr


def test_going_back_is_for_all(chroma: ChromaProcess, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    one("documents", "add", page(tmp_path, "Milia"))
    two("documents", "add", page(tmp_path, "Hives"))
    assert "2 document(s)" in one("index", "--restore").stdout
    assert listed(two) == listed(one) == {"milia"}
    assert "3 document(s)" in two("index", "--restore").stdout
    assert listed(one) == {"milia", "hives"}


def test_a_library_that_was_there_before_goes_to_the_server(
    chroma: ChromaProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    monkeypatch.delenv("WARDBOOK_CHROMA_URL")
    one("documents", "add", page(tmp_path, "Milia"))
    monkeypatch.setenv("WARDBOOK_CHROMA_URL", chroma.url)
    two("documents", "add", page(tmp_path, "Hives"))
    assert "lacks what was changed here: milia" in one("doctor").stdout
    assert "3 document(s)" in one("index").stdout
    assert listed(two) == {"milia", "hives"}
    # The index in HOME is as it was.
    monkeypatch.delenv("WARDBOOK_CHROMA_URL")
    assert listed(one) == {"milia", "hives"}
    assert (tmp_path / "one" / "index" / "current").exists()


def test_a_folder_is_watched_for_all(chroma: ChromaProcess, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    folder = tmp_path / "pages"
    folder.mkdir()
    page(folder, "Milia")
    two("documents", "add", page(tmp_path, "Hives"))
    assert "added as milia" in one("watch", str(folder), "--once").stdout
    assert listed(two) == {"milia", "hives"}
    (folder / "milia.md").unlink()
    assert "removed as milia" in one("watch", str(folder), "--once").stdout
    assert listed(two) == {"hives"}


def test_an_emptied_server_gets_back_what_any_machine_has_seen(chroma: ChromaProcess, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    one("documents", "add", page(tmp_path, "Milia"))
    assert two("ask", "What is it?").exit_code == 0  # it has seen the index, and holds no document
    chroma.stop()
    chroma.empty()
    chroma.start()
    assert "there is no index on the Chroma server" in two("doctor").stdout
    said = two("index")
    assert "2 document(s)" in said.stdout
    assert listed(one) == {"milia"}


def test_a_server_that_is_away_is_a_sentence_to_every_command(chroma: ChromaProcess, tmp_path: Path) -> None:
    one = machine(tmp_path, "one")
    one("documents", "add", page(tmp_path, "Milia"))
    chroma.stop()
    hives = page(tmp_path, "Hives")
    for words in (
        ("ask", "What is it?"),
        ("index",),
        ("index", "--restore"),
        ("documents", "add", hives),
        ("documents", "remove", "milia"),
        ("documents", "list"),
        ("doctor", "--repair"),
    ):
        result = one(*words)
        assert result.exit_code == 2, words
        assert f"error: the Chroma server at {chroma.url} can't be reached" in result.stderr
        assert "Traceback" not in result.stderr
    said = one("doctor")
    assert said.exit_code == 1
    assert f"MISSING  chroma server: the Chroma server at {chroma.url} can't be reached" in said.stdout
    chroma.start()
    assert listed(one) == {"milia"}
    assert f"ok       chroma server: {chroma.url}" in one("doctor").stdout


def test_repair_mends_what_is_damaged_on_either_side(chroma: ChromaProcess, tmp_path: Path) -> None:
    one, two = machine(tmp_path, "one"), machine(tmp_path, "two")
    one("documents", "add", page(tmp_path, "Milia"))
    listed(two)
    server = Server(chroma.url)
    (lost,) = [name for name in server.names("wardbook-2") if not name.endswith("-files")]
    server.delete(lost)
    server.close()
    (tmp_path / "one" / "documents" / "milia.json").write_text("{", encoding="utf-8")
    said = two("doctor", "--repair").stdout
    assert f"collection {lost} is missing" in said
    said = one("doctor", "--repair").stdout
    assert "milia.json: could not be read, and is back from the index." in said
    assert one("doctor").stdout.count("MISSING") == two("doctor").stdout.count("MISSING")
    assert listed(one) == {"milia"}


def test_a_server_answers_from_memory_while_chroma_is_away_and_follows_when_it_is_back(
    chroma: ChromaProcess, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.server import create_app_of

    monkeypatch.setattr(index.search, "_HELD_DOCUMENTS", 1)
    one = machine(tmp_path, "one")
    one("documents", "add", page(tmp_path, "Milia"))
    settings = Settings(home=tmp_path / "two", questions_per_minute=0)
    held, other = {"question": "What is it?", "document": SHIPPED}, {"question": "What is it?", "document": "milia"}
    with TestClient(create_app_of(settings, look_seconds=0.1), base_url="http://localhost") as client:
        assert client.post("/api/ask", json=held).status_code == 200
        chroma.stop()
        assert client.post("/api/ask", json=held).status_code == 200
        refused = client.post("/api/ask", json=other)
        assert refused.status_code == 503, refused.text
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        assert f"The Chroma server at {chroma.url} can't be reached" in refused.json()["detail"]
        streamed = client.post("/api/ask/stream", json=other).text
        assert '"status":503' in streamed.replace(" ", "")
        chroma.start()
        assert client.post("/api/ask", json=other).status_code == 200
        one("documents", "add", page(tmp_path, "Hives"))
        until = time.monotonic() + 30
        while "hives" not in {document["id"] for document in client.get("/api/documents").json()}:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert client.post("/api/ask", json={**held, "document": "hives"}).status_code == 200
        # Emptied under a server that is running.
        chroma.stop()
        chroma.empty()
        chroma.start()
        assert client.post("/api/ask", json={**held, "document": "hives"}).status_code == 200
        time.sleep(0.5)
        assert client.get("/readyz").status_code == 200
    told = [record.message for record in caplog.records if record.name == "wardbook"]
    assert any(one.startswith("Answering from what is held in memory: the Chroma server at") for one in told)
    assert any("there is no index on the Chroma server" in one for one in told)
    assert len(told) < 6


def test_a_server_that_starts_before_chroma_waits_for_it(chroma: ChromaProcess, tmp_path: Path) -> None:
    from assistant.server import create_app_of

    machine(tmp_path, "one")("index")
    chroma.stop()
    settings = Settings(home=tmp_path / "two", questions_per_minute=0)
    with TestClient(create_app_of(settings), base_url="http://localhost") as client:
        until = time.monotonic() + 30
        while "can't be reached" not in client.get("/readyz").text:
            assert time.monotonic() < until
            time.sleep(0.05)
        assert client.get("/readyz").status_code == 503
        chroma.start()
        assert client.post("/api/ask", json={"question": "What is it?"}).status_code == 200


def test_documents_of_the_library_stay_when_the_server_refuses(chroma: ChromaProcess, tmp_path: Path) -> None:
    server = Server(chroma.url)
    server.create("wardbook-index", {"of": "somebody"})
    server.close()
    one = machine(tmp_path, "one")
    result = one("documents", "add", page(tmp_path, "Milia"))
    assert result.exit_code == 2
    assert "not made by Wardbook" in result.stderr
    assert [entry.id for entry in Library(tmp_path / "one" / "documents").entries()] == [SHIPPED]

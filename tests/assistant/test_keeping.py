"""What an owner types about the index: watch, restore, no waiting, repair. The encoder is fake, the rest is real."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import index.sentence_transformers_encoder
from assistant.cli import main
from assistant.indexing import open_index
from assistant.repair import repair
from assistant.settings import Settings
from corpus.library import Library
from index.fake_encoder import FakeEncoder
from index.lock import held
from index.search import Index

pytestmark = pytest.mark.real

PAGE = "# {0}\n\n## Synopsis\n\n{0} itches.\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(index.sentence_transformers_encoder, "load", lambda _=None: FakeEncoder())
    return tmp_path / "home"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    return folder


def run(home: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["--home", str(home), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def page(folder: Path, name: str) -> Path:
    path = folder / f"{name.lower()}.md"
    path.write_text(PAGE.format(name), encoding="utf-8")
    return path


def indexed(home: Path) -> set[str]:
    """The documents that the next command would answer from, of which it has nothing to say."""
    said: list[str] = []
    opened = open_index(Settings(home=home), FakeEncoder(), None, said.append)
    ids = {document.id for document in opened.documents()}
    opened.close()
    assert said == []
    return ids - {"calcinosis-cutis-infant-neonate"}


def test_a_folder_is_brought_in_once(home: Path, folder: Path) -> None:
    page(folder, "Milia")
    (folder / "empty.md").write_text("", encoding="utf-8")
    first = run(home, "watch", str(folder), "--once")
    assert first.exit_code == 0
    assert "milia.md: added as milia" in first.stdout
    assert "empty.md: refused: " in first.stderr
    assert "Index: 2 document(s)" in first.stdout
    assert indexed(home) == {"milia"}
    (folder / "milia.md").unlink()
    page(folder, "Hives")
    assert "milia.md: removed as milia" in run(home, "watch", str(folder), "--once").stdout
    assert indexed(home) == {"hives"}
    assert "hives" not in run(home, "watch", str(folder), "--once").stdout


def test_a_watched_folder_and_the_index_stay_together(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """watchfiles is real; only the time for which a folder must be quiet is shorter."""
    from assistant import cli_watch

    monkeypatch.setattr(cli_watch, "QUIET_MS", 100)
    ended = threading.Event()
    watchfiles_watch = __import__("watchfiles").watch
    monkeypatch.setattr("watchfiles.watch", lambda *where, **how: watchfiles_watch(*where, stop_event=ended, **how))
    page(folder, "Milia")
    watching = threading.Thread(target=run, args=(home, "watch", str(folder)))
    watching.start()

    def until(ids: set[str]) -> None:
        for _ in range(600):
            if (home / "index" / "current").exists():
                served = Index.open(home / "index", FakeEncoder())
                served.close()
                if {one.id for one in served.manifest.documents} - {"calcinosis-cutis-infant-neonate"} == ids:
                    return
            time.sleep(0.05)
        raise AssertionError(f"never {ids}")

    try:
        until({"milia"})
        page(folder, "Hives")
        until({"milia", "hives"})
        (folder / "milia.md").unlink()
        until({"hives"})
    finally:
        ended.set()
        watching.join()


def test_the_documents_come_back_with_the_index_before_them(home: Path, folder: Path) -> None:
    run(home, "documents", "add", str(page(folder, "Milia")))
    run(home, "documents", "add", str(page(folder, "Hives")))
    run(home, "documents", "remove", "milia")
    assert indexed(home) == {"hives"}
    restored = run(home, "index", "--restore")
    assert restored.exit_code == 0
    assert "3 document(s)" in restored.stdout
    assert {row["id"] for row in map(json.loads, run(home, "documents", "list", "--json").stdout.splitlines())} >= {
        "milia"
    }
    assert indexed(home) == {"hives", "milia"}
    assert run(home, "index", "--restore").exit_code == 0
    assert indexed(home) == {"hives"}
    assert run(home, "index", "--restore", "--rebuild").exit_code == 2


def test_nothing_before_is_told(home: Path) -> None:
    run(home, "index")
    result = run(home, "index", "--restore")
    assert result.exit_code == 2
    assert "there is no generation before the current one" in result.stderr


def test_a_second_command_leaves_when_it_is_told_not_to_wait(home: Path, folder: Path) -> None:
    run(home, "index")
    for words in (
        ("index", "--no-wait"),
        ("documents", "add", str(page(folder, "Milia")), "--no-wait"),
        ("documents", "remove", "milia", "--no-wait"),
        ("watch", str(folder), "--once", "--no-wait"),
        ("index", "--restore", "--no-wait"),
    ):
        with held(home / "index", "building the index"):
            result = run(home, *words)
        assert result.exit_code == 2, words
        assert "is busy: process " in result.stderr
        assert "is building the index since 20" in result.stderr
    assert run(home, "index").exit_code == 0


def test_a_second_command_that_waits_says_for_whom(home: Path) -> None:
    run(home, "index")
    free = threading.Event()
    taken = threading.Event()

    def hold() -> None:
        with held(home / "index", "building the index"):
            taken.set()
            free.wait(60)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(60)
    threading.Timer(0.5, free.set).start()
    result = run(home, "index")
    holder.join()
    assert result.exit_code == 0
    assert result.stderr.startswith("Waiting: process ")


def test_repair_brings_back_mends_and_says_so(home: Path, folder: Path) -> None:
    settings = Settings(home=home)
    run(home, "documents", "add", str(page(folder, "Milia")))
    assert list(repair(settings)) == []
    (settings.documents_folder / "milia.json").write_text("{", encoding="utf-8")
    (settings.documents_folder / "wart.json").write_text("{", encoding="utf-8")
    (settings.index_folder / "open" / "1-dead").mkdir()
    (settings.index_folder / "open" / "1-dead.lock").touch()
    next((settings.index_folder / "segments").glob("*/words.npz")).unlink()
    assert "can't be read" not in run(home, "documents", "list").stdout
    said = run(home, "doctor", "--repair").stdout.splitlines()
    told = [line for line in said if line.startswith("mended")]
    assert told[0] == "mended   milia.json: could not be read, and is back from the index."
    assert told[1].startswith("mended   wart.json: could not be read; it lies in ")
    assert told[2].startswith("mended   1 copy or copies of an index")
    assert "words.npz is missing; it is made again." in told[3]
    assert told[4] == f"mended   The index is made up of 2 document(s), {passages(home)} passages."
    assert "Milia itches." in Library(settings.documents_folder).get("milia").text
    assert indexed(home) == {"milia"}
    assert list(repair(settings)) == []


def test_repair_builds_anew_what_another_reader_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("corpus.readers.READER_VERSION", "of another")
        run(home, "index")
    assert run(home, "ask", "what is it?").exit_code == 2
    assert [sentence.split(" of ")[0] for sentence in repair(Settings(home=home))] == ["The index is made up"]
    assert indexed(home) == set()


def passages(home: Path) -> int:
    opened = open_index(Settings(home=home), FakeEncoder(), None, lambda _sentence: None)
    opened.close()
    return opened.manifest.passages

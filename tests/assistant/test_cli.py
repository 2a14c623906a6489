"""The command line with a home of its own: nothing a person can mend ends in a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli import main

pytestmark = pytest.mark.real

PAGE = "# Marsh rash\n\n## Synopsis\n\nMarsh rash is a rash of the shins.\n\n## Therapy\n\nSubscription required\n"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def run(home: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["--home", str(home), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def test_documents_come_are_listed_shown_asked_and_go(home: Path, tmp_path: Path) -> None:
    good, bad = tmp_path / "marsh.md", tmp_path / "empty.md"
    good.write_text(PAGE, encoding="utf-8")
    bad.write_text("", encoding="utf-8")
    added = run(home, "documents", "add", str(good), str(bad))
    assert added.exit_code == 2
    assert "marsh-rash: Marsh rash (1 passages)" in added.output
    assert "x Therapy: withheld" in added.output
    assert "empty.md was not added" in added.output

    rows = [json.loads(line) for line in run(home, "documents", "list", "--json").output.splitlines()]
    assert [list(row) for row in rows] == [["id", "title", "source", "version", "passages"]] * 2
    assert rows[1]["id"] == "marsh-rash"
    assert rows[1]["source"] == "marsh.md"
    assert "marsh-rash" in run(home, "documents", "list").output
    assert "x Therapy [withheld]" in run(home, "documents", "show", "marsh-rash").output

    asked = run(home, "ask", "How is it treated?", "--document", "marsh-rash", "--json")
    answer = json.loads(asked.output)
    assert (answer["outcome"], answer["withheld"]) == ("withheld", ["Therapy"])
    said = run(home, "ask", "What is marsh rash?", "--document", "marsh-rash")
    assert "Marsh rash is a rash of the shins. [1]" in said.output
    assert "Synopsis, characters" in said.output

    assert run(home, "doctor").exit_code == 0
    assert run(home, "documents", "remove", "marsh-rash").exit_code == 0
    assert "marsh-rash" not in run(home, "documents", "list").output
    assert "1 document(s)" in run(home, "index").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("ask", ""), "the question is empty"),
        (("ask", "what is it?", "--document", "nothing"), "unknown document 'nothing'"),
        (("documents", "show", "nothing"), "unknown document 'nothing'"),
        (("documents", "remove", "nothing"), "unknown document 'nothing'"),
        (("documents", "add", "nowhere.md"), "no such file"),
    ],
)
def test_what_a_person_can_mend_is_said_in_a_sentence(home: Path, words: tuple[str, ...], told: str) -> None:
    result = run(home, *words)
    assert result.exit_code == 2
    assert told in result.output
    assert "try: " in result.output
    assert "Traceback" not in result.output


def test_a_setting_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARDBOOK_PORT", "many")
    result = CliRunner().invoke(main, ["documents", "list"])
    assert result.exit_code == 2
    assert "WARDBOOK_PORT='many'" in result.output


def test_an_index_of_another_reader_is_refused_with_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr("corpus.readers.READER_VERSION", "of another")
        assert run(tmp_path, "index").exit_code == 0
    result = run(tmp_path, "ask", "what is it?")
    assert result.exit_code == 2
    assert "wardbook index --rebuild" in result.output
    assert run(tmp_path, "doctor").exit_code == 1
    assert run(tmp_path, "index", "--rebuild").exit_code == 0
    assert run(tmp_path, "ask", "what is it?").exit_code == 0

"""`wardbook documents update`: the drift is told first; only a yes changes what is served."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eval_fakes import BODIES, SUITE

import assistant.wiring
import index.sentence_transformers_encoder
from assistant.cli import main
from assistant.settings import Settings
from corpus.library import Library
from evals.update import suites_about
from index.fake_encoder import FakeEncoder

PAGE = "---\nid: hives\ntitle: Hives\n---\n\n# Hives\n\n" + "\n\n".join(
    f"## {heading}\n\n{body.replace('• ', '- ')}" for heading, _, body in BODIES
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(index.sentence_transformers_encoder, "load", lambda _=None: FakeEncoder())
    page = tmp_path / "hives.md"
    page.write_text(PAGE, encoding="utf-8")
    settings = Settings(home=tmp_path / "home")
    Library(settings.documents_folder).add(page)
    assistant.wiring.build_index(settings)
    settings.suites_folder.mkdir()
    (settings.suites_folder / "hives.yaml").write_text(SUITE, encoding="utf-8")
    page.write_text(PAGE.replace("itchy wheals", "painless spots"), encoding="utf-8")
    return settings.home


def run(home: Path, *arguments: str, said: str | None = None) -> Result:
    command = ["--home", str(home), "documents", "update", *arguments]
    return CliRunner().invoke(main, command, input=said, catch_exceptions=False)


def version(home: Path) -> str:
    return Library(Settings(home=home).documents_folder).get("hives").version


def test_the_drift_is_shown_and_nobody_is_no(home: Path, tmp_path: Path) -> None:
    before = version(home)
    generation = (home / "index" / "current").read_text("utf-8")
    result = run(home, "hives", str(tmp_path / "hives.md"), "--html", str(tmp_path / "drift.html"))
    assert "- Hives are itchy wheals." in result.stdout
    assert "+ Hives are painless spots." in result.stdout
    # The sentence that changed, and the one after it, which opens with "They" and is read together with it.
    assert "passages encoded: 2." in result.stderr
    assert "Not served" in result.stdout
    assert (version(home), (home / "index" / "current").read_text("utf-8")) == (before, generation)
    assert "the document changed" in (tmp_path / "drift.html").read_text("utf-8")


@pytest.mark.parametrize(("arguments", "said"), [(["--yes"], None), ([], "y\n")])
def test_a_yes_serves_the_new_version(home: Path, tmp_path: Path, arguments: list[str], said: str | None) -> None:
    before = version(home)
    result = run(home, "hives", str(tmp_path / "hives.md"), *arguments, said=said)
    assert result.exit_code == 0
    assert version(home) != before
    assert "Changed since the version served" in result.stdout
    assert [
        one.version for one in assistant.wiring.check_index(Settings(home=home)).documents if one.id == "hives"
    ] == [version(home)]
    again = run(home, "hives", str(tmp_path / "hives.md"))
    assert "Nothing to do" in again.stdout


def test_without_a_suite_the_sections_are_shown_all_the_same(home: Path, tmp_path: Path) -> None:
    (home / "suites" / "hives.yaml").unlink()
    result = run(home, "hives", str(tmp_path / "hives.md"))
    assert "+ Hives are painless spots." in result.stdout
    assert "No suite asks about hives" in result.stdout
    assert result.exit_code == 0


def test_an_unknown_document_or_a_suite_of_another_is_refused(home: Path, tmp_path: Path) -> None:
    result = run(home, "scabies", str(tmp_path / "hives.md"))
    assert (result.exit_code, "unknown document 'scabies'" in result.stderr) == (2, True)
    result = run(home, "hives", str(tmp_path / "hives.md"), "--suite", "gallstones")
    assert (result.exit_code, "asks about 'gallstones', not 'hives'" in result.stderr) == (2, True)
    assert [suite.suite for suite in suites_about("hives", Settings(home=home))] == ["hives"]

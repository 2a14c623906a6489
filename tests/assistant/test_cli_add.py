"""`wardbook documents add` with files, folders and patterns; the index is none of its business here."""

from __future__ import annotations

import io
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result
from reportlab.pdfgen.canvas import Canvas

import assistant.wiring
from assistant.cli import main


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(assistant.wiring, "build_index", lambda *_words, **_more: None)
    return tmp_path / "home"


def run(home: Path, *words: object) -> Result:
    result = CliRunner().invoke(main, ["--home", str(home), *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def pdf(*pages: tuple[str, str], locked: bool = False) -> bytes:
    held = io.BytesIO()
    canvas = Canvas(held, encrypt="secret" if locked else None)
    for heading, words in pages:
        canvas.setFont("Helvetica-Bold", 16)
        canvas.drawString(60, 700, heading)
        canvas.setFont("Helvetica", 10)
        canvas.drawString(60, 660, words)
        canvas.showPage()
    canvas.save()
    return held.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside = tmp_path / "ward"
    (inside / "older").mkdir(parents=True)
    (inside / "marsh.pdf").write_bytes(pdf(("Causes", "It comes of the marsh."), ("Therapy", "Subscription required")))
    file = docx.Document()
    file.add_heading("Hill rash", 0)
    file.add_heading("Zebra stripes", 1)
    file.add_paragraph("None.")
    file.save(str(inside / "hill.docx"))
    (inside / "locked.pdf").write_bytes(pdf(("Causes", "Secret."), locked=True))
    (inside / "older" / "marsh.pdf").write_bytes(pdf(("Causes", "It came of the marsh.")))
    (inside / "sheet.xlsx").write_bytes(b"x")
    return inside


def test_a_folder_is_in_but_for_what_is_named(home: Path, folder: Path) -> None:
    added = run(home, "documents", "add", folder)
    assert added.exit_code == 2
    for told in (
        "hill-rash: Hill rash (1 passages)",
        "+ Zebra stripes: 1 passages, a heading the vocabulary does not know",
        "marsh: marsh (1 passages, 2 page(s))",
        "+ Causes: 1 passages, p. 1",
        "x Therapy: withheld, p. 2",
        "! No title was found in it, so it is named after the file: “marsh”.",
        "1 file(s) of other kinds were passed over: sheet.xlsx",
        "locked.pdf was not added: locked.pdf is locked with a password",
        "older/marsh.pdf was not added: ",
        "has the same name, by which documents are told apart",
        "2 document(s) added and indexed.",
    ):
        assert told in added.output
    assert "[withheld, p. 2]" in run(home, "documents", "show", "marsh").output
    listed = run(home, "documents", "list").output
    assert "hill-rash" in listed
    assert "locked" not in listed


def test_patterns_and_what_is_replaced(home: Path, folder: Path) -> None:
    assert run(home, "documents", "add", f"{folder}/h*.docx").exit_code == 0
    again = run(home, "documents", "add", f"{folder}/**/hill.docx")
    assert again.exit_code == 0
    assert "! It replaces what was read from a file of this name, “Hill rash”." in again.output
    nothing = run(home, "documents", "add", f"{folder}/*.txt")
    assert nothing.exit_code == 2
    assert "no file matches this pattern" in nothing.output


def test_a_refused_new_version_leaves_the_old_one(home: Path, folder: Path) -> None:
    assert run(home, "documents", "add", folder / "marsh.pdf").exit_code == 0
    (folder / "marsh.pdf").write_bytes(b"%PDF-1.7 cut off")
    assert run(home, "documents", "add", folder / "marsh.pdf").exit_code == 2
    assert "It comes of the marsh." in run(home, "documents", "show", "marsh").output

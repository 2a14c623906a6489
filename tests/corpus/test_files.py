from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import UserError
from corpus.files import files_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.md", "b.PDF", "c.xlsx", ".hidden.md", "~$d.docx", "below/e.docx", ".git/f.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    return tmp_path


def names(folder: Path, *named: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in files_of([folder / one for one in named]).files]


def test_a_folder_with_those_below(folder: Path) -> None:
    assert names(folder, ".") == ["a.md", "b.PDF", "below/e.docx"]
    assert [path.name for path in files_of([folder]).left_out] == ["c.xlsx"]


def test_patterns(folder: Path) -> None:
    assert names(folder, "*.md") == ["a.md"]
    assert names(folder, "**/*.docx")[-1] == "below/e.docx"


def test_a_file_is_there_once_and_whatever_its_kind(folder: Path) -> None:
    assert names(folder, "a.md", "*.md", "c.xlsx", "none.md") == ["a.md", "c.xlsx", "none.md"]


def test_what_matches_nothing_is_told(folder: Path) -> None:
    with pytest.raises(UserError, match="no file matches this pattern"):
        files_of([folder / "*.html"])
    (folder / "empty").mkdir()
    with pytest.raises(UserError, match="no file in it can be read"):
        files_of([folder / "empty"])

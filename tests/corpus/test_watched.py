from __future__ import annotations

from pathlib import Path

import pytest

from corpus.errors import UserError
from corpus.library import Library
from corpus.watched import Watched

PAGE = "# {0}\n\n## Synopsis\n\n{0} itches.\n"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "home" / "documents")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "deep").mkdir(parents=True)
    (folder / "milia.md").write_text(PAGE.format("Milia"), encoding="utf-8")
    (folder / "deep" / "hives.md").write_text(PAGE.format("Hives"), encoding="utf-8")
    (folder / ".hidden.md").write_text(PAGE.format("Hidden"), encoding="utf-8")
    (folder / "picture.png").write_bytes(b"\x89PNG")
    return folder


def look(folder: Path, library: Library) -> list[tuple[str, str | None, str]]:
    """Look anew, as another process would."""
    watched = Watched(folder, library, library.folder.parent / "watched")
    return [(change.path, change.document_id, change.what) for change in watched.look()]


def ids(library: Library) -> set[str]:
    return {entry.id for entry in library.entries()}


def test_files_come_change_and_go(folder: Path, library: Library) -> None:
    before = ids(library)
    assert look(folder, library) == [("deep/hives.md", "hives", "added"), ("milia.md", "milia", "added")]
    assert ids(library) == before | {"hives", "milia"}
    assert look(folder, library) == []
    (folder / "milia.md").write_text(PAGE.format("Milia") + "\nIt goes.\n", encoding="utf-8")
    assert look(folder, library) == [("milia.md", "milia", "updated")]
    assert "It goes." in library.get("milia").text
    (folder / "deep" / "hives.md").unlink()
    assert look(folder, library) == [("deep/hives.md", "hives", "removed")]
    assert ids(library) == before | {"milia"}


def test_a_file_that_cannot_be_read_is_told_once_and_changes_nothing(folder: Path, library: Library) -> None:
    look(folder, library)
    (folder / "milia.md").write_text("", encoding="utf-8")
    assert look(folder, library) == [("milia.md", None, "refused")]
    assert look(folder, library) == []
    assert "Milia itches." in library.get("milia").text
    (folder / "milia.md").unlink()
    assert look(folder, library) == [("milia.md", "milia", "removed")]


def test_of_two_files_of_one_name_the_second_is_refused(folder: Path, library: Library) -> None:
    look(folder, library)
    (folder / "deep" / "milia.md").write_text(PAGE.format("Other milia"), encoding="utf-8")
    assert look(folder, library) == [("deep/milia.md", None, "refused")]
    assert "Milia itches." in library.get("milia").text


def test_documents_that_were_added_in_another_way_stay(folder: Path, library: Library, tmp_path: Path) -> None:
    (tmp_path / "wart.md").write_text(PAGE.format("Wart"), encoding="utf-8")
    library.add(tmp_path / "wart.md")
    look(folder, library)
    (folder / "milia.md").unlink()
    look(folder, library)
    assert {"wart", "hives"} <= ids(library)


def test_a_folder_that_lost_everything_at_once_loses_no_document(folder: Path, library: Library) -> None:
    look(folder, library)
    (folder / "milia.md").unlink()
    (folder / "deep" / "hives.md").unlink()
    with pytest.raises(UserError, match="held 2 files and holds none now"):
        look(folder, library)
    assert {"hives", "milia"} <= ids(library)
    with pytest.raises(UserError, match="is no folder"):
        look(folder / "nowhere", library)


def test_a_lost_state_is_made_again(folder: Path, library: Library) -> None:
    look(folder, library)
    (state,) = (library.folder.parent / "watched").glob("*.json")
    state.write_text("{", encoding="utf-8")
    assert [what for _, _, what in look(folder, library)] == ["added", "added"]
    assert look(folder, library) == []

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from filelock import FileLock

from index.copies import copy, remove_abandoned
from index.manifest import Damaged, Seal


def sealed(folder: Path) -> tuple[Path, dict[str, Seal]]:
    """A segment of three files, and their seals."""
    files = {"chroma/store": "store", "chroma/deep/er": "deeper", "bm25/words": "words"}
    segment = folder / "segments" / "one"
    for name, text in files.items():
        (segment / name).parent.mkdir(parents=True, exist_ok=True)
        (segment / name).write_text(text, encoding="utf-8")
    return segment, {name: Seal(hashlib.sha256(text.encode()).hexdigest(), len(text)) for name, text in files.items()}


def test_one_part_is_copied_and_goes_when_closed(tmp_path: Path) -> None:
    segment, files = sealed(tmp_path)
    private = copy(tmp_path, segment, files, "chroma")
    assert (private.folder / "store").read_text() == "store"
    assert (private.folder / "deep" / "er").read_text() == "deeper"
    assert len(list(private.folder.iterdir())) == 2
    private.close()
    private.close()
    assert list((tmp_path / "open").iterdir()) == []


def test_two_copies_are_apart(tmp_path: Path) -> None:
    segment, files = sealed(tmp_path)
    one, two = copy(tmp_path, segment, files, "chroma"), copy(tmp_path, segment, files, "chroma")
    (one.folder / "store").write_text("changed")
    assert (two.folder / "store").read_text() == (segment / "chroma" / "store").read_text() == "store"
    one.close()
    assert (two.folder / "store").is_file()
    two.close()


@pytest.mark.parametrize("name", ["chroma/store", "chroma/deep/er", "bm25/words"])
def test_a_changed_file_is_damage_and_leaves_no_copy(tmp_path: Path, name: str) -> None:
    segment, files = sealed(tmp_path)
    (segment / name).write_text("changed", encoding="utf-8")
    with pytest.raises(Damaged, match="is not as it was written") as raised:
        copy(tmp_path, segment, files, "chroma")
    assert raised.value.hint == "wardbook index"
    assert list((tmp_path / "open").iterdir()) == []


def test_a_missing_file_is_damage_but_a_missing_segment_is_not(tmp_path: Path) -> None:
    segment, files = sealed(tmp_path)
    (segment / "bm25/words").unlink()
    with pytest.raises(Damaged, match=r"words is missing"):
        copy(tmp_path, segment, files, "chroma")
    with pytest.raises(FileNotFoundError):
        copy(tmp_path, tmp_path / "segments" / "gone", files, "chroma")


def test_the_copy_of_a_dead_process_is_removed_and_a_living_one_kept(tmp_path: Path) -> None:
    segment, files = sealed(tmp_path)
    living = copy(tmp_path, segment, files, "chroma")
    (tmp_path / "open" / "1-dead").mkdir()
    (tmp_path / "open" / "1-dead" / "store").write_text("left")
    (tmp_path / "open" / "1-dead.lock").touch()
    another = copy(tmp_path, segment, files, "chroma")
    assert remove_abandoned(tmp_path) == 1
    assert not (tmp_path / "open" / "1-dead").exists()
    assert not (tmp_path / "open" / "1-dead.lock").exists()
    assert (living.folder / "store").is_file()
    living.close()
    another.close()


def test_a_lock_that_is_held_elsewhere_keeps_its_copy(tmp_path: Path) -> None:
    segment, files = sealed(tmp_path)
    (tmp_path / "open" / "1-busy").mkdir(parents=True)
    with FileLock(str(tmp_path / "open" / "1-busy.lock")):
        copy(tmp_path, segment, files, "chroma").close()
        assert remove_abandoned(tmp_path) == 0
        assert (tmp_path / "open" / "1-busy").is_dir()


def test_where_the_index_takes_no_copy_it_lies_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment, files = sealed(tmp_path)
    (tmp_path / "open").write_text("a file where the folder would be", encoding="utf-8")
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    private = copy(tmp_path, segment, files, "chroma")
    assert (private.folder / "store").read_text() == "store"
    assert private.folder.parent == tmp_path / "temporary"
    private.close()
    assert list((tmp_path / "temporary").iterdir()) == []

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from filelock import FileLock

from corpus.errors import UserError
from index.copies import copy


def sealed(folder: Path) -> tuple[Path, dict[str, str]]:
    """A generation of three files, and their hashes."""
    files = {"chroma/store": "store", "chroma/deep/er": "deeper", "bm25/words": "words"}
    generation = folder / "generations" / "one"
    for name, text in files.items():
        (generation / name).parent.mkdir(parents=True, exist_ok=True)
        (generation / name).write_text(text, encoding="utf-8")
    return generation, {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}


def test_one_part_is_copied_and_goes_when_closed(tmp_path: Path) -> None:
    generation, files = sealed(tmp_path)
    private = copy(tmp_path, generation, files, "chroma")
    assert (private.folder / "store").read_text() == "store"
    assert (private.folder / "deep" / "er").read_text() == "deeper"
    assert len(list(private.folder.iterdir())) == 2
    private.close()
    private.close()
    assert list((tmp_path / "open").iterdir()) == []


def test_two_copies_are_apart(tmp_path: Path) -> None:
    generation, files = sealed(tmp_path)
    one, two = copy(tmp_path, generation, files, "chroma"), copy(tmp_path, generation, files, "chroma")
    (one.folder / "store").write_text("changed")
    assert (two.folder / "store").read_text() == (generation / "chroma" / "store").read_text() == "store"
    one.close()
    assert (two.folder / "store").is_file()
    two.close()


@pytest.mark.parametrize("name", ["chroma/store", "chroma/deep/er", "bm25/words"])
def test_a_changed_file_is_damage_and_leaves_no_copy(tmp_path: Path, name: str) -> None:
    generation, files = sealed(tmp_path)
    (generation / name).write_text("changed", encoding="utf-8")
    with pytest.raises(UserError, match="is not as it was written") as raised:
        copy(tmp_path, generation, files, "chroma")
    assert raised.value.hint == "wardbook index --rebuild"
    assert list((tmp_path / "open").iterdir()) == []


def test_a_missing_file_is_damage_but_a_missing_generation_is_not(tmp_path: Path) -> None:
    generation, files = sealed(tmp_path)
    (generation / "bm25/words").unlink()
    with pytest.raises(UserError, match=r"words is missing"):
        copy(tmp_path, generation, files, "chroma")
    with pytest.raises(FileNotFoundError):
        copy(tmp_path, tmp_path / "generations" / "gone", files, "chroma")


def test_the_copy_of_a_dead_process_is_removed_and_a_living_one_kept(tmp_path: Path) -> None:
    generation, files = sealed(tmp_path)
    living = copy(tmp_path, generation, files, "chroma")
    (tmp_path / "open" / "1-dead").mkdir()
    (tmp_path / "open" / "1-dead" / "store").write_text("left")
    (tmp_path / "open" / "1-dead.lock").touch()
    another = copy(tmp_path, generation, files, "chroma")
    assert not (tmp_path / "open" / "1-dead").exists()
    assert not (tmp_path / "open" / "1-dead.lock").exists()
    assert (living.folder / "store").is_file()
    living.close()
    another.close()


def test_a_lock_that_is_held_elsewhere_keeps_its_copy(tmp_path: Path) -> None:
    generation, files = sealed(tmp_path)
    (tmp_path / "open" / "1-busy").mkdir(parents=True)
    with FileLock(str(tmp_path / "open" / "1-busy.lock")):
        copy(tmp_path, generation, files, "chroma").close()
        assert (tmp_path / "open" / "1-busy").is_dir()

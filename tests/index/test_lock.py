from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from corpus.errors import UserError
from index.lock import BusyIndex, held, left_behind


def test_a_second_builder_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with held(tmp_path, "building the index"), pytest.raises(UserError) as raised, held(tmp_path, "building too"):
        pass
    assert f"process {os.getpid()} (" in raised.value.message
    assert " is building the index since 20" in raised.value.message
    assert raised.value.hint == "wait until it is done; the next command brings the index up to the documents"


def test_the_note_goes_with_the_lock(tmp_path: Path) -> None:
    with held(tmp_path, "building the index"):
        assert (tmp_path / "lock.json").is_file()
    assert not (tmp_path / "lock.json").exists()
    with held(tmp_path, "building the index"):
        pass


def test_a_waiting_builder_gets_the_lock_when_it_is_free(tmp_path: Path) -> None:
    free = threading.Event()
    taken = threading.Event()

    def hold() -> None:
        with held(tmp_path, "building the index"):
            taken.set()
            free.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(10)
    threading.Timer(0.1, free.set).start()
    with held(tmp_path, "building the index", wait_seconds=10):
        pass
    holder.join()


@pytest.mark.parametrize("note", ["", "[]", "{}", "not json"])
def test_an_unreadable_note_is_no_crash(tmp_path: Path, note: str) -> None:
    with held(tmp_path, "building the index"):
        (tmp_path / "lock.json").write_text(note, encoding="utf-8")
        with pytest.raises(UserError, match="another process is at work"), held(tmp_path, "building too"):
            pass


def test_whoever_waits_says_for_whom(tmp_path: Path) -> None:
    said: list[str] = []
    with (
        held(tmp_path, "building the index"),
        pytest.raises(BusyIndex),
        held(tmp_path, "building too", 0.1, said.append),
    ):
        pass
    assert len(said) == 1
    assert said[0].startswith(f"Waiting: process {os.getpid()} (")
    assert " is building the index since 20" in said[0]


def test_a_note_without_a_holder_tells_who_was_killed(tmp_path: Path) -> None:
    with held(tmp_path, "building the index"):
        note = (tmp_path / "lock.json").read_text(encoding="utf-8")
        assert not left_behind(tmp_path)
    assert not left_behind(tmp_path)
    (tmp_path / "lock.json").write_text(note, encoding="utf-8")
    assert left_behind(tmp_path)
    with held(tmp_path, "building the index") as killed:
        assert killed is not None
        assert f"process {os.getpid()} (" in killed
        assert " was building the index since 20" in killed
    with held(tmp_path, "building the index") as killed:
        assert killed is None

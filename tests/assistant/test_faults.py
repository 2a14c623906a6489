"""The index under kills, full disks, folders that may not be written, damage and crowds.

What has to hold each time: whoever had the index open answers on; whoever opens it gets a whole generation, the one
before the change or the one after; the next command says what happened and mends it. Chroma is real, the encoder is
fake, and the questions are searches, since nothing above them touches the disk. `docs/index.md` has the table.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fault_processes import NAMES, Children, change, put_index, revision, revision_of

from assistant.indexing import open_index
from assistant.settings import Settings
from corpus.errors import UserError
from corpus.library import Library
from index.fake_encoder import FakeEncoder
from index.generations import build, current
from index.search import Index

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(os.name != "posix", reason="forks, signals and mounts are of POSIX"),
]
KILLS = 50


@pytest.fixture(scope="module")
def children() -> Iterator[Children]:
    started = Children()
    yield started
    started.end()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home at revision 1 of three documents, after revision 0."""
    change(tmp_path, 0)
    change(tmp_path, 1)
    return tmp_path


def folder_of(home: Path) -> Path:
    return Settings(home=home).index_folder


def opened(home: Path) -> Index:
    return Index.open(folder_of(home), FakeEncoder())


def revision_served(home: Path) -> int:
    index = opened(home)
    try:
        return revision_of(index)
    finally:
        index.close()


def next_command(home: Path) -> tuple[list[str], int]:
    """Do what `wardbook ask` does before it answers; return what it said and the revision it answers from."""
    said: list[str] = []
    index = open_index(Settings(home=home), FakeEncoder(), None, said.append)
    try:
        return said, revision_of(index)
    finally:
        index.close()


def is_mended(home: Path) -> bool:
    """Tell whether the next command has nothing to say, and the index nothing that does not belong."""
    index = opened(home)
    index.verify()
    names = {part.segment.name for part in index.manifest.parts}
    index.close()
    left = [path.name for path in (folder_of(home) / "segments").iterdir() if path.name.startswith(".")]
    there = {path.name for path in (folder_of(home) / "segments").iterdir()}
    return next_command(home)[0] == [] and not left and names <= there and not (folder_of(home) / "lock.json").exists()


# Kills


def test_a_builder_killed_at_fifty_moments(home: Path, children: Children) -> None:
    serving = opened(home)
    drawn = random.Random(7)
    tally: Counter[str] = Counter()
    most_seconds, served, number = 0.3, 1, 1
    while tally["killed"] < KILLS:
        number += 1
        assert number < 10 * KILLS, tally
        builder = children.start("change", home, number)
        time.sleep(drawn.uniform(0, most_seconds))
        os.kill(builder, signal.SIGKILL)
        killed = children.wait(builder) == -signal.SIGKILL
        now = revision_served(home)
        assert now in (served, number)
        assert revision_of(serving) == 1
        # How long a change takes depends on what else the machine does: the moments follow it.
        most_seconds *= 0.9 if now == number else 1.1
        served = now
        if killed:
            tally["killed"] += 1
            tally["killed after the swap" if now == number else "killed before the swap"] += 1
            tally["the lock's note was left"] += (folder_of(home) / "lock.json").exists()
    serving.close()
    change(home, number + 1)
    assert revision_served(home) == number + 1
    assert is_mended(home)
    print(f"kills: {dict(tally)}")
    assert tally["killed before the swap"] > KILLS / 4


def test_the_command_after_a_kill_says_who_was_killed_and_mends(home: Path, children: Children) -> None:
    for _ in range(60):
        builder = children.start("put_index", home, 5)
        while not (folder_of(home) / "lock.json").exists() and current(folder_of(home)) is not None:
            if os.path.exists(f"/proc/{builder}") and Path(f"/proc/{builder}/stat").read_text().split()[2] == "Z":
                break
        os.kill(builder, signal.SIGKILL)
        if children.wait(builder) == -signal.SIGKILL and (folder_of(home) / "lock.json").exists():
            break
        put_index(home, 1)
    assert revision_served(home) == 1
    said, answered = next_command(home)
    assert answered == 1
    assert len(said) == 1
    assert said[0].startswith(f"A build was cut short: process {builder} (")
    assert is_mended(home)


# Disks


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """Mount something at a folder, or skip the test where that is not allowed."""
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mount is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def refusal(home: Path, number: int) -> UserError | None:
    """Change to a revision, and return what refused it."""
    try:
        change(home, number)
    except UserError as error:
        return error
    return None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a small disk takes root")
def test_a_full_disk(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    refused = 0
    with mounted(disk, "-t", "tmpfs", "-o", "size=8m", "tmpfs"):
        change(disk, 0)
        change(disk, 1)
        serving = opened(disk)
        for number, room in enumerate((0, 4, 32, 128, 256, 384, 512, 640, 768, 1024), start=2):
            free = os.statvfs(disk)
            with (disk / "full").open("wb") as file:
                file.write(bytes(max(0, free.f_bavail * free.f_frsize - room * 1024)))
            before = revision_served(disk)
            error = refusal(disk, number)
            if error is not None:
                refused += 1
                assert "cannot be written" in error.message or "cannot write the index" in error.message
                assert error.hint
                assert revision_served(disk) == before
            assert revision_of(serving) == 1
            (disk / "full").unlink()
            change(disk, number)
            assert revision_served(disk) == number
        assert is_mended(disk)
        serving.close()
    print(f"refused for want of room: {refused} of 10")
    assert refused >= 3


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounting a folder read-only takes root")
def test_a_folder_that_may_not_be_written(home: Path) -> None:
    serving = opened(home)
    with mounted(home, "--bind", str(home)):
        done = subprocess.run(
            ["mount", "-o", "remount,ro,bind", str(home)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"remounting is not allowed here: {done.stderr.strip()}")
        assert revision_of(serving) == 1
        assert next_command(home) == ([], 1)
        with pytest.raises(UserError, match="cannot be written"):
            change(home, 2)
        with pytest.raises(UserError, match="cannot write the index") as raised:
            put_index(home, 2)
        assert raised.value.hint
        assert revision_served(home) == 1
    change(home, 2)
    assert revision_served(home) == 2
    assert is_mended(home)
    serving.close()


def test_documents_that_changed_where_the_index_takes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Library(Settings(home=home).documents_folder).match(revision(2))

    def refusing(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("index.segments.write", refusing)
        said, answered = next_command(home)
    assert answered == 1
    assert said[0] == "The documents have changed: bringing the index up to them."
    assert said[1].startswith("That can't be done now: cannot write the index in ")
    assert "Answering from the index of 20" in said[1]
    assert next_command(home) == (said[:1], 2)
    assert is_mended(home)


# Damage


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


DAMAGES = {"a bit": flip, "cut": lambda path: os.truncate(path, path.stat().st_size // 2), "gone": Path.unlink}


def test_each_file_of_a_generation_damaged_in_turn(tmp_path: Path) -> None:
    change(tmp_path, 1)
    kept = tmp_path / "kept"
    shutil.copytree(folder_of(tmp_path), kept)
    files = [path.relative_to(kept) for path in sorted(kept.rglob("*")) if path.is_file()]
    files = [path for path in files if not path.name.endswith(".lock")]
    # The pointer, the generation, and in its segment: facts, words, hashes, documents and at least five of Chroma.
    assert len(files) >= 13
    told: Counter[str] = Counter()
    for place, name in enumerate(path for path in files if path.name not in ("lock", "open.lock")):
        # Two of the three kinds for each file, in turn.
        for kind in ([*DAMAGES] * 2)[place % 3 : place % 3 + 2]:
            shutil.rmtree(folder_of(tmp_path))
            shutil.copytree(kept, folder_of(tmp_path))
            serving = opened(tmp_path)
            DAMAGES[kind](folder_of(tmp_path) / name)
            assert revision_of(serving) == 1
            said, answered = next_command(tmp_path)
            assert answered == 1
            assert said, (name, kind)
            assert "damaged" in said[0] or "No index" in said[0], (name, kind, said)
            assert revision_of(serving) == 1
            assert is_mended(tmp_path), (name, kind)
            serving.close()
            told[kind] += 1
    print(f"damaged files mended: {dict(told)}")


def test_damage_that_cannot_be_mended_now_is_answered_by_the_generation_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other documents, so that the generations share no segment.
    change(tmp_path, 0)
    build(folder_of(tmp_path), revision(0), FakeEncoder())
    build(folder_of(tmp_path), revision(0), FakeEncoder())
    name = opened(tmp_path).manifest.parts[0].segment.name
    flip(folder_of(tmp_path) / "segments" / name / "words.npz")

    def refusing(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr("index.segments.write", refusing)
        full.setattr("index.disk.write", refusing)
        said, answered = next_command(tmp_path)
    assert answered == 0
    assert "is not as it was written: mending it." in said[0]
    assert said[-1].startswith("That can't be done now: ")
    assert next_command(tmp_path)[1] == 0
    assert is_mended(tmp_path)


# Crowds


def test_two_writers_and_twenty_readers_at_once(home: Path, children: Children) -> None:
    readers = [children.start("read_on", home) for _ in range(20)]
    writers = [children.start("write_on", home, list(range(first, 16, 2))) for first in (10, 11)]
    assert [children.wait(writer) for writer in writers] == [0, 0]
    (home / "written").touch()
    assert [children.wait(reader) for reader in readers] == [0] * 20
    read = [number for path in home.glob("read-*") for number in json.loads(path.read_text())]
    assert len(list(home.glob("read-*"))) == 20
    assert set(read) <= {1, *range(10, 16)}
    assert revision_served(home) in (14, 15)
    assert list((folder_of(home) / "open").iterdir()) == []
    print(f"{len(read)} answers, all whole, from {len(set(read))} generations")


def test_readers_do_not_wait_for_a_builder_and_a_second_one_is_told_who_it_is(home: Path) -> None:
    from index.generations import ensure
    from index.lock import BusyIndex, held

    Library(Settings(home=home).documents_folder).match(revision(2))
    with held(folder_of(home), "building the index"):
        said, answered = next_command(home)
        assert answered == 1
        assert f"process {os.getpid()} (" in said[1]
        assert "is building the index since" in said[1]
        with pytest.raises(BusyIndex):
            ensure(folder_of(home), revision(2), FakeEncoder(), wait_seconds=0)
    assert next_command(home)[1] == 2


def test_a_stored_document_that_cannot_be_read_keeps_nobody_from_asking(home: Path) -> None:

    path = Settings(home=home).documents_folder / f"{NAMES[0]}.json"
    path.write_text("{", encoding="utf-8")
    said, answered = next_command(home)
    assert answered == 1
    assert "a stored document cannot be read" in said[0]
    assert "wardbook doctor --repair" in said[0]

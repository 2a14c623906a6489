"""A sealed segment is never opened: every process searches its own copy of the Chroma folder in it.

Chroma writes to a folder by opening it, and two processes that have one folder open can hang for minutes
(chroma-core/chroma#7040), while a student asks in a terminal beside a running server. Of the ways out, a read-only
opening does not exist in Chroma 1.5, and a lock makes the second process wait for ever. Of what Chroma keeps only the
SQLite file is written to; that is copied (150 bytes a passage), and the files of the graph (1.8 kB a passage) are hard
links where the disk has these. The hash of every file is checked at every opening, so that a Chroma that does write to
a graph would be found out. It also makes cleaning up safe: nothing that is served is in the folder of a segment.

A copy lies in `folder/open/NAME/` while `folder/open/NAME.lock` is held. A killed process leaves both behind; its lock
is free, so the next opening removes them. Where the index folder takes no copy (a full disk, a folder that may only be
read), it lies in the system's folder for temporary files instead: reading needs no right to write.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from index.hashes import sha256_of
from index.manifest import MEND, Damaged, Seal


class Copy:
    """A private copy of a part of a segment, held until closed."""

    def __init__(self, folder: Path, lock: Any | None) -> None:
        self.folder = folder
        self._lock = lock

    def close(self) -> None:
        """Remove the copy; closing twice is allowed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.release()
            Path(self._lock.lock_file).unlink(missing_ok=True)


def _none(_name: str, _seal: Seal) -> bool:
    return False


def copy(
    folder: Path, segment: Path, files: Mapping[str, Seal], part: str, linked: Callable[[str, Seal], bool] = _none
) -> Copy:
    """Copy the files under `part/` of a segment for this process alone, and check the hash of every file.

    Args:
        folder: the index folder, which gets `open/`.
        segment: the sealed folder to copy from.
        files: the seal of each file by its path in the segment; files outside `part` are only checked.
        part: name of the folder in the segment that is copied.
        linked: tells of a file's name and seal whether nobody writes to it, so that a hard link does.

    Raises:
        Damaged: a file is missing or differs from its hash.
        FileNotFoundError: the whole segment is gone, because a builder has just replaced it.
    """
    try:
        return _filled(_in_index(folder), segment, files, part, linked)
    except FileNotFoundError:
        raise
    except OSError:
        private = Copy(Path(tempfile.mkdtemp(prefix="wardbook-")), None)
        return _filled(private, segment, files, part, linked)


def remove_abandoned(folder: Path) -> int:
    """Remove the copies of processes that are no more, and return how many there were."""
    opened = folder / "open"
    if not opened.is_dir():
        return 0
    with FileLock(str(folder / "open.lock"), timeout=60):
        return _remove_abandoned(opened)


def _in_index(folder: Path) -> Copy:
    opened = folder / "open"
    opened.mkdir(parents=True, exist_ok=True)
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    # Without this lock another process could find the new lock file in the moment before it is held.
    with FileLock(str(folder / "open.lock"), timeout=60):
        lock = FileLock(str(opened / f"{name}.lock"), timeout=0, thread_local=False)
        lock.acquire()
    return Copy(opened / name, lock)


def _filled(
    private: Copy, segment: Path, files: Mapping[str, Seal], part: str, linked: Callable[[str, Seal], bool]
) -> Copy:
    try:
        private.folder.mkdir(exist_ok=True)
        for path, seal in files.items():
            inside = path.startswith(f"{part}/")
            target = private.folder / path.removeprefix(f"{part}/") if inside else None
            try:
                if target is not None and linked(target.name, seal) and _link(segment / path, target):
                    target = None
                found = sha256_of(segment / path, target)
            except FileNotFoundError as error:
                if not segment.is_dir():
                    raise
                raise Damaged(f"index is damaged: {segment / path} is missing", MEND) from error
            if found != seal.sha256:
                raise Damaged(f"index is damaged: {segment / path} is not as it was written", MEND)
    except BaseException:
        private.close()
        raise
    return private


def _link(path: Path, target: Path) -> bool:
    """Make a hard link, and tell whether there is one now; FileNotFoundError when there is no such file."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, target)
    except FileNotFoundError:
        raise
    except OSError:
        return False
    return True


def _remove_abandoned(opened: Path) -> int:
    removed = 0
    for held in opened.glob("*.lock"):
        lock = FileLock(str(held), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            continue
        Copy(held.with_suffix(""), lock).close()
        removed += 1
    return removed

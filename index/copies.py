"""A sealed generation is never opened: every process searches its own copy of the Chroma folder.

Chroma writes to a folder by opening it, and two processes that have one folder open can hang for minutes
(chroma-core/chroma#7040), while a student asks in a terminal beside a running server. Of the ways out, a read-only
opening does not exist in Chroma 1.5, hard links share the very bytes that SQLite writes, and a lock makes the second
process wait for ever. A copy costs 2 ms for one document and 80 ms for 20,000 passages (50 MB), and it also makes
pruning safe: nothing that is served is in the generation folder.

A copy lies in `folder/open/NAME/` while `folder/open/NAME.lock` is held. A killed process leaves both behind; its lock
is free, so the next opening removes them.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.errors import UserError
from index.hashes import sha256_of
from index.manifest import REBUILD


class Copy:
    """A private copy of a part of a generation, held until closed."""

    def __init__(self, folder: Path, lock: Any) -> None:
        self.folder = folder
        self._lock = lock

    def close(self) -> None:
        """Remove the copy; closing twice is allowed."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)


def copy(folder: Path, generation: Path, files: Mapping[str, str], part: str) -> Copy:
    """Copy the files under `part/` of a generation for this process alone, and check the hash of every file.

    Args:
        folder: the index folder, which gets `open/`.
        generation: the sealed folder to copy from.
        files: sha256 of each file by its path in the generation; files outside `part` are only checked.
        part: name of the folder in the generation that is copied.

    Raises:
        UserError: a file is missing or differs from its hash.
        FileNotFoundError: the whole generation is gone, because a builder has just replaced it twice.
    """
    opened = folder / "open"
    opened.mkdir(parents=True, exist_ok=True)
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    # Without this lock another process could find the new lock file in the moment before it is held.
    with FileLock(str(folder / "open.lock"), timeout=60):
        _remove_abandoned(opened)
        lock = FileLock(str(opened / f"{name}.lock"), timeout=0, thread_local=False)
        lock.acquire()
    private = Copy(opened / name, lock)
    try:
        private.folder.mkdir()
        for path, expected in files.items():
            inside = path.startswith(f"{part}/")
            target = private.folder / path.removeprefix(f"{part}/") if inside else None
            try:
                found = sha256_of(generation / path, target)
            except FileNotFoundError as error:
                if not generation.is_dir():
                    raise
                raise UserError(f"index is damaged: {generation / path} is missing", REBUILD) from error
            if found != expected:
                raise UserError(f"index is damaged: {generation / path} is not as it was written", REBUILD)
    except BaseException:
        private.close()
        raise
    return private


def _remove_abandoned(opened: Path) -> None:
    """Remove the copies of processes that are no more."""
    for held in opened.glob("*.lock"):
        lock = FileLock(str(held), timeout=0, thread_local=False)
        try:
            lock.acquire()
        except Timeout:
            continue
        Copy(held.with_suffix(""), lock).close()

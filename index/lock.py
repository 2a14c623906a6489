"""One builder at a time: a lock of the operating system, and beside it a note that says who holds it.

The system frees the lock when its holder dies, however it dies; a note that is still there when the lock is free
tells of a builder that was killed. Readers never ask for the lock.
"""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from corpus.errors import UserError

Say = Callable[[str], None]
_GLANCE_SECONDS = 0.2
"""For `left_behind` of another process, which holds the lock for a moment."""


class BusyIndex(UserError):
    """Another process is changing the index."""


@contextmanager
def held(folder: Path, what: str, wait_seconds: float = 0, say: Say | None = None) -> Iterator[str | None]:
    """Hold `folder/lock`; yields who was killed while holding it, None when nobody was.

    Args:
        folder: the index folder.
        what: what the lock is held for, in words that follow "is" in a message.
        wait_seconds: how long to wait for another holder before giving up.
        say: told a sentence before waiting.

    Raises:
        BusyIndex: another process holds it and `wait_seconds` are over; the message names process, machine, command
            and since when.
    """
    # The holder may be closed by another thread than the one that took the lock.
    lock = FileLock(str(folder / "lock"), thread_local=False)
    note = folder / "lock.json"
    try:
        lock.acquire(timeout=_GLANCE_SECONDS)
    except Timeout:
        if wait_seconds and say is not None:
            say(f"Waiting: {_holder(note)}.")
        try:
            lock.acquire(timeout=wait_seconds)
        except Timeout as error:
            message = f"the index in {folder} is busy: {_holder(note)}"
            hint = "wait until it is done; the next command brings the index up to the documents"
            raise BusyIndex(message, hint) from error
    try:
        killed = _holder(note, "was") if note.exists() else None
        note.write_text(json.dumps(note_of(what)) + "\n", encoding="utf-8")
        yield killed
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def left_behind(folder: Path) -> bool:
    """Tell whether a builder was killed and nobody has cleaned up yet; False while one is at work."""
    if not (folder / "lock.json").exists():
        return False
    lock = FileLock(str(folder / "lock"), thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError):
        return False
    # Asked again: its holder may have been done in between.
    left = (folder / "lock.json").exists()
    lock.release()
    return left


def note_of(what: str) -> dict[str, str | int]:
    """Return the note of this process, which holds a lock for `what` from now on."""
    since = datetime.now(timezone.utc).isoformat(timespec="seconds")
    return {"pid": os.getpid(), "host": platform.node(), "command": _command(), "what": what, "since": since}


def told(values: Mapping[str, Any], verb: str = "is") -> str:
    """Return who holds a lock, or held it, in words, from its note."""
    try:
        who = f"process {values['pid']} ({values['command']}) on {values['host']}"
        return f"{who} {verb} {values['what']} since {values['since']}"
    except (KeyError, TypeError):
        return f"another process {verb} at work"


def _command() -> str:
    """Return the command of this process as a person would know it: no folders, at most 80 characters."""
    return " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:80].strip() or "python"


def _holder(note: Path, verb: str = "is") -> str:
    try:
        return told(json.loads(note.read_text(encoding="utf-8")), verb)
    except (OSError, ValueError):
        return told({}, verb)

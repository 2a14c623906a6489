"""One builder at a time: a lock of the operating system, and beside it a note that says who holds it.

The system frees the lock when its holder dies, however it dies; the note is only read when the lock is taken.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import UserError


@contextmanager
def held(folder: Path, what: str, wait_seconds: float = 0) -> Iterator[None]:
    """Hold `folder/lock`; `what` says what for, in words that follow "is" in a message.

    Raises:
        UserError: another process holds it and `wait_seconds` are over; the message names process, machine and since
            when.
    """
    # The holder may be closed by another thread than the one that took the lock.
    lock = FileLock(str(folder / "lock"), timeout=wait_seconds, thread_local=False)
    note = folder / "lock.json"
    try:
        lock.acquire()
    except Timeout as error:
        raise UserError(f"the index in {folder} is busy: {_holder(note)}", "wait until it is done") from error
    try:
        since = datetime.now(timezone.utc).isoformat(timespec="seconds")
        values = {"pid": os.getpid(), "host": platform.node(), "what": what, "since": since}
        note.write_text(json.dumps(values) + "\n", encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        values = json.loads(note.read_text(encoding="utf-8"))
        return f"process {values['pid']} on {values['host']} is {values['what']} since {values['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process holds it"

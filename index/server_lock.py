"""One builder at a time on a Chroma server, whatever machine it runs on.

Chroma makes a collection of one name once; whoever made `wardbook-lock` holds the lock. Its metadata says who that is,
and how late it was on the server's clock when the holder was last heard of. A holder that has died is not heard of any
more: its collection is renamed, by its id, so that of several who see it die none can touch the lock that another of
them has just taken; then all try to make a new one. Letting go is done in the same way.

A holder that only slept (a laptop, a paused virtual machine) finds before it lets a generation serve that the lock is
another's, and leaves.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from corpus.errors import UserError
from index.chroma_server import Collection, Server
from index.lock import BusyIndex, Say, note_of, told
from index.unavailable import Unavailable

LOCK = "wardbook-lock"
BEAT_SECONDS = 5.0
DEAD_SECONDS = 60.0
"""A holder that has not been heard of for so long is taken to be dead."""
_LOOK_SECONDS = 0.5


class ServerLock:
    """The lock while it is held."""

    def __init__(self, server: Server, made: Collection, killed: str | None) -> None:
        self.killed = killed
        """Who was killed while holding it, in words; None when nobody was."""
        self._server = server
        self._made = made

    def check(self) -> None:
        """Make sure that the lock is still ours.

        Raises:
            BusyIndex: another process has taken it, because this one was not heard of.
        """
        found = self._server.find(LOCK)
        if found is None or found.id != self._made.id:
            who = told(found.metadata) if found is not None else "it was taken for dead"
            message = f"this process was not heard of for {DEAD_SECONDS:.0f} seconds and has lost the index: {who}"
            raise BusyIndex(message, "run the command again")

    def beat(self, stop: Event) -> None:
        """Be heard of until `stop` is set."""
        note = self._made.metadata
        while not stop.wait(BEAT_SECONDS):
            try:
                self._made.modify(metadata={**note, "beat": self._server.now()})
            except Unavailable:
                continue

    def release(self) -> None:
        """Let go of the lock."""
        _remove(self._server, self._made)


@contextmanager
def held_on(server: Server, what: str, wait_seconds: float, say: Say | None) -> Iterator[ServerLock]:
    """Hold the lock of a server.

    Args:
        server: the Chroma server.
        what: what the lock is held for, in words that follow "is" in a message.
        wait_seconds: how long to wait for another holder before giving up.
        say: told a sentence before waiting, and about a holder that has died.

    Raises:
        BusyIndex: another process holds it and `wait_seconds` are over; the message says which.
        UserError: what has the lock's name is none.
        Unavailable: the server can't be reached.
    """
    lock = _acquired(server, what, wait_seconds, say)
    stop = Event()
    beating = Thread(target=lock.beat, args=(stop,), name="index-lock", daemon=True)
    beating.start()
    try:
        yield lock
    finally:
        stop.set()
        beating.join()
        try:
            lock.release()
        except Unavailable as error:
            if say is not None:
                say(f"The index stays locked for {DEAD_SECONDS:.0f} seconds: {error.message}.")


def holder(server: Server) -> str | None:
    """Return who holds the lock, in words; None when nobody does."""
    found = server.find(LOCK)
    return None if found is None else told(found.metadata)


def _acquired(server: Server, what: str, wait_seconds: float, say: Say | None) -> ServerLock:
    until = time.monotonic() + wait_seconds
    killed: str | None = None
    waited = False
    while True:
        note = {"wardbook": "lock", **note_of(what), "beat": server.now()}
        made = server.create(LOCK, note)
        if made is not None:
            return ServerLock(server, made, killed)
        found = server.find(LOCK)
        if found is None:
            continue
        if found.metadata.get("wardbook") != "lock":
            message = f"collection '{LOCK}' on the Chroma server at {server.url} is not of Wardbook's making"
            raise UserError(message, "use another Chroma server, or delete that collection")
        silent = server.now() - float(found.metadata.get("beat", 0.0))
        if silent > DEAD_SECONDS:
            killed = told(found.metadata, "was")
            if say is not None:
                say(f"Not heard of for {silent:.0f} seconds, and taken for dead: {killed}.")
            _remove(server, found)
            continue
        if wait_seconds and say is not None and not waited:
            say(f"Waiting: {told(found.metadata)}.")
        waited = True
        if time.monotonic() >= until:
            message = f"the index on the Chroma server at {server.url} is busy: {told(found.metadata)}"
            raise BusyIndex(message, "wait until it is done; the next command brings the index up to the documents")
        time.sleep(_LOOK_SECONDS)


def _remove(server: Server, lock: Collection) -> None:
    """Remove this very collection, which another may already have renamed or removed."""
    aside = f"{LOCK}-{secrets.token_hex(8)}"
    if lock.modify(name=aside):
        server.delete(aside)

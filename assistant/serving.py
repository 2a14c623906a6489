"""The assistant that serves, and its replacement by one over a newer index while questions are being answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from typing import Generic, TypeVar

from corpus.errors import UserError
from index.unavailable import Unavailable

Served = TypeVar("Served")
LOOK_SECONDS = 1.0
"""How often the server looks whether there is a newer index: one small file is read."""


class Serving(Generic[Served]):
    """Lends out what serves. What was replaced is closed when the last question that it was lent to is answered."""

    def __init__(self, first: Served, close: Callable[[Served], None] | None = None) -> None:
        """Serve `first`; `close` is called once for each that has been replaced."""
        self._close = close
        self._lock = Lock()
        self._newest = first
        self._lent: dict[int, int] = {id(first): 0}

    @property
    def newest(self) -> Served:
        """What serves now."""
        return self._newest

    @contextmanager
    def lent(self) -> Iterator[Served]:
        """Lend what serves now for one question."""
        with self._lock:
            one = self._newest
            self._lent[id(one)] += 1
        try:
            yield one
        finally:
            with self._lock:
                self._lent[id(one)] -= 1
                done = one is not self._newest and not self._lent[id(one)]
            if done:
                self._retire(one)

    def replace(self, newer: Served) -> None:
        """Serve `newer` from now on."""
        with self._lock:
            old, self._newest = self._newest, newer
            self._lent[id(newer)] = 0
            idle = not self._lent[id(old)]
        if idle:
            self._retire(old)

    def keep_up(self, renewed: Callable[[Served], Served | None], stop: Event, look_seconds: float) -> None:
        """Replace what serves whenever `renewed` has a newer one, until `stop` is set.

        A newer one that cannot be opened, or a server that is away, is told in the log, once; the old one goes on
        serving.
        """
        told = ""
        while not stop.wait(look_seconds):
            try:
                newer = renewed(self._newest)
            except (UserError, OSError) as error:
                if str(error) != told:
                    told = str(error)
                    away = isinstance(error, Unavailable)
                    said = "Answering from what is held in memory" if away else "The newer index is not served"
                    logging.getLogger("wardbook").warning("%s: %s", said, error)
                continue
            told = ""
            if newer is not None:
                self.replace(newer)

    def _retire(self, one: Served) -> None:
        with self._lock:
            if self._lent.pop(id(one), None) is None:
                return
        if self._close is not None:
            self._close(one)

"""Reading a stream that may never end: in a thread of its own, up to a moment, without ever waiting longer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

from assistant.writing.chat_model import ModelFailure


class TooSlow(Exception):
    """The moment came before the end of the stream."""


def until(moment: float, start: Callable[[], Iterator[str]], ended: Callable[[], Any]) -> Iterator[str]:
    """Yield what a stream gives until `moment` (of `time.monotonic`).

    The thread that reads is left behind when it hangs; `ended` is called in it once it is done, however late.

    Raises:
        TooSlow: the stream has not ended by then.
        ModelFailure: as the stream raised it.
    """
    told: Queue[str | ModelFailure | None] = Queue()
    stop = Event()

    def read() -> None:
        try:
            for piece in start():
                told.put(piece)
                if stop.is_set():
                    break
            told.put(None)
        except ModelFailure as failure:
            told.put(failure)
        finally:
            # Also after a bug in a stream, whose traceback the thread prints: nobody shall wait for it.
            told.put(None)
            ended()

    Thread(target=read, name="chat-model", daemon=True).start()
    try:
        while True:
            try:
                piece = told.get(timeout=max(0.0, moment - time.monotonic()))
            except Empty:
                raise TooSlow from None
            if piece is None:
                return
            if isinstance(piece, ModelFailure):
                raise piece
            yield piece
    finally:
        stop.set()

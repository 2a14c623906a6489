"""Where questions wait: until the assistant is open, and for their turn.

`Opening` loads the assistant in a background thread, so that the server listens and shows the page meanwhile, and has
it replaced there when there is a newer index.
`Desk` is what the page and the API share: one `ask`, at most a few at once, no blocking of the event loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event, Thread
from typing import Any, Literal, Protocol

from assistant.serving import LOOK_SECONDS, Serving
from assistant.types import Answer, Statement, Turn
from corpus.errors import UserError
from index.unavailable import Unavailable

State = Literal["loading", "ready", "failed"]
Say = Callable[[str], None]
Told = Callable[[Statement], object]
AWAY_SECONDS = 5
"""After how long one may ask again, when a server that the index lies on is away."""


class Asker(Protocol):
    """What answers: `assistant.assistant.Assistant`, or a fake of the tests."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        document_id: str | None = None,
        *,
        model: str | None = None,
        told: Told = lambda statement: None,
    ) -> Answer:
        """Answer a question."""
        ...


class Busy(Exception):
    """The question was not taken; `retry_after_seconds` says when to try again."""

    def __init__(self, message: str, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.message = message
        self.retry_after_seconds = retry_after_seconds


class Opening:
    """An assistant that opens in a background thread, and is replaced by newer ones there."""

    def __init__(
        self,
        open_assistant: Callable[[Say], Asker],
        renewed: Callable[[Asker], Asker | None] | None = None,
        close: Callable[[Asker], None] | None = None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """Keep how to open.

        Args:
            open_assistant: is given a function to which it may say how far it is.
            renewed: is asked every `look_seconds` for an assistant newer than the one it is given; None: there is none.
            close: closes an assistant that was replaced.
            look_seconds: how long a newer one may go unnoticed.
        """
        self._open = open_assistant
        self._renewed = renewed
        self._close = close
        self._look_seconds = look_seconds
        self._stop = Event()
        self._said = "The language model is loading."
        self._future: Future[Serving[Asker]] = Future()

    def start(self) -> None:
        """Begin to open. A daemon thread: stopping the server never waits for a model."""
        Thread(target=self._run, name="open-assistant", daemon=True).start()

    def _run(self) -> None:
        try:
            serving = Serving(self._open(self._say), self._close)
            self._future.set_result(serving)
        except UserError as error:
            self._future.set_exception(error)
        except BaseException as error:
            self._future.set_exception(error)
            raise  # a bug: the thread's traceback goes to the log
        else:
            if self._renewed is not None:
                serving.keep_up(self._renewed, self._stop, self._look_seconds)

    def stop(self) -> None:
        """Look for newer ones no more."""
        self._stop.set()

    @property
    def newest(self) -> Asker | None:
        """The assistant that serves now; None until one does."""
        return self._future.result().newest if self.state == "ready" else None

    def _say(self, sentence: str) -> None:
        self._said = sentence

    @property
    def state(self) -> State:
        """How far the opening is."""
        if not self._future.done():
            return "loading"
        return "failed" if self._future.exception() else "ready"

    @property
    def sentence(self) -> str:
        """What a person is told about the state."""
        if not self._future.done():
            return self._said
        error = self._future.exception()
        if error is None:
            return "Ready."
        return str(sentence_of(error)) if isinstance(error, UserError) else "Loading failed; the server's log says why."

    async def opened(self, timeout_seconds: float) -> Serving[Asker]:
        """Wait for the assistant; it is lent for each question.

        Raises:
            Busy: it is still loading after `timeout_seconds`.
            UserError: it cannot be opened.
        """
        if self._future.done():
            return self._future.result()
        waiting = asyncio.shield(asyncio.wrap_future(self._future))
        try:
            return await asyncio.wait_for(waiting, timeout_seconds)
        except asyncio.TimeoutError:
            raise Busy(f"{self.sentence} Ask again in a moment.", 5) from None


async def arriving(written: asyncio.Queue[Statement], asked: asyncio.Future[Answer]) -> AsyncIterator[list[Statement]]:
    """Yield what has been written so far, each time that there is more, until the answer is there."""
    so_far: list[Statement] = []
    while not asked.done():
        following = asyncio.ensure_future(written.get())
        waiting: set[asyncio.Future[Any]] = {asked, following}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not following.done():
            following.cancel()
        elif not asked.done():
            so_far.append(following.result())
            yield so_far


class Desk:
    """Takes questions, answers a few at a time, refuses honestly when too many wait."""

    def __init__(
        self, opening: Opening, *, at_once: int = 4, waiting: int = 32, patience_seconds: float = 120.0
    ) -> None:
        """Keep the limits: `at_once` questions are worked on, `waiting` more may stand in the queue."""
        self.opening = opening
        self._most = at_once + waiting
        self._inside = 0
        self._patience_seconds = patience_seconds
        self._workers = ThreadPoolExecutor(at_once, thread_name_prefix="ask")

    def check_room(self) -> None:
        """Refuse when no more may wait.

        Raises:
            Busy: too many questions wait.
        """
        if self._inside >= self._most:
            raise Busy("Too many questions are waiting. Ask again in a few seconds.", 5)

    async def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        document_id: str | None = None,
        *,
        model: str | None = None,
        told: Told | None = None,
    ) -> Answer:
        """Answer a question in a worker thread, once the assistant is open.

        `told` is called in the event loop with each statement that a chat model's answer has so far.

        Raises:
            Busy: too many questions wait, or the assistant takes too long to open.
            UserError: as `Assistant.ask`, or the assistant cannot be opened.
        """
        self.check_room()
        self._inside += 1
        try:
            serving = await self.opening.opened(self._patience_seconds)
            loop = asyncio.get_running_loop()
            more: dict[str, Any] = {} if model is None else {"model": model}
            if told is not None:
                more["told"] = lambda statement: loop.call_soon_threadsafe(told, statement)

            def ask(assistant: Asker) -> Answer:
                return assistant.ask(question, tuple(history), document_id, **more)

            return await loop.run_in_executor(self._workers, _ask, serving, ask)
        finally:
            self._inside -= 1

    def close(self) -> None:
        """Take no more questions; what is being answered ends."""
        self.opening.stop()
        self._workers.shutdown(wait=False, cancel_futures=True)


def _ask(serving: Serving[Asker], ask: Callable[[Asker], Answer]) -> Answer:
    try:
        # Lent here, in the worker: who asked may have hung up long before the answer is there.
        with serving.lent() as assistant:
            return ask(assistant)
    except Unavailable as error:
        raise Busy(sentence_of(error), AWAY_SECONDS) from error
    except StopIteration as error:
        # A future cannot carry this one: whoever waits for it would wait for ever.
        raise RuntimeError("an assistant ran out of something") from error


def sentence_of(error: UserError) -> str:
    """Return message and hint as a person reads them."""
    message = error.message[:1].upper() + error.message[1:]
    message = message if message.endswith((".", "!", "?")) else message + "."
    return f"{message} Try: {error.hint}" if error.hint else message

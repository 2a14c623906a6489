"""The assistant as a LangChain `Runnable`, for whoever builds a chain on it; see `docs/langchain.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from assistant.types import Answer, Statement, Turn
from corpus.errors import UserError

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable, RunnableConfig

    from assistant.desk import Asker

Asked = str | Mapping[str, Any]
"""A question, or {"question", "history", "document", "model"} with all but the first left out at will."""


def runnable(assistant: Asker) -> Runnable[Asked, dict[str, Any]]:
    """Return the assistant as a runnable that gives `Answer.to_dict()`.

    `invoke`, `batch` and their asynchronous forms give whole answers. `stream` and `astream` give, where a chat model
    writes, `{"statement": {...}}` for each statement as soon as it stands, and last `{"answer": {...}}`.
    A question that can't be asked raises `UserError`.
    """
    from langchain_core.runnables import Runnable

    class WardbookRunnable(Runnable[Any, dict[str, Any]]):
        def invoke(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> dict[str, Any]:
            answer: dict[str, Any] = self._call_with_config(lambda one: _ask(assistant, one).to_dict(), input, config)
            return answer

        def stream(self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any) -> Iterator[dict[str, Any]]:
            told: Queue[Statement | dict[str, Any] | BaseException] = Queue()

            def ask() -> None:
                try:
                    answer = self._call_with_config(lambda one: _ask(assistant, one, told.put).to_dict(), input, config)
                    told.put(answer)
                except BaseException as error:  # noqa: BLE001 - raised where the stream is read
                    told.put(error)

            Thread(target=ask, name="runnable", daemon=True).start()
            while isinstance(one := told.get(), Statement):
                yield {"statement": one.to_dict()}
            if isinstance(one, BaseException):
                raise one
            yield {"answer": one}

        async def astream(
            self, input: Asked, config: RunnableConfig | None = None, **kwargs: Any
        ) -> AsyncIterator[dict[str, Any]]:
            from langchain_core.runnables.config import run_in_executor

            pieces = self.stream(input, config)
            while (piece := await run_in_executor(None, next, pieces, None)) is not None:
                yield piece

    return WardbookRunnable()


def _ask(assistant: Asker, asked: Asked, told: Callable[[Statement], object] | None = None) -> Answer:
    given: Mapping[str, Any] = {"question": asked} if isinstance(asked, str) else asked
    unknown = sorted(set(given) - {"question", "history", "document", "model"})
    if unknown or not isinstance(given.get("question"), str):
        raise UserError(
            f"a question can't be read from {sorted(given)}", 'ask a string, or {"question": ..., "history": [...]}'
        )
    history = [
        turn if isinstance(turn, Turn) else Turn(turn["role"], turn["content"], turn.get("document"))
        for turn in given.get("history", ())
    ]
    more: dict[str, Any] = {name: given[name] for name in ("model",) if given.get(name) is not None}
    if told is not None:
        more["told"] = told
    return assistant.ask(given["question"], history, given.get("document"), **more)

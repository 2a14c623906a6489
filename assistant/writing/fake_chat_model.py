"""Chat models for tests, in the place of real ones: they say what they are told to, or fail as they are told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Event

from assistant.writing.chat_model import ModelFailure
from assistant.writing.prompt import Messages

Script = str | Exception | Callable[[Messages], Iterator[str]]


class FakeChatModel:
    """Gives one script a call, the last one again when there are no more; keeps what it was asked.

    A string is streamed word by word, an exception is raised at once, a function is called.
    """

    def __init__(self, *scripts: Script, name: str = "fake:model") -> None:
        self.name = name
        self.asked: list[Messages] = []
        self._scripts = list(scripts)

    def stream(self, messages: Messages) -> Iterator[str]:
        """Yield what the next script says."""
        self.asked.append(messages)
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        if isinstance(script, Exception):
            raise script
        if isinstance(script, str):
            yield from (f"{word} " for word in script.split(" "))
        else:
            yield from script(messages)


def hanging(until: Event, first: Sequence[str] = ()) -> Callable[[Messages], Iterator[str]]:
    """Return a script that says some pieces and then nothing until an event is set."""

    def script(_messages: Messages) -> Iterator[str]:
        yield from first
        until.wait()

    return script


def breaking(first: Sequence[str]) -> Callable[[Messages], Iterator[str]]:
    """Return a script that says some pieces and then breaks off."""

    def script(_messages: Messages) -> Iterator[str]:
        yield from first
        raise ModelFailure("the connection broke")

    return script


def looping(sentence: str) -> Callable[[Messages], Iterator[str]]:
    """Return a script that says numbered versions of a sentence for ever."""

    def script(_messages: Messages) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"{sentence} Number {number}. "

    return script


class FakeReader:
    """Reads every sentence as supported by the same log-odds."""

    def __init__(self, log_odds: float = 3.0) -> None:
        self._log_odds = log_odds

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the same for all."""
        return self._log_odds

"""Chat models through LangChain: opened by `provider:name`, and the only file of this floor that names `langchain`.

Any provider package that is installed works, and any server that speaks OpenAI's protocol by its base URL (vLLM,
Ollama, llama.cpp). What providers raise is theirs, so everything raised is told in a sentence here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.writing.prompt import Messages
from corpus.errors import UserError

MOST_TOKENS = 320
"""Tokens that a model may write for one answer."""
_PACKAGE = re.compile(r"pip install (?:-U |--upgrade )?[`'\"]?([\w-]+)")


class ChatModel(Protocol):
    """A chat model that writes."""

    name: str
    """As the settings name it, such as "openai:gpt-5-mini"."""

    def stream(self, messages: Messages) -> Iterator[str]:
        """Yield the text of the reply in pieces; whatever goes wrong is raised as `ModelFailure`."""
        ...


class ModelFailure(Exception):
    """A model could not be reached, or broke off; the message is a sentence for the log."""


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """How to reach a model."""

    name: str
    """provider:name."""
    base_url: str | None = None
    api_key: str | None = None
    timeout_seconds: float = 20.0


class LangChainModel:
    """A LangChain chat model as a `ChatModel`."""

    def __init__(self, name: str, model: Any) -> None:
        """Take a `BaseChatModel`."""
        self.name = name
        self._model = model

    def stream(self, messages: Messages) -> Iterator[str]:
        """Yield the text of the reply; reasoning, tool calls and what else is no text is left out."""
        try:
            for chunk in self._model.stream(messages):
                if text := _text(chunk):
                    yield text
        except Exception as error:  # providers raise what they like
            raise ModelFailure(_sentence(error)) from error


def open_chat_model(options: ModelOptions) -> ChatModel:
    """Open a model without calling it.

    Raises:
        UserError: the name has no provider, its package is not installed, or its settings (a key) are missing.
    """
    provider, colon, name = options.name.partition(":")
    if not (colon and provider and name):
        raise UserError(
            f"WARDBOOK_MODEL={options.name!r} names no provider, expected provider:name",
            "WARDBOOK_MODEL=openai:gpt-5-mini wardbook serve",
        )
    from langchain.chat_models import init_chat_model

    given: dict[str, Any] = {"temperature": 0, "max_tokens": MOST_TOKENS, "timeout": options.timeout_seconds}
    if provider != "ollama":
        given["max_retries"] = 0
    if options.base_url:
        given["base_url"] = options.base_url
    if options.api_key or (options.base_url and provider == "openai"):
        # A server of one's own often wants no key, OpenAI's client wants one all the same.
        given["api_key"] = options.api_key or "none"
    try:
        model = init_chat_model(name, model_provider=provider, **given)
    except ImportError as error:
        found = _PACKAGE.search(str(error))
        package = found.group(1) if found else f"langchain-{provider}"
        raise UserError(
            f"the model {options.name!r} needs the package {package}, which is not installed", f"pip install {package}"
        ) from None
    except Exception as error:  # providers raise what they like
        raise UserError(f"the model {options.name!r} can't be opened: {_sentence(error)}", _hint(provider)) from error
    return LangChainModel(options.name, model)


def probe(model: ChatModel) -> None:
    """Let a model say a word, to know that it answers.

    Raises:
        UserError: it doesn't, with what it said and what to look at.
    """
    try:
        next(iter(model.stream([("user", "Say: ready")])), "")
    except ModelFailure as error:
        provider = model.name.partition(":")[0]
        raise UserError(f"the model {model.name!r} does not answer: {error}", _hint(provider)) from None


def _hint(provider: str) -> str:
    key = f"{provider.upper()}_API_KEY"
    return (
        f"start its server or set WARDBOOK_MODEL_URL, and its key in WARDBOOK_MODEL_KEY or {key}; then: wardbook doctor"
    )


def _text(chunk: Any) -> str:
    text = getattr(chunk, "text", "")
    return str(text() if callable(text) and not isinstance(text, str) else text)


def _sentence(error: BaseException) -> str:
    """Return the first line of an error, or its kind when it says nothing; never a key."""
    said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")
    cause = error.__cause__
    if cause is not None and str(cause) and str(cause) not in said:
        said = f"{said} ({str(cause).splitlines()[0]})"
    said = re.sub(r"\b(?:sk|key|pk)-[\w*-]{6,}", "[key]", said)
    return f"{type(error).__name__}: {said[:300]}" if said else type(error).__name__

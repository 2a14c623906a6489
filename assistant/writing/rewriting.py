"""Completing a follow-up question with a chat model: "and in adults?" after "How often do children get it?".

The model is asked only where the rules of `assistant/followups.py` see a follow-up, and is believed only when it adds
no word that the conversation does not hold; in every other case the rules' own reading stands.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence

from assistant.types import Turn
from assistant.words import content, words
from assistant.writing.chat_model import ChatModel, ModelFailure
from assistant.writing.deadline import TooSlow, until
from assistant.writing.prompt import rewrite_messages

log = logging.getLogger("wardbook.writing")
MOST_CHARS = 300


def complete(
    question: str, history: Sequence[Turn], title: str, model: ChatModel, timeout_seconds: float = 5.0
) -> str | None:
    """Return the completed question; None when the model fails, is slow, or says what nobody said."""
    messages = rewrite_messages(question, [(turn.role, turn.content) for turn in history])
    moment = time.monotonic() + timeout_seconds
    try:
        said = "".join(until(moment, lambda: model.stream(messages), lambda: None))
    except TooSlow:
        log.warning("%s: no completed question within %g s", model.name, timeout_seconds)
        return None
    except ModelFailure as failure:
        log.warning("%s: %s", model.name, failure)
        return None
    completed = " ".join(said.strip().strip("\"'“”").split())
    known = {word.stem for text in (question, title, *(turn.content for turn in history)) for word in words(text)}
    if not _is_completion(completed, question, known):
        log.info("not believed as the completion of %r: %r", question, completed[:200])
        return None
    return completed


def _is_completion(completed: str, question: str, known: Collection[str]) -> bool:
    """Return whether a text is one question, has the follow-up's own words, and none that nobody said."""
    if not completed or len(completed) > MOST_CHARS or "\n" in completed or completed[:-1].count("?"):
        return False
    said = {word.stem for word in content(completed)}
    asked = {word.stem for word in content(question)}
    return bool(said) and said <= set(known) and asked <= said

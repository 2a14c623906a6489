from __future__ import annotations

import threading

import pytest

from assistant.types import Turn
from assistant.writing.chat_model import ModelFailure
from assistant.writing.fake_chat_model import FakeChatModel, Script, hanging
from assistant.writing.rewriting import complete

HISTORY = [Turn("user", "How often do children with juvenile dermatomyositis get it?"), Turn("assistant", "50%-70%.")]


def completed(script: Script, timeout_seconds: float = 5.0) -> str | None:
    return complete("and in adults?", HISTORY, "Calcinosis cutis", FakeChatModel(script), timeout_seconds)


def test_a_completion_of_the_conversations_own_words_is_believed() -> None:
    whole = "How often do adults with juvenile dermatomyositis get calcinosis cutis?"
    assert completed(f'  "{whole}"\n') == whole


@pytest.mark.parametrize(
    "said",
    [
        "",
        "How often do adults with lupus get it?",
        "How often do children get it?",
        "In adults? And in children?",
        "About 20% of adults do.",
        "adults " * 60,
    ],
)
def test_what_nobody_said_or_is_no_completion_is_not_believed(said: str) -> None:
    assert completed(said) is None


def test_a_model_that_fails_or_hangs_leaves_it_to_the_rules() -> None:
    free = threading.Event()
    assert completed(ModelFailure("down")) is None
    assert completed(hanging(free, ["How often"]), timeout_seconds=0.1) is None
    free.set()

from __future__ import annotations

import pytest

from assistant.writing.fake_chat_model import FakeChatModel, FakeReader
from assistant.writing.gate import Gate
from assistant.writing.writer import Writer
from assistant.writing.writers import Writers
from corpus.errors import UserError


def opened(name: str) -> Writer:
    return Writer(FakeChatModel("", name=name), Gate(frozenset(), FakeReader(), None))


def test_without_a_model_answers_are_quotes_and_no_other_may_be_named() -> None:
    assert Writers().choose(None) is None
    assert Writers().choose("quotes") is None
    with pytest.raises(UserError, match="'a:b' may not be asked for, expected one of: quotes"):
        Writers().choose("a:b")


def test_the_default_writes_unless_a_question_names_another_that_is_allowed() -> None:
    writers = Writers("a:default", ("a:other",), opened)
    names = [writer.model.name if (writer := writers.choose(name)) else None for name in (None, "a:other", "quotes")]
    assert names == ["a:default", "a:other", None]
    with pytest.raises(UserError, match="expected one of: quotes, a:default, a:other"):
        writers.choose("a:third")


def test_a_writer_is_opened_once() -> None:
    writers = Writers("a:default", (), opened)
    assert writers.choose(None) is writers.choose("a:default")

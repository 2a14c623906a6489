from __future__ import annotations

import pytest

from assistant.writing.chat_model import ModelFailure, ModelOptions, open_chat_model, probe
from corpus.errors import UserError
from tests.assistant.writing.openai_server import openai_server

MESSAGES = [("system", "Be brief."), ("user", "What is it?")]


def options(url: str | None = None, name: str = "openai:small", key: str | None = None) -> ModelOptions:
    return ModelOptions(name, url, key, 5.0)


def test_a_server_of_openais_protocol_is_streamed_by_its_base_url() -> None:
    said = [{"role": "assistant", "content": ""}, {"content": "It is "}, {"content": "rare."}]
    with openai_server(said) as (url, asked):
        model = open_chat_model(options(url))
        assert list(model.stream(MESSAGES)) == ["It is ", "rare."]
    assert model.name == "openai:small"
    assert [(m["role"], m["content"]) for m in asked[0]["messages"]] == MESSAGES
    assert (asked[0]["model"], asked[0]["temperature"], asked[0]["stream"]) == ("small", 0, True)


def test_what_is_no_text_is_left_out() -> None:
    call = {"tool_calls": [{"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]}
    with openai_server([{"role": "assistant", "content": None}, call, {"reasoning_content": "hm"}]) as (url, _):
        assert list(open_chat_model(options(url)).stream(MESSAGES)) == []


def test_a_server_that_is_down_is_told_in_a_sentence_with_what_to_do() -> None:
    with openai_server([]) as (url, _):
        pass
    model = open_chat_model(options(url))
    with pytest.raises(ModelFailure, match="Connection"):
        list(model.stream(MESSAGES))
    with pytest.raises(UserError, match="the model 'openai:small' does not answer: ") as told:
        probe(model)
    assert told.value.hint is not None
    assert "WARDBOOK_MODEL_URL" in told.value.hint


def test_a_wrong_key_is_told_and_never_printed() -> None:
    with openai_server([], status=401) as (url, _), pytest.raises(UserError, match="Incorrect API key") as told:
        probe(open_chat_model(options(url, key="sk-secret123456")))
    assert "secret" not in told.value.message


def test_a_missing_key_is_told_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UserError, match="the model 'openai:small' can't be opened: ") as told:
        open_chat_model(options())
    assert told.value.hint is not None
    assert "OPENAI_API_KEY" in told.value.hint


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("gpt-5", "names no provider, expected provider:name", "WARDBOOK_MODEL=openai:gpt-5-mini wardbook serve"),
        (":x", "names no provider", "WARDBOOK_MODEL=openai:gpt-5-mini wardbook serve"),
        ("anthropic:claude", "needs the package langchain-anthropic, which", "pip install langchain-anthropic"),
        ("nowhere:model", "can't be opened: ", None),
    ],
)
def test_a_name_that_cannot_be_opened_says_what_to_do(name: str, message: str, hint: str | None) -> None:
    with pytest.raises(UserError, match=message) as told:
        open_chat_model(options(name=name))
    assert hint is None or told.value.hint == hint

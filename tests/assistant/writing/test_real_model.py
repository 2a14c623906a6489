"""A real llama.cpp server with a weak real model: whatever it writes, a reader gets what the document says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.wiring import open_assistant
from evals.benchmarks.written_answers import packaged_model

pytestmark = pytest.mark.real
ID = "calcinosis-cutis-infant-neonate"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home: Path = tmp_path_factory.mktemp("home")
    with packaged_model() as url:
        assistant = open_assistant(Settings(home=home, model="openai:smollm2", model_url=url, model_timeout_seconds=60))
        yield assistant
        assistant.index.close()


def test_its_answers_have_the_outcome_and_at_least_the_numbers_of_the_quotes(written: Assistant) -> None:
    question = "How many children with juvenile DM develop it?"
    quoted = written.ask(question, document_id=ID, model="quotes")
    answer = written.ask(question, document_id=ID)
    assert (quoted.answered_by, quoted.writing) == ("quotes", None)
    assert answer.outcome == quoted.outcome == "answered"
    assert answer.writing is not None
    assert answer.writing.model == "openai:smollm2"
    assert "50%-70%" in answer.text
    document = written.document(ID)
    for statement in answer.statements:
        for citation in statement.citations:
            assert document.text[citation.start : citation.end] == citation.quote


def test_it_is_not_asked_for_a_refusal(written: Assistant) -> None:
    answer = written.ask("How is it treated?", document_id=ID)
    assert (answer.outcome, answer.statements, answer.writing) == ("withheld", (), None)

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from assistant.runnable import runnable
from assistant.types import Answer, Citation, Statement, Turn
from corpus.errors import UserError

SAID = Statement("It is rare.", (Citation("gout", "Overview", "gout#1", "It is rare.", 0, 11),))


class Echo:
    """Answers with what it was asked, and streams its one statement."""

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        document_id: str | None = None,
        *,
        model: str | None = None,
        told: Callable[[Statement], object] = lambda statement: None,
    ) -> Answer:
        if not question:
            raise UserError("the question is empty", "ask something")
        told(SAID)
        read = " / ".join([*(turn.content for turn in history), question, str(document_id), str(model)])
        return Answer(question, read, "answered", (SAID,), (), None, 0.9, None, "quotes", 1.0)


def test_a_question_is_invoked_alone_or_with_all_that_belongs_to_it() -> None:
    wardbook = runnable(Echo())
    whole = {
        "question": "why?",
        "history": [{"role": "user", "content": "what?"}],
        "document": "gout",
        "model": "quotes",
    }
    assert wardbook.invoke("why?")["interpreted_as"] == "why? / None / None"
    assert wardbook.invoke(whole)["interpreted_as"] == "what? / why? / gout / quotes"
    assert [one["question"] for one in wardbook.batch(["a", "b", "c"])] == ["a", "b", "c"]


def test_statements_are_streamed_before_the_answer() -> None:
    pieces = list(runnable(Echo()).stream("why?"))
    assert [list(piece) for piece in pieces] == [["statement"], ["answer"]]
    assert pieces[0]["statement"] == SAID.to_dict()
    assert pieces[1]["answer"]["statements"] == [SAID.to_dict()]


def test_the_asynchronous_forms_give_the_same() -> None:
    wardbook = runnable(Echo())

    async def ask() -> tuple[object, list[object], list[object]]:
        return (
            await wardbook.ainvoke("why?"),
            [piece async for piece in wardbook.astream("why?")],
            await wardbook.abatch(["why?", "how?"]),
        )

    answer, pieces, answers = asyncio.run(ask())
    assert answer == wardbook.invoke("why?")
    assert pieces == list(wardbook.stream("why?"))
    assert answers == wardbook.batch(["why?", "how?"])


def test_it_composes_as_every_runnable_does() -> None:
    chain = runnable(Echo()) | (lambda answer: answer["text"])
    assert chain.invoke("why?") == "It is rare."


@pytest.mark.parametrize("asked", ["", {"question": "why?", "documents": "gout"}, {"history": []}])
def test_what_cannot_be_asked_raises_a_sentence(asked: object) -> None:
    wardbook = runnable(Echo())
    with pytest.raises(UserError):
        wardbook.invoke(asked)  # type: ignore[arg-type]
    with pytest.raises(UserError):
        list(wardbook.stream(asked))  # type: ignore[arg-type]

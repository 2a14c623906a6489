"""`Assistant.ask` over the shipped document and three pages, with the packaged encoder: which document answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from assistant.api_models import AnswerBody
from assistant.assistant import Assistant
from assistant.conversation import Shown, turns
from assistant.rendering import answer_html
from assistant.terminal import print_answer
from assistant.types import Answer, Turn
from corpus.errors import UserError
from corpus.library import shipped
from corpus.readers import read
from evals.fit.questions import PAGES

pytestmark = pytest.mark.real

(CALCINOSIS,) = (document.id for document in shipped())
PAGE_NAMES = ("gout", "sarcoidosis", "systemic-sclerosis")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    from index.generations import build
    from index.search import Index
    from index.sentence_transformers_encoder import load

    folder = tmp_path_factory.mktemp("many")
    documents = [*shipped(), *(read(PAGES / "decide" / f"{name}.md") for name in PAGE_NAMES)]
    encoder = load(None)
    build(folder / "index", documents, encoder)
    index = Index.open(folder / "index", encoder)
    yield Assistant(documents, index, encoder, folder / "words")
    index.close()


def of(answer: Answer) -> str | None:
    """Return the document of an answer; its citations name the same, and its JSON is as the API describes it."""
    AnswerBody.model_validate(answer.to_dict())
    cited = {citation.document_id for statement in answer.statements for citation in statement.citations}
    assert cited <= {answer.document.id if answer.document else None}
    return answer.document.id if answer.document else None


def told(answer: Answer) -> tuple[Turn, Turn]:
    return Turn("user", answer.question), Turn("assistant", answer.text, of(answer))


@pytest.mark.parametrize(
    ("question", "document"),
    [
        ("What is gout?", "gout"),  # the shipped document lists gout, too
        ("symptoms of scleroderma", "systemic-sclerosis"),
        ("What organs are hit by sarcoidossis?", "sarcoidosis"),
        ("How is calcinosis cutis treated?", CALCINOSIS),
        ("Which ossification syndromes are in the differential?", CALCINOSIS),  # named by nobody, said by one
    ],
)
def test_a_question_is_answered_from_the_document_it_is_about(
    assistant: Assistant, question: str, document: str
) -> None:
    assert of(assistant.ask(question)) == document


def test_an_unclear_question_quotes_nothing_and_a_choice_answers_it(assistant: Assistant) -> None:
    asked_back = assistant.ask("How is it treated?")
    assert (asked_back.outcome, asked_back.statements, of(asked_back)) == ("out_of_scope", (), None)
    assert len(asked_back.candidates) == 3
    assert asked_back.text.startswith("Which document do you mean: “")
    chosen = assistant.ask("How is it treated?", document_id=CALCINOSIS)
    assert (of(chosen), chosen.outcome, chosen.candidates) == (CALCINOSIS, "withheld", ())
    # By its name too, and what follows stays with it.
    replied = assistant.ask("gout", told(asked_back))
    assert (of(replied), replied.interpreted_as) == ("gout", "How is it treated?")
    assert of(assistant.ask("when should I see a doctor?", (*told(asked_back), *told(replied)))) == "gout"


def test_what_no_document_is_about_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask("How is malaria treated?")
    assert (answer.outcome, of(answer), answer.candidates) == ("out_of_scope", None, ())
    assert answer.text == "None of the 4 documents that can be asked here is about this."
    # In a conversation too, and without a word about the only document.
    answer = assistant.ask("How is malaria treated?", told(assistant.ask("What is gout?")))
    assert (answer.outcome, of(answer)) == ("out_of_scope", "gout")
    assert answer.text == "This is not about “Gout”."


def test_a_conversation_moves_only_when_another_is_named(assistant: Assistant) -> None:
    history = told(assistant.ask("Which differentials are listed for calcinosis cutis?"))
    listed = assistant.ask("Is gout in the differential?", history)
    assert (of(listed), listed.outcome) == (CALCINOSIS, "answered")
    assert of(assistant.ask("How is gout treated?", (*history, *told(listed)))) == "gout"
    first = told(assistant.ask("How common is gout?"))
    moved = assistant.ask("and in scleroderma?", first)
    assert (of(moved), moved.interpreted_as) == ("systemic-sclerosis", "How common is it in scleroderma?")
    assert of(assistant.ask("and in men?", (*first, *told(moved)))) == "systemic-sclerosis"


def test_a_comparison_asks_back(assistant: Assistant) -> None:
    answer = assistant.ask("What is the difference between gout and sarcoidosis?")
    assert {one.id for one in answer.candidates} == {"gout", "sarcoidosis"}
    answer = assistant.ask("how does it differ from sarcoidosis?", told(assistant.ask("What is gout?")))
    assert of(answer) == "gout" or {one.id for one in answer.candidates} == {"gout", "sarcoidosis"}


def test_a_document_that_is_given_is_the_only_one(assistant: Assistant) -> None:
    answer = assistant.ask("What is gout?", document_id="sarcoidosis")
    assert (of(answer), answer.outcome) == ("sarcoidosis", "out_of_scope")
    with pytest.raises(UserError, match="unknown document"):
        assistant.ask("What is gout?", document_id="lupus")


def test_an_emergency_comes_before_asking_back(assistant: Assistant) -> None:
    answer = assistant.ask("it hurts and I can't breathe, what should I do?")
    assert answer.text.startswith("If this is an emergency")


def test_asking_back_in_the_terminal_and_on_the_page(assistant: Assistant) -> None:
    answer = assistant.ask("How is it treated?")
    with CliRunner().isolation() as (out, _, _):
        print_answer(answer)
        printed = out.getvalue().decode()
    assert printed.startswith("Unclear which document is meant.\n\nWhich document do you mean: “")
    assert "wardbook ask 'How is it treated?' --document gout" in printed
    shown = Shown.model_validate(answer.to_dict())
    html = answer_html(shown, assistant.document)
    assert "<button class='wb-choose' value='gout How is it treated?'>Gout</button>" in html
    assert turns([shown], None) == told(answer)
    # What is about none of them is told so.
    with CliRunner().isolation() as (out, _, _):
        print_answer(assistant.ask("How is malaria treated?"))
        assert out.getvalue().decode().startswith("Not about any document here.")

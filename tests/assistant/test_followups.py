from __future__ import annotations

import pytest

from assistant.followups import readings
from assistant.types import Turn
from assistant.words import stem

SUBJECT = frozenset({stem("calcinosis"), stem("cutis")})


def after(*said: str) -> list[Turn]:
    """A conversation: reader and assistant in turn, the reader first."""
    return [Turn("assistant" if number % 2 else "user", text) for number, text in enumerate(said)]


@pytest.mark.parametrize(
    ("before", "question", "read_as"),
    [
        ("How common is it in children with DM?", "and in adults?", "How common is it in adults with DM?"),
        ("What is calcinosis universalis?", "where?", "where calcinosis universalis?"),
        ("What does it say about milia?", "what about gout?", "What does it say about gout?"),
        ("What is calcinosis universalis?", "and how is it treated?", "how is calcinosis universalis treated?"),
        (
            "Is osteoma cutis in the differential?",
            "where is that one usually found?",
            "where is osteoma cutis usually found?",
        ),
    ],
)
def test_a_follow_up_is_completed_from_the_last_question(before: str, question: str, read_as: str) -> None:
    assert readings(question, after(before, "An answer."), SUBJECT)[0] == read_as


def test_an_item_of_the_last_answer_can_be_pointed_at() -> None:
    history = after("what should I rule out?", "Gout\nMorphea\nMilia")
    assert readings("the second one?", history, SUBJECT)[0] == "Morphea?"
    assert readings("what about the last one?", history, SUBJECT)[0] == "Milia?"
    assert readings("where is the first one found?", history, SUBJECT)[0] == "where is Gout found?"
    assert readings("the fourth one?", history, SUBJECT) == ("the fourth one?",)


@pytest.mark.parametrize(
    ("answer", "second"),
    [
        ("The usual entries are:\nGout – Of the toe.\nMorphea – White plaques.", "Morphea"),
        ("Type: Classical; Gene: COL5A1\nType: Vascular; Gene: COL3A1", "Vascular"),
        ("It is sorted into three kinds: wound, foodborne, and infant.", "foodborne"),
        ("The commonest causes are trauma, juvenile dermatomyositis or a burn.", "juvenile dermatomyositis"),
    ],
)
def test_what_is_pointed_at_is_named_in_its_place(answer: str, second: str) -> None:
    history = after("which are there?", answer)
    assert readings("What is the second one caused by?", history, SUBJECT)[0] == f"What is {second} caused by?"


def test_what_comes_second_otherwise_points_at_nothing() -> None:
    history = after("what should I rule out?", "Gout\nMorphea\nMilia")
    assert "Gout" not in readings("when is the first attack?", history, SUBJECT)[0]


def test_a_sentence_without_a_list_has_nothing_to_point_at() -> None:
    history = after("is it common?", "It is rare, although more than half of all children who have DM get it later on.")
    assert readings("what about the second one?", history, SUBJECT)[0] != "It is rare?"


@pytest.mark.parametrize("question", ["Who wrote this page?", "How many codes are there?", "is gout listed"])
def test_a_new_topic_is_not_dragged_back(question: str) -> None:
    assert readings(question, after("What is calcinosis universalis?", "An answer."), SUBJECT) == (question,)


def test_after_a_question_about_the_page_it_means_something_else() -> None:
    history = after("SNOMED code?", "SNOMED CT 21323007")
    assert readings("ok thanks. will it rain tomorrow?", history, SUBJECT) == ("ok thanks. will it rain tomorrow?",)
    assert readings("and ICD-10?", history, SUBJECT) == ("and ICD-10?",)


def test_of_a_whole_clause_nothing_is_carried_over() -> None:
    history = after("How many children with juvenile DM develop it?", "Half.", "and in adults?", "Fewer.")
    assert readings("How is it treated?", history, SUBJECT)[0] == "How is it treated?"


def test_a_scrap_is_not_read_alone() -> None:
    history = after("How common is it in children with DM?", "Very.")
    assert readings("and in adults?", history, SUBJECT) == ("How common is it in adults with DM?",)


def test_without_a_conversation_a_question_stands_as_it_is() -> None:
    assert readings("and in adults?", [], SUBJECT) == ("and in adults?",)
    assert readings("where?", after("", "Hello."), SUBJECT) == ("where?",)


def test_a_follow_up_of_a_follow_up_is_completed_too() -> None:
    history = after("How common is it in children?", "Very.", "and in adults?", "Less.")
    assert readings("and in infants?", history, SUBJECT)[0] == "How common is it in infants?"


def test_what_a_whole_question_says_of_it_is_not_completed_from_one_before() -> None:
    history = after(
        "How do I treat asthma?", "It is not about this.", "How many children with juvenile DM get it?", "50%."
    )
    assert readings("and in adults?", history, SUBJECT)[0] == "How many children with juvenile DM get it in adults?"

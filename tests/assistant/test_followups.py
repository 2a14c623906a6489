from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from assistant.followups import reading
from assistant.notices import EMERGENCY
from assistant.types import Turn
from assistant.words import stem

SUBJECT = frozenset({stem("calcinosis"), stem("cutis")})


ALIKE = (
    {"children", "adults", "infants"},
    {"wine", "beer"},
    {"fingers", "toes"},
    {"bullous", "nonbullous"},
    {"gout", "milia"},
)


def vectors(texts: Sequence[str]) -> np.ndarray:
    """Unit vectors: those of words that are alike are the same, and a phrase is like the words it holds."""
    rows = np.zeros((len(texts), len(ALIKE) + 100), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for word in text.lower().split():
            kind = next((number for number, kinds in enumerate(ALIKE) if word in kinds), None)
            row[len(ALIKE) + sum(map(ord, word)) % 100 if kind is None else kind] += 1.0
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1.0)


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
        ("Is wine allowed?", "and beer?", "Is beer allowed?"),
        ("Which fingers are affected?", "and the toes?", "Which toes are affected?"),
        ("At what age does type 2 start?", "and type 3?", "At what age does type 3 start?"),
        ("How do the nonbullous lesions look?", "and the bullous ones?", "How do the bullous lesions look?"),
        ("How many still have wheals after 5 years?", "and after ten?", "How many still have wheals after ten years?"),
        ("Is it worse if given by the mother?", "and by the father?", "Is it worse if given by the father?"),
        ("How many children have seizures?", "and in adults?", "How many adults have seizures?"),
        ("What happened to mortality?", "and in adults?", "What happened to mortality in adults?"),
        ("Which lamp is brightest?", "and candles?", "Which lamp is brightest (candles)?"),
        ("Is pulmonary hypertension common?", "why?", "why (Is pulmonary hypertension common)?"),
        ("How common is calcinosis in adults with DM?", "Is it worse in boys?", "Is it worse in boys?"),
        ("Does it itch?", "and what is put on it?", "what is put on it?"),
        ("Does it itch?", "what if a baby swallowed a battery?", "what if a baby swallowed a battery?"),
        ("Where do the lesions lie?", "and the back?", "Where do the lesions lie (the back)?"),
        ("Where do the nodules occur?", "and the face?", "Where do the nodules occur (the face)?"),
        ("Is gout in the differential?", "and psoriasis?", "Is psoriasis in the differential?"),
        ("A boy has nodules. Is it common?", "why?", "why (Is it common)?"),
        ("Do nodules come back?", "within what time?", "within what time (Do nodules come back)?"),
        (
            "Which form is the most severe?",
            "how is it treated?",
            "how is it treated (Which form is the most severe)?",
        ),
        ("How is gout treated in adults?", "in children?", "How is gout treated in children?"),
        ("Is the back involved?", "Thank you!", "Thank you!"),
        ("Is the back involved?", "ok", "ok"),
        ("Is the back involved?", "who are you?", "who are you?"),
        ("Is the back involved?", "what is your name?", "what is your name?"),
        ("Is the back involved?", "can you tell me why?", "can you tell me why (Is the back involved)?"),
        ("Which hormone rises first?", "and where is it made?", "where is it made (Which hormone rises first)?"),
        ("Did ozanezumab work?", "was it well tolerated?", "was ozanezumab well tolerated?"),
        ("Does neonatal acne scar?", "and is it itchy?", "is neonatal acne itchy?"),
        (
            "Where are the deposits in muscle?",
            "what can be done about them?",
            "what can be done about deposits in muscle?",
        ),
        ("How many in Japan have it?", "and how often is the heart malformed?", "how often is the heart malformed?"),
        ("Can carriers have symptoms?", "and if both are?", "if both are (Can carriers have symptoms)?"),
        (
            "Is osteoma cutis in the differential?",
            "where is that one usually found?",
            "where is osteoma cutis usually found?",
        ),
    ],
)
def test_a_follow_up_is_completed_from_the_last_question(before: str, question: str, read_as: str) -> None:
    assert reading(question, after(before, "An answer."), SUBJECT, vectors) == read_as


def test_an_item_of_the_last_answer_can_be_pointed_at() -> None:
    history = after("what should I rule out?", "Gout\nMorphea\nMilia")
    assert reading("the second one?", history, SUBJECT, vectors) == "Morphea?"
    assert reading("what about the last one?", history, SUBJECT, vectors) == "Milia?"
    assert reading("where is the first one found?", history, SUBJECT, vectors) == "where is Gout found?"
    assert reading("the fourth one?", history, SUBJECT, vectors) == "the fourth one?"


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        ("the 2nd one?", "Morphea?"),
        ("second one?", "Morphea?"),
        ("and second one?", "Morphea?"),
        ("number 2?", "Morphea?"),
        ("what is number two?", "what is Morphea?"),
        ("the former?", "Gout?"),
        ("is the latter one contagious?", "is Milia contagious?"),
        ("last one?", "Milia?"),
        ("how do you treat the third one?", "how do you treat Milia?"),
        ("where is gene number 2?", "where is gene number 2?"),
    ],
)
def test_a_place_is_said_in_many_ways(question: str, read_as: str) -> None:
    history = after("what should I rule out?", "Gout\nMorphea\nMilia")
    assert reading(question, history, SUBJECT, vectors) == read_as


@pytest.mark.parametrize(
    ("answer", "second"),
    [
        ("The usual entries are:\nGout – Of the toe.\nMorphea – White plaques.", "Morphea"),
        ("Type: Classical; Gene: COL5A1\nType: Vascular; Gene: COL3A1", "Vascular"),
        ("It is sorted into three kinds: wound, foodborne, and infant.", "foodborne"),
        ("Gout: red\nMilia: white\nWart", "Milia"),
        ("Gout (podagra) – Of the toe.\nMilia (white: small)", "Milia"),
        ("Gout\nMilia\nA firm lump that is seen in the skin of many older children\nWart", "Milia"),
        ("The commonest causes are trauma, juvenile dermatomyositis or a burn.", "juvenile dermatomyositis"),
    ],
)
def test_what_is_pointed_at_is_named_in_its_place(answer: str, second: str) -> None:
    history = after("which are there?", answer)
    assert reading("What is the second one caused by?", history, SUBJECT, vectors) == f"What is {second} caused by?"


@pytest.mark.parametrize(
    "answer",
    [
        "It is rare in young children.\nBoys are affected more often than girls, and the disease begins earlier.",
        "Boys are affected more often than girls, and the disease begins earlier.",
        "Gout (podagra) is common.\nMilia (white) are rare.",
        EMERGENCY,
        f"{EMERGENCY}\nGout\nIt is rare in young children.",
        "Gout\nA firm lump that is seen in the skin of many older children\nMilia",
    ],
)
def test_sentences_and_what_is_too_long_for_a_name_are_not_pointed_at(answer: str) -> None:
    history = after("what is seen?", answer)
    assert reading("What is the second one?", history, SUBJECT, vectors) == "What is the second one?"


def test_the_last_one_is_not_the_sentence_that_closes_a_list() -> None:
    history = after("what should I rule out?", f"{EMERGENCY}\nGout\nMorphea\nAll of these are rare in young children.")
    assert reading("the last one?", history, SUBJECT, vectors) == "Morphea?"
    assert reading("the first one?", history, SUBJECT, vectors) == "Gout?"


def test_what_comes_second_otherwise_points_at_nothing() -> None:
    history = after("what should I rule out?", "Gout\nMorphea\nMilia")
    assert "Gout" not in reading("when is the first attack?", history, SUBJECT, vectors)


def test_a_sentence_without_a_list_has_nothing_to_point_at() -> None:
    history = after("is it common?", "It is rare, although more than half of all children who have DM get it later on.")
    assert reading("what about the second one?", history, SUBJECT, vectors) != "It is rare?"


@pytest.mark.parametrize("question", ["Who wrote this page?", "How many codes are there?", "is gout listed"])
def test_a_new_topic_is_not_dragged_back(question: str) -> None:
    assert reading(question, after("What is calcinosis universalis?", "An answer."), SUBJECT, vectors) == question


def test_after_a_question_about_the_page_it_means_something_else() -> None:
    history = after("SNOMED code?", "SNOMED CT 21323007")
    assert (
        reading("ok thanks. will it rain tomorrow?", history, SUBJECT, vectors) == "ok thanks. will it rain tomorrow?"
    )
    assert reading("and ICD-10?", history, SUBJECT, vectors) == "and ICD-10?"


def test_of_a_whole_clause_nothing_is_carried_over() -> None:
    history = after("How many children with juvenile DM develop it?", "Half.", "and in adults?", "Fewer.")
    assert reading("How is it treated?", history, SUBJECT, vectors) == "How is it treated?"


def test_a_scrap_is_not_read_alone() -> None:
    history = after("How common is it in children with DM?", "Very.")
    assert reading("and in adults?", history, SUBJECT, vectors) == "How common is it in adults with DM?"


def test_without_a_conversation_a_question_stands_as_it_is() -> None:
    assert reading("and in adults?", [], SUBJECT, vectors) == "and in adults?"
    assert reading("where?", after("", "Hello."), SUBJECT, vectors) == "where?"


def test_a_follow_up_of_a_follow_up_is_completed_too() -> None:
    history = after("How common is it in children?", "Very.", "and in adults?", "Less.")
    assert reading("and in infants?", history, SUBJECT, vectors) == "How common is it in infants?"


def test_what_a_whole_question_says_of_it_is_not_completed_from_one_before() -> None:
    history = after(
        "How do I treat asthma?", "It is not about this.", "How many children with juvenile DM get it?", "50%."
    )
    assert reading("and in adults?", history, SUBJECT, vectors) == "How many adults with juvenile DM get it?"

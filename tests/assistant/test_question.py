from __future__ import annotations

import pytest

from assistant.question import asks_something, read_part
from assistant.words import content, stem, words


def test_words_have_offsets_stems_and_know_what_says_nothing() -> None:
    found = words("What's the patient's Ehlers-Danlos frequency?")
    assert [(word.text, word.filler) for word in found] == [
        ("what", True),
        ("the", True),
        ("patient", False),
        ("ehlers", False),
        ("danlos", False),
        ("frequency", False),
    ]
    assert [word.text for word in content("please tell me about the nodules")] == ["nodules"]
    text = "Is it 50%-70%?"
    assert [text[word.start : word.end] for word in words(text)] == ["Is", "it", "50", "70"]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("How is it treated?", "therapy"),
        ("any cream for this", "therapy"),
        ("what should I rule out?", "differential_diagnosis"),
        ("which lab tests", "best_tests"),
        ("who wrote this page", "contributors"),
        ("ICD-10 code", "codes"),
        ("is it inherited", "inheritance"),
    ],
)
def test_the_vocabulary_says_which_topic_is_asked_for(question: str, topic: str) -> None:
    assert topic in read_part(question).topics


def test_the_longer_phrase_is_the_more_exact_reading() -> None:
    topics = read_part("drug reaction data").topics
    assert set(topics) == {"drug_reaction_data"}


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("how many drugs are listed", {"number", "count"}),
        ("where does it occur", {"place"}),
        ("why does it hurt", {"reason"}),
        ("is it painful", {"yes_no"}),
        ("who", {"person"}),
    ],
)
def test_the_form_says_what_kind_of_answer_is_wanted(question: str, kinds: set[str]) -> None:
    assert kinds <= read_part(question).wants


def test_the_focus_leaves_out_the_topic_and_the_subject() -> None:
    part = read_part("Is gout in the differential of calcinosis cutis?")
    assert [word.text for word in part.focus(frozenset({stem("calcinosis"), stem("cutis")}))] == ["gout"]


@pytest.mark.parametrize(("text", "asks"), [("???", False), ("the", False), ("why?", True), ("gout", True)])
def test_a_text_may_ask_for_nothing(text: str, asks: bool) -> None:
    assert asks_something(read_part(text)) is asks

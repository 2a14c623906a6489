from __future__ import annotations

import pytest
from made import HEEL, a_document, split_lines

from index.embedding_text import embedding_texts, lexical_texts, points_back


def test_title_and_section_stand_before_a_passage_and_a_pronoun_brings_the_sentence_before() -> None:
    document = a_document("heel", HEEL, "Heel nodules")
    assert embedding_texts(document, split_lines(document)) == [
        "Heel nodules > Synopsis: Nodules form on the heel.",
        "Heel nodules > Synopsis: Nodules form on the heel. They are firm.",
        "Heel nodules > Differential Diagnosis: Gout",
        "Heel nodules > Differential Diagnosis: Wart – Seen on the finger.",
    ]


def test_the_words_that_are_counted_leave_out_the_title() -> None:
    document = a_document("heel", HEEL, "Heel nodules")
    assert lexical_texts(document, split_lines(document)) == [
        "Synopsis Nodules form on the heel.",
        "Synopsis Nodules form on the heel. They are firm.",
        "Differential Diagnosis Gout",
        "Differential Diagnosis Wart – Seen on the finger.",
    ]


def test_the_first_sentence_of_a_paragraph_brings_nothing() -> None:
    document = a_document("d", {"One": ["Pain is felt."], "Two": ["They are firm.", "It is round."]})
    assert embedding_texts(document, split_lines(document)) == [
        "D > One: Pain is felt.",
        "D > Two: They are firm.",
        "D > Two: They are firm. It is round.",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "They are firm.",
        "It spreads slowly.",
        "These nodules hurt.",
        "Such lesions heal.",
        "In these cases, surgery helps.",
        "Its cause is not known.",
        "“This is rare.”",
        "Both grow.",
    ],
)
def test_a_sentence_that_opens_by_pointing_back(sentence: str) -> None:
    assert points_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    ["Thesis work.", "Nodules are firm.", "It is thought that trauma plays a part.", "Italy has few cases.", ""],
)
def test_a_sentence_that_stands_alone(sentence: str) -> None:
    assert not points_back(sentence)

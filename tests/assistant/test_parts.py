from __future__ import annotations

import pytest

from assistant.parts import take_apart


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("What causes it and how is it treated?", ["What causes it", "how is it treated?"]),
        ("symptoms and treatment of gout", ["symptoms", "treatment of gout"]),
        ("How many adults develop it, and how is it treated?", ["How many adults develop it", "how is it treated?"]),
        ("What causes it? Who wrote this page?", ["What causes it?", "Who wrote this page?"]),
        ("is it trauma or infection?", ["is it trauma or infection?"]),
        ("are gout and milia in the differential?", ["are gout and milia in the differential?"]),
        ("How common is it in kids and in adults?", ["How common is it in kids and in adults?"]),
        ("gout", ["gout"]),
        ("At which hospital does Dr. Wong work?", ["At which hospital does Dr. Wong work?"]),
        ("How does H. pylori spread? is it bad?", ["How does H. pylori spread?", "is it bad (H. pylori spread)?"]),
        ("Is pain vs. itching more common?", ["Is pain vs. itching more common?"]),
        ("When and where does it appear?", ["When and where does it appear?"]),
        ("Why, and is it painful?", ["Why", "is it painful?"]),
        ("Is the rash, which is common in infants, catching?", ["Is the rash, which is common in infants, catching?"]),
        ("what is gluten, which grains hold it", ["what is gluten", "which grains hold it (gluten)?"]),
        ("Which drug, when stopped, set it off?", ["Which drug, when stopped, set it off?"]),
        ("When a child has gout, how often is it severe?", ["When a child has gout, how often is it severe?"]),
        ("What causes it, when does it start?", ["What causes it", "when does it start?"]),
        ("Can he take a pill and have pizza?", ["Can he take a pill and have pizza?"]),
        ("Which adults have fever and do not get well?", ["Which adults have fever and do not get well?"]),
        (
            "difference between diagnosis and treatment, and how common is each",
            ["difference between diagnosis and treatment", "how common is each"],
        ),
        ("Please list the causes. Please give the codes.", ["Please list the causes.", "Please give the codes."]),
        ("I want to know the causes. Thank you in advance.", ["I want to know the causes."]),
        ("Please tell me what causes it. Thanks!", ["Please tell me what causes it."]),
    ],
)
def test_a_question_is_cut_where_another_one_begins(question: str, parts: list[str]) -> None:
    assert [part.text for part in take_apart(question).asked] == parts


def test_what_is_told_before_the_question_is_its_setting() -> None:
    apart = take_apart("A 3-year-old boy has hard nodules on his elbows. What should I rule out?")
    assert [part.text for part in apart.asked] == ["What should I rule out?"]
    assert apart.setting == "A 3-year-old boy has hard nodules on his elbows."


def test_a_part_that_points_back_is_completed() -> None:
    first, second = take_apart("What is calcinosis universalis and is it painful?").asked
    assert first.text == "What is calcinosis universalis"
    assert second.text == "is it painful (calcinosis universalis)?"


def test_a_text_that_asks_nothing_is_one_part() -> None:
    assert [part.text for part in take_apart("???").asked] == ["???"]

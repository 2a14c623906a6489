from __future__ import annotations

import pytest

from corpus.hyphens import Joiner
from corpus.raised import raised


@pytest.mark.parametrize(
    ("before", "after", "joined"),
    [
        ("Small", "cysts.", "Small cysts."),
        ("the treat-", "ment of milia", "the treatment of milia"),
        ("a well-", "known rash", "a well-known rash"),
        ("a skin-", "coloured spot", "a skin-coloured spot"),
        ("an X-", "ray", "an X-ray"),
        ("anti-CCP-", "positive", "anti-CCP-positive"),
        ("from 10-", "20 of them", "from 10-20 of them"),
        ("of Lesch-", "Nyhan syndrome", "of Lesch-Nyhan syndrome"),
        ("seen –", "rarely", "seen – rarely"),
        ("treat\u00ad", "ment", "treatment"),
        ("", "First", "First"),
    ],
)
def test_lines_are_joined(before: str, after: str, joined: str) -> None:
    joiner = Joiner(["It is a well-known thing here.", "The skin was found coloured there."])
    assert joiner.join(before, after) == joined


def test_the_page_turns_behind_a_word_on_both() -> None:
    assert Joiner([]).join("the treat-", "ment of milia", " \f") == "the treatment \f of milia"
    assert Joiner([]).join("Small", "cysts.", " \f") == "Small \fcysts."


@pytest.mark.parametrize(
    ("before", "text", "said"),
    [
        ("over 10", "9", "⁹"),
        ("weighs 20 kg/m", "2", "²"),
        ("cysts.", "12", ""),
        ("of milia", "3,4", ""),
        ("of milia", "[3]", ""),
        ("the 1", "st", "st"),
        ("Ca", "2+", "²⁺"),
        ("", "131", "¹³¹"),
        ("Ann Lee", "*", ""),
    ],
)
def test_raised(before: str, text: str, said: str) -> None:
    assert raised(before, text) == said

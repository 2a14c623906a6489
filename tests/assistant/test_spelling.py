from __future__ import annotations

import pytest

from assistant.abbreviations import common, harvest
from assistant.spelling import mend

DOCUMENT = frozenset({"calcinosis", "dermatomyositis", "elbows", "nodules"})
ENGLISH = frozenset({"melanoma", "elbow"})


@pytest.mark.parametrize(
    ("written", "mended"),
    [
        ("what is calcinossis", "what is calcinosis"),
        ("tretment of dermatomyosits?", "treatment of dermatomyositis?"),
        ("is melanoma listed", "is melanoma listed"),
        ("infliximab for nodule", "infliximab for nodule"),
        ("elbow", "elbow"),
        ("", ""),
    ],
)
def test_words_are_mended_towards_the_document_only(written: str, mended: str) -> None:
    assert mend(written, DOCUMENT, ENGLISH) == mended


def test_a_document_defines_its_own_abbreviations() -> None:
    text = "juvenile dermatomyositis (DM) and (see gout). Acute lymphoblastic leukemia (ALL; or AL). A note (1)."
    assert harvest(text) == {"dm": "dermatomyositis", "all": "acute lymphoblastic leukemia"}


def test_common_abbreviations_are_lower_case_and_whole() -> None:
    assert common()["sle"] == "systemic lupus erythematosus"
    assert all(short == short.lower() and long_form for short, long_form in common().items())

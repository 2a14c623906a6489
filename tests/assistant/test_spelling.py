from __future__ import annotations

import pytest

from assistant.abbreviations import common, expand, harvest, is_short_form, spelled_beside, written_out
from assistant.spelling import mend

DOCUMENT = frozenset({"calcinosis", "dermatomyositis", "elbows", "nodules"}) | {
    *("congenital", "dapagliflozin", "heal", "sitagliptin", "worry")
}
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
        # Letters exchanged are one error; a plural is near to a singular; a letter doubled or left out is a slip.
        ("when do steriods help", "when do steroid help"),
        ("shoud i wory ussually about conginetal nodules", "should i worry usually about congenital nodules"),
        # Names of diseases are known.
        ("croup, canker and Darier", "croup, canker and Darier"),
        # Terms that nothing knows: another first letter, two letters for two others, a word of grammar.
        ("wheal", "wheal"),
        ("canagliflozin or saxagliptin for the ankle", "canagliflozin or saxagliptin for the ankle"),
        ("is broth good", "is broth good"),
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


TOLD = "Patients with multiple sclerosis. Calcium. A physical examination."


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("MRI for UTI hx?", "magnetic resonance imaging for urinary tract infection history?"),
        ("how common is it in the US?", "how common is it in the US?"),
        ("ICD-10 code?", "ICD-10 code?"),
        ("Does DVT lead on?", "Does DVT lead on?"),
        # Of several long forms, the one listed is meant where the document says it ...
        ("What does PE show?", "What does PE show?"),
        ("AD itchy, RF positive", "AD itchy, RF positive"),
        ("Is it MS?", "Is it multiple sclerosis?"),
        ("is ms likely", "is multiple sclerosis likely"),
        # ... and is not written as another thing.
        ("Does Ms. Smith have it?", "Does Ms. Smith have it?"),
        ("breast CA", "breast CA"),
        ("Ca level in a pt", "calcium level in a patient"),
        ("PT prolonged", "PT prolonged"),
    ],
)
def test_a_common_abbreviation_is_written_out_where_its_long_form_is_meant(asked: str, written: str) -> None:
    assert expand(asked, frozenset({"dvt"}), TOLD) == written


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("CREST (calcinosis, Raynaud phenomenon, esophageal dysmotility, sclerodactyly, telangiectasia)", True),
        ("nerve conduction (electromyography, or EMG)", True),
        ("Patients with CREST had swollen fingers.", False),
        ("No such letters stand here.", False),
    ],
)
def test_a_long_form_may_stand_beside_its_short_form(text: str, beside: bool) -> None:
    assert spelled_beside("emg" if "EMG" in text else "crest", text) is beside


def test_a_short_form_is_written_in_capitals_throughout() -> None:
    assert is_short_form("dm", "DM is seen. In DM the elbows are involved.")
    assert not is_short_form("all", "ALL is a leukemia, the commonest of all.")
    assert not is_short_form("dm", "")


def test_a_short_form_is_written_out_where_its_long_form_does_not_stand() -> None:
    pairs = {"dm": "dermatomyositis", "cat": "computed axial tomography"}
    assert (
        written_out("In DM the elbows; in DM the knees.", pairs)
        == "In DM (dermatomyositis) the elbows; in DM the knees."
    )
    assert written_out("Juvenile dermatomyositis (DM) is rare.", pairs) == "Juvenile dermatomyositis (DM) is rare."
    assert written_out("A cat scratch in DM.", pairs) == "A cat scratch in DM (dermatomyositis)."
    assert written_out("In DM.", {}) == "In DM."

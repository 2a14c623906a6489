from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

import corpus.vocabulary
from corpus.vocabulary import load, normal, parse

NAMED_IN_CODE = {
    "synopsis", "codes", "look_for", "diagnostic_pearls", "differential_diagnosis", "best_tests", "management_pearls",
    "therapy", "drug_reaction_data", "references", "images", "contributors", "review_dates", "epidemiology", "causes",
    "prognosis", "prevention", "inheritance", "symptoms", "complications", "sources",
}  # fmt: skip


def test_holds_every_topic_that_code_names() -> None:
    names = [topic.name for topic in load().topics]
    assert set(names) >= NAMED_IN_CODE
    assert len(names) == len(set(names))
    assert "other" not in names


def test_metadata_topics() -> None:
    metadata = {topic.name for topic in load().topics if topic.metadata}
    assert metadata == {"codes", "images", "contributors", "review_dates", "sources", "legal"}


def test_topics_are_well_formed() -> None:
    for topic in load().topics:
        assert re.fullmatch(r"[a-z]+(_[a-z]+)*", topic.name), topic.name
        assert topic.label
        assert topic.headings, topic.name
        assert topic.asks, topic.name
        for ask in topic.asks:
            assert ask == ask.lower().strip(), ask


def test_is_read_once_and_fingerprinted_by_its_file() -> None:
    data = Path(corpus.vocabulary.__file__).with_name("vocabulary.yaml").read_bytes()
    assert load() is load()
    assert load().fingerprint == hashlib.sha256(data).hexdigest()
    assert parse(data + b"\n").fingerprint != load().fingerprint


def test_one_heading_under_two_topics_is_a_bug() -> None:
    yaml = b"""
topics:
  - {name: a, label: A, headings: [Cause], asks: [cause]}
  - {name: b, label: B, headings: [cause], asks: [why]}
withheld: []
login: []
boilerplate: []
captions: []
"""
    with pytest.raises(ValueError, match="stands under a and b"):
        parse(yaml)


def test_one_way_to_ask_for_two_topics_is_a_bug() -> None:
    yaml = b"""
topics:
  - {name: a, label: A, headings: [Cause], asks: [why]}
  - {name: b, label: B, headings: [Reason], asks: [why]}
withheld: []
login: []
boilerplate: []
captions: []
"""
    with pytest.raises(ValueError, match="asks for a and for b"):
        parse(yaml)


def test_normal_compares_words_only() -> None:
    assert normal("Differential  Diagnosis & Pitfalls:") == "differential diagnosis and pitfalls"
    assert normal("Raynaud's Phénomène") == "raynauds phenomene"
    assert normal("Work-up / Tests") == "work up tests"
    assert normal("–") == ""


@pytest.mark.parametrize(
    ("heading", "topic"),
    [
        ("Differential Diagnosis & Pitfalls", "differential_diagnosis"),
        ("DIFFERENTIAL DIAGNOSIS AND PITFALLS", "differential_diagnosis"),
        ("Look For", "look_for"),
        ("Drug Reaction Data", "drug_reaction_data"),
        ("Management Pearls", "management_pearls"),
        ("Management", "therapy"),
        ("Treatment / Management", "therapy"),
        ("2.1 Surgical treatment", "therapy"),
        ("Treatment of psoriasis", "therapy"),
        ("Psoriasis: treatment", "therapy"),
        ("Treatment (adults)", "therapy"),
        ("How is eczema treated?", "therapy"),
        ("What is the treatment for acne?", "therapy"),
        ("How is it diagnosed?", "best_tests"),
        ("Workup", "best_tests"),
        ("Exams and Tests", "best_tests"),
        ("Aetiology", "causes"),
        ("What causes acne?", "causes"),
        ("Who gets acne?", "epidemiology"),
        ("Outlook (Prognosis)", "prognosis"),
        ("Genetic changes", "genetics"),
        ("Inheritance Pattern", "inheritance"),
        ("Complications and prognosis", "complications"),
        ("History & Physical", "symptoms"),
        ("Side Effects", "side_effects"),
        ("Dosage and Administration", "therapy"),
        ("Susceptibility", "risk_factors"),
        ("Support groups", "support"),
        ("Zebra stripes", "other"),
        ("", "other"),
        ("???", "other"),
    ],
)
def test_topic_of(heading: str, topic: str) -> None:
    assert load().topic_of(heading) == topic


def test_known_lists_no_guesses() -> None:
    assert load().known("Therapy") == "therapy"
    assert load().known("How is milia treated") == "therapy"
    assert load().known("Topical therapy") is None
    assert load().listed("How is milia treated") is None


@pytest.mark.parametrize(
    "line",
    [
        "Subscription Required",
        "SUBSCRIPTION REQUIRED.",
        "A subscription is required to view this section.",
        "Withheld: subscription required",
        "Withheld",
        "Members only",
        "Restricted: staff login needed.",
        "Restricted - subscription required",
        "Subscription required – log in for access.",
        "Members only | Upgrade now to read",
        "This content is for subscribers only.",
        "Please log in to view this content",
        "Sign in to access the full text",
        "You must be logged in to view this page.",
        "Login required",
        "Purchase access to this chapter",
        "Premium content",
        "Become a member to read more",
        "To continue reading this article, you must sign in.",
        "Full text is available only to subscribers",
        "This topic requires a subscription",
        "This section is available to subscribers",
        "Content not included in this copy",
        "Subscribe to view dosing",
        "🔒 Subscription required",
    ],
)
def test_withheld_markers(line: str) -> None:
    assert load().is_withheld(line)


@pytest.mark.parametrize(
    "line",
    [
        "Restricted diffusion is seen on MRI",
        "Treatment should be withheld until results are known",
        "Subscribe to our newsletter",
        "Locked",
        "Restricted",
        "Access to care is limited",
        "Requires a biopsy to confirm",
        "Members of the family may be affected",
        "You need to sign up as soon as possible for screening",
        "Hidden penis",
        "Exclusive breastfeeding",
        "This information is not a substitute for care",
        "This page is available in Spanish",
        "Sign in or register",
        "Subscribe",
    ],
)
def test_ordinary_lines_are_not_withheld(line: str) -> None:
    assert not load().is_withheld(line)


@pytest.mark.parametrize(
    "line",
    [
        "View all Images (7)",
        "Other Resources UpToDate PubMed",
        "Copyright © 2024 A Publisher. All rights reserved.",
        "© 2020 Someone",
        "Skip to main content",
        "Print",
        "Share",
        "Click to open in gallery",
        "Home > Skin > Milia",
        "Sign in",
        "Already a subscriber? Log in",
        "We use cookies to improve this site.",
        "Back to top",
        "https://example.org/page",
    ],
)
def test_boilerplate(line: str) -> None:
    assert load().is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "Milia",
        "Printing errors cause mistakes in dosing.",
        "Share needles never.",
        "Home treatment is often enough.",
        "Nextstrain tracks the virus.",
        "Copying of genes leads to cancer.",
    ],
)
def test_text_is_not_boilerplate(line: str) -> None:
    assert not load().is_boilerplate(line)


@pytest.mark.parametrize(
    ("line", "caption"),
    [
        ("Clinical image of Milia - imageId=18. Click to open in gallery.  caption: 'White dots.'", "White dots."),
        ("Clinical image of Milia - imageId=18. Click to open in gallery.", "Clinical image of Milia"),
        ("imageId=18. Click to open in gallery.", ""),
        ("A medical illustration showing key findings of Milia : Papules", None),
        ("Figure 2. Dots on a cheek.", None),
        ("Image caption: Dots", "Dots"),
        ("The image shows nothing of note.", "no"),
        ("Dots on a cheek.", "no"),
    ],
)
def test_caption_of(line: str, caption: str | None) -> None:
    expected = {"no": None, None: line}.get(caption, caption)
    assert load().caption_of(line) == expected

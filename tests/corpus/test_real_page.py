"""The real saved page, read from beside the checkout; none of its sentences stands here."""

from __future__ import annotations

import pages
import pytest

from corpus.library import shipped
from corpus.passages import split
from corpus.readers import read
from corpus.types import Document

pytestmark = pytest.mark.skipif(not pages.REAL_PAGE.exists(), reason=f"the real page is not at {pages.REAL_PAGE}")


@pytest.fixture(scope="module")
def document() -> Document:
    return read(pages.REAL_PAGE)


def body(document: Document, topic: str) -> str:
    return next(document.text[s.start : s.end] for s in document.sections if s.topic == topic)


def test_sections_in_order(document: Document) -> None:
    assert [(s.heading, s.topic, s.status) for s in document.sections] == [
        ("Synopsis", "synopsis", "present"),
        ("Codes", "codes", "present"),
        ("Look For", "look_for", "withheld"),
        ("Diagnostic Pearls", "diagnostic_pearls", "withheld"),
        ("Differential Diagnosis & Pitfalls", "differential_diagnosis", "present"),
        ("Best Tests", "best_tests", "withheld"),
        ("Management Pearls", "management_pearls", "withheld"),
        ("Therapy", "therapy", "withheld"),
        ("Drug Reaction Data", "drug_reaction_data", "withheld"),
        ("References", "references", "withheld"),
        ("Images", "images", "present"),
        ("Contributors", "contributors", "present"),
        ("Review dates", "review_dates", "present"),
    ]
    assert sum(section.status == "withheld" for section in document.sections) == 7


def test_what_the_page_says_of_itself(document: Document) -> None:
    assert document.id == "calcinosis-cutis-in-infant-neonate"
    assert document.title == "Calcinosis cutis in Infant/Neonate"
    assert document.dates == shipped()[0].dates
    assert body(document, "review_dates").split("\n") == [
        f"• {label}: {month}/{day}/{year}"
        for label, (year, month, day) in ((label, iso.split("-")) for label, iso in document.dates.items())
    ]
    assert body(document, "codes").split("\n") == [
        "• ICD-10 L94.2 – Calcinosis cutis",
        "• SNOMED CT 21323007 – Calcinosis cutis",
    ]
    assert body(document, "contributors") == body(shipped()[0], "contributors")


def test_synopsis_and_differential(document: Document) -> None:
    assert len(body(document, "synopsis").split("\n\n")) == 6
    items = [p for p in split(document) if p.section_id == "differential-diagnosis-pitfalls"]
    assert [(len(items), {item.kind for item in items}, {item.paragraph for item in items})] == [(17, {"item"}, {7})]
    ours = [p for p in split(shipped()[0]) if p.section_id == "differential-diagnosis-pitfalls"]
    assert [item.text.split(" – ")[0] for item in items] == [item.text.split(" – ")[0] for item in ours]
    assert (items[0].text, items[16].text) == ("Gout (see also Lesch-Nyhan syndrome)", "Common wart")
    assert sum(" – " in item.text for item in items) == 4


def test_two_captions_once_each(document: Document) -> None:
    captions = body(document, "images").split("\n")
    assert len(captions) == 2
    assert captions[1].startswith("• Yellow and white")


def test_the_site_is_in_no_section(document: Document) -> None:
    for words in ("Copyright", "View all", "UpToDate", "imageId", "caption:", "All rights", "\u00a0", "\r"):
        assert words not in document.text

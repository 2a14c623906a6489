from __future__ import annotations

import hashlib

import pytest

from corpus.blocks import Block, Page, caption, heading, item, paragraph
from corpus.build import build, slug
from corpus.errors import UserError
from corpus.types import Document, PageStart, Section


def made(*blocks: object, **about: object) -> Document:
    return build(Page(title="Milia", blocks=blocks, source="milia.md", **about))  # type: ignore[arg-type]


def bodies(document: Document) -> list[tuple[str, str, str, str]]:
    return [(s.heading, s.topic, s.status, document.text[s.start : s.end]) for s in document.sections]


def test_the_whole_document_by_hand() -> None:
    document = made(heading("Synopsis"), paragraph("Small  cysts."), item("One"), item("Two", 1), heading("Therapy"))
    text = "Synopsis\nSmall cysts.\n\n• One\n  • Two\n\nTherapy\n\n"
    assert document == Document(
        id="milia",
        title="Milia",
        text=text,
        sections=(
            Section("synopsis", "Synopsis", "synopsis", "present", 9, 36),
            Section("therapy", "Therapy", "therapy", "empty", 46, 46),
        ),
        source="milia.md",
        version="sha256:" + hashlib.sha256(text.encode()).hexdigest(),
        dates={},
    )


def test_text_before_the_first_heading_is_an_introduction() -> None:
    document = made(paragraph("Before."), heading("Therapy"), paragraph("A needle."))
    assert bodies(document) == [
        ("Introduction", "synopsis", "present", "Before."),
        ("Therapy", "therapy", "present", "A needle."),
    ]


def test_without_headings_there_is_one_section() -> None:
    assert bodies(made(paragraph("Only this."))) == [("Text", "other", "present", "Only this.")]


def test_a_deeper_unknown_heading_has_the_topic_it_stands_under() -> None:
    document = made(
        heading("Treatment", 2),
        paragraph("A needle."),
        heading("In adults", 3),
        paragraph("Two needles."),
        heading("Prognosis", 3),
        paragraph("Good."),
        heading("In newborns", 3),
        paragraph("None."),
        heading("Zebra stripes", 2),
        paragraph("None."),
    )
    assert [(s.heading, s.topic) for s in document.sections] == [
        ("Treatment", "therapy"),
        ("In adults", "therapy"),
        ("Prognosis", "prognosis"),
        ("In newborns", "therapy"),
        ("Zebra stripes", "other"),
    ]


def test_a_marker_line_withholds_its_section_whatever_stands_beside_it() -> None:
    document = made(heading("Therapy"), paragraph("Below is a list."), paragraph("Subscription Required"))
    assert bodies(document) == [("Therapy", "therapy", "withheld", "Below is a list.\n\nSubscription Required")]


def test_a_log_in_button_withholds_only_an_otherwise_empty_section() -> None:
    document = made(heading("Therapy"), paragraph("Log in"), heading("Causes"), paragraph("Log in"), paragraph("Sun."))
    assert [(s.heading, s.status) for s in document.sections] == [("Therapy", "withheld"), ("Causes", "present")]
    assert document.text == "Therapy\nLog in\n\nCauses\nSun.\n\n"


def test_lines_of_the_site_are_in_no_section() -> None:
    document = made(
        heading("Causes"),
        paragraph("Sun."),
        paragraph("View all Images (7)"),
        paragraph("Copyright © 2024 X. All rights reserved."),
        heading("Share this page"),
    )
    assert bodies(document) == [("Causes", "causes", "present", "Sun.")]


def test_metadata_fills_its_section_or_is_appended() -> None:
    document = made(
        heading("Codes"),
        heading("Causes"),
        paragraph("Sun."),
        caption("White dots."),
        caption("White dots."),
        codes=["ICD-10 L72.0 – Cyst"],
        contributors=["Ann Lee MD"],
        dates={"Last Reviewed": "05/23/2020"},
        sources=["A book."],
    )
    assert bodies(document) == [
        ("Codes", "codes", "present", "• ICD-10 L72.0 – Cyst"),
        ("Causes", "causes", "present", "Sun."),
        ("Images", "images", "present", "• White dots."),
        ("Contributors", "contributors", "present", "• Ann Lee MD"),
        ("Review dates", "review_dates", "present", "• Last Reviewed: 05/23/2020"),
        ("Sources", "sources", "present", "• A book."),
    ]
    assert document.dates == {"Last Reviewed": "2020-05-23"}


def test_lines_below_a_metadata_heading_become_items() -> None:
    document = made(
        heading("Authors"),
        paragraph("Ann Lee MD, PhD, Bo Ek"),
        heading("ICD-10"),
        paragraph("L72.0 – Cyst"),
        heading("Review dates"),
        paragraph("Last updated: 3 May 2020"),
    )
    assert [body for *_, body in bodies(document)] == [
        "• Ann Lee MD, PhD\n• Bo Ek",
        "• ICD-10 L72.0 – Cyst",
        "• Last updated: 3 May 2020",
    ]
    assert document.dates == {"Last updated": "2020-05-03"}


def test_the_same_heading_twice_makes_two_ids() -> None:
    document = made(heading("Causes"), paragraph("Sun."), heading("Causes"), paragraph("Burns."))
    assert [section.id for section in document.sections] == ["causes", "causes-2"]


def test_a_page_without_text_is_refused() -> None:
    with pytest.raises(UserError, match=r"milia\.md: no text"):
        made(heading("Causes"))


def test_a_page_that_withholds_everything_is_a_document() -> None:
    assert [s.status for s in made(heading("Therapy"), paragraph("Members only")).sections] == ["withheld"]


def test_an_id_without_ascii_letters() -> None:
    document = build(Page(title="粟粒疹", blocks=(paragraph("Small."),), source="a.md"))
    assert document.id == "document-" + document.version.removeprefix("sha256:")[:8]


def test_slug() -> None:
    assert slug("Calcinosis cutis in Infant/Neonate") == "calcinosis-cutis-in-infant-neonate"
    assert slug("Sjögren’s  –  overview") == "sjogrens-overview"
    assert slug("a" * 100) == "a" * 80
    assert slug("–") == ""


def test_pages_begin_where_their_text_does() -> None:
    document = made(
        Block("heading", "Therapy", 2, 1),
        Block("paragraph", "A needle. It is\fopened.", 0, 1),
        Block("item", "Clean.", 0, 3),
        codes=["L72.0"],
    )
    assert document.text == "Therapy\nA needle. It is opened.\n\n• Clean.\n\nCodes\n• L72.0\n\n"
    assert document.pages == (PageStart(0, 1), PageStart(24, 2), PageStart(33, 3), PageStart(43, None))
    at = {word: document.page_at(document.text.index(word)) for word in ("needle", "opened", "Clean", "L72")}
    assert at == {"needle": 1, "opened": 2, "Clean": 3, "L72": None}


def test_a_file_without_pages_has_none() -> None:
    document = made(heading("Therapy"), paragraph("A needle."))
    assert (document.pages, document.page_at(0)) == ((), None)

from __future__ import annotations

import pages
import pytest

from corpus.build import build
from corpus.read_saved_page import read_saved_page
from corpus.types import Document


def made(text: str) -> Document:
    return build(read_saved_page(text, "page.txt", "page"))


def bodies(document: Document) -> list[tuple[str, str, str]]:
    return [(s.heading, s.status, document.text[s.start : s.end]) for s in document.sections]


def test_missing_headings_find_their_bodies_by_order() -> None:
    document = made(pages.MISSING_HEADINGS)
    assert document.title == "Milia in Adults"
    assert document.dates == {"Last Reviewed": "2019-04-22", "Last Updated": "2021-11-30"}
    assert bodies(document) == [
        ("Synopsis", "present", "Milia are small keratin cysts.\n\nThey are harmless."),
        ("Codes", "present", "• ICD-10 L72.0 – Epidermal cyst"),
        ("Look For", "withheld", "Subscription Required"),
        ("Best Tests", "withheld", "Subscription Required"),
        ("Zebra Notes", "present", "Striped animals are spared."),
        ("Therapy", "withheld", "Subscription Required"),
        ("Complications", "present", "Scars are rare."),
        ("Prognosis", "present", "They vanish by themselves."),
        ("References", "withheld", "Subscription Required"),
        (
            "Images",
            "present",
            "• A medical illustration showing key findings of Milia : Papules\n• White dots on a cheek.",
        ),
        ("Contributors", "present", "• Ann Lee MD, PhD\n• Bo S. Ek MD"),
        ("Review dates", "present", "• Last Reviewed: 04/22/2019\n• Last Updated: 11/30/2021"),
    ]


def test_without_navigation() -> None:
    document = made(pages.NO_NAVIGATION)
    assert document.title == "Milia"
    assert [(s.heading, s.topic, s.status, document.text[s.start : s.end]) for s in document.sections] == [
        ("Overview", "synopsis", "present", "Milia are cysts. They are small."),
        ("Causes", "causes", "present", "• Burns\n• Sun damage over years\n  • in adults"),
        ("How are milia treated?", "therapy", "present", "They can be opened with a needle."),
        ("SPECIAL GROUPS", "other", "present", "Newborns need nothing."),
        ("Treatment of milia in adults", "therapy", "present", "A needle."),
        ("Review dates", "review_dates", "present", "• Last reviewed: 3 May 2020"),
    ]


def test_a_navigation_of_one_heading_a_line() -> None:
    assert bodies(made(pages.ONE_HEADING_A_LINE)) == [
        ("Overview", "present", "Milia are cysts."),
        ("Symptoms", "present", "White dots."),
        ("Treatment", "withheld", "Log in"),
        ("Prognosis", "present", "Good."),
    ]


def test_wrapped_lines_and_numbered_lists() -> None:
    prose = (
        "Milia can be opened with a sterile needle, and the small white kernel is pressed out. "
        "This is done by a nurse or a doctor in the practice."
    )
    items = "• Clean the skin.\n• Open the cyst with a needle.\n• Press."
    assert bodies(made(pages.WRAPPED)) == [("Treatment", "present", f"{prose}\n\n{items}")]


def test_an_announced_heading_without_a_body_is_empty() -> None:
    text = "Overview | Symptoms | Treatment\nMilia\n\nOverview\nCysts.\nTreatment\nPurchase access to this section\n"
    assert bodies(made(text)) == [
        ("Overview", "present", "Cysts."),
        ("Symptoms", "empty", ""),
        ("Treatment", "withheld", "Purchase access to this section"),
    ]


def test_headings_that_lead_their_paragraph() -> None:
    assert bodies(made("Milia\nDefinition: small cysts.\nAetiology: unknown.\nTreatment: a needle.\n")) == [
        ("Definition", "present", "small cysts."),
        ("Aetiology", "present", "unknown."),
        ("Treatment", "present", "a needle."),
    ]


def test_headings_that_lead_with_a_dash() -> None:
    assert bodies(made("Milia\n\nINTRODUCTION — Small cysts.\n\nEPIDEMIOLOGY — Common.\nSeen at birth.\n")) == [
        ("INTRODUCTION", "present", "Small cysts."),
        ("EPIDEMIOLOGY", "present", "Common.\n\nSeen at birth."),
    ]


def test_a_numbered_table_of_contents_and_edit_links() -> None:
    text = "Milia\nContents\n1Causes\n2Treatment\n3Prognosis\nCauses[edit]\nSun.\nTreatment[edit]\nA needle.\n"
    assert bodies(made(text)) == [
        ("Causes", "present", "Sun."),
        ("Treatment", "present", "A needle."),
        ("Prognosis", "empty", ""),
    ]


def test_plain_text_without_headings() -> None:
    document = made("Just a note about milia. It is short.\n\nAnother paragraph.")
    assert document.title == "page"
    assert bodies(document) == [("Text", "present", "Just a note about milia. It is short.\n\nAnother paragraph.")]


def test_codes_at_the_top_of_a_page_that_announces_none() -> None:
    assert bodies(made("Milia\n\nL72.0 – Cyst\n\nTherapy\nA needle.\n")) == [
        ("Therapy", "present", "A needle."),
        ("Codes", "present", "• ICD-10 L72.0 – Cyst"),
    ]


def test_markdown_and_underlined_headings() -> None:
    assert bodies(made("# Milia\n\n## Odd heading\nText.\n\nStranger heading\n----------------\nMore.\n")) == [
        ("Odd heading", "present", "Text."),
        ("Stranger heading", "present", "More."),
    ]


def test_a_bullet_on_a_line_of_its_own() -> None:
    assert bodies(made("Causes\n•\nBurns\n•\nSun\n")) == [("Causes", "present", "• Burns\n• Sun")]


def test_text_below_the_closing_line_is_not_lost() -> None:
    document = made("Milia\n\nTherapy\nA needle.\nCopyright © 2024 X. All rights reserved.\nA last word about milia.\n")
    assert bodies(document) == [("Therapy", "present", "A needle."), ("Text", "present", "A last word about milia.")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_make_no_difference(end: str, tmp_path: object) -> None:
    from pathlib import Path

    from corpus.readers import read

    path = Path(str(tmp_path)) / "page.txt"
    path.write_bytes(pages.MISSING_HEADINGS.replace("\n", end).encode())
    assert read(path).text == made(pages.MISSING_HEADINGS.replace("\u00a0", " ")).text

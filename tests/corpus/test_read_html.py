from __future__ import annotations

import pages
import pytest

from corpus.build import build
from corpus.errors import UserError
from corpus.read_html import read_html
from corpus.types import Document


def made(html: str) -> Document:
    return build(read_html(html, "page.html", "page"))


def bodies(document: Document) -> list[tuple[str, str, str, str]]:
    return [(s.heading, s.topic, s.status, document.text[s.start : s.end]) for s in document.sections]


def test_a_page_of_a_site() -> None:
    document = made(pages.HTML)
    assert document.title == "Milia in adults"
    assert document.dates == {"Last reviewed": "2020-05-03"}
    assert bodies(document) == [
        ("Overview", "synopsis", "present", "Milia are small cysts. They are 1-2 mm wide, e.g. on the face."),
        (
            "Look For",
            "look_for",
            "present",
            "• White papules\n  • on the cheeks\n• Firm. Never red.\n• Site: Nose; Share: 40%\n• Site: Cheek\n"
            "• Size: 1 mm",
        ),
        ("In babies", "look_for", "present", "They go by themselves."),
        ("Therapy", "therapy", "withheld", "Subscription required"),
        ("Prognosis", "prognosis", "empty", ""),
        ("References", "references", "present", "• Lee A. Milia. Skin. 2020."),
        ("Images", "images", "present", "• White dots on a cheek."),
        ("Contributors", "contributors", "present", "• Ann Lee MD, PhD"),
        ("Review dates", "review_dates", "present", "• Last reviewed: 3 May 2020"),
    ]


def test_headings_that_are_bold_lines() -> None:
    assert bodies(made("<p><b>Therapy</b></p><p>A needle.</p><p><strong>Prognosis:</strong></p><p>Good.</p>")) == [
        ("Therapy", "therapy", "present", "A needle."),
        ("Prognosis", "prognosis", "present", "Good."),
    ]


def test_a_button_to_subscribe_withholds() -> None:
    assert bodies(made("<h2>Therapy</h2><button>Subscribe now</button><h2>Causes</h2><p>Sun.</p>")) == [
        ("Therapy", "therapy", "withheld", "Subscribe now"),
        ("Causes", "causes", "present", "Sun."),
    ]


def test_line_breaks_and_loose_text() -> None:
    assert bodies(
        made("<h2>Codes</h2><div>L72.0 – Cyst<br>L72.1 – Cyst of hair</div><h2>Causes</h2>Sun <i>and</i> burns.")
    ) == [
        ("Codes", "codes", "present", "• ICD-10 L72.0 – Cyst\n• ICD-10 L72.1 – Cyst of hair"),
        ("Causes", "causes", "present", "Sun and burns."),
    ]


def test_a_table_for_layout_is_walked_through() -> None:
    html = "<table><tr><td><h2>Causes</h2><p>Sun.</p></td><td><p>Burns.</p></td></tr></table>"
    assert bodies(made(html)) == [("Causes", "causes", "present", "Sun.\n\nBurns.")]


def test_a_table_of_names_and_values() -> None:
    html = "<h2>Causes</h2><table><tr><th>Sun</th><td>often</td></tr><tr><th>Burns</th><td>rarely</td></tr></table>"
    assert bodies(made(html)) == [("Causes", "causes", "present", "• Sun: often\n• Burns: rarely")]


def test_panels_that_open_keep_their_text() -> None:
    html = '<h2>Therapy</h2><div role="region" hidden><p>A needle.</p></div><p aria-hidden="true">icon</p>'
    assert bodies(made(html)) == [("Therapy", "therapy", "present", "A needle.")]


def test_the_title_without_the_site() -> None:
    assert made("<title>Milia - SkinSite</title><p>Small.</p>").title == "Milia"
    assert made("<p>Small.</p>").title == "page"


def test_deep_nesting() -> None:
    assert bodies(made("<div>" * 5000 + "Deep." + "</div>" * 5000)) == [("Text", "other", "present", "Deep.")]


def test_sections_without_headings_are_found_by_their_anchors() -> None:
    html = """<ul class="top"><li><a href="#a">Synopsis</a></li><li><a href="#b">Codes</a></li>
    <li><a href="#c">Therapy</a></li><li><a href="#d">Outlook</a></li></ul><h1>Milia</h1>
    <div id="a"><div>Small cysts.</div></div><div id="b">L72.0 – Cyst</div><div id="c">Subscription required</div>
    <section id="d"><h2>What happens later</h2><p>They vanish.</p></section>
    <div class="modal"><img src="a" alt="Image of it - imageId=1. Click to open. caption: 'Dots.'"></div>"""
    assert bodies(made(html)) == [
        ("Synopsis", "synopsis", "present", "Small cysts."),
        ("Codes", "codes", "present", "• ICD-10 L72.0 – Cyst"),
        ("Therapy", "therapy", "withheld", "Subscription required"),
        ("What happens later", "other", "present", "They vanish."),
        ("Images", "images", "present", "• Dots."),
    ]


def test_an_anchor_with_nothing_below_is_an_empty_section() -> None:
    html = """<nav><a href="#a">Causes</a><a href="#b">Therapy</a><a href="#c">Prognosis</a></nav>
    <div id="a"></div><h2 id="b">Therapy</h2><p>A needle.</p><h2 id="c">Prognosis</h2><p>Good.</p>"""
    assert bodies(made(html)) == [
        ("Causes", "causes", "empty", ""),
        ("Therapy", "therapy", "present", "A needle."),
        ("Prognosis", "prognosis", "present", "Good."),
    ]


def test_without_text() -> None:
    with pytest.raises(UserError, match=r"page\.html: no text"):
        made("<html><body><nav><a href='/'>Home</a></nav><script>1</script></body></html>")

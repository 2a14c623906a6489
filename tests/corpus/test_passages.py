from __future__ import annotations

from corpus.blocks import Page, heading, item, paragraph
from corpus.build import build
from corpus.passages import split
from corpus.types import Passage

PAGE = Page(
    title="Milia",
    source="milia.md",
    blocks=(
        heading("Synopsis"),
        paragraph("Milia are cysts. They are small."),
        paragraph("They vanish."),
        heading("Therapy"),
        paragraph("Some words before it."),
        paragraph("Subscription required"),
        heading("Causes"),
        item("Burns – in adults. Deep ones."),
        item("Sun", 1),
        heading("Prognosis"),
    ),
)


def test_sentences_and_items_of_present_sections() -> None:
    document = build(PAGE)
    # Synopsis\nMilia are cysts. They are small.\n\nThey vanish.\n\n: the first body begins at 9.
    first = Passage("milia#synopsis-1", "milia", "synopsis", "Milia are cysts.", 9, 25, "sentence", 0)
    found = split(document)
    assert found[0] == first
    assert [(p.id, p.text, p.kind, p.paragraph) for p in found] == [
        ("milia#synopsis-1", "Milia are cysts.", "sentence", 0),
        ("milia#synopsis-2", "They are small.", "sentence", 0),
        ("milia#synopsis-3", "They vanish.", "sentence", 1),
        ("milia#causes-1", "Burns – in adults. Deep ones.", "item", 2),
        ("milia#causes-2", "Sun", "item", 2),
    ]


def test_only_what_is_too_long_is_cut() -> None:
    long = "Milia are " + "very, " * 40 + "small."
    items = "First of it. " * 10
    page = Page("T", (heading("Synopsis"), paragraph(f"Short one. {long}"), item(items.strip())), "t.md")
    document = build(page)
    found = split(document, max_chars=100)
    assert found[0].text == "Short one."
    assert all(len(passage.text) <= 100 for passage in found)
    assert all(document.text[passage.start : passage.end] == passage.text for passage in found)
    assert " ".join(p.text for p in found if p.kind == "sentence").split() == f"Short one. {long}".split()
    # "First of it." is 12 characters; 7 of them with spaces are 90, an eighth would make 103.
    assert [p.text for p in found if p.kind == "item"] == [
        " ".join(["First of it."] * 7),
        " ".join(["First of it."] * 3),
    ]


def test_a_word_longer_than_the_limit_is_cut() -> None:
    document = build(Page("T", (paragraph("x" * 250),), "t.md"))
    assert [len(passage.text) for passage in split(document, max_chars=100)] == [100, 100, 50]

from __future__ import annotations

from pathlib import Path

import pages
import pytest

import corpus
from corpus.blocks import Block, Page
from corpus.build import build
from corpus.errors import UserError
from corpus.read_markdown import read_markdown
from corpus.readers import read

FULL = """---
id: milia-adults
title: Milia in adults
codes:
  - {system: ICD-10-CM, code: L72.0, label: Cyst}
  - {system: SNOMED CT, code: 21323007}
  - OMIM 123456
contributors:
  - Ann Lee MD, PhD
dates:
  Last Reviewed: 2020-05-23
sources:
  - A book.
---

# Milia in adults

Before *any* section.

## Causes

- Burns,
  deep ones
  - sun

  Much later.
- [Dermabrasion](https://example.org)

1. First
2. Second

| Site | Share |
|------|-------|
| Nose | 40%   |

![White dots on a cheek](a.png)

A line<br>break & `code`.

<!-- a remark -->
"""


def test_everything_at_once() -> None:
    assert read_markdown(FULL, "milia.md", "milia") == Page(
        title="Milia in adults",
        blocks=(
            Block("paragraph", "Before any section."),
            Block("heading", "Causes", 2),
            Block("item", "Burns, deep ones"),
            Block("item", "sun Much later.", 1),
            Block("item", "Dermabrasion"),
            Block("item", "First"),
            Block("item", "Second"),
            Block("item", "Site: Nose; Share: 40%"),
            Block("caption", "White dots on a cheek"),
            Block("paragraph", "A line break & code."),
        ),
        source="milia.md",
        id="milia-adults",
        codes=["ICD-10-CM L72.0 – Cyst", "SNOMED CT 21323007", "OMIM 123456"],
        contributors=["Ann Lee MD, PhD"],
        dates={"Last Reviewed": "2020-05-23"},
        sources=["A book."],
    )


def test_title_from_the_only_top_heading_else_the_name() -> None:
    assert read_markdown("# Milia\n\nText.", "m.md", "m").title == "Milia"
    assert read_markdown("## Causes\n\nText.", "m.md", "the name").title == "the name"
    several = read_markdown("# Causes\n\nText.\n\n# Therapy\n\nText.", "m.md", "the name")
    assert several.title == "the name"
    assert [block.text for block in several.blocks if block.kind == "heading"] == ["Causes", "Therapy"]


def test_invalid_front_matter_names_its_line() -> None:
    with pytest.raises(UserError, match=r"m\.md, line 3: front matter is not valid YAML") as error:
        read_markdown("---\ntitle: Milia\ncodes: a: b\n---\nText.", "m.md", "m")
    assert error.value.hint


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("title: [a]", "'title' is \\['a'\\], expected text"),
        ("dates: 2020", "'dates' is 2020, expected a mapping"),
        ("contributors: {a: b}", "'contributors' is {'a': 'b'}, expected a list"),
        ("codes: [{label: x}]", "'codes' is {'label': 'x'}, expected entries"),
        ("contributors: [[a]]", "'contributors' is \\['a'\\], expected text"),
    ],
)
def test_front_matter_of_another_shape(front: str, expected: str) -> None:
    with pytest.raises(UserError, match=expected):
        read_markdown(f"---\n{front}\n---\nText.", "m.md", "m")


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    page = read_markdown("---\nJust words here\n---\nText.", "m.md", "m")
    assert " ".join(block.text for block in page.blocks) == "Just words here Text."
    assert read_markdown("---\n---\nText.", "m.md", "m").blocks == (Block("paragraph", "Text."),)


def test_one_value_stands_for_a_list() -> None:
    page = read_markdown("---\ncontributors: Ann Lee\nsources: A book.\n---\nText.", "m.md", "m")
    assert (page.contributors, page.sources) == (["Ann Lee"], ["A book."])


def test_wardbook_s_own_mark_withholds() -> None:
    document = build(read_markdown("## Therapy\n\nWithheld: subscription required\n", "m.md", "m"))
    assert [(s.heading, s.status) for s in document.sections] == [("Therapy", "withheld")]


def test_bold_lines_that_the_vocabulary_knows_are_headings() -> None:
    page = read_markdown("# Milia\n\n**Therapy:**\n\nA **needle**.\n\n**Odd words**\n", "m.md", "m")
    assert page.blocks == (
        Block("heading", "Therapy", 6),
        Block("paragraph", "A needle."),
        Block("paragraph", "Odd words"),
    )


def test_a_saved_page_in_a_markdown_file() -> None:
    page = read_markdown(pages.ONE_HEADING_A_LINE, "m.md", "m")
    assert page.title == "Milia"
    assert [b.text for b in page.blocks if b.kind == "heading"] == ["Overview", "Symptoms", "Treatment", "Prognosis"]


def test_the_shipped_document() -> None:
    path = Path(corpus.__file__).parent / "documents" / "calcinosis-cutis-infant-neonate.md"
    document = read(path)
    assert document.id == "calcinosis-cutis-infant-neonate"
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
        ("Sources", "sources", "present"),
    ]
    assert document.dates == {"Last Reviewed": "2020-05-23", "Last Updated": "2020-06-01"}

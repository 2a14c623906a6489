"""What holds for every document, whatever it was made from: shipped, real, in our own words, or thrown together."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pages
import pytest

from corpus.blocks import Block, Page
from corpus.build import build
from corpus.errors import UserError
from corpus.library import from_json, shipped, to_json
from corpus.passages import split
from corpus.readers import read
from corpus.types import Document
from corpus.vocabulary import load
from evals.benchmarks.written_files import LAYOUTS, Text

LINES = [
    "Synopsis", "Therapy", "Zebra stripes", "Best Tests", "How is milia treated?", "SynopsisCodesTherapyReferences",
    "Milia are small cysts, e.g. on the face. They are 1.5 mm wide (50%-70%). Rarely larger!", "• Gout – rarely",
    "  • Morphea (see also X)", "- Milia", "1. First", "2. Second", "Subscription Required", "Log in", "L72.0 – Cyst",
    "21323007 – Cyst", "Contributors: Ann Lee MD, Bo Ek", "Last Reviewed: 05/23/2020", "", "", "", "Print",
    "Copyright © 2024 X. All rights reserved.", "Figure 1. White dots.", "SPECIAL GROUPS", "Treatment: a needle.",
    "Ünïcode – “quotes” 😀 and\ttabs.", "# Milia", "## Causes", "### In adults", "| a | b |", "|---|---|", "| c | d |",
    "<p>Sun.</p>", "<h2>Causes</h2>", "<ul><li>Sun<li>Burns</ul>", "---", "a" * 700,
    "Words that go on. " * 60, "…", "•",
]  # fmt: skip


def check(document: Document, max_chars: int = 600) -> None:
    text, at = document.text, 0
    for section in document.sections:
        assert text[at : section.start] == section.heading + "\n"
        body = text[section.start : section.end]
        assert body == body.strip("\n")
        assert section.heading == section.heading.strip()
        assert section.heading
        at = section.end + (2 if body else 1)
        assert text[section.end : at] == "\n" * (at - section.end)
        assert section.status != "empty" or not body
        assert section.status != "present" or body
        for line in body.split("\n"):
            assert not line or "• " in line or not load().is_boilerplate(line) or section.status == "withheld"
    assert at == len(text)
    assert len({section.id for section in document.sections}) == len(document.sections)
    assert from_json(to_json(document)) == document
    check_passages(document, max_chars)


def check_passages(document: Document, max_chars: int) -> None:
    sections = {section.id: section for section in document.sections}
    found = split(document, max_chars=max_chars)
    assert len({passage.id for passage in found}) == len(found)
    before = 0
    for passage in found:
        section = sections[passage.section_id]
        assert document.text[passage.start : passage.end] == passage.text
        assert section.start <= passage.start < passage.end <= section.end
        assert section.status == "present"
        assert passage.text == passage.text.strip()
        assert "\n" not in passage.text
        assert len(passage.text) <= max_chars
        assert before <= passage.start
        before = passage.end
    for section in document.sections:
        if section.status == "present":
            body = re.sub(r"(?m)^ *• ", "", document.text[section.start : section.end])
            said = "".join(passage.text for passage in found if passage.section_id == section.id)
            assert re.sub(r"\s+", "", said) == re.sub(r"\s+", "", body)


@pytest.mark.parametrize("document", shipped(), ids=lambda document: document.id)
def test_shipped(document: Document) -> None:
    check(document)
    check(document, max_chars=80)


@pytest.mark.skipif(not pages.REAL_PAGE.exists(), reason=f"the real page is not at {pages.REAL_PAGE}")
def test_the_real_page() -> None:
    check(read(pages.REAL_PAGE))
    check(read(pages.REAL_PAGE), max_chars=50)


def generated() -> Iterator[tuple[str, str]]:
    dice = random.Random(7)
    for number in range(300):
        end = dice.choice(["\n", "\n", "\r\n"])
        lines = [dice.choice(LINES) for _ in range(dice.randint(1, 30))]
        yield ("txt", "md", "html")[number % 3], end.join(lines)


def test_pages_thrown_together(tmp_path: Path) -> None:
    refused = 0
    for suffix, text in generated():
        path = tmp_path / f"page.{suffix}"
        path.write_text(text, encoding="utf-8", newline="")
        try:
            document = read(path)
        except UserError:
            refused += 1
            continue
        check(document)
        assert read(path) == document
    assert refused < 60


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def test_no_word_of_blocks_is_lost() -> None:
    dice = random.Random(11)
    vocabulary = load()
    for _ in range(200):
        blocks = []
        for _ in range(dice.randint(1, 25)):
            kind = dice.choice(["heading", "paragraph", "paragraph", "item"])
            text = " ".join(dice.choice(LINES[2:9]).split())
            blocks.append(Block(kind, text.strip("•- "), dice.randint(0, 2) if kind == "item" else dice.randint(2, 4)))  # type: ignore[arg-type]
        if all(block.kind == "heading" for block in blocks):
            continue
        document = build(Page("Milia", tuple(blocks), "a.md"))
        expected = [word for b in blocks if not vocabulary.is_boilerplate(b.text) for word in words(b.text)]
        given = words(document.text)
        assert given == expected or given == ["Introduction", *expected] or given == ["Text", *expected]


@pytest.mark.parametrize("text", [pages.MISSING_HEADINGS, pages.NO_NAVIGATION, pages.ONE_HEADING_A_LINE, pages.WRAPPED])
def test_no_prose_of_a_saved_page_is_lost(tmp_path: Path, text: str) -> None:
    path = tmp_path / "page.txt"
    path.write_text(text)
    document = read(path)
    check(document)
    said = re.sub(r"\s+", " ", re.sub(r":? (?=\d)", "", f"{document.title} {document.text}")).casefold()
    vocabulary = load()
    for line in re.sub("[\u00a0 ]+", " ", text).split("\n"):
        bare = re.sub(r"^\s*(?:[•-]|\d\.)\s+", "", line).strip()
        if not bare or vocabulary.is_boilerplate(bare) or bare.startswith(("SynopsisCodes", "Clinical image")):
            continue
        people = bare.startswith("Contributors:")
        for part in re.split(r", (?=Bo )", bare.removeprefix("Contributors: ")) if people else [bare]:
            assert re.sub(r":? ?(?=\d)", "", part).rstrip(":").casefold() in said


def texts() -> Iterator[Text]:
    """Yield texts of sections with prose and lists, thrown together of sentences that no section's name is."""
    dice = random.Random(13)
    sentences = ["Milia are small cysts, e.g. on the face.", "They are 1.5 mm wide (50%-70%).", "Rarely larger!",
                 "Ünïcode – “quotes” and naïve words.", "It goes on and on, " * 12 + "and ends."]  # fmt: skip
    for _ in range(4):
        blocks = []
        for name in dice.sample(["Synopsis", "Therapy", "Zebra stripes", "Best Tests", "Prognosis", "In adults"], 4):
            blocks.append(Block("heading", name, 2))
            for _ in range(dice.randint(1, 12)):
                said = " ".join(dice.choice(sentences) for _ in range(dice.randint(1, 6)))
                blocks.append(Block("item", said) if dice.random() < 0.4 else Block("paragraph", said))
        yield Text("Milia of the Zebra", tuple(blocks))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_word_of_a_pdf_or_docx_is_lost_or_out_of_order(tmp_path: Path, layout: str) -> None:
    suffix, write = LAYOUTS[layout]
    for text in texts():
        path = tmp_path / f"page{suffix}"
        path.write_bytes(write(text)[0])
        document = read(path)
        check(document)
        assert read(path) == document
        assert document.title == text.title
        expected = [word for block in text.blocks for word in words(block.text.casefold())]
        assert words(document.text.casefold()) == expected
        numbers = [begin.page for begin in document.pages]
        assert numbers == sorted(set(numbers), key=lambda page: page or 0)


def test_no_prose_of_an_html_page_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(pages.HTML)
    check(read(path))

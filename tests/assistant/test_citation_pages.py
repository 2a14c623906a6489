"""A document with pages: its citations, its JSON and the terminal say on which one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from page_browser import ask, serving, visiting
from page_fakes import FakeAssistant, FakeLibrary

from assistant.api_models import CitationBody, DocumentBody
from assistant.assistant import cite
from assistant.desk import Desk, Opening
from assistant.notices import CLINICIAN, EMERGENCY
from assistant.server import create_app
from assistant.terminal import pages_text, print_answer
from assistant.types import Answer, DocumentRef, Statement
from corpus.blocks import Block, Page
from corpus.build import build
from corpus.passages import split
from corpus.types import Document, PageStart

DOCUMENT = build(
    Page(
        "Milia",
        (
            Block("heading", "Synopsis", 2, 1),
            Block("paragraph", "Milia are small cysts. They are \fharmless. They vanish.", 0, 1),
            Block("heading", "Therapy", 2, 2),
            Block("item", "A needle.", 0, 2),
        ),
        "milia.pdf",
        contributors=["Ann Lee MD"],
    )
)


def test_citations_name_their_page() -> None:
    cited = [cite(passage, DOCUMENT) for passage in split(DOCUMENT)]
    assert [(one.quote, one.page) for one in cited] == [
        ("Milia are small cysts.", 1),
        ("They are harmless.", 1),
        ("They vanish.", 2),
        ("A needle.", 2),
        ("Ann Lee MD", None),
    ]
    assert [CitationBody.model_validate(one.to_dict()).page for one in cited] == [1, 1, 2, 2, None]


def test_the_api_tells_where_pages_begin() -> None:
    library = FakeLibrary(DOCUMENT)
    app = create_app(library, Desk(Opening(lambda _say: FakeAssistant(library)), at_once=1, waiting=0))
    with TestClient(app) as client:
        told = client.get("/api/documents/milia").json()
    assert DocumentBody.model_validate(told).model_dump() == told
    assert [(told["text"][one["start"] :].split()[0], one["page"]) for one in told["pages"]] == [
        ("Synopsis", 1),
        ("harmless.", 2),
        ("Contributors", None),
    ]


def test_the_terminal_says_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert [pages_text(DOCUMENT, section) for section in DOCUMENT.sections] == ["pp. 1-2", "p. 2", ""]
    citation = cite(split(DOCUMENT)[3], DOCUMENT)
    of = DocumentRef(DOCUMENT.id, DOCUMENT.title, DOCUMENT.version)
    statement = Statement("A needle.", (citation,))
    print_answer(Answer("How?", None, "answered", (statement,), (), None, 0.9, of, "quotes", 1.0))
    assert f"[1] Therapy, p. 2, characters {citation.start}-{citation.end}" in capsys.readouterr().out


def test_the_terminal_says_an_emergency_line_first_and_the_rest_of_a_notice_last(
    capsys: pytest.CaptureFixture[str],
) -> None:
    statement = Statement("A needle.", (cite(split(DOCUMENT)[3], DOCUMENT),))
    of = DocumentRef(DOCUMENT.id, DOCUMENT.title, DOCUMENT.version)
    answer = Answer("How?", "How is it?", "answered", (statement,), (), None, 0.9, of, "quotes", 1.0)
    print_answer(replace(answer, notice=f"{EMERGENCY} {CLINICIAN}"))
    printed = capsys.readouterr().out
    assert printed.startswith(f"{EMERGENCY}\n\nRead as: How is it?\n")
    assert f"A needle. [1]\n\n{CLINICIAN}\n" in printed
    print_answer(replace(answer, notice=EMERGENCY))
    assert capsys.readouterr().out == printed.replace(f"\n{CLINICIAN}\n", "")


@pytest.mark.real
def test_the_page_says_the_page(browser: Any, document: Document) -> None:
    turned = document.sections[1].start
    paged = replace(document, pages=(PageStart(0, 1), PageStart(turned, 2)))
    with serving(FakeLibrary(paged)) as site, visiting(browser, site) as page:
        cited = ask(page, "What is it?").locator("a.wb-cite").first
        cited.focus()
        card = page.locator("#wb-quote")
        card.wait_for()
        assert f"{document.sections[0].heading}, p. 1" in card.inner_text()
        shown = page.locator("section.wb-section .wb-page").all_inner_texts()
        assert shown == ["p. 1"] + ["p. 2"] * (len(document.sections) - 1)

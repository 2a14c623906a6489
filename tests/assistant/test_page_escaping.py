"""Everything that is shown tries to script its way out.

Through the question, the document, its file name, the model's text, what the browser kept, the address, the export.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from page_browser import Site, ask, serving, visiting
from page_fakes import HOSTILE_TEXT, FakeLibrary

from corpus.library import Library
from corpus.types import Document

pytestmark = pytest.mark.real

SCRIPTED = "img, script:not([src]), iframe, form, style:not(svg style), [onerror], [onmouseover], a[href^='javascript']"
GROUND = "#wb-panel, #wb-chat, #wb-quote, #wb-state, #wb-say"


@pytest.fixture(scope="module")
def hostile(document: Document) -> Document:
    """Return a document of which every text that can be shown is hostile, its id too."""
    sections = tuple(replace(section, heading=f"{section.heading} {HOSTILE_TEXT}") for section in document.sections)
    first = document.sections[0]
    at = min(first.end, first.start + len(HOSTILE_TEXT))
    text = document.text[: first.start] + HOSTILE_TEXT[: at - first.start] + document.text[at:]
    return replace(
        document,
        id='a"><img src=x onerror=alert(9)>',
        title=HOSTILE_TEXT,
        source=HOSTILE_TEXT,
        text=text,
        sections=sections,
        dates={HOSTILE_TEXT: HOSTILE_TEXT},
    )


@pytest.fixture(scope="module")
def site(hostile: Document) -> Iterator[Site]:
    with serving(FakeLibrary(hostile, replace(hostile, id="second"))) as running:
        yield running


def assert_nothing_ran(page: Any) -> None:
    # `visiting` also watches for dialogs, for requests elsewhere, and for what the policy had to block.
    assert page.locator(GROUND).locator(SCRIPTED).count() == 0
    assert page.locator("body").is_visible()


@pytest.mark.parametrize("question", [HOSTILE_TEXT, f"hostile model {HOSTILE_TEXT}", "How is it treated?"])
def test_questions_documents_and_model_text_are_shown_as_text(browser: Any, site: Site, question: str) -> None:
    with visiting(browser, site) as page:
        answer = ask(page, question)
        assert page.locator(".wb-question").inner_text() == question
        assert HOSTILE_TEXT[:40] in answer.inner_text()
        if answer.locator("a.wb-cite").count():
            answer.locator("a.wb-cite").first.focus()
            page.locator("#wb-quote").wait_for()
            page.keyboard.press("Enter")
            page.locator("mark").first.wait_for()
        for link in answer.locator("a.wb-section-link").all()[:1]:
            link.click()
        assert_nothing_ran(page)
        page.reload()
        page.locator(".wb-answer").wait_for()
        assert_nothing_ran(page)


def test_what_is_exported_runs_nothing(browser: Any, site: Site, tmp_path: Path) -> None:
    with visiting(browser, site) as page:
        ask(page, f"hostile model {HOSTILE_TEXT}")
        for kind in ("Markdown", "Web page"):
            page.get_by_role("button", name="Export").click()
            with page.expect_download() as coming:
                page.locator("#wb-export-dialog").get_by_role("button", name=kind).click()
            saved = tmp_path / coming.value.suggested_filename
            coming.value.save_as(saved)
        asked: list[str] = []
        exported = page.context.new_page()
        exported.on("request", lambda one: asked.append(one.url))
        exported.on("dialog", lambda dialog: (asked.append("a dialog"), dialog.dismiss()))
        exported.goto((tmp_path / saved.name).as_uri())
        assert exported.locator("h2").inner_text().startswith("hostile model </p>")
        assert exported.locator("body").locator(SCRIPTED).count() == 0
        assert len(asked) == 1
        markdown = next(tmp_path.glob("*.md")).read_text("utf-8")
        assert not re.search(r"(?<!\\)<(?!\d)", markdown)  # no HTML begins
        assert "](javascript:" not in markdown.replace("\\](", "")
        assert "](https://evil" not in markdown.replace("\\](", "")


@pytest.mark.parametrize(
    "place",
    [
        "?document=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E",
        "?embed=1&origin=javascript:alert(1)&accent=red;}&__theme=%3Cscript%3E",
        "?accent=%23123456%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        f"#{quote(HOSTILE_TEXT, safe='')}",
        f"#{quote(HOSTILE_TEXT, safe='')}/{quote(HOSTILE_TEXT, safe='')}",
        f"#second/{quote(HOSTILE_TEXT, safe='')}",
        "#second@0:99999999999999999999-0",
        "#%",
    ],
)
def test_the_address_runs_nothing(browser: Any, site: Site, place: str) -> None:
    with visiting(browser, site, place, allow=("404",)) as page:
        page.wait_for_timeout(300)
        assert_nothing_ran(page)


def test_what_the_browser_kept_is_not_trusted(browser: Any, site: Site) -> None:
    from assistant.conversation import Shown
    from assistant.rendering import answer_html

    kept = {
        "question": HOSTILE_TEXT,
        "interpreted_as": HOSTILE_TEXT,
        "outcome": "answered",
        "text": HOSTILE_TEXT,
        "statements": [
            {
                "text": HOSTILE_TEXT,
                "citations": [
                    {
                        "document": "x' onclick='alert(1)",
                        "section": HOSTILE_TEXT,
                        "passage": HOSTILE_TEXT,
                        "quote": HOSTILE_TEXT,
                        "start": 1,
                        "end": 2,
                    }
                ],
            }
        ],
        "withheld": [HOSTILE_TEXT],
        "notice": f"See https://evil.example/'onclick='alert(1) {HOSTILE_TEXT}",
        "document": {"id": "x' onclick='alert(1)", "title": HOSTILE_TEXT, "version": "' onclick='alert(1)"},
        "answered_by": HOSTILE_TEXT,
    }
    html = answer_html(Shown.model_validate(kept), FakeLibrary().get)
    page = browser.new_page()
    page.set_content(html)
    names = page.evaluate("[...document.body.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())")
    assert [name for name in names if name.startswith("on")] == []
    assert page.locator("body").locator(SCRIPTED).count() == 0
    page.close()


def test_a_file_name_is_shown_as_text(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "<img src=x onerror=alert(1)>.md"
    path.write_text("---\ntitle: Lumps\n---\n\n# Lumps\n\n## Synopsis\n\nLumps are rare.\n", encoding="utf-8")
    library = Library(tmp_path / "home")
    added = library.add(path)
    assert added.source == path.name
    with serving(FakeLibrary(*library.documents())) as running, visiting(browser, running) as page:
        page.locator("#wb-picker").select_option(added.id)
        page.locator("#wb-title", has_text="Lumps").wait_for()
        assert_nothing_ran(page)

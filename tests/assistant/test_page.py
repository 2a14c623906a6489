"""The page in a real Chromium: answers, citations, addresses, escaping, and what stays in this browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_browser import DESK, PHONE, Site, ask, axe_violations, marked, serving, visiting
from page_fakes import FakeLibrary

from assistant.types import Turn
from corpus.passages import split
from corpus.readers import read
from corpus.types import Document

pytestmark = pytest.mark.real

HOSTILE = r"""---
id: hostile
title: 'Lumps <img src="https://evil.example/a.png" onerror="alert(1)"> & "bumps"'
---

# Lumps

## Synopsis

𝒳-linked lumps 🩺 are \*\*rare** \!\[x](https://evil.example/x.png) and \<script>alert(2)\</script> harmless.
Some say $$a$$ \`b` \<img src=x onerror=alert(3)> 👶🏽 twice.

## Differential Diagnosis (\<b>& more\</b>)

- 🩺 First \<i>lump\</i> – with a note.
- Second \[lump](javascript:alert(3))

## Therapy

Withheld: subscription required
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Document:
    path: Path = tmp_path_factory.mktemp("documents") / "hostile.md"
    path.write_text(HOSTILE, encoding="utf-8")
    return read(path)


@pytest.fixture(scope="module")
def hostile_site(hostile: Document, document: Document) -> Iterator[Site]:
    with serving(FakeLibrary(hostile, document)) as running:
        yield running


def test_three_questions_and_what_they_open(browser: Any, site: Site, document: Document) -> None:
    with visiting(browser, site) as page:
        answered = ask(page, "What is the differential diagnosis?")
        assert "Answered from Differential Diagnosis & Pitfalls" in answered.inner_text()
        items = [passage.text for passage in split(document) if passage.section_id.startswith("differential")]
        assert len(items) == 17
        shown = answered.locator("li").all_text_contents()
        assert [re.sub(r" source \d+$", "", item) for item in shown] == items
        for number in (0, 6, 16):
            answered.locator("a.wb-cite").nth(number).click()
            page.wait_for_url(re.compile(r"#"))
            page.locator("#wb-page mark").wait_for()
            assert marked(page) == [items[number]]

        withheld = ask(page, "How is it treated?")
        assert withheld.locator(".wb-outcome").inner_text().strip() == "Withheld in this copy"
        withheld.get_by_role("link", name="Therapy").click()
        section = page.locator("#wb-page section[data-section='therapy']")
        assert section.locator(".wb-absent").inner_text() == "Withheld in this copy: subscription required"
        assert page.evaluate("document.activeElement.textContent") == "Therapy"
        assert marked(page) == []

        assert "Not in this document" in ask(page, "Is there a vaccine?").inner_text()
        assert "Outside this document" in ask(page, "Who won the football?").inner_text()


def test_prose_is_in_paragraphs_and_every_quote_is_exact(browser: Any, site: Site, document: Document) -> None:
    with visiting(browser, site) as page:
        answer = ask(page, "What is it?")
        assert answer.locator("p.wb-said").count() == 2
        assert answer.locator("li").count() == 0
        for link in answer.locator("a.wb-cite").all():
            link.click()
            page.locator("#wb-page mark").wait_for()
            start, end = re.search(r":(\d+)-(\d+)$", page.url).groups()
            assert "".join(marked(page)) == document.text[int(start) : int(end)]


def test_back_forward_and_a_sent_link(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        answer = ask(page, "What is the differential diagnosis?")
        answer.locator("a.wb-cite").nth(0).click()
        page.locator("mark", has_text="Gout").wait_for()
        answer.locator("a.wb-cite").nth(3).click()
        page.locator("mark", has_text="Morphea").wait_for()
        link = page.url
        page.go_back()
        page.locator("mark", has_text="Gout").wait_for()
        page.go_back()
        page.locator("mark").wait_for(state="detached")
        page.go_forward()
        page.locator("mark", has_text="Gout").wait_for()
    place = link.removeprefix(site.address)
    with visiting(browser, site, place) as page:
        page.locator("mark").wait_for()
        assert marked(page) == ["Morphea"]
        assert page.locator("mark").is_visible()
    with visiting(browser, site, re.sub("@[0-9a-f]+", "@0123456789", place)) as page:
        page.locator("#wb-changed", has_text="This document has changed since the link was made").wait_for()
        assert marked(page) == []
    with visiting(browser, site, "#nothing:here") as page:
        assert page.locator("#wb-page section").count() == 14
    with visiting(browser, site, "#unknown/section", allow=("404",)) as page:
        page.locator("#wb-changed", has_text="No document 'unknown'").wait_for()


def test_the_keyboard_opens_a_quote_and_comes_back(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        answer = ask(page, "What is the differential diagnosis?")
        link = answer.locator("a.wb-cite").nth(1)
        link.focus()
        card = page.locator("#wb-quote")
        card.wait_for()
        assert card.inner_text().split("\n")[-1].strip("“”") == "Juvenile dermatomyositis"
        assert link.get_attribute("aria-describedby") == "wb-quote"
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")
        page.keyboard.press("Enter")
        page.locator("mark").wait_for()
        assert page.evaluate("document.activeElement.tagName") == "MARK"
        said = "Quoted from Differential Diagnosis & Pitfalls: Juvenile dermatomyositis"
        page.locator("#wb-say", has_text=said).wait_for(state="attached")
        assert link.get_attribute("aria-current") == "true"
        page.keyboard.press("Escape")
        page.locator("mark").wait_for(state="detached")
        assert page.evaluate("document.activeElement.textContent") == "source 2"


def test_hovering_shows_the_quote(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is the differential diagnosis?").locator("a.wb-cite").nth(3).hover()
        card = page.locator("#wb-quote")
        card.wait_for()
        card.hover()
        page.wait_for_timeout(400)
        assert "Morphea" in card.inner_text()
        page.mouse.move(5, 5)
        card.wait_for(state="hidden")


def test_offsets_count_code_points_and_everything_is_escaped(
    browser: Any, hostile_site: Site, hostile: Document
) -> None:
    with visiting(browser, hostile_site, "#hostile") as page:
        question = (
            "<img src=x onerror=alert(4)> **what** is [it](javascript:alert(5))? ![y](https://evil.example/y.png)"
        )
        answer = ask(page, question)
        assert page.locator(".wb-question").inner_text() == question
        synopsis = [passage.text for passage in split(hostile) if passage.section_id == "synopsis"]
        said = [re.sub(r" source \d+$", "", text) for text in answer.locator(".wb-said").all_text_contents()]
        assert said == synopsis[:2]
        for number, quote in enumerate(synopsis[:2]):
            answer.locator("a.wb-cite").nth(number).click()
            page.locator("mark").wait_for()
            assert "".join(marked(page)) == quote
        answer = ask(page, "differential, please")
        items = [passage.text for passage in split(hostile) if passage.section_id.startswith("differential")]
        for number, quote in enumerate(items):
            answer.locator("a.wb-cite").nth(number).click()
            page.locator("mark").wait_for()
            assert marked(page) == [quote]
        assert page.locator("#wb-title").inner_text() == hostile.title
        assert page.locator("#wb-panel :is(img, script, i, b), #wb-chat :is(img, script, i, b, .katex)").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0


def test_a_choice_of_documents(browser: Any, hostile_site: Site, hostile: Document, document: Document) -> None:
    with visiting(browser, hostile_site) as page:
        picker = page.get_by_label("Document shown", exact=True).and_(page.locator("select"))
        assert picker.locator("option").all_text_contents() == ["All documents", hostile.title, document.title]
        page.locator("#wb-title", has_text="All documents").wait_for()
        assert page.locator(".wb-starters a").all_text_contents() == [hostile.title, document.title]
        assert axe_violations(page) == []
        picker.select_option(document.id)
        page.locator("#wb-title", has_text=document.title).wait_for()
        page.locator(".wb-welcome", has_text=document.title).wait_for()
        answer = ask(page, "What is it?")
        assert hostile_site.fake.asked[-1][1][-1] == Turn("user", "", document.id)
        assert hostile_site.fake.asked[-1][2] is None
        assert f"in {document.title}" in answer.locator(".wb-outcome").inner_text()
        page.go_back()
        page.locator("#wb-title", has_text="All documents").wait_for()
        page.locator("#wb-page").get_by_role("link", name="Lumps").click()
        page.locator("#wb-title", has_text="Lumps").wait_for()


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unclear_question_is_asked_back_and_one_click_answers_it(
    browser: Any, hostile_site: Site, document: Document, viewport: dict[str, int], scheme: str
) -> None:
    with visiting(browser, hostile_site, viewport=viewport, color_scheme=scheme) as page:
        question = "Unclear: <b>how</b> is it & treated?"
        asked_back = ask(page, question)
        assert asked_back.locator(".wb-outcome").inner_text() == "Which document do you mean?"
        assert asked_back.locator(".wb-notice").count() == 0  # its line says the same, with the titles in it
        assert axe_violations(page) == []
        choices = asked_back.locator("button.wb-choose")
        assert choices.count() == 2
        assert all(choice.bounding_box()["height"] >= 44 for choice in choices.all())
        choices.last.click()
        page.locator(".wb-answer.wb-withheld").wait_for()
        assert page.locator(".wb-question").all_inner_texts() == [question, question]
        assert hostile_site.fake.asked[-1][0] == question
        assert hostile_site.fake.asked[-1][1][-1] == Turn("user", "", document.id)
        # It stays chosen for follow-ups.
        ask(page, "What is the differential diagnosis?")
        assert hostile_site.fake.asked[-1][1][-1] == Turn("user", "", document.id)
        assert page.locator("#wb-picker").input_value() == document.id


def test_an_answer_from_another_document_turns_to_it(
    browser: Any, hostile_site: Site, hostile: Document, document: Document
) -> None:
    with visiting(browser, hostile_site) as page:
        # Nothing chosen: the fake answers from the first, as the assistant from the one that a question names.
        ask(page, "What is it?")
        page.locator("#wb-title", has_text="Lumps").wait_for()
        assert page.locator("#wb-picker").input_value() == hostile.id
        page.locator("#wb-picker").select_option("")
        page.locator("#wb-title", has_text="All documents").wait_for()
        asked_back = ask(page, "Unclear, which one is it?")
        assert hostile_site.fake.asked[-1][1][-1] == Turn("user", "", "")
        asked_back.locator("button.wb-choose").last.click()
        page.locator("#wb-title", has_text=document.title).wait_for()
        page.locator(".wb-answered").nth(1).wait_for()


def test_starters_and_questions_of_sections_can_be_asked(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        starters = page.locator(".wb-starters button").all_text_contents()
        assert starters[-1] == "How is it treated?"
        page.locator(".wb-starters button").last.click()
        page.locator(".wb-withheld .wb-outcome").wait_for()
        assert page.locator(".wb-question").inner_text() == starters[-1]
        page.locator("#wb-page").get_by_role("button", name="What is the differential diagnosis?").click()
        page.locator(".wb-answered .wb-foot").wait_for()
        # A follow-up was read in context, and says how.
        assert "Read as: “What is calcinosis cutis?”" in page.locator(".wb-read").inner_text()
        history = [turn.content for turn in site.fake.asked[-1][1]]
        assert history[0] == "How is it treated?"


def test_a_conversation_survives_a_reload_until_it_is_deleted(browser: Any, site: Site) -> None:
    # A reload now and then breaks off something that Gradio fetches, and it says so.
    with visiting(browser, site, allow=("AbortError", "errored out")) as page:
        ask(page, "What is it?")
        ask(page, "How is it treated?")
        page.locator("#wb-box textarea").fill("half a ques")
        page.reload()
        page.locator(".wb-answer").nth(1).wait_for()
        assert page.locator(".wb-question").all_text_contents() == ["What is it?", "How is it treated?"]
        assert page.locator("#wb-box textarea").input_value() == "half a ques"
        page.locator("a.wb-cite").first.click()
        page.locator("mark").wait_for()
        page.get_by_role("button", name="Delete conversation").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.locator(".wb-welcome").wait_for()
        page.reload()
        page.locator(".wb-welcome").wait_for()
        assert page.locator(".wb-answer").count() == 0
        assert not re.search("treated", page.evaluate("JSON.stringify({...localStorage})"))


def test_a_conversation_is_deleted_only_when_that_was_confirmed(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is it?")
        delete = page.get_by_role("button", name="Delete conversation")
        for leave in ("Enter", "Escape"):  # the first button that Enter would press is the harmless one
            delete.focus()
            page.keyboard.press("Enter")
            dialog = page.get_by_role("dialog", name="Delete this conversation?")
            dialog.wait_for()
            assert not axe_violations(page, "#wb-delete-dialog")
            page.keyboard.press(leave)
            dialog.wait_for(state="hidden")
            assert page.evaluate("document.activeElement.id") == "wb-clear"
            assert page.locator(".wb-answer").count() == 1
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Delete", exact=True).focus()
        page.keyboard.press("Enter")
        page.locator(".wb-welcome").wait_for()
        page.wait_for_timeout(300)
        assert page.locator("#wb-box textarea:focus").count() == 1


def test_back_returns_to_the_number_as_escape_does(browser: Any, site: Site) -> None:
    for viewport in (DESK, PHONE):
        with visiting(browser, site, viewport=viewport) as page:
            number = ask(page, "What is it?").locator("a.wb-cite").nth(1)
            number.focus()
            page.keyboard.press("Enter")
            page.locator("mark:focus").wait_for()
            page.go_back()
            page.locator("mark").wait_for(state="detached")
            assert number.evaluate("one => one === document.activeElement")


def test_nothing_of_gradio_is_drawn_over_the_starting_questions(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        page.evaluate(
            """document.querySelector('#wb-chat').insertAdjacentHTML(
                'beforeend', "<div data-testid='status-tracker'><p class='loading'>Loading...</p></div>")"""
        )
        assert page.get_by_text("Loading...").is_hidden()


def test_an_answer_is_copied_with_its_sources(browser: Any, site: Site, document: Document) -> None:
    with visiting(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        answer = ask(page, "What is it?")
        first, second = (passage.text for passage in split(document)[:2])
        answer.get_by_role("button", name="Copy", exact=True).click()
        page.get_by_role("button", name="Copied as text").wait_for()
        assert page.evaluate("navigator.clipboard.readText()").splitlines() == [
            f"{first} [1]",
            "",
            f"{second} [2]",
            "",
            f"[1] Synopsis: “{first}”",
            f"[2] Synopsis: “{second}”",
            "",
            f"From: {document.title}",
        ]
        answer.get_by_role("button", name="Copy", exact=True).wait_for()
        answer.get_by_role("button", name="Copy as Markdown").dblclick()  # the second click keeps its name too
        page.get_by_role("button", name="Copied as Markdown").wait_for()
        answer.get_by_role("button", name="Copy as Markdown").wait_for()
        place = re.escape(answer.locator("a.wb-cite").first.get_attribute("href"))
        copied = page.evaluate("navigator.clipboard.readText()")
        assert re.search(
            rf"\[1\] {document.title}, \*Synopsis\*: \[“In .+”\]\({re.escape(site.address)}{place}\)", copied
        )


def test_an_answer_about_a_text_that_changed_still_shows(browser: Any, site: Site, document: Document) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is the differential diagnosis?")
        state = profile_state(page)
    changed = replace(document, version="sha256:" + "0" * 64)
    with serving(FakeLibrary(changed)) as later:
        moved = {**state, "origins": [{**one, "origin": later.address.rstrip("/")} for one in state["origins"]]}
        with visiting(browser, later, storage_state=moved) as page:
            page.locator(".wb-answered").wait_for()
            page.locator("a.wb-cite").first.click()
            page.locator("#wb-changed", has_text="has changed").wait_for()


def profile_state(page: Any) -> dict[str, Any]:
    state: dict[str, Any] = page.context.storage_state()
    return state

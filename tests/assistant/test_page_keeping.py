"""What a student takes along, sends to another, and keeps when something goes wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from page_browser import Site, ask, axe_violations, marked, serving, visiting
from page_fakes import FakeLibrary

from assistant.access import Access
from corpus.passages import split
from corpus.types import Document

pytestmark = pytest.mark.real


def test_a_conversation_is_exported_with_every_quote(
    browser: Any, site: Site, document: Document, tmp_path: Path
) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is it?")
        ask(page, "How is it treated?")
        files = {}
        for kind in ("Markdown", "Web page"):
            page.get_by_role("button", name="Export").click()
            assert page.evaluate("document.activeElement.value") == "markdown"
            with page.expect_download() as coming:
                page.locator("#wb-export-dialog").get_by_role("button", name=kind).click()
            saved = tmp_path / coming.value.suggested_filename
            coming.value.save_as(saved)
            files[saved.suffix] = saved
        assert re.fullmatch(r"wardbook-\d{4}-\d\d-\d\d\.md", files[".md"].name)
        first, second = (passage.text for passage in split(document)[:2])
        markdown = files[".md"].read_text("utf-8")
        assert re.match(r"# Wardbook, \d+ \w+ \d{4}\n\nFor study, not medical advice\.\n\n## What is it\?\n", markdown)
        assert f"\n{first} [1]\n\n{second} [2]\n" in markdown
        place = re.escape(page.locator("a.wb-cite").first.get_attribute("href"))
        assert re.search(rf"\[1\] {document.title}, \*Synopsis\*: \[“{re.escape(first)}”\]\(http.+{place}\)", markdown)
        assert "## How is it treated?\n\n**Withheld in this copy**\n" in markdown
        links = re.findall(r"\((http[^)]+)\)", markdown)
        # The file alone, opened elsewhere, leads back to the very characters.
        alone = page.context.new_page()
        alone.goto(files[".html"].as_uri())
        assert alone.locator("h2").all_text_contents() == ["What is it?", "How is it treated?"]
        assert [one.get_attribute("href") for one in alone.locator(".wb-sources a").all()] == links
        page.goto(links[1])
        page.locator("#wb-page mark").wait_for()
        assert marked(page) == [second]


def test_paper_carries_the_sources(browser: Any, site: Site, document: Document, tmp_path: Path) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is the differential diagnosis?")
        page.evaluate("window.print = () => (window.printed = true)")
        page.get_by_role("button", name="Export").click()
        page.get_by_role("button", name="Print or PDF").click()
        assert page.evaluate("window.printed")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        sources = page.locator(".wb-printed li")
        assert sources.count() == 17
        assert sources.nth(3).inner_text() == f"{document.title}, Differential Diagnosis & Pitfalls: “Morphea”"
        assert sources.nth(16).is_visible()
        assert not page.locator("#wb-panel, #wb-asking").first.is_visible()
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert sources.count() == 0
        # As a PDF, the whole conversation and not the first screen of it.
        assert len(page.pdf()) > 10_000


def test_a_link_to_a_place_is_copied_and_opens_for_another(browser: Any, site: Site) -> None:
    with visiting(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        assert page.locator("#wb-link").is_hidden()
        ask(page, "What is the differential diagnosis?").locator("a.wb-cite").nth(3).click()
        page.get_by_role("button", name="Copy link").click()
        page.get_by_role("button", name="Link copied").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == page.url
        page.keyboard.press("Escape")
        page.locator("#wb-link").wait_for(state="hidden")
    with visiting(browser, site, link.removeprefix(site.address)) as page:
        page.locator("mark").wait_for()
        assert marked(page) == ["Morphea"]


def test_a_page_that_was_opened_while_the_server_was_down_recovers(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running:
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.route("**/api/documents", lambda route: route.abort())
        page.route("**/api/state", lambda route: route.abort())
        page.goto(running.address)
        page.get_by_text("The server does not answer. Trying again…").wait_for()
        page.unroute_all()
        page.locator("#wb-page section").first.wait_for()
        page.locator("#wb-state").wait_for(state="hidden")
        page.context.close()


def test_a_refusal_for_asking_too_often_keeps_the_question(browser: Any, document: Document) -> None:
    access = Access(questions_per_minute=1)
    with (
        serving(FakeLibrary(document), access=access) as running,
        visiting(browser, running, allow=("429",), bypass_csp=True) as page,
    ):
        ask(page, "What is it?")
        page.locator("#wb-box textarea").fill("How is it treated?")
        page.keyboard.press("Enter")
        page.get_by_text("That was more than 1 in one minute.").wait_for()
        assert page.locator("#wb-box textarea").input_value() == "How is it treated?"
        # The toast says so; Gradio's own word in the midst of the conversation is not shown.
        assert page.locator("#wb-chat").get_by_text("Error", exact=True).filter(visible=True).count() == 0
        assert axe_violations(page) == []


def test_a_full_desk_is_told_with_the_question_to_ask_again(browser: Any, document: Document) -> None:
    desk = {"at_once": 1, "waiting": 0}
    with (
        serving(FakeLibrary(document), desk=desk) as running,
        visiting(browser, running) as page,
        visiting(browser, running) as other,
    ):
        other.locator("#wb-box textarea").fill("slow")
        other.keyboard.press("Enter")
        other.locator(".wb-waiting").wait_for()
        error = ask(page, "What is it?", ".wb-error")
        assert "Too many questions are waiting. Ask again in a few seconds." in error.inner_text()
        running.fake.release.set()
        other.locator(".wb-answer").wait_for()
        error.get_by_role("button", name="Ask again").click()
        page.locator(".wb-answer").wait_for()


def test_signing_in_opens_the_place_that_was_sent(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document), access=Access(password="sesame")) as running:
        page = browser.new_context(bypass_csp=True).new_page()
        page.goto(f"{running.address}?document={document.id}#{document.id}/therapy")
        assert axe_violations(page) == []
        page.keyboard.type("wrong")  # the field has the focus
        page.keyboard.press("Enter")
        page.get_by_text("That is not the password.").wait_for()
        assert axe_violations(page) == []
        page.get_by_label("Password of this site").fill("sesame")
        page.keyboard.press("Enter")
        page.locator("h3:focus", has_text="Therapy").wait_for()
        assert page.url.endswith(f"?document={document.id}#{document.id}/therapy")
        ask(page, "What is it?")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_label("Password of this site").wait_for()
        page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_wears_the_readers_theme(browser: Any, document: Document, scheme: str) -> None:
    with serving(FakeLibrary(document), access=Access(password="sesame")) as running:
        page = browser.new_context(bypass_csp=True, color_scheme=scheme).new_page()
        page.goto(running.address)
        ground = {"light": "rgb(243, 246, 246)", "dark": "rgb(16, 24, 26)"}[scheme]
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
        assert axe_violations(page) == []
        page.context.close()


def test_a_whole_session_speaks_to_this_server_only(browser: Any, site: Site) -> None:
    """Everything that a person can press, with the log of every request that the browser made for it."""
    asked: list[str] = []
    with visiting(browser, site, permissions=["clipboard-read", "clipboard-write"]) as page:
        page.context.on("request", lambda one: asked.append(one.url))
        page.reload()
        page.locator(".wb-starters button").first.click()
        page.locator(".wb-foot").wait_for()
        ask(page, "See ![x](https://evil.example/x.png) and https://evil.example/y?")
        ask(page, "How is it treated?")
        ask(page, "Is there a vaccine?")
        page.locator("a.wb-cite").first.hover()
        page.locator("a.wb-cite").first.click()
        page.locator("mark").first.wait_for()
        page.get_by_role("button", name="Copy link").click()
        for button in page.locator("button.wb-copy").all():
            button.click()
        page.get_by_role("button", name="Export").click()
        with page.expect_download():
            page.get_by_role("button", name="Web page", exact=True).click()
        page.reload()
        page.locator(".wb-answer").nth(3).wait_for()
        page.get_by_role("button", name="Delete conversation").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.locator(".wb-welcome").wait_for()
        page.goto(site.address + "embed")
        page.get_by_role("button", name="Ask Wardbook").click()
        page.frame_locator("wardbook-widget iframe").locator("#wb-box textarea").wait_for()
    assert len(asked) > 60
    assert [url for url in asked if not url.startswith((site.address, "data:", f"blob:{site.address}"))] == []

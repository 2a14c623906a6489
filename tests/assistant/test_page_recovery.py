"""The page when the server is lost, comes back, forgets who is signed in; and the box meanwhile, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from cut_line import Line, line_to
from page_browser import Site, ask, axe_violations, serving, visiting
from page_fakes import FakeLibrary
from playwright.sync_api import expect

from assistant.access import Access
from corpus.types import Document

pytestmark = pytest.mark.real

LOST = "The server does not answer. Trying again…"
ANY = ("",)
"""A browser and Gradio have many words for a server that is gone."""


@contextmanager
def by_line(browser: Any, document: Document) -> Iterator[tuple[Any, Line, Site]]:
    """Open the page over a line that can be cut, with one answer in it."""
    with serving(FakeLibrary(document)) as first, line_to(first.address) as line:
        with visiting(browser, replace(first, address=line.address), allow=ANY) as page:
            ask(page, "What is it?")
            yield page, line, first
        first.fake.release.set()


def questions(page: Any) -> list[str]:
    told: list[str] = page.locator(".wb-question").all_text_contents()
    return told


@pytest.mark.parametrize("comes_back", ["the same server", "another server"])
def test_what_was_asked_of_a_lost_server_is_answered_by_the_one_that_comes_back(
    browser: Any, document: Document, comes_back: str
) -> None:
    with by_line(browser, document) as (page, line, first), serving(FakeLibrary(document)) as second:
        page.locator("#wb-box textarea").fill("slow one, please")
        page.keyboard.press("Enter")
        page.locator(".wb-waiting").wait_for()
        line.cut()
        page.locator("#wb-state", has_text=LOST).wait_for()
        back = first if comes_back == "the same server" else second
        back.fake.release.set()
        line.mend(back.address)
        page.locator(".wb-answer").nth(1).wait_for()
        assert questions(page) == ["What is it?", "slow one, please"]
        question, history, _ = back.fake.asked[-1]
        assert (question, [turn.content for turn in history][:1]) == ("slow one, please", ["What is it?"])
        page.locator("#wb-state").wait_for(state="hidden")
        assert page.locator("#wb-box textarea").input_value() == ""
        # It is not asked once more by the next reload.
        page.reload()
        page.locator(".wb-answer").nth(1).wait_for()
        page.wait_for_timeout(1000)
        assert questions(page) == ["What is it?", "slow one, please"]


def test_what_was_sent_to_a_server_that_was_gone_already_is_asked_when_it_is_back(
    browser: Any, document: Document
) -> None:
    with by_line(browser, document) as (page, line, first):
        line.cut()
        page.locator("#wb-box textarea").fill("How is it treated?")
        page.keyboard.press("Enter")
        page.locator("#wb-state", has_text=LOST).wait_for()
        assert page.locator("#wb-box textarea").input_value() == "How is it treated?"
        line.mend(first.address)
        page.locator(".wb-answer.wb-withheld").wait_for()
        assert questions(page) == ["What is it?", "How is it treated?"]


def test_what_was_only_typed_stays_in_the_box_unasked(browser: Any, document: Document) -> None:
    with by_line(browser, document) as (page, line, first):
        page.locator("#wb-box textarea").fill("half a ques")
        line.cut()
        page.locator("#wb-state", has_text=LOST).wait_for(timeout=60_000)
        with page.expect_navigation(wait_until="load"):
            line.mend(first.address)
        page.locator(".wb-answer").wait_for()
        expect(page.locator("#wb-box textarea")).to_have_value("half a ques", timeout=60_000)
        assert len(first.fake.asked) == 1


def test_a_question_that_brings_the_server_down_is_not_asked_for_ever(browser: Any, site: Site) -> None:
    before = len(site.fake.asked)
    with visiting(browser, site) as page:
        page.context.add_init_script(
            "sessionStorage.setItem('wardbook-pending', 'deadly one'); sessionStorage.setItem('wardbook-tries', '3')"
        )
        page.reload()
        expect(page.locator("#wb-box textarea")).to_have_value("deadly one", timeout=60_000)
        page.wait_for_timeout(1000)
        assert len(site.fake.asked) == before


def test_a_sign_in_that_ended_is_told_with_a_way_back(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document), access=Access(password="sesame")) as running:
        page = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True).new_page()
        page.set_default_timeout(120_000)

        def sign_in() -> None:
            page.get_by_label("Password of this site").fill("sesame")
            page.keyboard.press("Enter")
            page.locator("#wb-page section").first.wait_for()

        page.goto(running.address)
        sign_in()
        ask(page, "What is it?")
        page.context.clear_cookies()
        page.locator("#wb-box textarea").fill("How is it treated?")
        page.keyboard.press("Enter")
        told = page.locator("#wb-state")
        page.get_by_text("You are no longer signed in. This conversation and what you have typed are kept.").wait_for()
        assert page.locator("#wb-box textarea").input_value() == "How is it treated?"
        assert axe_violations(page) == []
        told.get_by_role("button", name="Sign in again").click()
        sign_in()
        page.locator(".wb-answer.wb-withheld").wait_for()
        assert questions(page) == ["What is it?", "How is it treated?"]
        assert told.is_hidden()
        page.context.close()


def test_a_single_sign_on_that_leads_away_is_told_as_well(browser: Any, site: Site) -> None:
    with visiting(browser, site, allow=ANY) as page:
        page.route(
            "**/api/state", lambda route: route.fulfill(status=302, headers={"location": "https://login.example/"})
        )
        page.reload()
        page.locator("#wb-state", has_text="You are no longer signed in").wait_for()
        page.get_by_role("button", name="Sign in again").wait_for()


def test_what_is_asked_while_an_answer_comes_is_asked_next(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running, visiting(browser, running) as page:
        box = page.locator("#wb-box textarea")
        box.fill("slow one")
        page.keyboard.press("Enter")
        page.locator(".wb-waiting").wait_for()
        expect(page.locator("#wb-box textarea")).to_have_value("", timeout=60_000)
        box.fill("How is it treated?")
        page.keyboard.press("Enter")
        running.fake.release.set()
        page.locator(".wb-answer.wb-withheld").wait_for()
        assert questions(page) == ["slow one", "How is it treated?"]
        assert [turn.content for turn in running.fake.asked[1][1]][:1] == ["slow one"]
        expect(page.locator("#wb-box textarea")).to_have_value("", timeout=60_000)


def test_what_is_typed_meanwhile_stays(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running, visiting(browser, running) as page:
        box = page.locator("#wb-box textarea")
        box.fill("slow one")
        page.keyboard.press("Enter")
        page.keyboard.type(" and more")  # behind a question that is still in the box, or in the empty box
        page.locator(".wb-waiting").wait_for()
        page.wait_for_timeout(300)
        running.fake.release.set()
        page.locator(".wb-answer").wait_for()
        assert box.input_value().strip() == "and more"
        page.locator("#wb-page").get_by_role("button", name="What is the differential diagnosis?").click()
        page.locator(".wb-answer").nth(1).wait_for()
        page.wait_for_timeout(300)
        assert box.input_value().strip() == "and more"

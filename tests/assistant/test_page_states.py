"""The page in a real Chromium: loading, failing, a phone, a lost server, every state under axe-core."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from page_browser import PHONE, Site, ask, axe_violations, marked, serving, visiting
from page_fakes import FakeLibrary

from corpus.errors import UserError
from corpus.types import Document

pytestmark = pytest.mark.real

CURRENT = "document.activeElement"


def test_while_the_model_loads_a_question_waits_and_says_so(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document), opens=False) as slow, visiting(browser, slow) as page:
        page.locator("#wb-state", has_text="The language model is loading. You can ask already").wait_for()
        page.locator("#wb-box textarea").fill("What is it?")
        page.keyboard.press("Enter")
        waiting = page.locator(".wb-waiting")
        waiting.wait_for()
        assert "Your question is kept and will be answered as soon as it is ready" in waiting.inner_text()
        assert page.locator("#wb-box textarea").input_value() == ""
        slow.open.set()
        page.locator(".wb-answered .wb-foot").wait_for()
        page.locator("#wb-state").wait_for(state="hidden")


def test_a_written_answer_grows_sentence_by_sentence_and_says_who_wrote(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running, visiting(browser, running) as page:
        page.locator("#wb-box textarea").fill("Write it.")
        page.keyboard.press("Enter")
        page.locator(".wb-waiting", has_text="Writing…").wait_for()
        assert page.locator(".wb-said, .wb-answer li").count() == 1
        running.fake.release.set()
        foot = page.locator(".wb-answered .wb-foot")
        foot.wait_for()
        assert "Written by fake:model, checked against the quotes" in foot.inner_text()
        assert page.locator(".wb-waiting").count() == 0
        assert page.locator(".wb-cite").count() == 2


def test_a_failed_opening_is_told_on_the_page(browser: Any, document: Document) -> None:
    failure = UserError("index was built with encoder 'a', settings ask for 'b'", "wardbook index --rebuild")
    sentence = "Index was built with encoder 'a', settings ask for 'b'. Try: wardbook index --rebuild"
    with serving(FakeLibrary(document), failure=failure) as broken, visiting(browser, broken) as page:
        page.locator("#wb-state", has_text=sentence).wait_for()
        error = ask(page, "What is it?", ".wb-error")
        assert sentence in error.inner_text()
        assert error.get_by_role("button", name="Ask again").get_attribute("value") == "What is it?"


def test_what_breaks_while_answering_is_told_and_can_be_asked_again(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running, visiting(browser, running) as page:
        error = ask(page, "mendable", ".wb-error")
        assert "The index is of another encoder. Try: wardbook index --rebuild" in error.inner_text()
        error.get_by_role("button", name="Ask again").click()
        page.locator(".wb-waiting").wait_for(state="detached")
        while len(running.fake.asked) < 2:
            page.wait_for_timeout(20)
        error.wait_for()
        assert [asked[0] for asked in running.fake.asked] == ["mendable", "mendable"]


def test_a_lost_server_is_told_and_the_question_kept(browser: Any, document: Document) -> None:
    allowed = ("ERR_CONNECTION_REFUSED", "ERR_", "Failed to fetch", "network error")
    with serving(FakeLibrary(document)) as running, visiting(browser, running, allow=allowed) as page:
        ask(page, "What is it?")
        running.stop()
        page.locator("#wb-box textarea").fill("How is it treated?")
        page.keyboard.press("Enter")
        page.get_by_text("Connection to the server was lost").wait_for()
        assert page.locator("#wb-box textarea").input_value() == "How is it treated?"


def test_an_empty_question_asks_nothing(browser: Any, document: Document) -> None:
    with serving(FakeLibrary(document)) as running, visiting(browser, running) as page:
        page.locator("#wb-box textarea").fill("   ")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        assert running.fake.asked == []
        assert page.locator(".wb-welcome").count() == 1


def test_on_a_phone_the_document_is_a_sheet_over_the_chat(browser: Any, site: Site) -> None:
    with visiting(browser, site, viewport=PHONE, has_touch=True) as page:
        sheet = page.locator("#wb-panel")
        assert not sheet.is_visible()
        link = ask(page, "What is the differential diagnosis?").locator("a.wb-cite").nth(2)
        link.tap()
        page.locator("mark").wait_for()
        assert marked(page) == ["Systemic lupus erythematosus"]
        assert (sheet.get_attribute("role"), sheet.get_attribute("aria-modal")) == ("dialog", "true")
        assert page.evaluate(f"{CURRENT}.tagName") == "MARK"
        assert page.evaluate("document.querySelector('gradio-app').inert") is True
        page.keyboard.press("Escape")
        sheet.wait_for(state="hidden")
        assert page.evaluate(f"{CURRENT}.textContent") == "source 3"
        link.tap()
        page.locator("mark").wait_for()
        page.get_by_role("button", name="Close").tap()
        sheet.wait_for(state="hidden")
        page.get_by_role("button", name="Document").tap()
        sheet.wait_for()
        assert page.evaluate(f"{CURRENT}.id") == "wb-title"
        page.go_back()
        sheet.wait_for(state="hidden")
        assert page.evaluate("document.querySelector('gradio-app').inert") is False
        page.get_by_role("button", name="Document").tap()
        page.locator("#wb-page").get_by_role("button", name="Who is affected?").tap()
        sheet.wait_for(state="hidden")
        page.locator(".wb-answer").nth(1).wait_for()


WIDE = """() => [...document.querySelectorAll('body *')]
    .filter(one => one.getClientRects().length && !one.closest('.wb-sr, #wb-panel:not([data-open])'))
    .filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)"""


@pytest.mark.parametrize("width", [320, 390, 640, 960, 1280, 2560])
def test_nothing_is_wider_than_the_window(browser: Any, site: Site, width: int) -> None:
    with visiting(browser, site, viewport={"width": width, "height": 800}) as page:
        ask(page, "What is the differential diagnosis?")
        ask(page, "How is it treated? " + "a" * 300)
        assert page.evaluate(WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.locator("#wb-box .submit-button").bounding_box()["x"] < width


@pytest.mark.parametrize("size", [(320, 640), (640, 400)], ids=["narrow", "a desktop at 200 %"])
def test_a_small_window_leaves_the_document_room(browser: Any, document: Document, size: tuple[int, int]) -> None:
    width, height = size
    library = FakeLibrary(document, replace(document, id="other", title="Another " + document.title))
    with (
        serving(library) as running,
        visiting(browser, running, viewport={"width": width, "height": height}) as page,
    ):
        ask(page, "What is the differential diagnosis?").locator("a.wb-cite").nth(2).click()
        page.locator("mark").wait_for()
        page.wait_for_timeout(300)
        picker, link = (page.locator(one).bounding_box() for one in ("#wb-picker", "#wb-link"))
        assert picker["y"] < link["y"] + link["height"] / 2 < picker["y"] + picker["height"]
        assert page.locator("#wb-page").bounding_box()["height"] > 0.65 * height
        assert page.evaluate(WIDE) == []


def test_the_contents_are_large_enough_to_tap(browser: Any, site: Site) -> None:
    with visiting(browser, site, viewport=PHONE, has_touch=True) as page:
        page.get_by_role("button", name="Document").tap()
        heights = page.locator(".wb-contents a").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert heights
        assert min(heights) >= 24


def test_a_section_without_text_is_an_entry_like_the_others(browser: Any, document: Document) -> None:
    second = document.sections[1]
    empty = replace(second, status="empty", end=second.start)
    some = replace(document, sections=(document.sections[0], empty, *document.sections[2:]))
    with serving(FakeLibrary(some)) as running, visiting(browser, running) as page:
        heights = page.locator(".wb-contents li").evaluate_all("all => all.map(one => one.offsetHeight)")
        assert len(heights) == len(some.sections)
        assert max(heights) < 1.5 * min(heights)


def test_the_exported_page_is_no_wider_than_a_phone(browser: Any, site: Site, tmp_path: Path) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is the differential diagnosis? " + "a" * 300)
        page.get_by_role("button", name="Export").click()
        with page.expect_download() as coming:
            page.get_by_role("button", name="Web page").click()
        coming.value.save_as(tmp_path / "page.html")
        alone = page.context.new_page()
        alone.set_viewport_size({"width": 320, "height": 640})
        alone.goto((tmp_path / "page.html").as_uri())
        assert alone.locator(".wb-sources li").count() > 1
        assert alone.evaluate("document.documentElement.scrollWidth") == 320


def test_a_new_question_stands_at_the_top_of_the_log(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is it?")
        ask(page, "What is the differential diagnosis?")
        page.wait_for_timeout(200)
        log = page.get_by_role("log").bounding_box()
        question = page.locator(".wb-question").nth(1).bounding_box()
        assert 0 <= question["y"] - log["y"] < 60
        assert page.evaluate("[scrollX, scrollY]") == [0, 0]


def test_the_log_and_its_messages_have_names_that_are_read_well(browser: Any, site: Site) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is it?")
        names = page.locator("[data-testid='user'], [data-testid='bot']").evaluate_all(
            "all => all.map(one => [one.getAttribute('role'), one.getAttribute('aria-label')])"
        )
        assert names == [["group", "You"], ["group", "Wardbook"]]
        assert page.get_by_role("log").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, {"viewport": PHONE, "has_touch": True}, {"viewport": PHONE, "color_scheme": "dark"}],
    ids=["light", "dark", "phone", "phone dark"],
)
def test_axe_finds_nothing_in_any_state(browser: Any, site: Site, options: dict[str, Any]) -> None:
    with visiting(browser, site, bypass_csp=True, **options) as page:
        found = {}

        def examine(state: str) -> None:
            found[state] = axe_violations(page)

        examine("empty")
        page.locator("#wb-box textarea").fill("slow one")
        page.keyboard.press("Enter")
        page.locator(".wb-waiting").wait_for()
        examine("waiting")
        site.fake.release.set()
        page.locator(".wb-answer").wait_for()
        site.fake.release.clear()
        ask(page, "What is it?")
        ask(page, "What is the differential diagnosis?")
        examine("answered")
        page.locator("a.wb-cite").last.focus()
        page.locator("#wb-quote").wait_for()
        examine("quote shown")
        page.locator("a.wb-cite").last.click()
        page.locator("mark").wait_for()
        examine("citation open")
        page.keyboard.press("Escape")
        ask(page, "How is it treated?")
        ask(page, "Is there a vaccine?")
        ask(page, "Who won the football?")
        ask(page, "mendable", ".wb-error")
        examine("refused")
        page.get_by_role("button", name="Export").click()
        examine("export")
        page.keyboard.press("Escape")
        assert found == {state: [] for state in found}


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["light", "phone dark"])
def test_axe_finds_nothing_while_loading_nor_when_that_failed_nor_when_the_server_is_lost(
    browser: Any, document: Document, options: dict[str, Any]
) -> None:
    found = {}
    failure = UserError("index was built with encoder 'a', settings ask for 'b'", "wardbook index --rebuild")
    told = "#wb-state:not([hidden])"
    with (
        serving(FakeLibrary(document), opens=False, failure=failure) as slow,
        visiting(browser, slow, bypass_csp=True, allow=("",), **options) as page,
    ):
        page.locator(told).wait_for()
        page.locator("#wb-box textarea").fill("What is it?")
        page.keyboard.press("Enter")
        page.locator(".wb-waiting").wait_for()
        found["loading"] = axe_violations(page)
        slow.open.set()
        page.locator(f"{told}[data-state='failed']").wait_for()
        page.locator(".wb-error").wait_for()
        found["failed"] = axe_violations(page)
        page.route("**/api/state", lambda route: route.abort())
        page.reload()
        page.locator(f"{told}[data-state='lost']").wait_for()
        found["lost"] = axe_violations(page)
    assert found == {"loading": [], "failed": [], "lost": []}

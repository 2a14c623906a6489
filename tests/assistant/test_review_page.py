"""From a reader's thumb to a case that passes, in a real Chromium."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from page_browser import PHONE, Site, ask, chromium, serving, visiting
from page_fakes import FakeAssistant, FakeLibrary, shipped

from assistant.feedback import FeedbackStore
from assistant.review import Bench
from assistant.types import Answer, Turn
from corpus.passages import split
from corpus.types import Document, Passage
from evals.cases import load
from evals.run import run_suite
from index.types import Hit

pytestmark = pytest.mark.real

DOCUMENT = shipped()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    store = FeedbackStore(tmp_path / "feedback.sqlite", 0)
    return Bench(store, "reviewing", tmp_path / "suites", tmp_path / "runs")


@pytest.fixture
def site(bench: Bench) -> Iterator[Site]:
    with serving(FakeLibrary(DOCUMENT), bench=bench) as running:
        yield running


class Evaluated(FakeAssistant):
    """The assistant of the page, as the evaluation asks it."""

    def search(self, question: str, *, document_id: str, limit: int) -> Sequence[Hit]:
        return ()

    def document(self, document_id: str) -> Document:
        return DOCUMENT

    def passages(self, document: Document) -> tuple[Passage, ...]:
        return split(document)


class Mended(Evaluated):
    """One that answers from the section that was asked for."""

    def ask(  # type: ignore[override]
        self, question: str, history: Sequence[Turn] = (), document_id: str | None = None, **_more: object
    ) -> Answer:
        return super().ask("differential" if "rule out" in question else question, (), document_id)


def log_in(page: Any, site: Site) -> None:
    page.goto(site.address + "review")
    page.get_by_label("Password").fill("reviewing")
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("heading", name="What readers said").wait_for()


def test_a_thumb_down_becomes_a_case_that_passes(browser: Any, site: Site, bench: Bench) -> None:
    with visiting(browser, site) as page:
        ask(page, "What is it?")
        answer = ask(page, "And what should I rule out?")
        answer.get_by_text("This answer is wrong or of no help").locator("..").click()
        page.get_by_placeholder("What is wrong? (optional)").fill("That is the synopsis, not the differential.")
        page.get_by_role("button", name="Send").click()
        answer.get_by_text("Sent to the reviewers. Thank you.").wait_for()

        log_in(page, site)
        page.get_by_text("That is the synopsis, not the differential.").click()
        page.get_by_role("heading", name="And what should I rule out?").wait_for()
        assert "the same" in page.locator("#now").inner_text()
        page.get_by_text("Said before (2)").click()
        assert "What is it?" in page.locator(".history").inner_text()

        section = next(one for one in DOCUMENT.sections if one.topic == "differential_diagnosis")
        page.get_by_label("Ideal quotes").fill("")
        page.get_by_label("Sections, one a line").fill("")
        page.locator("aside summary", has_text=section.heading).click()
        for pick in page.locator(f".pick[data-section='{section.heading}']").all():
            pick.click()
        page.get_by_label("Id", exact=True).fill("rule-out-after-definition")
        page.locator("select[name=kind]").select_option("follow_up")
        page.get_by_role("button", name="Accept as a case").click()
        page.get_by_role("heading", name="Accepted as rule-out-after-definition").wait_for()

    (path,) = bench.suites.iterdir()
    suite = load(path)
    (case,) = suite.cases
    assert (case.question, len(case.history), case.expect.sections) == (
        "And what should I rule out?",
        2,
        (section.heading,),
    )
    assert len(case.expect.evidence) == 17
    library = FakeLibrary(DOCUMENT)
    assert run_suite(suite, Evaluated(library)).figure("pass_rate").value == 0
    assert run_suite(suite, Mended(library)).figure("pass_rate").value == 1


def test_thumbs_are_reached_by_keyboard_and_taken_back(browser: Any, site: Site, bench: Bench) -> None:
    with visiting(browser, site) as page:
        answer = ask(page, "What is it?")
        answer.locator(".wb-thumb-up").focus()
        page.keyboard.press("Enter")
        page.get_by_placeholder("What helped? (optional)").wait_for()
        page.keyboard.press("Escape")
        assert answer.locator("form").count() == 0
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")
        answer.get_by_text("Thank you").wait_for()
    assert bench.store
    (kept,) = bench.store.all()
    assert (kept.verdict, kept.word, kept.question) == ("up", "", "What is it?")
    assert kept.answer["confidence"] == 0.9


def test_a_thumb_that_was_sent_is_remembered_with_the_conversation(browser: Any, site: Site) -> None:
    with visiting(browser, site, allow=("AbortError", "errored out")) as page:
        ask(page, "What is it?").locator(".wb-thumb-down").click()
        page.get_by_role("button", name="Send").click()
        page.get_by_text("Thank you").wait_for()
        ask(page, "How is it treated?")
        assert page.locator(".wb-sent").count() == 1
        page.reload()  # now and then breaks off something that Gradio fetches, and it says so
        answers = page.locator(".wb-answer")
        answers.nth(1).wait_for()
        answers.first.get_by_text("Sent to the reviewers. Thank you.").wait_for()
        pressed = page.locator(".wb-thumb").evaluate_all("all => all.map(one => one.getAttribute('aria-pressed'))")
        assert pressed == ["false", "true", None, None]
        page.get_by_role("button", name="Delete conversation").click()
        page.get_by_role("button", name="Delete", exact=True).click()
        page.locator(".wb-welcome").wait_for()
        assert page.evaluate("localStorage.getItem('wardbook-thumbs')") is None


def test_without_feedback_there_are_no_thumbs(browser: Any) -> None:
    with serving(FakeLibrary(DOCUMENT)) as running, visiting(browser, running) as page:
        answer = ask(page, "What is it?")
        assert answer.locator(".wb-thumbs").is_hidden()


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_the_reviewers_pages_are_accessible(browser: Any, site: Site, bench: Bench, options: dict[str, Any]) -> None:
    assert bench.store
    answer = FakeAssistant(FakeLibrary(DOCUMENT)).ask("What is it?").to_dict()
    bench.store.add("down", "Too long.", answer, [Turn("user", "Hello")])
    with visiting(browser, site, **options) as page:
        page.goto(site.address + "review")
        assert Axe().run(page).violations_count == 0
        log_in(page, site)
        assert Axe().run(page).violations_count == 0
        page.get_by_text("Too long.").click()
        page.get_by_role("heading", name="Accept as a case").wait_for()
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

"""The report in a real Chromium, opened as a file: no request, no complaint, filter, search, keys, links, paper."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from eval_fakes import PASSAGES, RIGHT, FakeAnswerer, answer, load_suite, quote

from assistant.types import Answer
from evals.comparison import compare
from evals.kept import RunFile, keep
from evals.reports.html import address, render
from evals.run import run_suite

pytestmark = pytest.mark.real

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WRONG: dict[str, Answer | Exception] = {
    **RIGHT,
    "What do I look for?": answer("q", "answered", quote(PASSAGES[3])),
    "Will it rain?": RuntimeError("boom"),
}


def kept(answers: dict[str, Answer | Exception]) -> RunFile:
    return keep([run_suite(load_suite({"outcome_accuracy": 0.9}), FakeAnswerer(answers))], {"wardbook": "1"})


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "run.html"
    before, after = kept(dict(RIGHT)), kept(WRONG)
    path.write_text(
        render(after, written="today", against=compare(before, after), against_name="old.json"), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on the PATH")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@contextmanager
def reading(browser: Any, report: Path, fragment: str = "", **options: Any) -> Iterator[Any]:
    """Open the report; afterwards nothing may have been asked for but the file itself, and nothing complained of."""
    asked: list[str] = []
    complaints: list[str] = []
    profile = browser.new_context(**options)
    page = profile.new_page()
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: complaints.append(one.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri() + fragment)
    yield page
    profile.close()
    assert {url.split("#")[0] for url in asked} == {report.as_uri()}
    assert complaints == []


def shown(page: Any) -> list[str]:
    return [one.get_attribute("id").split("--")[1] for one in page.locator(".case:visible").all()]


def test_cases_are_found_by_search_filter_and_key(browser: Any, report: Path) -> None:
    with reading(browser, report) as page:
        assert len(shown(page)) == 5
        page.keyboard.press("f")
        assert shown(page) == ["what-to-see", "the-weather"]
        assert page.locator("#count").inner_text() == "2 of 5 cases"
        page.keyboard.press("/")
        page.keyboard.type("rain")
        assert shown(page) == ["the-weather"]
        page.keyboard.press("Escape")
        assert len(shown(page)) == 5
        page.locator("#f-status").select_option("k-broken")
        assert shown(page) == ["what-to-see", "the-weather"]
        page.locator("#f-given").select_option("crashed")
        assert shown(page) == ["the-weather"]
        page.locator("#f-expected").select_option("withheld")
        page.get_by_role("button", name="Show all").click()
        assert len(shown(page)) == 5


def test_cases_are_walked_and_opened_by_keyboard(browser: Any, report: Path) -> None:
    with reading(browser, report) as page:
        for key in ("j", "j", "k", "j", "Enter"):
            page.keyboard.press(key)
        opened = page.locator(".case[open]")
        assert opened.get_attribute("id") == address("hives", "what-to-see")
        assert "fact missing: milia" in opened.inner_text()
        assert opened.locator(".place mark.fact").all_text_contents() == ["Wheals", "Milia"]


def test_a_link_opens_its_case(browser: Any, report: Path) -> None:
    with reading(browser, report, "#" + address("hives", "the-weather")) as page:
        opened = page.locator(".case[open]")
        assert opened.get_attribute("id") == address("hives", "the-weather")
        assert "RuntimeError: boom" in opened.inner_text()
        page.locator(".changes a", has_text="What do I look for?").click()
        page.locator(f"#{address('hives', 'what-to-see')}[open]").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_fits(browser: Any, report: Path, scheme: str, width: int) -> None:
    viewport = {"width": width, "height": 844}
    with reading(
        browser, report, "#" + address("hives", "what-to-see"), color_scheme=scheme, viewport=viewport
    ) as page:
        results = Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_on_paper_failed_cases_are_open_and_passed_ones_one_line(browser: Any, report: Path) -> None:
    with reading(browser, report) as page:
        page.emulate_media(media="print")
        assert page.locator(f"#{address('hives', 'what-to-see')} .why").is_visible()
        assert page.locator(f"#{address('hives', 'what-is-it')} .pair").is_hidden()
        assert page.locator("form.bar").is_hidden()

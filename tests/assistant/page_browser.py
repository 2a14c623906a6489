"""A server in a thread and Debian's Chromium, for the tests of the page; every request and console line is watched."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from page_fakes import FakeAssistant, FakeLibrary

from assistant.access import Access
from assistant.desk import Asker, Desk, Opening, Say
from assistant.review import Bench
from assistant.server import create_app

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@dataclass
class Site:
    """A running server, with a switch that lets the assistant open."""

    address: str
    fake: FakeAssistant
    open: threading.Event = field(default_factory=threading.Event)
    server: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    def stop(self) -> None:
        """Stop the server as a machine that goes down does."""
        assert self.server
        assert self.thread
        self.open.set()
        self.fake.release.set()
        self.server.should_exit = True
        self.thread.join(10)


@contextmanager
def serving(
    library: FakeLibrary,
    *,
    opens: bool = True,
    failure: Exception | None = None,
    access: Access | None = None,
    port: int = 0,
    desk: dict[str, Any] | None = None,
    bench: Bench | None = None,
) -> Iterator[Site]:
    """Serve on a port of loopback, a free one unless named."""
    site = Site("", FakeAssistant(library))

    def open_assistant(_say: Say) -> Asker:
        site.open.wait(30)
        if failure is not None:
            raise failure
        return site.fake

    if opens:
        site.open.set()
    app = create_app(library, Desk(Opening(open_assistant), **(desk or {})), access, bench)
    config = uvicorn.Config(
        app, port=port, log_level="error", ws="none", timeout_graceful_shutdown=1, proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    site.server, site.thread = server, thread
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    site.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def chromium() -> Iterator[Any]:
    """Start Debian's Chromium; skip where there is none."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on the PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visiting(
    browser: Any, site: Site, place: str = "", *, allow: tuple[str, ...] = (), **options: Any
) -> Iterator[Any]:
    """Open the page in a fresh profile; afterwards nothing may have gone elsewhere, failed or been complained of."""
    foreign: list[str] = []
    complaints: list[str] = []
    with_options = {"viewport": DESK, "locale": "en-GB", "reduced_motion": "reduce", **options}
    profile = browser.new_context(**with_options)
    profile.set_default_timeout(60_000)
    page = profile.new_page()
    page.on("request", lambda one: one.url.startswith((site.address, "data:")) or foreign.append(one.url))
    page.on("response", lambda one: one.status >= 400 and complaints.append(f"{one.status} {one.url}"))
    page.on("console", lambda one: one.type in ("error", "warning") and complaints.append(one.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("dialog", lambda dialog: (complaints.append("a dialog"), dialog.dismiss()))
    page.goto(site.address + place)
    page.locator("#wb-box textarea").wait_for()
    page.locator("#wb-page section").first.wait_for(state="attached")
    yield page
    profile.close()
    assert foreign == []
    assert [line for line in complaints if not any(word in line for word in allow)] == []


def ask(page: Any, question: str, kind: str = ".wb-answer") -> Any:
    """Type a question, press Enter, wait for the whole answer and return it."""
    before = page.locator(kind).count()
    page.locator("#wb-box textarea").fill(question)
    page.keyboard.press("Enter")
    answer = page.locator(kind).nth(before)
    answer.wait_for()
    page.locator(".wb-waiting").wait_for(state="detached")
    if answer.locator("a.wb-cite").count():
        answer.locator(".wb-foot").wait_for()
    return answer


def marked(page: Any) -> list[str]:
    """Return what is highlighted, in the order of the document."""
    found: list[str] = page.locator("#wb-page mark").all_text_contents()
    return found


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def axe_violations(page: Any, within: str | None = None) -> list[Any]:
    """Return what axe-core finds on the page and in its frames: WCAG 2.2 A and AA, and best practice."""
    package = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    code = (Path(package.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    page.wait_for_timeout(300)
    for frame in page.frames:
        if not frame.url.startswith("about:") and not frame.evaluate("typeof axe === 'object'"):
            frame.evaluate(code + "; 0")
    found: list[Any] = page.evaluate(
        """([within, rules]) => axe.run(within ?? document, {runOnly: rules})
            .then((found) => found.violations.map((one) => [one.id, one.nodes.map((node) => node.html)]))""",
        [within, RULES],
    )
    return found

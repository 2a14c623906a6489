"""Time from Enter to the first words of an answer in a real Chromium: `python -m evals.benchmarks.page_first_words`.

A real server with the real index is started and asked 30 questions of the shipped document's suite, in one conversation
of a page, as a student does. "First words" is the moment at which the answer's first statement or its refusal stands in
the page, taken by an observer inside the page on the browser's own clock, from the key press; "painted" the moment at
which the frame with it has been drawn. Needs the test extra and a Chromium on the PATH.
`--url` asks a server that runs already.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any

import click

from evals.benchmarks.serve_start import WARDBOOK
from evals.cases import load as load_suite
from evals.find import suite_paths

WATCH = """() => {
  window.shown = [];
  window.painted = [];
  addEventListener('keydown', (event) => event.key === 'Enter' && (window.pressed = performance.now()), true);
  new MutationObserver(() => {
    const answers = document.querySelectorAll('#wb-chat .wb-answer');
    if (answers.length <= window.shown.length) return;
    window.shown.push(performance.now() - window.pressed);
    const {port1, port2} = new MessageChannel();  // a task behind the frame that is drawn next
    port1.onmessage = () => window.painted.push(performance.now() - window.pressed);
    requestAnimationFrame(() => port2.postMessage(0));
  }).observe(document.body, {childList: true, subtree: true});
}"""


@contextmanager
def served(home: str) -> Iterator[str]:
    """Start a server that lets one client ask without limit; yield its address once it is ready."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "WARDBOOK_QUESTIONS_PER_MINUTE": "0"}
    command = [*WARDBOOK, "--home", home, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as response:
                    if response.status == 200:
                        break
            except (urllib.error.URLError, ConnectionError):
                if process.poll() is not None:
                    raise RuntimeError(f"wardbook serve ended with {process.returncode}") from None
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)


def first_words(address: str, questions: list[str]) -> tuple[list[float], list[float]]:
    """Ask each question in one page; return milliseconds from Enter until shown, and until painted; not the first."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page: Any = browser.new_page(
            viewport={"width": 1280, "height": 800}, bypass_csp=True
        )  # the watcher is no script of ours
        page.goto(address)
        box = page.locator("#wb-box textarea")
        box.wait_for()
        page.evaluate(WATCH)
        for number, question in enumerate(questions):
            box.fill(question)
            page.keyboard.press("Enter")
            page.wait_for_function(f"window.painted.length > {number}", timeout=60_000)
            page.locator(".wb-waiting").wait_for(state="detached")
            page.wait_for_timeout(300)  # a person reads; what was said is kept
        shown: list[float] = page.evaluate("window.shown")
        painted: list[float] = page.evaluate("window.painted")
        browser.close()
    return shown[1:], painted[1:]


@click.command()
@click.option("--questions", default=30, show_default=True, help="How many questions are timed.")
@click.option("--url", help="Address of a server that runs already.")
def main(questions: int, url: str | None) -> None:
    """Ask and print p50, p90 and the slowest."""
    suite = load_suite(next(path for path in suite_paths([]) if path.stem == "calcinosis-cutis"))
    asked = [case.question for case in suite.cases if not case.history][: questions + 1]
    if url:
        times, painted = first_words(url, asked)
    else:
        with tempfile.TemporaryDirectory() as home, served(home) as address:
            times, painted = first_words(address, asked)
    tenths = quantiles(times, n=10)
    load = os.getloadavg()[0]
    click.echo(
        f"Enter to first words, {len(times)} questions, ms: p50 {quantiles(times, n=2)[0]:.0f}, "
        f"p90 {tenths[8]:.0f}, slowest {max(times):.0f}; within 300 ms: {sum(t <= 300 for t in times)}; "
        f"painted: p50 {quantiles(painted, n=2)[0]:.0f}; load {load:.1f}"
    )


if __name__ == "__main__":
    main()

"""The main job from end to end, nothing faked: the real weights, `wardbook serve`, a real Chromium, the terminal."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.append(str(Path(__file__).parent / "assistant"))
from page_browser import ask, chromium, visiting

pytestmark = pytest.mark.real

WARDBOOK = [sys.executable, "-c", "from assistant.cli import main; main()"]
THREE = {
    "what should I rule out?": "answered",
    "How is it treated?": "withheld",
    "Which gene is mutated in Werner syndrome?": "not_in_document",
}


class Server:
    """What `wardbook serve` serves, for `visiting`."""

    def __init__(self, address: str) -> None:
        self.address = address


def get(address: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Fetch JSON; a refusal is returned like an answer."""
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(address, data, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as refusal:
        return refusal.code, json.load(refusal)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/"
    environment = {**os.environ, "WARDBOOK_HOME": str(home)}
    process = subprocess.Popen([*WARDBOOK, "serve", "--port", str(port)], env=environment, stdout=subprocess.PIPE)
    try:
        while not _answers(address + "healthz"):
            assert process.poll() is None, "wardbook serve ended"
            time.sleep(0.1)
        while get(address + "readyz")[0] != 200:
            assert process.poll() is None, "wardbook serve ended"
            time.sleep(0.2)
        yield Server(address)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _answers(address: str) -> bool:
    try:
        return get(address)[0] == 200
    except OSError:
        return False


def test_three_questions_in_a_browser_and_what_they_open(server: Server) -> None:
    said = {"answered": "Answered", "withheld": "Withheld in this copy", "not_in_document": "Not in this document"}
    with chromium() as browser, visiting(browser, server) as page:  # type: ignore[arg-type]
        for question, outcome in THREE.items():
            assert ask(page, question).locator(".wb-outcome").inner_text().strip().startswith(said[outcome])
        document = get(server.address + "api/documents/calcinosis-cutis-infant-neonate")[1]
        given = get(server.address + "api/ask", {"question": "what should I rule out?"})[1]
        citation = given["statements"][5]["citations"][0]
        page.locator("a.wb-cite").nth(5).click()
        page.locator("#wb-page mark").wait_for()
        assert page.locator("#wb-page mark").inner_text() == citation["quote"]
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


@pytest.mark.parametrize("question", THREE)
def test_the_terminal_and_the_api_give_the_same_answer(server: Server, home: Path, question: str) -> None:
    status, over_http = get(server.address + "api/ask", {"question": question, "history": [], "document": None})
    printed = subprocess.run(
        [*WARDBOOK, "--home", str(home), "ask", question, "--json"], capture_output=True, text=True, check=True
    )
    in_terminal = json.loads(printed.stdout)
    assert status == 200
    assert in_terminal.pop("elapsed_ms") > 0
    assert over_http.pop("elapsed_ms") > 0
    assert in_terminal == over_http
    assert over_http["outcome"] == THREE[question]


def test_the_real_saved_page_can_be_added_and_asked(saved_page: Path, home: Path) -> None:
    def run(*words: str) -> str:
        command = [*WARDBOOK, "--home", str(home), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert "17 passages" in run("documents", "add", str(saved_page))
    listed = [json.loads(line) for line in run("documents", "list", "--json").splitlines()]
    added = next(row["id"] for row in listed if row["source"] == saved_page.name)
    answer = json.loads(run("ask", "what should I rule out?", "--document", added, "--json"))
    assert answer["outcome"] == "answered"
    assert len(answer["statements"]) == 17
    assert answer["document"]["id"] == added
    refused = json.loads(run("ask", "What is the treatment?", "--document", added, "--json"))
    assert (refused["outcome"], refused["statements"]) == ("withheld", [])
    assert "Therapy" in refused["withheld"]


def test_the_held_cases_about_the_shipped_document_meet_their_thresholds(home: Path) -> None:
    command = [*WARDBOOK, "--home", str(home), "eval", "calcinosis-cutis", "--split", "hold"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr

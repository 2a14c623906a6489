"""docs/many-servers.md as it stands: nginx before two Wardbook servers that share an index on Chroma; all real."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from chroma_servers import ChromaProcess, chroma_server

CHECKOUT = Path(__file__).parents[2]
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
PAGE = "# {0}\n\n## Synopsis\n\n{0} is an itching rash of the heel.\n"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not Path(NGINX).exists(), reason="no nginx on this machine"),
]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass
class Running:
    """A site of several servers."""

    address: str
    ports: list[int]
    processes: list[subprocess.Popen[bytes]]
    folder: Path
    env: dict[str, str]

    def wardbook(self, *words: str) -> str:
        command = [sys.executable, "-c", "from assistant.cli import main; main()", *words]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False, timeout=900)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def documents(self, address: str, client: httpx.Client) -> set[str]:
        return {one["id"] for one in client.get(f"{address}api/documents").json()}


def the_conf(folder: Path, port: int, ports: list[int]) -> str:
    """The block of the page, with ports of loopback for its addresses."""
    text = (CHECKOUT / "docs" / "many-servers.md").read_text(encoding="utf-8")
    block = re.search(r"(?:^    .*\n|^\n)+", text[text.index("## nginx before them") :], re.MULTILINE)
    assert block is not None
    sites = block[0]
    for number, backend in enumerate(ports, start=11):
        assert sites.count(f"10.0.0.{number}:7860") >= 2
        sites = sites.replace(f"10.0.0.{number}:7860", f"127.0.0.1:{backend}")
    sites = sites.replace("listen 80;", f"listen 127.0.0.1:{port}; add_header X-Served-By $upstream_addr always;")
    assert "10.0.0" not in sites
    temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
    return (
        f"daemon off; pid {folder}/pid; error_log {folder}/error.log warn; events {{}}\n"
        f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n{sites}\n}}\n"
    )


@pytest.fixture(scope="module")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with chroma_server(tmp_path_factory.mktemp("chroma") / "data") as process:
        yield process


@pytest.fixture(scope="module")
def site(chroma: ChromaProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("many")
    env = {
        **os.environ,
        "PYTHONPATH": str(CHECKOUT),
        "OMP_NUM_THREADS": "1",
        "WARDBOOK_CHROMA_URL": chroma.url,
        "WARDBOOK_HOME": str(folder / "builder"),
        "WARDBOOK_PASSWORD": "one for all",
        "WARDBOOK_SIGN_IN_SECRET": "x" * 40,
        "WARDBOOK_TRUSTED_PROXIES": "127.0.0.1",
        "WARDBOOK_QUESTIONS_PER_MINUTE": "0",
    }
    port, ports = free_port(), [free_port(), free_port()]
    conf = folder / "nginx.conf"
    conf.write_text(the_conf(folder, port, ports), encoding="utf-8")
    running = Running(f"http://127.0.0.1:{port}/", ports, [], folder, env)
    with ExitStack() as stack:
        stack.enter_context(started([NGINX, "-c", str(conf), "-p", str(folder), "-e", "stderr"], env))
        for number, backend in enumerate(ports):
            command = [sys.executable, "-c", "from assistant.cli import main; main()", "serve", "--port", str(backend)]
            own = {**env, "WARDBOOK_HOME": str(folder / f"server{number}")}
            running.processes.append(stack.enter_context(started(command, own)))
        for backend in ports:
            until = time.monotonic() + 900
            while not ready(f"http://127.0.0.1:{backend}/readyz"):
                assert time.monotonic() < until, "a server does not get ready"
                time.sleep(0.2)
        yield running


def ready(address: str) -> bool:
    try:
        return httpx.get(address, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False


class started:
    """A process that is killed in the end."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._process = subprocess.Popen(command, env=env)

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self._process

    def __exit__(self, *_raised: object) -> None:
        self._process.kill()
        self._process.wait(20)


@pytest.fixture
def reader(site: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.address, timeout=600, trust_env=False) as client:
        assert client.post("sign-in", data={"password": "one for all"}).status_code == 303
        yield client


def test_who_signed_in_at_one_server_is_in_at_all(site: Running, reader: httpx.Client) -> None:
    served = set()
    for _ in range(8):
        answer = reader.post("api/ask", json={"question": "Is gout in the differential?"})
        assert (answer.status_code, answer.json()["outcome"]) == (200, "answered")
        served.add(answer.headers["x-served-by"])
    assert served == {f"127.0.0.1:{port}" for port in site.ports}
    # The page's own requests stay at one server.
    reader.get("")
    assert len({reader.get("gradio_api/info").headers["x-served-by"] for _ in range(5)}) == 1
    # Both have the same index, and neither built it for itself.
    for number in range(2):
        assert not (site.folder / f"server{number}" / "index").exists()
    with httpx.Client(trust_env=False) as stranger:
        assert stranger.post(f"{site.address}api/ask", json={"question": "What is it?"}).status_code == 401


def test_one_builds_while_the_others_are_asked_and_all_swap(site: Running, reader: httpx.Client) -> None:
    page = site.folder / "marsh.md"
    page.write_text(PAGE.format("Marsh heel"), encoding="utf-8")
    ended = threading.Event()
    codes: list[int] = []

    def asking() -> None:
        while not ended.is_set():
            codes.append(reader.post("api/ask", json={"question": "Is gout in the differential?"}).status_code)

    askers = [threading.Thread(target=asking) for _ in range(2)]
    for asker in askers:
        asker.start()
    try:
        site.wardbook("documents", "add", str(page))
        until = time.monotonic() + 300
        for port in site.ports:
            while "marsh-heel" not in site.documents(f"http://127.0.0.1:{port}/", reader):
                assert time.monotonic() < until, "a server does not follow"
                time.sleep(0.1)
    finally:
        ended.set()
        for asker in askers:
            asker.join(600)
    assert set(codes) == {200}
    assert len(codes) > 4
    answer = reader.post("api/ask", json={"question": "What is marsh heel?", "document": "marsh-heel"}).json()
    assert answer["text"] == "Marsh heel is an itching rash of the heel."


def test_a_server_that_dies_takes_no_reader_with_it(site: Running, reader: httpx.Client, browser: Any) -> None:
    page = browser.new_context().new_page()
    page.set_default_timeout(300_000)
    page.goto(site.address)
    page.locator("input[type=password]").fill("one for all")
    page.keyboard.press("Enter")
    box = page.locator("#wb-box textarea")
    box.wait_for()
    box.fill("Is gout in the differential?")
    box.press("Enter")
    page.locator(".wb-answer .wb-foot").wait_for()
    bound = page.evaluate("fetch('gradio_api/info').then(answer => answer.headers.get('x-served-by'))")
    dying = site.ports.index(int(bound.rsplit(":", 1)[1]))
    site.processes[dying].kill()
    site.processes[dying].wait(20)
    for _ in range(6):
        assert reader.post("api/ask", json={"question": "Is gout in the differential?"}).status_code == 200
    box.fill("Is morphea in the differential?")
    box.press("Enter")
    page.locator(".wb-answer .wb-foot").nth(1).wait_for()
    page.context.close()

"""Behind a real nginx, under a path prefix: the page, the widget, the client's address."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from host_pages import Hosts, hosting
from page_browser import Site, ask, marked, serving, visiting
from page_fakes import FakeLibrary

from assistant.access import Access
from corpus.types import Document

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        shutil.which("nginx") is None and not Path("/usr/sbin/nginx").exists(), reason="no nginx on this machine"
    ),
]

# As docs/embedding.md shows it.
CONF = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /kb/ {{
      proxy_pass http://127.0.0.1:{backend}{path};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header X-Remote-User "";
      proxy_buffering off;
      proxy_read_timeout 1h;
    }}
  }}
}}
"""


@dataclass
class Proxied:
    """A server and the address that nginx gives it."""

    address: str
    behind: Site
    hosts: Hosts


@contextmanager
def nginx(folder: Path, behind: Site, hosts: Hosts, *, strips: bool) -> Iterator[Proxied]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    backend = behind.address.rsplit(":", 1)[1].strip("/")
    conf = folder / "nginx.conf"
    conf.write_text(CONF.format(folder=folder, port=port, backend=backend, path="/" if strips else ""))
    command = [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(conf), "-p", str(folder), "-e", "stderr"]
    process = subprocess.Popen(command)
    try:
        until = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.05)
        yield Proxied(f"http://127.0.0.1:{port}/kb/", behind, hosts)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module", params=[True, False], ids=["stripped", "whole path"])
def proxied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, document: Document
) -> Iterator[Proxied]:
    with hosting() as hosts:
        access = Access(
            path_prefix="/kb",
            trusted_proxies=("127.0.0.1",),
            questions_per_minute=30,
            embed_origins=(hosts.origin,),
        )
        folder = tmp_path_factory.mktemp("nginx")
        with (
            serving(FakeLibrary(document), access=access) as behind,
            nginx(folder, behind, hosts, strips=request.param) as running,
        ):
            yield running


def test_the_page_works_under_a_prefix(browser: Any, proxied: Proxied, document: Document) -> None:
    site = Site(proxied.address, proxied.behind.fake)
    with visiting(browser, site) as page:  # nothing may be fetched from outside of the prefix
        answer = ask(page, "What is the differential diagnosis?")
        answer.locator("a.wb-cite").nth(3).click()
        page.locator("mark").wait_for()
        assert marked(page) == ["Morphea"]
        assert page.url.startswith(f"{proxied.address}#{document.id}@")
        assert page.evaluate("document.fonts.check('16px \"Wardbook Sans\"')")
        page.reload()
        page.locator(".wb-answer").wait_for()
        page.locator("mark", has_text="Morphea").wait_for()
        page.goto(proxied.address + "embed")
        page.locator("#snippet", has_text=f'src="{proxied.address}widget.js"').wait_for()
    assert str(httpx.get(proxied.address.rstrip("/"), follow_redirects=True).url) == proxied.address


def test_the_widget_works_under_a_prefix_on_a_page_with_a_strict_policy(browser: Any, proxied: Proxied) -> None:
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    policy = "default-src 'none'; script-src {0}; frame-src {0}".format(proxied.address.removesuffix("/kb/"))
    line = f"<h1>Portal</h1><script src='{proxied.address}widget.js' defer></script>"
    page.goto(proxied.hosts.add("/", line, {"content-security-policy": policy}))
    page.locator("wardbook-widget .launch").click()
    inside = page.frame_locator("wardbook-widget iframe")
    inside.locator("#wb-box textarea").fill("What is it?")
    inside.locator("#wb-box textarea").press("Enter")
    inside.locator(".wb-answer .wb-foot").wait_for()
    page.keyboard.press("Escape")
    page.locator("wardbook-widget .panel").wait_for(state="hidden")
    page.context.close()


def test_events_are_not_held_back(proxied: Proxied) -> None:
    with httpx.stream("POST", f"{proxied.address}api/ask/stream", json={"question": "What is it?"}) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        assert [line for line in response.iter_lines() if line.startswith("event: ")][-1] == "event: answer"


def test_nginx_names_the_client_and_the_client_does_not(proxied: Proxied) -> None:
    def asking(own: str) -> httpx.Client:
        return httpx.Client(transport=httpx.HTTPTransport(local_address=own), base_url=proxied.address)

    with asking("127.0.0.2") as one, asking("127.0.0.3") as another:
        for number in range(31):
            headers = {"x-forwarded-for": f"203.0.113.{number}", "x-real-ip": f"203.0.113.{number}"}
            response = one.post("api/ask", json={"question": "What is it?"}, headers=headers)
            assert response.status_code == (200 if number < 30 else 429)
        # It claimed another address each time; nginx added the one it saw, and that one counts.
        assert int(response.headers["retry-after"]) > 0
        assert another.post("api/ask", json={"question": "What is it?"}).status_code == 200

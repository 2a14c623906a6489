"""Pages of another origin that embed ours, served on loopback: what an intranet's web team has."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Hosts:
    """A server whose pages a test writes while it runs: path to (headers, HTML)."""

    origin: str
    pages: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)

    def add(self, path: str, body: str, headers: dict[str, str] | None = None) -> str:
        """Add a page and return its address."""
        head = "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>Portal</title></head>"
        html = f"{head}<body>{body}</body></html>"
        self.pages[path] = (headers or {}, html)
        return self.origin + path


@contextmanager
def hosting() -> Iterator[Hosts]:
    """Serve at `localhost`, which for a browser is another site than 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers, html = hosts.pages.get(self.path.split("?")[0], ({}, ""))
            self.send_response(200 if html else 204)
            for name, value in {"content-type": "text/html; charset=utf-8", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(html.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hosts = Hosts(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hosts
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

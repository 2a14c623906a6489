"""The proxy of docs/many-servers.md before a Chroma server, as it stands there: https, and a token. Both are real."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_servers import chroma_server

from corpus.errors import UserError
from index import kept_files
from index.chroma_server import Server
from index.unavailable import Unavailable

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"
TOKEN = "LONG-RANDOM-TOKEN"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not Path(NGINX).exists() or not shutil.which("openssl"), reason="no nginx or no openssl"),
]


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Yield the address of the proxy and its certificate."""
    folder = tmp_path_factory.mktemp("proxied")
    key, certificate = folder / "chroma.key", folder / "chroma.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 "
        f"-keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    page = (Path(__file__).parents[2] / "docs" / "many-servers.md").read_text(encoding="utf-8")
    block = re.search(r"^    server \{\n      listen 8443 ssl;\n(?:      .*\n)+    \}\n", page, re.MULTILINE)
    assert block is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    with chroma_server(folder / "data") as chroma:
        site = block[0].replace("listen 8443 ssl", f"listen 127.0.0.1:{port} ssl")
        site = site.replace("127.0.0.1:8000", f"127.0.0.1:{chroma.port}")
        site = site.replace("/etc/ssl/chroma.pem", str(certificate)).replace("/etc/ssl/chroma.key", str(key))
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("proxy", "fastcgi", "uwsgi", "scgi"))
        # Its workers would be another user, who may not write into a folder of pytest's.
        user = "user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else ""
        conf = folder / "nginx.conf"
        conf.write_text(
            f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log warn; events {{}}\n"
            f"http {{ access_log off; client_body_temp_path {folder}/body; {temporary}\n{site}\n}}\n",
            encoding="utf-8",
        )
        process = subprocess.Popen([NGINX, "-c", str(conf), "-p", str(folder), "-e", "stderr"])
        try:
            until = time.monotonic() + 60
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < until
                    time.sleep(0.05)
            yield f"https://127.0.0.1:{port}", certificate
        finally:
            process.terminate()
            process.wait(20)


def test_the_token_opens_and_large_requests_pass(proxied: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    address, certificate = proxied
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = Server(address, TOKEN)
    made = server.create("wardbook-test-files", {"wardbook": "files"})
    assert made is not None
    content = np.random.default_rng(1).bytes(3_500_000)
    kept_files.put(made, "large", content)
    assert kept_files.get(made, "large") == content
    server.close()


def test_without_the_token_nothing_is_said_but_that(proxied: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    address, certificate = proxied
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(UserError, match=r"asks for a token \(401\)") as refused:
        Server(address).now()
    assert refused.value.hint == "set WARDBOOK_CHROMA_TOKEN"
    with pytest.raises(UserError, match=r"does not take the token \(401\)"):
        Server(address, "another").now()


def test_a_certificate_of_an_unknown_authority_is_refused(
    proxied: tuple[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with pytest.raises(Unavailable, match=r"can't be reached: .*CERTIFICATE_VERIFY_FAILED") as refused:
        Server(proxied[0], TOKEN).now()
    assert "SSL_CERT_FILE" in (refused.value.hint or "")

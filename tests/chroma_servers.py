"""A real `chroma run` on loopback that can be stopped, started again, and started with nothing."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


class ChromaProcess:
    """A Chroma server at one address."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.begin()
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat", trust_env=False).raise_for_status()
                return
            except httpx.HTTPError:
                assert time.monotonic() < until, "chroma run does not start"
                time.sleep(0.05)

    @property
    def runs(self) -> bool:
        """Whether it was started and not stopped."""
        return self._process is not None

    def begin(self) -> None:
        """Start it."""
        command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(self.folder)]
        self._process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None

    def empty(self) -> None:
        """Take away all it has; it must be stopped."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def chroma_server(folder: Path) -> Iterator[ChromaProcess]:
    """Run one; stopped in the end."""
    process = ChromaProcess(folder)
    process.start()
    try:
        yield process
    finally:
        process.stop()

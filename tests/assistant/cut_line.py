"""A wire between the browser and a server that a test can cut at once and mend again, to the same server or another."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Listens on one port all the time; while it is cut, whoever calls is hung up on."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._to: int | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.address = f"http://127.0.0.1:{listening.getsockname()[1]}/"

    def mend(self, address: str) -> None:
        """Lead to the server at this address from now on."""
        self._to = urlsplit(address).port

    def cut(self) -> None:
        """Break every connection."""
        with self._lock:
            self._to = None
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def listen(self) -> None:
        """Take calls until the port is closed."""
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _carry(self, caller: socket.socket) -> None:
        with caller:
            try:
                server = socket.create_connection(("127.0.0.1", self._to)) if self._to else None
            except OSError:
                return
            if server is None:
                return
            with server:
                with self._lock:
                    self._open |= {caller, server}
                back = threading.Thread(target=_pump, args=(server, caller), daemon=True)
                back.start()
                _pump(caller, server)
                back.join()
                with self._lock:
                    self._open -= {caller, server}


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
    for one in (source, sink):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def line_to(address: str) -> Iterator[Line]:
    """Lay a line to a server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        line = Line(listening)
        line.mend(address)
        threading.Thread(target=line.listen, daemon=True).start()
        yield line
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        line.cut()

"""A real `wardbook serve` over a home: time to ready, questions over HTTP, and its memory."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

from evals.benchmarks.scale_library import Asked
from evals.benchmarks.serve_start import WARDBOOK, _seconds_until


def served(home: Path, asked: Sequence[Asked]) -> dict[str, Any]:
    """Start a server, ask each question with and without its document, and return times and memory."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    command = [*WARDBOOK, "--home", str(home), "serve", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_environment())
    address = f"http://127.0.0.1:{port}"
    try:
        page = _seconds_until(f"{address}/", began, process)
        ready = _seconds_until(f"{address}/readyz", began, process)
        at_start = resident_mb(process.pid)
        times = []
        for one in asked:
            for document in (None, one.document_id):
                body = json.dumps({"question": one.question, "document": document}).encode()
                request = urllib.request.Request(f"{address}/api/ask", body, {"content-type": "application/json"})
                begun = time.perf_counter()
                with urllib.request.urlopen(request) as response:
                    response.read()
                if document is None:
                    times.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        with urllib.request.urlopen(f"{address}/api/documents") as response:
            listed = len(response.read())
        bounds = quantiles(times, n=100, method="inclusive")
        return {
            "page_s": page,
            "ready_s": ready,
            "server_mb_at_start": at_start,
            "server_mb": resident_mb(process.pid),
            "http_ask_p50_ms": bounds[49],
            "http_ask_p99_ms": bounds[98],
            "list_documents_s": time.perf_counter() - begun,
            "list_documents_mb": listed / 1e6,
        }
    finally:
        process.terminate()
        process.wait(60)


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "WARDBOOK_QUESTIONS_PER_MINUTE": "0"}


def resident_mb(pid: int) -> float:
    """Return the memory that a process holds now (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"process {pid} tells no VmRSS")

"""Time from `wardbook serve` to the page and to `/readyz`: `python -m evals.benchmarks.serve_start`.

The first start has an empty home: it builds the index and encodes the words of the vocabulary; later ones find both.
The baseline of the same run is a bare import of Gradio, which the page can't be shown without.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

import click

WARDBOOK = [sys.executable, "-c", "from assistant.cli import main; main()"]


def start(home: Path) -> dict[str, float]:
    """Start a server once; return seconds to `/healthz`, to the page and to `/readyz`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*WARDBOOK, "--home", str(home), "serve", "--port", str(port)], env=dict(os.environ), stdout=subprocess.DEVNULL
    )
    try:
        return {
            path: _seconds_until(f"http://127.0.0.1:{port}/{path}", began, process)
            for path in ("healthz", "", "readyz")
        }
    finally:
        process.terminate()
        process.wait(30)


def _seconds_until(address: str, began: float, process: subprocess.Popen[bytes]) -> float:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(address) as response:
                if response.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError(f"wardbook serve ended with {process.returncode}")


@click.command()
@click.option("--starts", default=3, show_default=True, help="How many starts after the first one.")
def main(starts: int) -> None:
    """Start servers and print seconds."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import gradio"], check=True)
    click.echo(f"{'import gradio alone':20} {time.perf_counter() - began:6.1f} s")
    with TemporaryDirectory() as home:
        for number in range(starts + 1):
            times = start(Path(home))
            name = "first start" if number == 0 else f"start {number + 1}"
            told = (("healthz", "/healthz"), ("", "the page"), ("readyz", "/readyz"))
            click.echo(f"{name:20}" + "".join(f" {times[path]:6.1f} s to {place}" for path, place in told))


if __name__ == "__main__":
    main()

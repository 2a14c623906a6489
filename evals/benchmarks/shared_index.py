"""What one Wardbook server carries with its index embedded, and with it on a Chroma server; what that carries.

    python -m evals.benchmarks.shared_index [--documents 10 100] [--questions 100] [--data DIR]

MedQuAD's documents and the questions that its authors wrote. Each question is asked with its document named, as the
page does, and of the whole collection; embedded and remote take turns. Time of the processor is what a question costs
the server, and `chroma run`, whatever else the machine does; the clock also has what the machine does besides.
Questions a second are those of one core that does nothing else. A real `chroma run` is started on loopback. With
`--fake` vectors are made without the encoder.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.wiring import build_index, open_assistant
from corpus.library import Library
from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.medquad import Asked, read_sample
from index.encoder import Encoder, Vectors

COLUMNS = (
    "documents",
    "passages",
    "segments",
    "index",
    "question",
    "p50 ms",
    "own ms",
    "Chroma ms",
    "a second and core",
)


@dataclass(frozen=True, slots=True)
class Cost:
    """What questions of one kind cost, milliseconds each."""

    clock: float
    """The middle of them."""
    own: float
    """Of the processor, in the Wardbook process; the mean."""
    chroma: float
    """Of the processor, in `chroma run`; the mean."""


class Remembering:
    """An encoder that encodes no passage twice, so that both indexes cost one encoding."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._known: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._encoder, name)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Encode those that are new."""
        import numpy as np

        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._encoder.encode_passages(new, progress), strict=True))
        return np.stack([self._known[text] for text in texts])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.shared_index", description=__doc__)
    parser.add_argument("--documents", type=int, nargs="+", default=[10, 100], help="of MedQuAD, at random")
    parser.add_argument("--questions", type=int, default=100, help="how many are asked each way")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--fake", action="store_true", help="vectors without the encoder")
    given = parser.parse_args(arguments)
    table = Table(title=f"{given.questions} questions each way; load of the machine {_load()}", title_justify="left")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name in ("index", "question") else "right")
    encoder = Remembering(_encoder(given.fake))
    for size in given.documents:
        documents, asked = read_sample(given.data, size, given.questions)
        with tempfile.TemporaryDirectory() as folder, chroma_run(Path(folder) / "chroma") as (url, pid):
            for row in measure(Path(folder), url, pid, documents, asked, encoder):
                table.add_row(*row)
    Console(width=140).print(table)


def measure(
    folder: Path, url: str, pid: int, documents: Sequence[Document], asked: Sequence[Asked], encoder: Any
) -> Iterator[tuple[str, ...]]:
    """Yield a row for each kind of index and question."""
    opened: dict[str, Assistant] = {}
    for name, settings in {
        "embedded": Settings(home=folder / "embedded", chroma_url=None),
        "remote": Settings(home=folder / "remote", chroma_url=url),
    }.items():
        Library(settings.documents_folder).match(documents)
        manifest = build_index(settings, encoder=encoder)
        opened[name] = open_assistant(settings, encoder=encoder)
    for kind in ("document named", "whole collection"):
        costs = _take_turns(opened, pid, asked, named=kind == "document named")
        for name, cost in costs.items():
            yield (
                str(len(documents)),
                str(manifest.passages),
                str(len(manifest.parts)),
                name,
                kind,
                f"{cost.clock:.0f}",
                f"{cost.own:.0f}",
                f"{cost.chroma:.1f}",
                f"{1000 / cost.own:.1f}" + (f" (Chroma {1000 / cost.chroma:.0f})" if cost.chroma >= 0.1 else ""),
            )
    for assistant in opened.values():
        assistant.index.close()


def _take_turns(opened: dict[str, Assistant], pid: int, asked: Sequence[Asked], *, named: bool) -> dict[str, Cost]:
    clocks: dict[str, list[float]] = {name: [] for name in opened}
    owns, chromas = dict.fromkeys(opened, 0.0), dict.fromkeys(opened, 0.0)
    for number, one in enumerate(asked):
        document = min(one.relevant)[0] if named else None
        for name in opened if number % 2 else reversed(opened):
            began, own, chroma = time.perf_counter(), time.process_time(), processor_seconds(pid)
            opened[name].ask(one.question, document_id=document)
            clocks[name].append(time.perf_counter() - began)
            owns[name] += time.process_time() - own
            chromas[name] += processor_seconds(pid) - chroma
    each = 1000 / len(asked)
    return {name: Cost(median(clocks[name]) * 1000, owns[name] * each, chromas[name] * each) for name in opened}


def processor_seconds(pid: int) -> float:
    """Return how long a process has worked, where the system says so (Linux), else 0."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def chroma_run(folder: Path) -> Iterator[tuple[str, int]]:
    """Run a Chroma server on loopback; yields its address and its process."""
    from index.chroma_server import Server
    from index.unavailable import Unavailable

    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--host", "127.0.0.1"]
    process = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = Server(f"http://127.0.0.1:{port}")
    try:
        for _ in range(600):
            try:
                server.now()
                break
            except Unavailable:
                time.sleep(0.1)
        yield server.url, process.pid
    finally:
        server.close()
        process.kill()
        process.wait(20)


def _encoder(fake: bool) -> Encoder:
    from index.fake_encoder import FakeEncoder
    from index.sentence_transformers_encoder import load

    return FakeEncoder() if fake else load()


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()

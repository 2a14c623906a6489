"""What it costs to add, update and remove one document, against how many others there are.

    python -m evals.benchmarks.one_document --documents 10 100 1000

The documents are MedQuAD's, read and kept as `wardbook documents add` keeps them. The vectors are random, so that what
is measured is everything but the encoder: for a real one add its time for the passages of one document, which is the
same for every size. Times are of the processor, the middle of several changes, since wall-clock times of a machine that
does other things besides tell of those; the wall-clock time stands beside it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from assistant.indexing import renewed_index
from assistant.settings import Settings
from assistant.wiring import build_index
from corpus.library import Library
from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.encode_and_search import RandomEncoder
from evals.benchmarks.medquad import read_sample
from index.search import Index

CHANGES = 9
"""Changes of each kind that are measured."""


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the processor and of the clock that some work takes."""
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - clock


def measure(documents: Sequence[Document], others: Sequence[Document]) -> tuple[str, ...]:
    """Build an index of documents, then let each of `others` come, change and go; a row of the table."""
    encoder = RandomEncoder(384)
    taken: dict[str, list[tuple[float, float]]] = {"add": [], "update": [], "remove": [], "pick up": []}
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(home=Path(home))
        library = Library(settings.documents_folder)
        library.match(documents)
        built, _ = timed(lambda: build_index(settings, encoder=encoder))
        index = Index.open(settings.index_folder, encoder)
        size = sum(path.stat().st_size for path in settings.index_folder.rglob("*") if path.is_file()) / 1e6

        def change(kind: str, work: Callable[[], object]) -> None:
            nonlocal index

            def both() -> None:
                work()
                build_index(settings, encoder=encoder)

            taken[kind].append(timed(both))
            old = index

            def pick_up() -> None:
                nonlocal index
                index = renewed_index(settings, old)

            taken["pick up"].append(timed(pick_up))
            old.close()

        for one in others:
            text = one.text + "\n"
            change("add", lambda one=one: library.put(one))  # type: ignore[misc]
            longer = replace(one, text=text, version=one.version[:-1] + "0")
            change("update", lambda longer=longer: library.put(longer))  # type: ignore[misc]
            change("remove", lambda one=one: library.remove(one.id))  # type: ignore[misc]
        passages, segments = index.manifest.passages, len(index.manifest.parts)
        index.close()
    figures = [
        f"{median(c for c, _ in each) * 1000:.0f} / {median(w for _, w in each) * 1000:.0f}" for each in taken.values()
    ]
    return (f"{len(documents):,}", f"{passages:,}", str(segments), f"{built:.1f}", f"{size:.0f}", *figures)


def main() -> None:
    """Measure and print a table."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.one_document", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--documents", type=int, nargs="+", default=[10, 100, 1000], help="sizes of the collections")
    given = parser.parse_args()
    documents, _ = read_sample(given.data, max(given.documents) + CHANGES)
    others = documents[-CHANGES:]
    columns = ("documents", "passages", "segments", "build, CPU s", "disk, MB")
    table = Table(*columns, *(f"{kind}, CPU / clock ms" for kind in ("add", "update", "remove", "server picks it up")))
    console = Console(width=150)
    for size in given.documents:
        table.add_row(*measure(documents[:size], others))
        console.print(f"{size} documents measured")
    console.print(table)


if __name__ == "__main__":
    main()

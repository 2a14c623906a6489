"""How long `Assistant.ask` takes in process, against the bare cost of encoding the question and one Chroma query.

    python -m evals.benchmarks.ask_latency [--questions 200] [--home DIR]

The questions are those of the suites about documents of the library. Both ways take turns on each question, so that
whatever else the machine does falls on both; which goes first alternates. Without `--home` a fresh one is made, which
holds the shipped documents.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.wiring import open_assistant
from evals.cases import load as load_suite
from evals.find import suite_paths

LIMIT = 10
"""How many passages the bare Chroma query asks for."""


def questions_about(assistant: Assistant, most: int) -> list[tuple[str, str]]:
    """Return up to `most` questions with the ids of their documents, in turn from the suites, repeating if too few."""
    held = {document.id for document in assistant.documents}
    suites = [suite for suite in map(load_suite, suite_paths([])) if suite.document in held]
    listed = [(case.question, suite.document) for suite in suites for case in suite.cases if not case.history]
    return list(itertools.islice(itertools.cycle(listed), most))


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def main() -> None:
    """Take turns, then print p50 and p95 of both."""
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.ask_latency", description=__doc__)
    parser.add_argument("--questions", type=int, default=200, help="how many questions are asked")
    parser.add_argument("--home", type=Path, help="folder of user data; a fresh one when not given")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        settings = Settings(home=given.home or Path(fresh))
        assistant = open_assistant(settings)
        encoder = load(settings.encoder)
        # The bare query goes to the very store that the assistant searches, since Chroma takes one opener.
        store = assistant.index._slices[0].segment.store
        asked = questions_about(assistant, given.questions)

        def bare(question: str, document_id: str) -> object:
            return store.query(encoder.encode_questions([question])[0], LIMIT)

        ways: dict[str, Callable[[str, str], object]] = {
            "encode the question": lambda question, _: encoder.encode_questions([question]),
            "encode it and one Chroma query": bare,
            "Assistant.ask": lambda question, document_id: assistant.ask(question, document_id=document_id),
        }
        for question, document_id in asked[:5]:
            for way in ways.values():
                way(question, document_id)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for number, (question, document_id) in enumerate(track(asked, "asking", transient=True)):
            for name in ways if number % 2 else reversed(ways):
                taken[name].append(milliseconds(lambda name=name: ways[name](question, document_id)))  # type: ignore[misc] # noqa: B023
        passages = assistant.index.manifest.passages
        assistant.index.close()
    table = Table(title=f"{len(asked)} questions, {passages} passages, in process", title_justify="left")
    for heading in ("way", "p50 ms", "p95 ms", "p50 of bare"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    bounds = {name: quantiles(values, n=100) for name, values in taken.items()}
    bare_p50 = bounds["encode it and one Chroma query"][49]
    for name, at in bounds.items():
        table.add_row(name, f"{at[49]:.1f}", f"{at[94]:.1f}", f"{at[49] / bare_p50:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""`Assistant.ask` with encoder and cross-encoder in other back ends: how long it takes, whether it answers the same.

    pip install onnx                         for int8; without it PyTorch alone is compared
    python -m evals.benchmarks.ask_backends [--cases 60] [--suite calcinosis-cutis] [--home DIR]

The questions are the tuning cases of the suite. All ways are in one process and take turns on each question; "cpu" is
the processor's time. With int8 only the cross-encoder changes: vectors of another precision would need an index of
their own.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from assistant.assistant import Assistant
from assistant.cross_encoder import WEIGHTS
from assistant.low_rank import read_changes
from assistant.settings import Settings
from assistant.types import Answer
from assistant.wiring import open_assistant
from evals.benchmarks.backends import installed
from evals.cases import load as load_suite
from evals.find import suite_paths
from index.sentence_transformers_encoder import packaged_folder
from index.transformer import map_weights

OURS = "ONNX Runtime (ours)"
Told = tuple[str, tuple[tuple[str, int, int], ...]]
"""The outcome and the quotes: their section, start and end."""


def told(answer: Answer) -> Told:
    """Return what must not change."""
    quotes = [citation for statement in answer.statements for citation in statement.citations]
    return answer.outcome, tuple((quote.section, quote.start, quote.end) for quote in quotes)


def ways(assistant: Assistant) -> dict[str, Callable[[], None]]:
    """Return what makes the assistant compute in each back end that is installed, ours first."""
    reader: Any = assistant._reader
    encoder, cross = reader._encoder._transformer, reader.cross_encoder._body._body
    ours = (encoder._session, cross._session)
    weights = map_weights(packaged_folder() / "model.safetensors")
    change, _ = read_changes(WEIGHTS, ())
    changed = {name: change(name, rows) for name, rows in weights.items()}
    made: dict[str, tuple[Any, Any]] = {OURS: ours}
    for name, make in installed().items():
        if name == "PyTorch":
            made[name] = (make(weights, []), make(changed, []))
        elif "ONNX" in name:
            made[f"{name}, cross-encoder"] = (ours[0], make(changed, []))

    def use(sessions: tuple[Any, Any]) -> None:
        encoder._session, cross._session = sessions

    return {name: lambda sessions=sessions: use(sessions) for name, sessions in made.items()}  # type: ignore[misc]


def compare(assistant: Assistant, document: str, questions: Sequence[str]) -> list[tuple[str, ...]]:
    """Ask each question in each way, in turn; return a row of figures for each way."""
    from rich.progress import track

    chosen = ways(assistant)
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in chosen}
    answers: dict[str, list[Told]] = {name: [] for name in chosen}
    for turn, question in enumerate(track([questions[0], *questions], "asking", transient=True)):
        for name in chosen if turn % 2 else reversed(chosen):
            chosen[name]()
            begun, worked = time.perf_counter(), time.process_time()
            answer = assistant.ask(question, document_id=document)
            # The first turn only warms up.
            if turn:
                taken[name].append(((time.perf_counter() - begun) * 1000, (time.process_time() - worked) * 1000))
                answers[name].append(told(answer))
    rows: list[tuple[str, ...]] = []
    for name in chosen:
        clock, cpu = zip(*taken[name], strict=True)
        pairs = list(zip(answers[name], answers[OURS], strict=True))
        outcomes, whole = (sum(a[0] == b[0] for a, b in pairs), sum(a == b for a, b in pairs))
        high = quantiles(cpu, n=20)[-1]
        rows.append((name, f"{median(clock):.0f}", f"{median(cpu):.0f}", f"{high:.0f}", str(outcomes), str(whole)))
    return rows


def main() -> None:
    """Ask and print a table."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.ask_backends", description=__doc__)
    parser.add_argument("--suite", default="calcinosis-cutis", help="whose tuning cases are asked")
    parser.add_argument("--cases", type=int, default=1000, help="how many of them at most")
    parser.add_argument("--home", type=Path, help="folder of user data; a fresh one when not given")
    given = parser.parse_args()
    suite = load_suite(suite_paths([given.suite])[0])
    questions = [case.question for case in suite.select("tune") if not case.history][: given.cases]
    with tempfile.TemporaryDirectory() as fresh:
        assistant = open_assistant(Settings(home=given.home or Path(fresh)))
        rows = compare(assistant, suite.document, questions)
        assistant.index.close()
    table = Table(title=f"{len(questions)} questions of {given.suite}, in process", title_justify="left")
    for heading in ("back end", "p50 ms", "p50 cpu ms", "p95 cpu ms", "same outcome", "same outcome and quotes"):
        table.add_column(heading, justify="left" if heading == "back end" else "right")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


if __name__ == "__main__":
    main()

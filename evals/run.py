"""Run a suite: ask every question, score every case, also the one that crashed."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Literal

from assistant.types import Answer, Turn
from corpus.errors import UserError
from corpus.types import Document
from evals.answerer import Answerer, AssistantAnswerer
from evals.cases import Case, Suite
from evals.ideal import expect, give
from evals.metrics import METRICS
from evals.metrics.outcome import confusion
from evals.metrics.passed import failures
from evals.metrics.retrieval import LIMIT
from evals.scoring import figures, score
from evals.types import Expected, Figure, Given, Score

if TYPE_CHECKING:
    from assistant.assistant import Assistant

Progress = Callable[[int, int, int], None]
"""Told (cases done, cases in all, cases passed) after each case."""


@dataclass(frozen=True, slots=True)
class CaseRun:
    """One case, what came back and how it scored."""

    case: Case
    expected: Expected
    given: Given
    answer: Answer | None
    """None when the case crashed."""
    error: str | None
    """The traceback of a crash."""
    scores: tuple[Score, ...]
    failures: tuple[str, ...]
    """In a few words each what is wrong; empty when the case passed."""

    def value(self, metric: str) -> float | None:
        """Return the case's score in a metric, None where it doesn't apply."""
        return next((score.value for score in self.scores if score.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure held against the suite's threshold."""

    metric: str
    bound: float
    value: float | None
    met: bool
    """False as well when nothing was measured: what was not measured is not proved."""


@dataclass(frozen=True, slots=True)
class Run:
    """One suite, asked and scored."""

    suite: Suite
    document: Document
    split: str
    only: tuple[str, ...]
    cases: tuple[CaseRun, ...]
    figures: tuple[Figure, ...]
    verdicts: tuple[Verdict, ...]
    """Empty when only some cases were chosen by name: thresholds are for a whole split."""

    @property
    def met(self) -> bool:
        """Whether every threshold is met."""
        return all(verdict.met for verdict in self.verdicts)

    @property
    def failed(self) -> tuple[CaseRun, ...]:
        """The cases that didn't pass."""
        return tuple(case for case in self.cases if case.failures)

    @property
    def confusion(self) -> dict[str, dict[str, int]]:
        """Counts of given outcomes by expected outcome."""
        return confusion((case.expected, case.given) for case in self.cases)

    def figure(self, metric: str) -> Figure:
        """Return one figure by its metric's name."""
        return next(figure for figure in self.figures if figure.metric == metric)


def place(
    suite: Suite, cases: Sequence[Case], answerer: Answerer, *, lenient: bool = False
) -> tuple[Document, tuple[Expected, ...]]:
    """Place cases in the suite's document; see `expect` for `lenient`.

    Raises:
        UserError: the document is unknown, or names every case whose evidence or headings it doesn't hold.
    """
    document = answerer.document(suite.document)
    passages = answerer.passages(document)
    placed: list[Expected] = []
    faults: list[str] = []
    for case in cases:
        try:
            placed.append(expect(case, document, passages, lenient=lenient))
        except UserError as error:
            faults.append(error.message)
    if faults:
        raise UserError(f"suite {suite.suite!r} doesn't fit its document:\n" + "\n".join(faults), "wardbook eval check")
    return document, tuple(placed)


def run_suite(
    suite: Suite,
    assistant: Answerer | Assistant,
    *,
    split: Literal["tune", "hold", "all"] = "all",
    only: Sequence[str] = (),
    progress: Progress | None = None,
    jobs: int = 1,
    lenient: bool = False,
) -> Run:
    """Ask and score the chosen cases, in the suite's order.

    `jobs` questions are asked at a time: the answers are the same, the latencies are those of a busy machine. With
    `lenient` a case of which the document no longer holds everything is asked all the same, and fails.

    Raises:
        UserError: the suite doesn't fit its document; nothing has been asked then.
    """
    from assistant.assistant import Assistant

    answerer = AssistantAnswerer(assistant) if isinstance(assistant, Assistant) else assistant
    cases = suite.select(split, only)
    document, expected = place(suite, cases, answerer, lenient=lenient)
    done: list[CaseRun] = []
    lock = Lock()

    def ask(case: Case, wanted: Expected) -> CaseRun:
        one = _run_case(case, wanted, document, answerer)
        with lock:
            done.append(one)
            if progress is not None:
                progress(len(done), len(cases), sum(not run.failures for run in done))
        return one

    if jobs == 1:
        runs = [ask(case, wanted) for case, wanted in zip(cases, expected, strict=True)]
    else:
        with ThreadPoolExecutor(jobs, thread_name_prefix="eval") as workers:
            runs = list(workers.map(ask, cases, expected))
    found = figures([score for run in runs for score in run.scores])
    return Run(
        suite=suite,
        document=document,
        split=split,
        only=tuple(only),
        cases=tuple(runs),
        figures=found,
        verdicts=() if only else _judge(suite, found),
    )


def _run_case(case: Case, expected: Expected, document: Document, answerer: Answerer) -> CaseRun:
    history = tuple(Turn(turn.role, turn.content) for turn in case.history)
    answer, error = None, None
    started = time.perf_counter()
    try:
        answer = answerer.ask(case.question, history, document.id)
        elapsed_ms = (time.perf_counter() - started) * 1000
        # The search is judged on the question as it was understood, and only where there is something to find.
        asked = answer.interpreted_as or case.question
        hits = answerer.search(asked, document_id=document.id, limit=LIMIT) if expected.relevant else ()
        given = give(answer, document, hits, elapsed_ms)
    except Exception:  # noqa: BLE001  one case that crashes must not hide the others; it is scored as failed and recorded
        answer, error = None, traceback.format_exc()
        given = Given(outcome=None, elapsed_ms=(time.perf_counter() - started) * 1000)
    return CaseRun(case, expected, given, answer, error, score(expected, given), failures(expected, given))


def _judge(suite: Suite, found: Sequence[Figure]) -> tuple[Verdict, ...]:
    """Hold each threshold against its figure: at least, or at most where less is better."""
    verdicts = []
    for metric, figure in zip(METRICS, found, strict=True):
        bound = suite.thresholds.get(metric.name)
        if bound is not None:
            value = figure.value
            met = value is not None and (value >= bound if metric.better == "higher" else value <= bound)
            verdicts.append(Verdict(metric.name, bound, value, met))
    return tuple(verdicts)

"""Run files read back: what reports and comparisons are made from, so that each can be made again at any time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from assistant.types import Outcome
from corpus.errors import UserError
from corpus.types import Document
from evals.cases import Case
from evals.run import Run
from evals.runs import FORMAT, runs_to_dict, timings, timings_path


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class KeptCitation(_Kept):
    """One citation as it was given."""

    document: str
    section: str
    quote: str
    start: int
    end: int


class KeptStatement(_Kept):
    """One statement as it was given."""

    text: str
    citations: tuple[KeptCitation, ...]


class KeptAnswer(_Kept):
    """One answer as it was given, without its time."""

    interpreted_as: str | None
    outcome: Outcome
    statements: tuple[KeptStatement, ...]
    withheld: tuple[str, ...]
    notice: str | None
    confidence: float
    answered_by: str

    @property
    def citations(self) -> tuple[KeptCitation, ...]:
        """Every citation, in the order of the statements."""
        return tuple(one for statement in self.statements for one in statement.citations)


class KeptCase(_Kept):
    """One case, what came back and how it scored."""

    case: Case
    passed: bool
    failures: tuple[str, ...]
    error: str | None
    answer: KeptAnswer | None
    found: tuple[str, ...]
    scores: dict[str, float]

    @property
    def outcome(self) -> str:
        """The given outcome, "crashed" when there is none."""
        return self.answer.outcome if self.answer else "crashed"

    @property
    def right(self) -> bool:
        """Whether the outcome is the expected one."""
        return self.outcome == self.case.expect.outcome

    @property
    def confidence(self) -> float:
        """The confidence that was given; 1 for a crash, as the calibration error takes it."""
        return self.answer.confidence if self.answer else 1.0


class KeptFigure(_Kept):
    """One figure; `value` is None when nothing was measured."""

    value: float | None
    n: int
    low: float | None
    high: float | None


class KeptReference(_Kept):
    """Which document, in which version."""

    id: str
    title: str
    version: str


class KeptRun(_Kept):
    """One suite, asked and scored."""

    suite: str
    document: KeptReference
    split: str
    only: tuple[str, ...]
    figures: dict[str, KeptFigure]
    thresholds: dict[str, float]
    below: tuple[str, ...]
    confusion: dict[str, dict[str, int]]
    cases: tuple[KeptCase, ...]

    @property
    def failed(self) -> tuple[KeptCase, ...]:
        """The cases that didn't pass."""
        return tuple(case for case in self.cases if not case.passed)


class KeptTimings(_Kept):
    """The timings of one suite, by metric and by case."""

    suite: str
    figures: dict[str, KeptFigure]
    below: tuple[str, ...]
    elapsed_ms: dict[str, float]


class RunFile(_Kept):
    """Everything of one `wardbook eval`."""

    made_with: dict[str, str]
    documents: tuple[Document, ...]
    runs: tuple[KeptRun, ...]
    timings: tuple[KeptTimings, ...] = ()
    """Empty when the file of timings is not beside the run file."""

    def document(self, document_id: str) -> Document:
        """Return a document as it was when it was asked."""
        return next(document for document in self.documents if document.id == document_id)

    def timing(self, suite: str) -> KeptTimings | None:
        """Return the timings of a suite, if they were kept."""
        return next((one for one in self.timings if one.suite == suite), None)

    @property
    def met(self) -> bool:
        """Whether every threshold is met."""
        return not any(run.below for run in self.runs) and not any(one.below for one in self.timings)


_TIMINGS = TypeAdapter(tuple[KeptTimings, ...])


def keep(runs: Sequence[Run], made_with: Mapping[str, str]) -> RunFile:
    """Return what writing these runs and reading them back would give."""
    held = {**runs_to_dict(runs, made_with), "timings": [timings(run) for run in runs]}
    return RunFile.model_validate(json.loads(json.dumps(held)))


def load(path: Path) -> RunFile:
    """Read a run file, and its timings where they are beside it.

    Raises:
        UserError: there is none, or it is of another format.
    """
    values = _read(path)
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        held = values.get("format") if isinstance(values, dict) else None
        raise UserError(f"{path}: run file of format {held!r}, expected {FORMAT}", "run it again: wardbook eval")
    beside = timings_path(path)
    try:
        kept = _TIMINGS.validate_python(_read(beside)["runs"]) if beside.is_file() else ()
        return RunFile.model_validate({**values, "timings": kept})
    except (ValidationError, KeyError, TypeError) as error:
        raise UserError(f"{path}: not a run file: {error}", "run it again: wardbook eval") from None


def newest(folder: Path) -> Path | None:
    """Return the run file that was written last into a folder; None when there is none."""
    return max(
        (path for path in folder.glob("*.json") if not path.name.endswith(".timings.json")),
        key=lambda path: (path.stat().st_mtime_ns, path.name),
        default=None,
    )


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"no run file at {path}", "wardbook eval writes one; it says where") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: not readable as JSON: {error}", "run it again: wardbook eval") from None

"""Run files: what was asked, answered and scored, as JSON.

The documents that were asked are in the file, whole, so that a later run can show what changed in them and a report
can be made from the file alone. The same inputs give byte-equal files. What differs from run to run (when it was, how
long it took) is kept apart, in a file of the same name that ends in `.timings.json`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from corpus.library import to_json
from evals.metrics import METRICS
from evals.run import CaseRun, Run
from evals.types import Figure

FORMAT = 2
DIGITS = 6
_TIMING = frozenset(metric.name for metric in METRICS if metric.timing)
# Of a metric that is summed up by confidence, one case's share says nothing by itself.
_NO_CASE = _TIMING | {metric.name for metric in METRICS if metric.summary == "calibration"}


def new_path(folder: Path) -> Path:
    """Return a path for a new run file, named by the moment."""
    return folder / f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}.json"


def timings_path(path: Path) -> Path:
    """Return where the timings of a run file are kept."""
    return path.with_name(f"{path.stem}.timings.json")


def write(runs: Sequence[Run], path: Path, made_with: Mapping[str, str]) -> None:
    """Write runs and, beside them, their timings; a file that stands there is replaced as a whole.

    `made_with` says which versions answered.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, runs_to_dict(runs, made_with))
    moment = datetime.now(timezone.utc).isoformat(timespec="seconds")
    _replace(timings_path(path), {"format": FORMAT, "written": moment, "runs": [timings(run) for run in runs]})


def runs_to_dict(runs: Sequence[Run], made_with: Mapping[str, str]) -> dict[str, Any]:
    """Return what a run file holds."""
    documents = {run.document.id: json.loads(to_json(run.document)) for run in runs}
    return {
        "format": FORMAT,
        "made_with": dict(made_with),
        "documents": [documents[name] for name in sorted(documents)],
        "runs": [to_dict(run) for run in runs],
    }


def to_dict(run: Run) -> dict[str, Any]:
    """Return everything of a run but its timings."""
    return {
        "suite": run.suite.suite,
        "document": {"id": run.document.id, "title": run.document.title, "version": run.document.version},
        "split": run.split,
        "only": list(run.only),
        "figures": {figure.metric: _figure(figure) for figure in run.figures if figure.metric not in _TIMING},
        "thresholds": dict(run.suite.thresholds),
        "below": [verdict.metric for verdict in run.verdicts if not verdict.met and verdict.metric not in _TIMING],
        "confusion": run.confusion,
        "cases": [_case(case) for case in run.cases],
    }


def timings(run: Run) -> dict[str, Any]:
    """Return the timings of a run, by metric and by case."""
    return {
        "suite": run.suite.suite,
        "figures": {figure.metric: _figure(figure) for figure in run.figures if figure.metric in _TIMING},
        "below": [verdict.metric for verdict in run.verdicts if not verdict.met and verdict.metric in _TIMING],
        "elapsed_ms": {case.case.id: round(case.given.elapsed_ms, 1) for case in run.cases},
    }


def _figure(figure: Figure) -> dict[str, Any]:
    values = {"value": figure.value, "n": figure.n, "low": figure.low, "high": figure.high}
    return {name: round(value, DIGITS) if isinstance(value, float) else value for name, value in values.items()}


def _case(run: CaseRun) -> dict[str, Any]:
    answer = run.answer.to_dict() if run.answer is not None else None
    if answer is not None:
        del answer["elapsed_ms"]
    return {
        "case": run.case.model_dump(mode="json"),
        "passed": not run.failures,
        "failures": list(run.failures),
        "error": run.error,
        "answer": answer,
        "found": list(run.given.found),
        "scores": {score.metric: round(score.value, DIGITS) for score in run.scores if score.metric not in _NO_CASE},
    }


def _replace(path: Path, values: dict[str, Any]) -> None:
    """Write aside and rename over, so that a run that is killed leaves no half file."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(json.dumps(values, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)

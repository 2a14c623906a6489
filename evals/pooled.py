"""The figures of a whole run file: each case of every suite counting once."""

from __future__ import annotations

from evals.kept import RunFile
from evals.metrics import METRICS
from evals.metrics.outcome import OUTCOMES
from evals.scoring import figures
from evals.types import Figure, Score


def pooled(kept: RunFile) -> tuple[Figure, ...]:
    """Return one figure a metric over the cases of all suites, in the metrics' order."""
    scores: list[Score] = []
    for run in kept.runs:
        timing = kept.timing(run.suite)
        for case in run.cases:
            name = case.case.id
            for metric in METRICS:
                if metric.summary == "calibration":
                    scores.append(Score(name, metric.name, float(case.right), case.confidence))
                elif metric.timing:
                    if timing is not None and case.answer is not None:
                        scores.append(Score(name, metric.name, timing.elapsed_ms[name]))
                elif metric.name in case.scores:
                    scores.append(Score(name, metric.name, case.scores[metric.name]))
    return figures(scores)


def confusion_of_all(kept: RunFile) -> dict[str, dict[str, int]]:
    """Return counts of given outcomes by expected outcome over all suites."""
    table: dict[str, dict[str, int]] = {row: dict.fromkeys((*OUTCOMES, "crashed"), 0) for row in OUTCOMES}
    for run in kept.runs:
        for case in run.cases:
            table[case.case.expect.outcome][case.outcome] += 1
    return table

"""A run as Markdown for a pull request: the verdict, the figures, what changed, the failed cases folded away."""

from __future__ import annotations

from evals.comparison import KINDS, SAID, Comparison
from evals.kept import RunFile
from evals.metrics import METRICS
from evals.pooled import pooled
from evals.report import IN_SHORT, show

MOST_CASES = 50
"""Failed or changed cases that are listed; the others are counted. A comment of GitHub holds 65,536 characters."""


def render(kept: RunFile, *, against: Comparison | None = None, against_name: str = "") -> str:
    """Return the report."""
    total = sum(len(run.cases) for run in kept.runs)
    failed = [(run, case) for run in kept.runs for case in run.failed]
    lines = [f"## Wardbook evaluation: {total - len(failed)} of {total} cases pass", ""]
    below = [f"{run.suite}: {name}" for run in kept.runs for name in run.below]
    below += [f"{one.suite}: {name}" for one in kept.timings for name in one.below]
    if below:
        lines.append("**Below threshold:** " + "; ".join(below))
    elif any(run.thresholds and not run.only for run in kept.runs):
        lines.append("Every threshold is met.")
    else:
        lines.append("No verdict: no thresholds apply.")
    figures = dict(zip((metric.name for metric in METRICS), pooled(kept), strict=True))
    lines += ["", "| metric | value | 95 % interval | n |", "|---|--:|--:|--:|"]
    for metric in METRICS:
        if metric.name in (*IN_SHORT, "unsupported", "ndcg@10", "calibration_error", "latency_p95_ms"):
            figure = figures[metric.name]
            interval = "" if figure.low is None else f"{figure.low:.3f} to {figure.high:.3f}"
            lines.append(f"| {metric.label.strip()} | {show(metric, figure.value)} | {interval} | {figure.n} |")
    if against is not None:
        lines += _changes(against, against_name)
    if failed:
        lines += ["", f"<details><summary>{len(failed)} failed cases</summary>", ""]
        lines += ["| case | question | expected | given | why |", "|---|---|---|---|---|"]
        for run, case in failed[:MOST_CASES]:
            cells = (
                f"{run.suite}/{case.case.id}",
                case.case.question,
                case.case.expect.outcome,
                case.outcome,
                "; ".join(case.failures),
            )
            lines.append("| " + " | ".join(map(cell, cells)) + " |")
        if len(failed) > MOST_CASES:
            lines.append(f"\nand {len(failed) - MOST_CASES} more.")
        lines += ["", "</details>"]
    return "\n".join(lines) + "\n"


def cell(text: str) -> str:
    """Return text that neither ends a cell of a table nor is read as Markdown or HTML."""
    flat = " ".join(text.split()).replace("\\", "\\\\")
    for sign in "|<>*_`[]#@":
        flat = flat.replace(sign, f"\\{sign}")
    return flat


def _changes(against: Comparison, name: str) -> list[str]:
    counted = ", ".join(f"{len(against.of(kind))} {kind}" for kind in KINDS[:-1])
    lines = ["", f"### Changed since {name}", "", f"{counted}; McNemar's exact test p = {against.p_value:.3f}."]
    for suite in against.suites:
        for section in suite.sections:
            lines += ["", f"**{cell(suite.suite)}, {cell(section.heading)}** ({section.said})", "", "```diff"]
            for passage in section.passages:
                lines += [f"{sign} {text}" for sign, text in (("-", passage.before), ("+", passage.after)) if text]
            lines.append("```")
    changed = [one for kind in KINDS[:-1] for one in against.of(kind)]
    if changed:
        lines += ["", "| case | question | what changed |", "|---|---|---|"]
        for one in changed[:MOST_CASES]:
            lines.append(f"| {cell(one.suite)}/{one.name} | {cell(one.after.case.question)} | {SAID[one.kind]} |")
    return lines

"""A run as tables for the terminal: the verdict first, then the figures, then every case that failed and why."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from evals.metrics import METRICS
from evals.metrics.metric import Metric
from evals.metrics.outcome import OUTCOMES
from evals.run import Run
from evals.scoring import figures
from evals.types import Figure


def print_run(run: Run, console: Console, *, verbose: bool = False) -> None:
    """Print a run; `verbose` adds what was answered in each failed case."""
    chosen = "" if run.split == "all" else f", split {run.split}"
    console.print(f"\n[bold]{run.suite.suite}[/bold]{chosen}: {len(run.cases)} cases about {run.document.title}")
    console.print(figure_table(run))
    console.print(confusion_table(run))
    if run.failed:
        console.print(failure_table(run))
        if verbose:
            print_answers(run, console)
    print_verdict(run, console)


def print_verdict(run: Run, console: Console) -> None:
    """Print whether the thresholds of the suite are met."""
    if not run.verdicts:
        why = "cases chosen by name" if run.only else "the suite names no thresholds"
        console.print(f"{run.suite.suite}: no verdict, {why}.")
    for verdict in run.verdicts:
        if not verdict.met:
            metric = _metric(verdict.metric)
            word = "at least" if metric.better == "higher" else "at most"
            got = show(metric, verdict.value)
            console.print(f"[red]below threshold[/red]: {metric.name} is {got}, {word} {verdict.bound:g} is asked")
    if run.verdicts and run.met:
        console.print(f"[green]{run.suite.suite}: all {len(run.verdicts)} thresholds met.[/green]")


IN_SHORT = (
    "pass_rate",
    "outcome_accuracy",
    "false_answers",
    "false_refusals",
    "fact_recall",
    "citation_precision",
    "citation_recall",
    "mrr",
    "latency_p50_ms",
)
"""The metrics by which suites are compared in one table."""


def suites_table(runs: Sequence[Run]) -> Table:
    """Return one row a suite and a last one over the cases of all, each case counting once."""
    table = Table(title="Suites", title_justify="left")
    table.add_column("suite")
    table.add_column("cases", justify="right")
    for name in IN_SHORT:
        table.add_column(_metric(name).label, justify="right")
    for run in runs:
        table.add_row(run.suite.suite, str(len(run.cases)), *_short(run.figures))
    pooled = figures([score for run in runs for case in run.cases for score in case.scores])
    table.add_section()
    table.add_row("all", str(sum(len(run.cases) for run in runs)), *_short(pooled))
    return table


def _short(found: Sequence[Figure]) -> list[str]:
    return [show(_metric(name), next(one.value for one in found if one.metric == name)) for name in IN_SHORT]


def figure_table(run: Run) -> Table:
    """Return every figure with n, interval and threshold; what was not measured is told so."""
    table = Table(title="Figures", title_justify="left")
    for column, justify in (
        ("metric", "left"),
        ("value", "right"),
        ("95 % interval", "right"),
        ("n", "right"),
        ("threshold", "right"),
    ):
        table.add_column(column, justify=justify)  # type: ignore[arg-type]
    for metric, figure in zip(METRICS, run.figures, strict=True):
        interval = f"{figure.low:.3f} - {figure.high:.3f}" if figure.low is not None else ""
        bound = run.suite.thresholds.get(metric.name)
        asked = "" if bound is None else f"{'>=' if metric.better == 'higher' else '<='} {bound:g}"
        missed = any(verdict.metric == metric.name and not verdict.met for verdict in run.verdicts)
        table.add_row(
            metric.label, show(metric, figure.value), interval, str(figure.n), asked, style="red" if missed else None
        )
    return table


def confusion_table(run: Run) -> Table:
    """Return counts of expected against given outcomes."""
    table = Table(title="Outcomes: expected down, given across", title_justify="left")
    table.add_column("expected")
    for given in (*OUTCOMES, "crashed"):
        table.add_column(given, justify="right")
    for expected, row in run.confusion.items():
        table.add_row(
            expected,
            *(f"[bold]{count}[/bold]" if given == expected else str(count or ".") for given, count in row.items()),
        )
    return table


def failure_table(run: Run) -> Table:
    """Return every failed case: what was asked, expected and given, and why it failed."""
    table = Table(title=f"Failed: {len(run.failed)} of {len(run.cases)}", title_justify="left", show_lines=True)
    for column in ("case", "question", "expected", "given", "P", "R", "why"):
        table.add_column(column, overflow="fold")
    for one in run.failed:
        precision, recall = one.value("citation_precision"), one.value("citation_recall")
        why = "; ".join(one.failures) + (f"; {one.error.strip().splitlines()[-1]}" if one.error else "")
        table.add_row(
            one.case.id,
            _plain(one.case.question),
            one.expected.outcome,
            one.given.outcome or "crashed",
            "" if precision is None else f"{precision:.2f}",
            "" if recall is None else f"{recall:.2f}",
            _plain(why),
        )
    return table


def print_answers(run: Run, console: Console) -> None:
    """Print what was answered in each failed case, or its traceback."""
    for one in run.failed:
        console.print(f"\n[bold]{one.case.id}[/bold] {_plain(one.case.question)}")
        if one.error:
            console.print(_plain(one.error))
        elif one.answer is not None:
            for cited in one.given.cited:
                console.print(f"  {_plain(cited.section)}: {_plain(cited.quote)}")
            if one.answer.withheld or one.answer.notice:
                console.print(
                    f"  withheld: {_plain(', '.join(one.answer.withheld))}; notice: {_plain(one.answer.notice or '')}"
                )
            for piece in one.case.expect.evidence:
                console.print(f"  [dim]ideal: {_plain(piece)}[/dim]")


def show(metric: Metric, value: float | None) -> str:
    """Return a value as it is printed."""
    if value is None:
        return "not measured"
    return f"{value:.1f} {metric.unit}" if metric.unit else f"{value:.3f}"


def _metric(name: str) -> Metric:
    return next(metric for metric in METRICS if metric.name == name)


def _plain(text: str) -> str:
    """Return text whose square brackets rich doesn't read as markup."""
    from rich.markup import escape

    return escape(text)

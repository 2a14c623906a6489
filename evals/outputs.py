"""Where reports go: files, and what changed between two runs to the terminal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from corpus.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from evals.comparison import CaseChange, Comparison, SuiteChange
    from evals.document_diff import SectionDiff
    from evals.kept import RunFile

WIDTH_IN_FILES = 160
"""Columns when the report doesn't go to a terminal, whose width rich would take as 80."""


def console() -> Console:
    """Return a console on the standard output."""
    from rich.console import Console

    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=WIDTH_IN_FILES)


def written(
    kept: RunFile,
    comparison: Comparison | None,
    against: Path | None,
    html: Path,
    markdown: Path | None,
    junit: Path | None,
) -> None:
    """Write the reports that are wanted and say where they are.

    Raises:
        UserError: a file can't be written.
    """
    from evals.reports import html as html_report
    from evals.reports import junit as junit_report
    from evals.reports import markdown as markdown_report

    name = against.name if against else ""
    moment = datetime.now().astimezone().strftime("%d %B %Y, %H:%M %Z")
    _file(html, html_report.render(kept, written=moment, against=comparison, against_name=name), "HTML report")
    if markdown is not None:
        _file(markdown, markdown_report.render(kept, against=comparison, against_name=name), "Markdown report")
    if junit is not None:
        _file(junit, junit_report.render(kept), "JUnit report")


def print_changes(before: RunFile, after: RunFile, name: Path) -> Comparison:
    """Compare two runs, print what changed, and return the comparison.

    Raises:
        UserError: they have no suite in common.
    """
    from evals.comparison import compare

    comparison = compare(before, after)
    if not comparison.suites:
        raise UserError(
            f"{name} holds the suites {', '.join(run.suite for run in before.runs)}, none of those asked now",
            "compare with a run of the same suites",
        )
    print_comparison(comparison, console(), name.name)
    return comparison


def print_comparison(comparison: Comparison, out: Console, name: str) -> None:
    """Print what changed: the counts, then by suite each section that differs beside the answers it moved."""
    from evals.comparison import KINDS

    counted = ", ".join(f"{len(comparison.of(kind))} {kind}" for kind in KINDS)
    out.print(f"\n[bold]Changed since {_plain(name)}[/bold]: {counted}")
    out.print(f"McNemar's exact test of broken against fixed: p = {comparison.p_value:.3f}")
    for suite in comparison.suites:
        _print_suite(suite, out)


def _print_suite(suite: SuiteChange, out: Console) -> None:
    if suite.document_changed:
        old, new = suite.before.document.version[:14], suite.after.document.version[:14]
        out.print(f"\n[bold]{_plain(suite.suite)}[/bold]: the document changed, {old} to {new}")
    for section in suite.sections:
        print_section(section, out)
        moved = suite.moved_by(section)
        for one in moved:
            _print_change(one, out)
        if not moved:
            out.print("    no answer changed with it")
    if suite.elsewhere:
        out.print(f"\n[bold]{_plain(suite.suite)}[/bold]: changed" + (" elsewhere" if suite.sections else ""))
    for one in suite.elsewhere:
        _print_change(one, out)
    for kind, names in (("not asked now", suite.only_before), ("not asked before", suite.only_after)):
        if names:
            out.print(f"  {len(names)} cases {kind}")


def print_section(section: SectionDiff, out: Console) -> None:
    """Print a section that differs, passage by passage."""
    out.print(f"\n  [bold]{_plain(section.heading)}[/bold] ({section.said})")
    for passage in section.passages:
        if passage.before:
            out.print(f"    [red]- {_plain(passage.before)}[/red]")
        if passage.after:
            out.print(f"    [green]+ {_plain(passage.after)}[/green]")


def _print_change(one: CaseChange, out: Console) -> None:
    colour = {"broken": "red", "fixed": "green"}.get(one.kind, "yellow")
    out.print(f"    [{colour}]{one.kind}[/{colour}] {one.name}: {_plain(one.after.case.question)}")
    for sign, case in (("was", one.before), ("now", one.after)):
        told = "; ".join(statement.text for statement in case.answer.statements) if case.answer else case.error or ""
        named = f" ({', '.join(case.answer.withheld)})" if case.answer and case.answer.withheld else ""
        out.print(f"      {sign} {case.outcome}{_plain(named)}{': ' + _plain(told) if told else ''}")
    for failure in one.after.failures if one.kind == "broken" else ():
        out.print(f"      why {_plain(failure)}")


def _file(path: Path, text: str, what: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{what} {path} cannot be written: {error.strerror or error}", "name another file") from None
    click.echo(f"{what}: {path}", err=True)


def _plain(text: str) -> str:
    """Return text whose square brackets rich doesn't read as markup."""
    from rich.markup import escape

    return escape(text)

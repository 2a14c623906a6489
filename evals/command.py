"""`wardbook eval`: run suites, print what came out, write the run file; exit code 1 below a threshold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from corpus.errors import UserError

if TYPE_CHECKING:
    from evals.cases import Suite
    from evals.run import Run

WIDTH_IN_FILES = 160
"""Columns when the report doesn't go to a terminal, whose width rich would take as 80."""


@click.command("eval")
@click.argument("named", metavar="[SUITE]...", nargs=-1)
@click.option(
    "--split", type=click.Choice(["tune", "hold", "all"]), default="all", show_default=True, help="Cases to ask."
)
@click.option("--only", metavar="ID", multiple=True, help="Ask only this case; may be given again. No thresholds then.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Run file to write; default: a new one in HOME/runs.",
)
@click.option("--verbose", "-v", is_flag=True, help="Show what was answered in each failed case.")
@click.option("--check", "check_only", is_flag=True, help="Check the suites against their documents and ask nothing.")
@click.pass_obj
def command(
    settings: Any,
    named: tuple[str, ...],
    split: Literal["tune", "hold", "all"],
    only: tuple[str, ...],
    output: Path | None,
    verbose: bool,
    check_only: bool,
) -> None:
    """Run the cases of each SUITE (a name or a YAML file; all that come with Wardbook when none is given) and report.

    Exit code 1 when a figure is below a threshold of its suite, 2 when a suite or setting is to be mended.
    """
    from assistant.wiring import open_library
    from evals.cases import load
    from evals.find import documents_of, suite_paths

    paths = suite_paths(named)
    suites = {path: load(path) for path in paths}
    documents = documents_of(list(suites.values()), open_library(settings))
    _check(suites, documents, doubting=check_only)
    if check_only:
        return
    chosen = _choose(list(suites.values()), only)
    runs, made_with = _run(settings, chosen, split, only, documents)
    _report(runs, verbose)
    _write(runs, output, settings.home / "runs", made_with)
    if not all(run.met for run in runs):
        sys.exit(1)


def _check(suites: dict[Path, Suite], documents: dict[str, Any], *, doubting: bool) -> None:
    from evals.check import doubts, faults, tally

    found = [fault for path, suite in suites.items() for fault in faults(path, suite, documents[suite.document])]
    if found:
        raise UserError(
            "\n".join(map(str, found)),
            f"copy it as the document has it: {', '.join(sorted({str(fault.path) for fault in found}))}",
        )
    if doubting:
        for path, suite in suites.items():
            for doubt in doubts(path, suite, documents[suite.document]):
                click.echo(f"note: {doubt}")
        click.echo(tally(list(suites.values())))


def _choose(suites: Sequence[Suite], only: Sequence[str]) -> list[tuple[Suite, tuple[str, ...]]]:
    """Return the suites to run, each with its share of the case ids; all of them when no id is given."""
    held = [(suite, tuple(name for name in only if any(case.id == name for case in suite.cases))) for suite in suites]
    unknown = sorted(set(only) - {name for _, names in held for name in names})
    if unknown:
        raise UserError(
            f"no suite here has a case {', '.join(map(repr, unknown))}", "look the id up in the suite's file"
        )
    return [(suite, names) for suite, names in held if names or not only]


def _run(
    settings: Any,
    chosen: Sequence[tuple[Suite, tuple[str, ...]]],
    split: Literal["tune", "hold", "all"],
    only: Sequence[str],
    documents: dict[str, Any],
) -> tuple[list[Run], dict[str, str]]:
    from rich.console import Console

    from assistant import wiring
    from assistant.terminal import index_progress
    from evals.find import home_with
    from evals.progress import eval_progress
    from evals.run import run_suite

    needed = {suite.document: documents[suite.document] for suite, _ in chosen}
    with ExitStack() as stack:
        aside = stack.enter_context(home_with(needed, settings))
        with index_progress() as progress:
            if aside is not settings:
                click.echo("Building an index aside, for documents that are not in the library.", err=True)
            assistant = wiring.open_assistant(aside, progress, _say if aside is settings else None)
        stack.callback(assistant.index.close)
        assistant.warm()
        made_with = {"wardbook": version("wardbook"), "encoder": assistant.index.manifest.encoder_name}
        bar = stack.enter_context(eval_progress(Console(stderr=True)))
        return [
            run_suite(suite, assistant, split=split, only=ids, progress=bar(suite.suite)) for suite, ids in chosen
        ], made_with


def _say(line: str) -> None:
    click.echo(line, err=True)


def _report(runs: Sequence[Run], verbose: bool) -> None:
    from rich.console import Console

    from evals.report import print_run, print_verdict, suites_table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=WIDTH_IN_FILES)
    for run in runs:
        print_run(run, console, verbose=verbose)
    if len(runs) > 1:
        console.print()
        console.print(suites_table(runs))
        for run in runs:
            print_verdict(run, console)


def _write(runs: Sequence[Run], output: Path | None, folder: Path, made_with: dict[str, str]) -> None:
    from evals.runs import new_path, write

    path = output or new_path(folder)
    try:
        write(runs, path, made_with)
    except OSError as error:
        raise UserError(
            f"run file {path} cannot be written: {error.strerror or error}", "name another one with --output"
        ) from None
    click.echo(f"Run file: {path}", err=True)

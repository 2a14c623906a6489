"""`wardbook eval`: run suites, print what came out, write the run file and its report; check suites; report again.

Exit codes: 0 all well, 1 below a threshold, 3 a case broken against an earlier run, 2 something for a person to mend.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from corpus.errors import UserError
from evals.gate.command import gate_command

if TYPE_CHECKING:
    from corpus.types import Document
    from evals.cases import Suite
    from evals.kept import RunFile
    from evals.run import Run

BELOW, BROKEN = 1, 3
"""Exit codes."""
_FILE = click.Path(path_type=Path, dir_okay=False)


class _RunByDefault(click.Group):
    """A group whose command `run` may be left out: `wardbook eval gallstones` runs a suite."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `run` before arguments that begin with none of the commands."""
        if not args or (args[0] not in self.commands and args[0] not in self.get_help_option_names(ctx)):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group("eval", cls=_RunByDefault)
def command() -> None:
    """Run the evaluation (`run` may be left out), check suites, report on a run again, or measure the gate."""


command.add_command(gate_command)


@command.command("run")
@click.argument("named", metavar="[SUITE]...", nargs=-1)
@click.option(
    "--split", type=click.Choice(["tune", "hold", "all"]), default="all", show_default=True, help="Cases to ask."
)
@click.option("--only", metavar="ID", multiple=True, help="Ask only this case; may be given again. No thresholds then.")
@click.option(
    "--failed", is_flag=True, help="Ask only the cases that failed in the run of --against, else in the last one."
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Questions asked at a time; each takes longer.",
)
@click.option(
    "--document", type=_FILE, metavar="FILE", help="Ask this file in place of the document that the suite names."
)
@click.option("--against", type=_FILE, metavar="RUN", help="Run file to compare with; exit code 3 when a case broke.")
@click.option("--output", type=_FILE, help="Run file to write; default: a new one in HOME/runs.")
@click.option("--html", type=_FILE, help="HTML report to write; default: beside the run file.")
@click.option("--markdown", type=_FILE, help="Markdown report to write, for a pull request.")
@click.option("--junit", type=_FILE, help="JUnit XML report to write, for a build server.")
@click.option("--verbose", "-v", is_flag=True, help="Show what was answered in each failed case.")
@click.pass_obj
def run_command(
    settings: Any,
    named: tuple[str, ...],
    split: Literal["tune", "hold", "all"],
    only: tuple[str, ...],
    failed: bool,
    jobs: int,
    document: Path | None,
    against: Path | None,
    output: Path | None,
    html: Path | None,
    markdown: Path | None,
    junit: Path | None,
    verbose: bool,
) -> None:
    """Run the cases of each SUITE (a name or a YAML file; all that come with Wardbook when none is given) and report.

    Exit code 1 when a figure is below a threshold of its suite, 3 when a case that passed in the run of --against
    fails, 2 when a suite or setting is to be mended.
    """
    from evals.asking import run_suites
    from evals.cases import load
    from evals.find import suite_paths
    from evals.kept import keep
    from evals.kept import load as load_run
    from evals.outputs import print_changes, written

    earlier = load_run(against) if against is not None else None
    suites = {path: load(path) for path in suite_paths(named, settings.suites_folder)}
    documents = _documents(list(suites.values()), settings, document)
    # A document other than the one that the cases were written for may lack what they name: they fail and say so.
    lenient = document is not None or earlier is not None
    if not lenient:
        _check(suites, documents)
    chosen = _of_split(_choose(list(suites.values()), only), split)
    if failed:
        chosen = _failed(chosen, earlier, settings, split)
        if not chosen:
            click.echo("Nothing of this failed in the last run.")
            return
    runs, made_with = run_suites(settings, chosen, documents, split=split, jobs=jobs, lenient=lenient)
    _print(runs, verbose)
    path = _write(runs, output, settings.home / "runs", made_with)
    kept = keep(runs, made_with)
    comparison = print_changes(earlier, kept, against) if earlier is not None and against is not None else None
    written(kept, comparison, against, html or path.with_suffix(".html"), markdown, junit)
    if comparison is not None and comparison.regressed:
        sys.exit(BROKEN)
    if not all(run.met for run in runs):
        sys.exit(BELOW)


@command.command("check")
@click.argument("named", metavar="[SUITE]...", nargs=-1)
@click.pass_obj
def check_command(settings: Any, named: tuple[str, ...]) -> None:
    """Check each SUITE against its document and ask nothing; every fault is told with its file, line and case."""
    from evals.cases import load
    from evals.check import doubts, tally
    from evals.find import suite_paths

    suites: dict[Path, Suite] = {}
    broken: list[UserError] = []
    for path in suite_paths(named, settings.suites_folder):
        try:
            suites[path] = load(path)
        except UserError as error:
            broken.append(error)
    if broken:
        raise UserError("\n".join(error.message for error in broken), broken[0].hint)
    documents = _documents(list(suites.values()), settings, None)
    _check(suites, documents)
    for path, suite in suites.items():
        for doubt in doubts(path, suite, documents[suite.document]):
            click.echo(f"note: {doubt}")
    click.echo(tally(list(suites.values())))


@command.command("report")
@click.argument("run", type=_FILE, required=False)
@click.option("--against", type=_FILE, metavar="RUN", help="Run file to compare with; exit code 3 when a case broke.")
@click.option("--html", type=_FILE, help="HTML report to write; default: beside the run file.")
@click.option("--markdown", type=_FILE, help="Markdown report to write, for a pull request.")
@click.option("--junit", type=_FILE, help="JUnit XML report to write, for a build server.")
@click.pass_obj
def report_command(
    settings: Any, run: Path | None, against: Path | None, html: Path | None, markdown: Path | None, junit: Path | None
) -> None:
    """Report on a RUN file again (the last one when none is given), or compare two of them; nothing is asked."""
    from evals.kept import load, newest
    from evals.outputs import print_changes, written

    path = run or newest(settings.home / "runs")
    if path is None:
        raise UserError(f"there is no run in {settings.home / 'runs'}", "wardbook eval")
    kept = load(path)
    comparison = print_changes(load(against), kept, against) if against is not None else None
    written(kept, comparison, against, html or path.with_suffix(".html"), markdown, junit)
    if comparison is not None and comparison.regressed:
        sys.exit(BROKEN)


def _documents(suites: Sequence[Suite], settings: Any, file: Path | None) -> dict[str, Document]:
    """Return the suites' documents by id; with `file` that one in the place of theirs."""
    from dataclasses import replace

    from assistant.wiring import open_library
    from corpus.readers import read
    from evals.find import documents_of

    if file is None:
        return documents_of(suites, open_library(settings))
    names = sorted({suite.document for suite in suites})
    if len(names) > 1:
        raise UserError(
            f"--document {file} stands for one document, and these suites ask {len(names)}: {', '.join(names)}",
            "name the suites of one document",
        )
    return {names[0]: replace(read(file), id=names[0])}


def _check(suites: dict[Path, Suite], documents: dict[str, Document]) -> None:
    from evals.check import faults

    found = [fault for path, suite in suites.items() for fault in faults(path, suite, documents[suite.document])]
    if found:
        raise UserError(
            "\n".join(map(str, found)),
            f"copy it as the document has it: {', '.join(sorted({str(fault.path) for fault in found}))}",
        )


def _failed(
    chosen: Sequence[tuple[Suite, tuple[str, ...]]], earlier: RunFile | None, settings: Any, split: str
) -> list[tuple[Suite, tuple[str, ...]]]:
    """Return what is left of the choice: the cases that failed in the run compared with, else in the last one."""
    from evals.kept import load, newest

    if earlier is None:
        path = newest(settings.home / "runs")
        if path is None:
            raise UserError(f"there is no run in {settings.home / 'runs'} whose failed cases to ask", "wardbook eval")
        earlier = load(path)
    failed = {(run.suite, case.case.id) for run in earlier.runs for case in run.failed}
    left = []
    for suite, only in chosen:
        cases = [case for case in suite.cases if split in ("all", case.split) and (not only or case.id in only)]
        ids = tuple(case.id for case in cases if (suite.suite, case.id) in failed)
        left += [(suite, ids)] if ids else []
    return left


def _of_split(chosen: Sequence[tuple[Suite, tuple[str, ...]]], split: str) -> list[tuple[Suite, tuple[str, ...]]]:
    """Return the suites that have cases in a split; the others are named and passed over, unless none has any."""
    held = [(one, split == "all" or any(case.split == split for case in one[0].cases)) for one in chosen]
    if not any(has for _, has in held):
        return list(chosen)
    if without := [one[0].suite for one, has in held if not has]:
        click.echo(f"Without cases in the split {split!r}, passed over: {', '.join(without)}.")
    return [one for one, has in held if has]


def _choose(suites: Sequence[Suite], only: Sequence[str]) -> list[tuple[Suite, tuple[str, ...]]]:
    """Return the suites to run, each with its share of the case ids; all of them when no id is given."""
    held = [(suite, tuple(name for name in only if any(case.id == name for case in suite.cases))) for suite in suites]
    unknown = sorted(set(only) - {name for _, names in held for name in names})
    if unknown:
        raise UserError(
            f"no suite here has a case {', '.join(map(repr, unknown))}", "look the id up in the suite's file"
        )
    return [(suite, names) for suite, names in held if names or not only]


def _print(runs: Sequence[Run], verbose: bool) -> None:
    from evals.outputs import console
    from evals.report import print_run, print_verdict, suites_table

    for run in runs:
        print_run(run, console(), verbose=verbose)
    if len(runs) > 1:
        console().print()
        console().print(suites_table(runs))
        for run in runs:
            print_verdict(run, console())


def _write(runs: Sequence[Run], output: Path | None, folder: Path, made_with: dict[str, str]) -> Path:
    from evals.runs import new_path, write

    path = output or new_path(folder)
    try:
        write(runs, path, made_with)
    except OSError as error:
        raise UserError(
            f"run file {path} cannot be written: {error.strerror or error}", "name another one with --output"
        ) from None
    click.echo(f"Run file: {path}", err=True)
    return path

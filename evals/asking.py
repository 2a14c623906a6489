"""Ask suites of the assistant: over the user's own home, or a temporary one where it lacks a document."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import click

if TYPE_CHECKING:
    from corpus.types import Document
    from evals.cases import Suite
    from evals.run import Run


def run_suites(
    settings: Any,
    chosen: Sequence[tuple[Suite, tuple[str, ...]]],
    documents: dict[str, Document],
    *,
    split: Literal["tune", "hold", "all"] = "all",
    jobs: int = 1,
    lenient: bool = False,
) -> tuple[list[Run], dict[str, str]]:
    """Run suites, each with the ids of the cases to ask (none: all), on documents; return also what answered."""
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
            run_suite(suite, assistant, split=split, only=ids, progress=bar(suite.suite), jobs=jobs, lenient=lenient)
            for suite, ids in chosen
        ], made_with


def _say(line: str) -> None:
    click.echo(line, err=True)

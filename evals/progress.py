"""The progress bar of an evaluation, with the running score."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

    from evals.run import Progress


@contextmanager
def eval_progress(console: Console) -> Iterator[Callable[[str], Progress]]:
    """Yield a maker of progress callbacks, one bar a suite; the bars leave no trace."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("passed {task.fields[passed]} ({task.fields[share]:.0%})"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:

        def start(name: str) -> Callable[[int, int, int], None]:
            task = bars.add_task(name, total=None, passed=0, share=0.0)

            def report(done: int, total: int, passed: int) -> None:
                bars.update(task, completed=done, total=total, passed=passed, share=passed / done)

            return report

        yield start

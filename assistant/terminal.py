"""How things look in a terminal: answers, signs and the progress of a build. Progress goes to stderr."""

from __future__ import annotations

import shlex
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assistant.notices import part_emergency

if TYPE_CHECKING:
    from assistant.types import Answer
    from corpus.types import Document, Section

console = Console(highlight=False, soft_wrap=True)


def say(sentence: str) -> None:
    """Tell a person what goes on; on stderr, so that what a command prints can be piped."""
    click.echo(sentence, err=True)


STATUS_SIGNS = {"present": "+", "withheld": "x", "empty": "-"}
OUTCOME_WORDS = {
    "answered": "Answered from the document",
    "withheld": "Withheld in this copy",
    "not_in_document": "Not in this document",
    "out_of_scope": "Not about this document",
}


@contextmanager
def index_progress() -> Iterator[Callable[[int, int], None]]:
    """Yield a callback for (done, total) passages; the bar appears with the first call and leaves no trace."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("indexing"), BarColumn(), MofNCompleteColumn(), TextColumn("passages"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("indexing", total=None)

    def show(done: int, total: int) -> None:
        bar.start()
        bar.update(task, completed=done, total=total)

    try:
        yield show
    finally:
        bar.stop()


def pages_text(document: Document, section: Section) -> str:
    """Return the pages of a section's body, "p. 3" or "pp. 3-4"; "" where the file has none."""
    first, last = document.page_at(section.start), document.page_at(max(section.start, section.end - 1))
    if first is None:
        return ""
    return f"p. {first}" if last in (None, first) else f"pp. {first}-{last}"


def _outcome_words(answer: Answer) -> str:
    if answer.candidates:
        return "Unclear which document is meant"
    return OUTCOME_WORDS[answer.outcome] if answer.document else "Not about any document here"


def print_answer(answer: Answer) -> None:
    """Print an emergency line, statements with numbered citations, what else is noticed, then the quotes' places."""
    emergency, notice = part_emergency(answer.notice)
    if emergency:
        click.echo(f"{emergency}\n")
    if answer.interpreted_as:
        click.echo(f"Read as: {answer.interpreted_as}")
    click.echo(f"{_outcome_words(answer)}.\n")
    places: list[str] = []
    for statement in answer.statements:
        marks = ""
        for citation in statement.citations:
            page = f", p. {citation.page}" if citation.page is not None else ""
            places.append(f"{citation.section}{page}, characters {citation.start}-{citation.end}")
            marks += f"[{len(places)}]"
        click.echo(textwrap.fill(f"{statement.text} {marks}", width=100))
    if notice:
        click.echo(("\n" if answer.statements else "") + textwrap.fill(notice, width=100))
    if answer.candidates:
        click.echo()
    for candidate in answer.candidates:
        command = shlex.join(["wardbook", "ask", answer.question, "--document", candidate.id])
        click.echo(f"{candidate.title}\n  {command}")
    if places and answer.document:
        click.echo(f"\n{answer.document.title}")
        for number, place in enumerate(places, start=1):
            click.echo(f"  [{number}] {place}")

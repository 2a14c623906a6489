"""`wardbook documents add`: each file is read whole and kept, or named at the end; what was understood is printed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from assistant.terminal import STATUS_SIGNS, console, index_progress, pages_text, say
from corpus.errors import UserError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpus.library import Kept, Library
    from corpus.types import Document

Reading = Callable[[int, int], None]


@click.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--no-wait", is_flag=True, help="Leave when another command is changing the index.")
@click.pass_obj
def add_documents(settings: Settings, files: tuple[Path, ...], no_wait: bool) -> None:
    """Read each FILE, folder or pattern, say what was understood, and index it.

    A file is added whole or not at all. Exit code 2 when one was refused; the others are in.
    """
    from assistant.wiring import build_index, open_library
    from corpus.files import files_of

    library = open_library(settings)
    found = files_of(files)
    added, refused = _add(library, found.files)
    if added:
        with index_progress() as progress:
            build_index(settings, progress, wait=not no_wait, say=say)
        console.print(f"{added} document(s) added and indexed.")
    if found.left_out:
        names = ", ".join(path.name for path in found.left_out[:5]) + (", ..." if len(found.left_out) > 5 else "")
        click.echo(f"{len(found.left_out)} file(s) of other kinds were passed over: {names}", err=True)
    for path, refusal in refused:
        click.echo(f"error: {path} was not added: {refusal.message}", err=True)
        if refusal.hint:
            click.echo(f"  try: {refusal.hint}", err=True)
    if refused:
        raise click.exceptions.Exit(2)


def _add(library: Library, files: Sequence[Path]) -> tuple[int, list[tuple[Path, UserError]]]:
    """Read and keep the files; return how many are in, and the others with the reason."""
    from corpus.readers import understand

    names: dict[str, Path] = {}
    refused: list[tuple[Path, UserError]] = []
    with _reading(len(files)) as tell:
        for number, path in enumerate(files):
            try:
                if path.name in names:
                    raise UserError(
                        f"{names[path.name]} has the same name, by which documents are told apart",
                        f"Rename {path} and add it again.",
                    )
                understood = understand(path, tell(number, path))
                kept = library.keep(understood.document)
            except UserError as error:
                refused.append((path, error))
                continue
            names[path.name] = path
            _print_understood(kept, understood.warnings)
    return len(names), refused


@contextmanager
def _reading(total: int) -> Iterator[Callable[[int, Path], Reading]]:
    """Yield what tells of the file that is read and of its pages; the bar shows on a terminal and leaves no trace."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), TextColumn("files; {task.fields[what]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=total, what="")

        def tell(number: int, path: Path) -> Reading:
            bar.update(task, completed=number, what=path.name)
            return lambda page, pages: bar.update(task, what=f"{path.name}, page {page} of {pages}")

        yield tell


def _print_understood(kept: Kept, warnings: Sequence[str]) -> None:
    from corpus.passages import split

    document = kept.document
    passages = split(document)
    click.echo(f"{document.id}: {document.title} ({len(passages)} passages{_pages(document)})")
    for section in document.sections:
        count = sum(passage.section_id == section.id for passage in passages)
        known = "" if section.topic != "other" else ", a heading the vocabulary does not know"
        said = f"{count} passages" if section.status == "present" else section.status
        where = pages_text(document, section)
        click.echo(f"  {STATUS_SIGNS[section.status]} {section.heading}: {said}{f', {where}' if where else ''}{known}")
    for warning in (*kept.notes, *warnings):
        click.echo(f"  ! {warning}")


def _pages(document: Document) -> str:
    last = max((begin.page or 0 for begin in document.pages), default=0)
    return f", {last} page(s)" if last else ""

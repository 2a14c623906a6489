"""`wardbook documents update`: what a new version of a document does to its answers, told before it is served.

The new version is indexed aside, in a copy of the user's home, and the suites about the document are asked of both.
Only when the drift has been seen and accepted is the new version put into the library.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from corpus.errors import UserError

if TYPE_CHECKING:
    from corpus.types import Document
    from evals.cases import Suite
    from evals.comparison import Comparison

BROKEN = 3
"""Exit code when a case broke and the new version is not served."""


@click.command("update")
@click.argument("document_id", metavar="ID")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--suite", "named", metavar="SUITE", multiple=True, help="Suite to ask; default: every one about ID.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Questions asked at a time.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="HTML report of the drift to write.")
@click.option("--yes", is_flag=True, help="Serve the new version without being asked.")
@click.pass_obj
def command(
    settings: Any, document_id: str, file: Path, named: tuple[str, ...], jobs: int, html: Path | None, yes: bool
) -> None:
    """Show what FILE, a new version of the document ID, changes in its answers; then serve it, if you say so.

    Exit code 3 when a case that passed fails with the new version and it is not served.
    """
    from assistant.wiring import build_index, open_library
    from corpus.readers import read

    library = open_library(settings)
    before = library.get(document_id)
    after = replace(read(file), id=document_id)
    if replace(after, source=before.source) == before:
        click.echo(f"{document_id}: {file} holds the version that is served. Nothing to do.")
        return
    suites = suites_about(document_id, settings, named)
    comparison = drift(settings, before, after, suites, jobs=jobs, html=html) if suites else None
    if comparison is None:
        _print_sections(before, after)
        click.echo(f"No suite asks about {document_id}: what this does to its answers is not known.")
    if not yes and not _accepted():
        click.echo("Not served: the library and the index are as they were.")
        sys.exit(BROKEN if comparison is not None and comparison.regressed else 0)
    library.put(after)
    build_index(settings, say=lambda line: click.echo(line, err=True))
    click.echo(f"{document_id} is now {after.version[:14]}. A running server answers from it within seconds.")


def suites_about(document_id: str, settings: Any, named: Sequence[str] = ()) -> list[Suite]:
    """Return the named suites, or every suite about a document: the reviewers' own first, then those shipped.

    Raises:
        UserError: a named suite asks about another document.
    """
    from evals.cases import load
    from evals.find import suite_paths

    own = sorted(settings.suites_folder.glob("*.yaml"))
    paths = suite_paths(named, settings.suites_folder) if named else tuple(dict.fromkeys((*own, *suite_paths(()))))
    suites = [load(path) for path in paths]
    for suite in suites:
        if named and suite.document != document_id:
            raise UserError(
                f"suite {suite.suite!r} asks about {suite.document!r}, not {document_id!r}", "leave --suite out"
            )
    return [suite for suite in suites if suite.document == document_id]


def drift(
    settings: Any, before: Document, after: Document, suites: Sequence[Suite], *, jobs: int, html: Path | None
) -> Comparison:
    """Ask the suites of both versions and print what changed; the user's home is left as it is."""
    from evals.asking import run_suites
    from evals.comparison import compare
    from evals.kept import keep
    from evals.outputs import console, print_comparison, written

    chosen = [(suite, ()) for suite in suites]
    document_id = before.id
    old = keep(*run_suites(settings, chosen, {document_id: before}, jobs=jobs, lenient=True))
    with _home_with(after, settings) as aside:
        new = keep(*run_suites(aside, chosen, {document_id: after}, jobs=jobs, lenient=True))
    comparison = compare(old, new)
    print_comparison(comparison, console(), f"the version served, {before.version[:14]}")
    if html is not None:
        written(new, comparison, Path(before.version[:14]), html, None, None)
    return comparison


@contextmanager
def _home_with(document: Document, settings: Any) -> Iterator[Any]:
    """Yield a copy of the user's home in which a document has its new version and its changed passages are indexed."""
    from assistant.wiring import build_index, open_library

    with tempfile.TemporaryDirectory(prefix="wardbook-update-", ignore_cleanup_errors=True) as folder:
        aside = settings.model_copy(update={"home": Path(folder), "chroma_url": None})
        for name in ("documents", "index", "words"):
            if (settings.home / name).is_dir():
                shutil.copytree(
                    settings.home / name, aside.home / name, ignore=shutil.ignore_patterns("open", "*lock*")
                )
        open_library(aside).put(document)
        encoded: list[int] = []
        build_index(aside, lambda done, total: encoded.append(total - done))
        click.echo(f"Indexed aside; passages encoded: {encoded[0] if encoded else 0}.", err=True)
        yield aside


def _accepted() -> bool:
    try:
        return click.confirm("Serve the new version?", default=False)
    except click.Abort:
        # Nobody is there to say yes: a script says --yes.
        click.echo()
        return False


def _print_sections(before: Document, after: Document) -> None:
    from evals.document_diff import diff
    from evals.outputs import console, print_section

    for section in diff(before, after):
        print_section(section, console())

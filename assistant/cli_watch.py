"""`wardbook watch FOLDER`: a folder and the index are kept together. The only file that names watchfiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.terminal import index_progress, say

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpus.watched import Change

QUIET_MS = 1_600
"""Files are read when nothing has happened to the folder for so long: a copy that is under way is waited for."""
LOOK_AGAIN_MS = 60_000
"""A folder on another machine may tell of no change, so it is looked at now and then all the same."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--once", is_flag=True, help="Bring the index up to the folder and end.")
@click.option("--no-wait", is_flag=True, help="Leave when another command is changing the index.")
@click.pass_obj
def watch(settings: Settings, folder: Path, once: bool, no_wait: bool) -> None:
    """Keep the documents and the index together with the files in FOLDER, until interrupted."""
    from assistant.wiring import build_index, open_library
    from corpus.watched import Watched
    from index.sentence_transformers_encoder import load

    encoder = load(settings.encoder)
    watched = Watched(folder, open_library(settings), settings.home / "watched")
    first = True
    for _ in [None] if once else _looks(folder):
        changes = []
        for change in watched.look():
            changes.append(change)
            _tell(change)
        if first or any(change.what != "refused" for change in changes):
            with index_progress() as progress:
                manifest = build_index(settings, progress, wait=not no_wait, say=say, encoder=encoder)
            click.echo(f"Index: {len(manifest.documents)} document(s), {manifest.passages} passages.")
        if first and not once:
            click.echo(f"Watching {folder} (Ctrl-C stops it)")
        first = False


def _looks(folder: Path) -> Iterator[None]:
    """Yield at once, and then whenever something has happened in the folder and it is quiet again."""
    from watchfiles import watch as changes_in

    # Begun before the first look, so that nothing that happens during it is missed.
    happened = changes_in(folder, debounce=QUIET_MS, rust_timeout=LOOK_AGAIN_MS, yield_on_timeout=True)
    yield None
    for _ in happened:
        yield None


def _tell(change: Change) -> None:
    where = f" as {change.document_id}" if change.document_id else ""
    why = f": {change.why}" if change.why else ""
    click.echo(f"{change.path}: {change.what}{where}{why}", err=change.what == "refused")

"""An index is a generation: built aside, verified, sealed; then the pointer file is renamed over.

    folder/current                 name of the generation that serves
    folder/generations/NAME.json   what a generation consists of: its segments, less what was removed from them
    folder/segments/NAME/          a segment, sealed, never opened again (see `index/copies.py`)
    folder/segments/.tmp-NAME/     one being built; the next build removes what a killed one left
    folder/lock, folder/lock.json  held by a builder, and who that is

A change writes one segment with the documents that are new or other than before, and a generation that names it beside
the segments that stay. So it costs what those documents cost, and touches nothing that serves: it can be killed at any
moment. The generation before the current one is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import UserError
from corpus.library import Entry, entry_of
from corpus.types import Document
from index.disk import replace, sync_folder, writing
from index.encoder import Encoder
from index.lock import Say, held
from index.manifest import Damaged, Manifest, Part, Recipe, current_recipe
from index.merging import Size, to_rewrite
from index.reading import Survey, current, generation_names, look, read_generation, segment_names, survey
from index.segments import ASIDE, remove
from index.stores import Embedded, Stores
from index.writing_segments import Making, make_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Manifest", "build", "current", "ensure", "exists", "restore", "update"]

Progress = Callable[[int, int], None]
WAIT_SECONDS = 600
"""How long a second builder waits for the first."""


def exists(folder: Path) -> bool:
    """Tell whether there is an index to open, whatever it was made of."""
    return (folder / "current").is_file()


def build(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    recipe: Recipe | None = None,
    wait_seconds: float = 0,
) -> Manifest:
    """Build a new generation over these documents from nothing and let it serve; arguments and errors as `update`."""
    entries, load = _loaded(documents)
    return update(folder, entries, load, encoder, progress, recipe=recipe, wait_seconds=wait_seconds, anew=True)


def ensure(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    recipe: Recipe | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Manifest:
    """Bring the index up to these documents, as `update` does."""
    entries, load = _loaded(documents)
    return update(folder, entries, load, encoder, progress, recipe=recipe, wait_seconds=wait_seconds)


def update(
    folder: Path,
    entries: Sequence[Entry],
    load: Callable[[str], Document],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    recipe: Recipe | None = None,
    wait_seconds: float = WAIT_SECONDS,
    say: Say | None = None,
    anew: bool = False,
    thorough: bool = False,
    stores: Stores | None = None,
) -> Manifest:
    """Return the manifest of a generation of exactly these documents, which serves; make one if need be.

    Only passages that no whole segment has are encoded; what is damaged, or was made by another encoder, vocabulary or
    reader, is made again. Two processes at first use: the second waits for the first and then finds nothing to do.

    Args:
        folder: where the index lives; made if missing.
        entries: the documents wanted; none makes an index that finds nothing.
        load: reads one of them by its id; asked only for those that are to be indexed.
        encoder: makes the vectors.
        progress: told (done, total) passages of what is new, from (0, total) to (total, total).
        recipe: how passages are made; this installation's when None.
        wait_seconds: how long to wait for another builder before giving up.
        say: told in a sentence whom we wait for, who was killed, and what is damaged.
        anew: take nothing from the index that there is.
        thorough: open every segment, to find damage that its files' sizes don't show.
        stores: where the vectors go; embedded when None.

    Raises:
        UserError: another process is building, or the disk does not take the files.
    """
    recipe, stores = recipe or current_recipe(), stores or Embedded()
    with _changing(folder, "building the index", wait_seconds, say):
        if len({entry.id for entry in entries}) < len(entries):
            raise ValueError("two documents have one id")
        found = survey(folder, encoder, recipe, stores, thorough=thorough)
        if say is not None:
            for sentence in found.damage:
                say(f"{sentence[:1].upper()}{sentence[1:]}; it is made again.")
        if not anew and found.serving is not None and found.serving.holds(entries):
            if thorough:
                stores.publish(folder, found.serving.name, thorough=True)
            _clean(folder, found.serving.name, None)
            return found.serving
        making = Making(folder, encoder, recipe, progress, anew, stores)
        try:
            return _update(folder, entries, load, making, found)
        except Damaged:
            # A segment that was to be merged is not as it was written: now all of them are looked at.
            return _update(folder, entries, load, making, survey(folder, encoder, recipe, stores, thorough=True))


def restore(
    folder: Path,
    prepare: Callable[[Manifest], None] = lambda _manifest: None,
    wait_seconds: float = WAIT_SECONDS,
    stores: Stores | None = None,
) -> Manifest:
    """Let the generation before the current one serve again; the current one becomes the one before.

    Args:
        folder: where the index lives.
        prepare: called with the manifest of the generation that will serve, just before it does.
        wait_seconds: how long to wait for another builder before giving up.
        stores: where the vectors lie; embedded when None.

    Raises:
        UserError: there is none, it is damaged, or another process is building.
    """
    stores = stores or Embedded()
    with _changing(folder, "restoring the index", wait_seconds, None):
        before = current(folder)
        names = [name for name in generation_names(folder) if name != before]
        if not names:
            raise UserError(f"there is no generation before the current one in {folder}", "wardbook index")
        manifest = read_generation(folder, names[-1])
        for part in manifest.parts:
            look(folder, part.segment, True, stores)
        prepare(manifest)
        stores.publish(folder, manifest.name)
        _point(folder, manifest.name)
        _clean(folder, manifest.name, before)
        return manifest


@contextmanager
def _changing(folder: Path, what: str, wait_seconds: float, say: Say | None) -> Iterator[None]:
    with writing(folder):
        for name in ("generations", "segments"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        with held(folder, what, wait_seconds, say) as killed:
            if killed is not None and say is not None:
                say(f"A build was cut short: {killed}. Nothing of it was served; what it left is used or removed.")
            for left in (folder / "segments").glob(f"{ASIDE}*"):
                remove(left)
            yield


def _loaded(documents: Sequence[Document]) -> tuple[list[Entry], Callable[[str], Document]]:
    by_id = {document.id: document for document in documents}
    return [entry_of(document) for document in documents], by_id.__getitem__


def _update(
    folder: Path, entries: Sequence[Entry], load: Callable[[str], Document], making: Making, found: Survey
) -> Manifest:
    wanted = {entry.id: entry for entry in entries}
    parts = () if making.anew else tuple(_less(part, wanted) for part in found.parts)
    parts = tuple(part for part in parts if part.documents)
    there = {document.id for part in parts for document in part.documents}
    new = making.read(load(entry.id) for entry in entries if entry.id not in there)
    sizes = [Size(part.segment.passages, part.passages) for part in parts]
    rewritten = to_rewrite(sizes, sum(len(one.passages) for one in new)) if not making.anew else set()
    old = [part for number, part in enumerate(parts) if number in rewritten]
    made = make_segments(making, new, old)
    now = datetime.now(timezone.utc)
    manifest = Manifest(
        created=now.isoformat(timespec="microseconds"),
        encoder_name=making.encoder.name,
        encoder_fingerprint=making.encoder.fingerprint,
        dimension=making.encoder.dimension,
        vocabulary_fingerprint=making.recipe.vocabulary_fingerprint,
        reader_version=making.recipe.reader_version,
        parts=(*(part for number, part in enumerate(parts) if number not in rewritten), *made),
    )
    if sorted((one.id, one.digest) for one in manifest.documents) != sorted((one.id, one.digest) for one in entries):
        raise RuntimeError("the new generation does not hold the documents that were asked for")
    replace(folder / "generations" / f"{manifest.name}.json", manifest.to_json())
    # Read back as any reader will, before anybody does.
    read_generation(folder, manifest.name)
    before = current(folder)
    making.stores.publish(folder, manifest.name)
    _point(folder, manifest.name)
    _clean(folder, manifest.name, before)
    return manifest


def _less(part: Part, wanted: dict[str, Entry]) -> Part:
    """Return a part without the documents that are not wanted or are wanted otherwise."""
    gone = {one.id for one in part.documents if one.id not in wanted or wanted[one.id].digest != one.digest}
    return Part(part.segment, part.sha256, part.removed | gone)


def _point(folder: Path, name: str) -> None:
    """Let a generation serve: the one rename."""
    sync_folder(folder / "segments")
    sync_folder(folder / "generations")
    replace(folder / "current", name + "\n")
    sync_folder(folder)


def _clean(folder: Path, serving: str, before: str | None) -> None:
    """Remove generations other than these two, and segments that neither has.

    Nothing that is being served is touched: whoever serves has a copy of its own. Without `before`, the newest other
    generation that can still be read is kept.
    """
    names = generation_names(folder)
    if before is None or before == serving or before not in names:
        before = next((name for name in reversed(names) if name != serving), None)
    kept: set[str] = set()
    for name in names:
        try:
            if name in (serving, before):
                kept |= segment_names(folder, name)
                continue
        except Damaged:
            pass
        (folder / "generations" / f"{name}.json").unlink()
    for path in _others(folder, kept):
        # Under a name of its own first: whoever opens it just now finds it gone, not half there.
        gone = path.with_name(f"{ASIDE}gone-{path.name}")
        os.rename(path, gone)
        remove(gone)


def _others(folder: Path, kept: set[str]) -> Iterable[Path]:
    """Return what does not belong: segments of no kept generation, and what an earlier version or a kill left."""
    for path in (folder / "segments").iterdir():
        if path.name not in kept:
            yield path
    for path in (folder / "generations").iterdir():
        if path.is_dir() or path.name.startswith("."):
            yield path
    for path in folder.glob(".current*"):
        yield path

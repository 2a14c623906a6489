"""The index as commands and the server use it: opened if that can be, mended if need be, brought back, kept up with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.sharing import building, shared_index
from corpus.errors import UserError
from corpus.library import Library, shipped

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.settings import Settings
    from corpus.collection import Collection
    from index.encoder import Encoder
    from index.generations import Manifest
    from index.search import Index
    from index.shared import SharedIndex

Progress = Callable[[int, int], None]
Say = Callable[[str], None]
WAIT_SECONDS = 600
"""How long a command that changes the index waits for another one."""


def open_index(settings: Settings, encoder: Encoder, progress: Progress | None, say: Say) -> Index:
    """Open the index, up to date if that can be had; errors as for `wiring.open_assistant`."""
    from assistant.wiring import build_index
    from index.generations import exists
    from index.lock import left_behind
    from index.manifest import Damaged
    from index.search import Index

    folder = settings.index_folder
    shared = shared_index(settings)
    if shared is not None:
        return _open_shared(settings, shared, encoder, progress, say)
    library = Library(settings.documents_folder)
    index: Index | None = None
    why: str | None = None
    damaged = False
    if not exists(folder):
        why = f"No index in {folder} yet: building it once."
    else:
        try:
            index = Index.open(folder, encoder)
        except Damaged as error:
            why, damaged = f"{error.message[:1].upper()}{error.message[1:]}: mending it.", True
    if index is not None:
        try:
            if not index.manifest.holds(library.entries()):
                why = "The documents have changed: bringing the index up to them."
            elif left_behind(folder):
                why = ""
        except UserError as error:
            say(f"{error.message}. Answering from the index of {index.manifest.created[:19]}. Try: {error.hint}")
        if why is None:
            return index
    if why:
        say(why)
    try:
        # With something to answer from, nobody waits for another who is building.
        build_index(settings, progress, thorough=damaged, wait=index is None, say=say, encoder=encoder)
    except UserError as error:
        index = index or _before(settings, encoder)
        if index is None:
            raise
        say(f"That can't be done now: {error.message}. Answering from the index of {index.manifest.created[:19]}.")
        return index
    newer = Index.open(folder, encoder, shared=index)
    if index is not None:
        index.close()
    return newer


def renewed(settings: Settings, assistant: Assistant) -> Assistant | None:
    """Return an assistant over the generation that serves now; None when that is the one `assistant` has.

    It shares with `assistant` all that has not changed, which makes opening cost what the change costs.

    Raises:
        UserError: the new generation cannot be opened.
    """
    if assistant.index.stores.current(settings.index_folder) in (None, assistant.index.manifest.name):
        return None
    index = renewed_index(settings, assistant.index)
    newer = assistant.renewed(in_order(index.documents()), index)
    newer.warm()
    return newer


def renewed_index(settings: Settings, index: Index) -> Index:
    """Open the generation that serves now; what it has in common with `index` is shared with that."""
    from index.search import Index

    return Index.open(settings.index_folder, index.encoder, shared=index)


def in_order(documents: Collection) -> Collection:
    """Return documents in the order of the library: the shipped ones first, then by title."""
    first = {document.id: place for place, document in enumerate(shipped())}
    return documents.sorted(lambda one: (first.get(one.id, len(first)), one.title.casefold(), one.id))


def restore_index(settings: Settings, *, wait: bool = True) -> Manifest:
    """Let the generation before serve again, and put the library back to the documents that it holds."""
    from index.generations import restore
    from index.segments import documents_of

    def put_back(manifest: Manifest) -> None:
        # The library first: killed in between, the next command brings the index up to it, which is the same.
        Library(settings.documents_folder).match(documents_of(settings.index_folder, manifest))

    wait_seconds = WAIT_SECONDS if wait else 0
    with building(settings, "restoring the index", wait_seconds, None) as change:
        change.bring_before()
        return change.done(restore(settings.index_folder, put_back, wait_seconds, change.stores))


def _open_shared(
    settings: Settings, shared: SharedIndex, encoder: Encoder, progress: Progress | None, say: Say
) -> Index:
    """Open the index on a Chroma server as it is; where there is none, or it is damaged, make it."""
    from assistant.wiring import build_index
    from index.manifest import Damaged
    from index.search import Index

    folder = settings.index_folder
    pointer = shared.look()
    damaged = False
    if pointer is None:
        say(f"No index on the Chroma server at {shared.server.url} yet: building it once.")
    else:
        try:
            return Index.open(folder, encoder, stores=shared)
        except Damaged:
            shared.mirror(folder, pointer)
        try:
            return Index.open(folder, encoder, stores=shared)
        except Damaged as error:
            say(f"{error.message[:1].upper()}{error.message[1:]}: mending it.")
            damaged = True
    build_index(settings, progress, thorough=damaged, say=say, encoder=encoder)
    return Index.open(folder, encoder, stores=shared)


def _before(settings: Settings, encoder: Encoder) -> Index | None:
    """Open the newest other generation that is whole; None when there is none."""
    from index.reading import current, generation_names
    from index.search import Index

    for name in reversed(generation_names(settings.index_folder)):
        if name == current(settings.index_folder):
            continue
        try:
            return Index.open_generation(settings.index_folder, name, encoder)
        except (UserError, OSError):
            continue
    return None

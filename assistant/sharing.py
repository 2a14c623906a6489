"""An index that several machines share, and the documents of this one.

What the documents are is what the index on the Chroma server says. The documents in HOME follow it, and what a command
changes here is taken there: as with two branches of a file, the state in which both last agreed tells what was changed
on which side. A document that was changed here since then goes to the server; any other follows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from corpus.library import Library, shipped_entries

if TYPE_CHECKING:
    from assistant.settings import Settings
    from index.generations import Manifest
    from index.lock import Say
    from index.shared import SharedIndex
    from index.stores import Stores

Digests = Mapping[str, str]
"""Of documents, by id."""


def shared_index(settings: Settings) -> SharedIndex | None:
    """Return the index on a Chroma server; None when none is set.

    Raises:
        UserError: the address can't be one.
    """
    if settings.chroma_url is None:
        return None
    from index.chroma_server import Server
    from index.shared import SharedIndex

    token = settings.chroma_token.get_secret_value() if settings.chroma_token else None
    return SharedIndex(Server(settings.chroma_url, token))


def follow(settings: Settings, shared: SharedIndex) -> None:
    """Let the documents here follow the index on the server, unless they were changed here.

    Where the server has no index, they follow what was last seen of it: its documents are what it is built from again.

    Raises:
        UserError: the server can't be reached, or the disk takes nothing.
    """
    from index.reading import read_generation
    from index.segments import documents_of
    from index.stores import current

    pointer = shared.look()
    folder = settings.index_folder
    if pointer is not None:
        shared.current(folder)
    name = current(folder)
    if name is None:
        return
    library = Library(settings.documents_folder)
    manifest = read_generation(folder, name)
    there = {one.id: one.digest for one in manifest.documents}
    here = {one.id: one.digest for one in library.entries()}
    agreed = _agreed(settings, pointer.id if pointer else None, here)
    newer = {one for one in there if here.get(one) != there[one] and here.get(one) == agreed.get(one)}
    gone = {one for one in agreed if one not in there and here.get(one) == agreed[one]}
    if newer or gone:
        library.follow(documents_of(folder, manifest, newer) if newer else (), gone)
    if pointer is not None and agreed != there:
        _agree(settings, pointer.id, there)


class Building:
    """A change of the index that is under way."""

    def __init__(self, settings: Settings, stores: Stores, shared: SharedIndex | None) -> None:
        self.stores = stores
        self.empty = shared is not None and shared.look() is None
        """Whether there is a server that has no index."""
        self._settings = settings
        self._shared = shared

    def bring_before(self) -> None:
        """Have what it takes to go back to the generation before."""
        pointer = self._shared.look() if self._shared else None
        if self._shared is not None and pointer is not None:
            self._shared.mirror(self._settings.index_folder, pointer, pointer.before)

    def done(self, manifest: Manifest) -> Manifest:
        """Note that the documents here are those of this generation."""
        pointer = self._shared.look() if self._shared else None
        if pointer is not None:
            _agree(self._settings, pointer.id, {one.id: one.digest for one in manifest.documents})
        return manifest


@contextmanager
def building(settings: Settings, what: str, wait_seconds: float, say: Say | None) -> Iterator[Building]:
    """Change the index; on a server, under its lock, and after the documents here have followed it.

    Raises:
        UserError: the server can't be reached, or another process is at work.
    """
    from index.stores import Embedded

    shared = shared_index(settings)
    if shared is None:
        yield Building(settings, Embedded(), None)
        return
    with shared.changing(what, wait_seconds, say) as stores:
        follow(settings, stores)
        yield Building(settings, stores, stores)


def changed_here(settings: Settings, manifest: Manifest) -> tuple[str, ...]:
    """Return the ids of documents that were changed here and that the index on the server does not have so."""
    here = {one.id: one.digest for one in Library(settings.documents_folder).entries()}
    there = {one.id: one.digest for one in manifest.documents}
    agreed = _agreed(settings, None, here)
    return tuple(
        sorted(one for one in {*here, *agreed} if here.get(one) != agreed.get(one) and here.get(one) != there.get(one))
    )


def _agreed(settings: Settings, index_id: str | None, here: Digests) -> Digests:
    """Return the documents when both sides last agreed; with an index that was never followed, the shipped ones."""
    with suppress(OSError, ValueError, KeyError):
        noted = json.loads(settings.agreed_file.read_text(encoding="utf-8"))
        if index_id is None or noted["index"] == index_id:
            return dict(noted["documents"])
    return {one.id: one.digest for one in shipped_entries().values() if here.get(one.id) == one.digest}


def _agree(settings: Settings, index_id: str, documents: Digests) -> None:
    from index.disk import replace, writing

    with writing(settings.index_folder):
        replace(settings.agreed_file, json.dumps({"index": index_id, "documents": dict(documents)}))

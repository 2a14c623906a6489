"""Where the vectors of segments lie, and who says which generation serves.

Embedded, both are in the index folder: each segment has a Chroma of its own, and a file is renamed over. With a Chroma
server (`index/shared.py`) they are there, and the folder only mirrors what is small.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from index.chroma_store import ChromaStore
from index.copies import copy
from index.manifest import Seal, SegmentFacts

Place = TypeVar("Place")
Found = TypeVar("Found")
CHROMA = "chroma"
"""Folder of a segment that its own Chroma lies in."""
_LINKED_BYTES = 1_000_000
"""Copying less is as fast as linking. (The graph of a single passage, which `sync_threshold` leaves to the next opening
to write, has 0.2 MB.)"""


class Stores(Protocol):
    """Where vectors lie."""

    def current(self, folder: Path) -> str | None:
        """Return the name of the generation that serves, with all in the folder that it takes to open it; None: none.

        Raises:
            UserError: that can't be found out.
        """
        ...

    def create(self, folder: Path, name: str, dimension: int) -> ChromaStore:
        """Make an empty store for a segment that is being written to `folder`; OSError if the disk does not take it."""
        ...

    def open(self, folder: Path, path: Path, facts: SegmentFacts) -> tuple[ChromaStore, Callable[[], None]]:
        """Open the store of a segment, and check its files; also returns what lets go of it, after it was closed.

        Args:
            folder: the index folder.
            path: where the segment's files lie.
            facts: of the segment.

        Raises:
            Damaged: something is missing or not as it was written.
            FileNotFoundError: the segment is gone.
        """
        ...

    def each(self, ask: Callable[[Place], Found], of: Sequence[Place]) -> list[Found]:
        """Ask several segments the same, and return what each says, in their order."""
        ...

    def drop(self, name: str) -> None:
        """Remove the store of a segment that could not be written; its folder is removed by who wrote it."""
        ...

    def publish(self, folder: Path, name: str, *, thorough: bool = False) -> None:
        """Let others have a generation that lies whole in the folder, before it serves there.

        With `thorough` what they have of it already is looked at too, and mended.
        """
        ...


class Embedded:
    """Each segment has a Chroma of its own in its folder."""

    def current(self, folder: Path) -> str | None:
        """Read the pointer."""
        return current(folder)

    def create(self, folder: Path, name: str, dimension: int) -> ChromaStore:
        """Make it in the segment's folder."""
        return ChromaStore.create(folder / CHROMA)

    def open(self, folder: Path, path: Path, facts: SegmentFacts) -> tuple[ChromaStore, Callable[[], None]]:
        """Open a private copy, since Chroma would write to what it opens."""
        private = copy(folder, path, facts.files, CHROMA, linked=_is_read_only)
        try:
            return ChromaStore.open(private.folder), private.close
        except BaseException:
            private.close()
            raise

    def each(self, ask: Callable[[Place], Found], of: Sequence[Place]) -> list[Found]:
        """Ask one after the other: they all work on the same processor."""
        return [ask(one) for one in of]

    def drop(self, name: str) -> None:
        """Do nothing: it goes with its folder."""

    def publish(self, folder: Path, name: str, *, thorough: bool = False) -> None:
        """Do nothing: there are no others."""


def _is_read_only(name: str, seal: Seal) -> bool:
    """Tell whether Chroma only reads a file: one of the graph, unless of so small a one that it was never written."""
    return not name.startswith("chroma.sqlite3") and seal.bytes >= _LINKED_BYTES


def current(folder: Path) -> str | None:
    """Return the name of the generation that serves; None when there is none. A damaged pointer names none."""
    try:
        return (folder / "current").read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None

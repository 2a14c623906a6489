"""The documents of a segment, one JSON text a line, read one at a time from a copy that nobody else can reach.

Who has a segment open goes on reading when a builder has removed it, or its file is damaged: the copy is a temporary
file without a name. Where the disk takes none, and on Windows, the bytes are held in memory.
"""

from __future__ import annotations

import os
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path

import numpy as np

from corpus.library import from_json
from corpus.types import Document
from index.manifest import MEND, Damaged


class Texts:
    """Documents by their number from 0."""

    def __init__(self, path: Path) -> None:
        """Open the file and find its lines."""
        self._path = path
        content = path.read_bytes()
        ends = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == ord("\n")) + 1
        self._bounds = np.concatenate([[0], ends]).astype(np.int64)
        self._held = content
        if os.name == "posix":
            with suppress(OSError), tempfile.TemporaryFile() as copied:
                copied.write(content)
                copied.flush()
                self._descriptor = os.dup(copied.fileno())
                weakref.finalize(self, os.close, self._descriptor)
                self._held = b""

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self._bounds) - 1

    def read(self, number: int) -> Document:
        """Read a document.

        Raises:
            Damaged: it can't be read.
        """
        start, end = int(self._bounds[number]), int(self._bounds[number + 1])
        try:
            line = self._held[start:end] or os.pread(self._descriptor, end - start, start)
            return from_json(line.decode("utf-8"))
        except ValueError as error:
            raise Damaged(f"index is damaged: {self._path} is not as it was written", MEND) from error

"""One collection of Chroma: keeps the vectors of a segment's passages by row, and answers the dense query.

Texts and offsets stay out: a segment has them already, and as documents and metadata they take Chroma half of the time
of an addition and nine tenths of its SQLite file (Chroma 1.5.9, 8,000 passages: 0.7 ms instead of 1.3 ms each, and
147 bytes instead of 1.3 kB).

A folder that Chroma has opened is written to, also by reading: its SQLite file changes, the files of its graph do not
unless something is added. So a folder has one opener at a time (see `index/copies.py`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.chroma_client import chroma, embedded
from index.encoder import Vectors
from index.manifest import MEND, Damaged

Cosines = npt.NDArray[np.float32]
_COLLECTION = "passages"
_BATCH = 5000
"""Chroma takes 5,461 at once."""
MOST_IDS = 10_000
"""Vectors that are asked for at once; SQLite takes 32,766 ids."""
# Chroma writes its graph every `sync_threshold` passages, 1,000 by default, and every opening adds the rest
# to it anew: 250 ms for 2,600 passages. So every `add` writes it, and a builder makes few and large ones.
# More neighbours than the default 16: of 326 passages asked for by their own vectors, one was not found with
# 16 in one of two builds, none with 32, at the same speed.
HNSW = {"space": "cosine", "sync_threshold": 2, "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
"""How Chroma builds the graph of a collection."""


class ChromaStore:
    """The passages of one segment in one Chroma collection, by row."""

    def __init__(self, client: Any | None, collection: Any, batch: int = _BATCH, made_in: Path | None = None) -> None:
        """Keep a collection, the client to close if it is this store's own, and how many passages go in at once.

        `made_in` is the folder of a store that is being filled.
        """
        self._client = client
        self._collection = collection
        self._batch = batch
        self._made_in = made_in

    @classmethod
    def create(cls, folder: Path) -> ChromaStore:
        """Make an empty store in a new folder; OSError if the disk does not take it."""
        with _disk_errors():
            client = embedded(folder)
            made = client.create_collection(_COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
        return cls(client, made, made_in=folder)

    @classmethod
    def open(cls, folder: Path) -> ChromaStore:
        """Open the store in a folder that nobody else has open.

        Raises:
            Damaged: this version of Chroma cannot read what another wrote.
        """
        client = embedded(folder)
        try:
            return cls(client, client.get_collection(_COLLECTION, embedding_function=None))
        except (chroma().errors.ChromaError, ValueError) as error:
            client.close()
            raise Damaged(f"Chroma cannot read the index: {error}", MEND) from error

    def add(self, vectors: Vectors) -> None:
        """Keep these vectors as rows from 0, in a store that is empty; OSError if the disk does not take them."""
        # Of like size, so that none has a single row, which Chroma would leave to the next opening to put in the graph.
        start = 0
        for batch in np.array_split(vectors, -(-len(vectors) // self._batch)) if len(vectors) else ():
            with _disk_errors():
                self._collection.add(ids=[str(start + row) for row in range(len(batch))], embeddings=batch)
            start += len(batch)

    def count(self) -> int:
        """Return how many passages the store holds."""
        return int(self._collection.count())

    def query(self, vector: Vectors, limit: int) -> tuple[list[int], Cosines]:
        """Return the rows nearest to `vector` and their cosines, nearest first.

        The search is approximate: of 3,585 real passages it finds 99.8 % of the nearest 50.
        """
        found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"])
        return [int(row) for row in found["ids"][0]], 1 - np.asarray(found["distances"][0], dtype=np.float32)

    def read_vectors(self, rows: Sequence[int]) -> Vectors:
        """Return the vectors of some rows, by ascending row."""
        ids = [str(row) for row in sorted(rows)]
        parts = []
        for start in range(0, len(ids), MOST_IDS):
            found = self._collection.get(ids=ids[start : start + MOST_IDS], include=["embeddings"])
            parts.append(_vectors(found, _order(found["ids"])))
        return np.concatenate(parts)

    def close(self) -> None:
        """Let go of the folder; closing twice is allowed. OSError if the disk does not take what was added."""
        if self._client is not None:
            self._client.close()
        if self._made_in is not None:
            _shrink(self._made_in / "chroma.sqlite3")
            self._made_in = None


def _shrink(path: Path) -> None:
    """Give back the room of the vectors that Chroma kept in its log until they were in the graph: nine tenths."""
    try:
        with closing(sqlite3.connect(path)) as database:
            database.execute("VACUUM")
    except sqlite3.Error as error:
        raise OSError(f"{path}: {error}") from error


def _order(ids: Sequence[str]) -> list[int]:
    """Return the places of the ids by ascending row: Chroma promises no order."""
    return sorted(range(len(ids)), key=lambda place: int(ids[place]))


def _vectors(found: Mapping[str, Any], order: Sequence[int]) -> Vectors:
    return np.asarray(found["embeddings"], dtype=np.float32)[order]


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Give what Chroma's own store reports while writing, such as a full disk, the name that Python has for it."""
    try:
        yield
    except chroma().errors.InternalError as error:
        raise OSError(f"Chroma: {error}") from error

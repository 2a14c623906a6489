"""One collection of Chroma: keeps vectors, text and offsets of the passages, and answers the dense query.

A folder that Chroma has opened is written to, also by reading: its SQLite file and its HNSW files change. So a folder
has one opener at a time (see `index/copies.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.types import Passage
from index.chroma_client import chroma, embedded
from index.encoder import Vectors
from index.manifest import MEND, Damaged

Cosines = npt.NDArray[np.float32]
_COLLECTION = "passages"
_BATCH = 5000
"""Chroma takes 5,461 at once."""
# Chroma writes its graph every `sync_threshold` passages, 1,000 by default, and every opening adds the rest
# to it anew: 250 ms for 2,600 passages. So every `add` writes it, and a builder makes few and large ones.
# More neighbours than the default 16: of 326 passages asked for by their own vectors, one was not found with
# 16 in one of two builds, none with 32, at the same speed.
HNSW = {"space": "cosine", "sync_threshold": 2, "max_neighbors": 32, "ef_construction": 200, "ef_search": 200}
"""How Chroma builds the graph of a collection."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as the store holds it."""

    row: int
    """Its number in its segment, from 0, in document order."""
    passage: Passage
    heading: str
    """Heading of its section."""


class ChromaStore:
    """The passages of one segment in one Chroma collection, by row."""

    def __init__(self, client: Any | None, collection: Any, batch: int = _BATCH) -> None:
        """Keep a collection, the client to close if it is this store's own, and how many passages go in at once."""
        self._client = client
        self._collection = collection
        self._batch = batch

    @classmethod
    def create(cls, folder: Path) -> ChromaStore:
        """Make an empty store in a new folder; OSError if the disk does not take it."""
        with _disk_errors():
            client = embedded(folder)
            made = client.create_collection(_COLLECTION, configuration={"hnsw": HNSW}, embedding_function=None)
        return cls(client, made)

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

    def add(self, stored: Sequence[Stored], vectors: Vectors) -> None:
        """Append passages with their vectors, one row of `vectors` each; OSError if the disk does not take them."""
        for start in range(0, len(stored), self._batch):
            batch = stored[start : start + self._batch]
            with _disk_errors():
                self._collection.add(
                    ids=[str(one.row) for one in batch],
                    embeddings=vectors[start : start + self._batch],
                    documents=[one.passage.text for one in batch],
                    metadatas=[_metadata(one) for one in batch],
                )

    def count(self) -> int:
        """Return how many passages the store holds."""
        return int(self._collection.count())

    def query(self, vector: Vectors, limit: int) -> tuple[list[int], Cosines]:
        """Return the rows nearest to `vector` and their cosines, nearest first.

        The search is approximate: of 3,585 real passages it finds 99.8 % of the nearest 50.
        """
        found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=limit, include=["distances"])
        return [int(row) for row in found["ids"][0]], 1 - np.asarray(found["distances"][0], dtype=np.float32)

    def read_document(self, document_id: str) -> tuple[list[Stored], Vectors]:
        """Return the passages of a document in order, and their vectors."""
        which = {"document_id": document_id}
        found = self._collection.get(where=which, include=["documents", "metadatas", "embeddings"])
        order = _order(found["ids"])
        return _stored(found, order), _vectors(found, order)

    def read_passages(self, rows: Sequence[int]) -> list[Stored]:
        """Return the passages of some rows, by ascending row."""
        found = self._collection.get(ids=[str(row) for row in rows], include=["documents", "metadatas"])
        return _stored(found, _order(found["ids"]))

    def read_vectors(self, rows: Sequence[int]) -> Vectors:
        """Return the vectors of some rows, by ascending row."""
        found = self._collection.get(ids=[str(row) for row in rows], include=["embeddings"])
        return _vectors(found, _order(found["ids"]))

    def close(self) -> None:
        """Let go of the folder; closing twice is allowed."""
        if self._client is not None:
            self._client.close()


def _metadata(stored: Stored) -> dict[str, str | int]:
    passage = stored.passage
    return {
        "passage_id": passage.id,
        "document_id": passage.document_id,
        "section_id": passage.section_id,
        "heading": stored.heading,
        "start": passage.start,
        "end": passage.end,
        "kind": passage.kind,
        "paragraph": passage.paragraph,
    }


def _order(ids: Sequence[str]) -> list[int]:
    """Return the places of the ids by ascending row: Chroma promises no order."""
    return sorted(range(len(ids)), key=lambda place: int(ids[place]))


def _vectors(found: Mapping[str, Any], order: Sequence[int]) -> Vectors:
    return np.asarray(found["embeddings"], dtype=np.float32)[order]


def _stored(found: Mapping[str, Any], order: Sequence[int]) -> list[Stored]:
    stored = []
    for place in order:
        metadata = found["metadatas"][place]
        passage = Passage(
            id=metadata["passage_id"],
            document_id=metadata["document_id"],
            section_id=metadata["section_id"],
            text=found["documents"][place],
            start=metadata["start"],
            end=metadata["end"],
            kind=metadata["kind"],
            paragraph=metadata["paragraph"],
        )
        stored.append(Stored(int(found["ids"][place]), passage, metadata["heading"]))
    return stored


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Give what Chroma's own store reports while writing, such as a full disk, the name that Python has for it."""
    try:
        yield
    except chroma().errors.InternalError as error:
        raise OSError(f"Chroma: {error}") from error

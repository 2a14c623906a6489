"""Chroma, embedded: keeps vectors, text and offsets of the passages, and answers the dense query.

Three habits of Chroma 1.5 are switched off here: its telemetry; its default embedding function, which downloads
weights (vectors are always passed); and its reading of a `.env` file in the working folder, which happens while it is
imported, so that another program's `CHROMA_SERVER_HTTP_PORT=` line would stop Wardbook from starting.

A folder that Chroma has opened is written to, also by reading: its SQLite file and its HNSW files change. So a folder
has one opener at a time (see `index/copies.py`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UserError
from corpus.types import Passage
from index.encoder import Vectors
from index.manifest import REBUILD

_COLLECTION = "passages"
_BATCH = 1000
_importing = threading.Lock()


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as the store holds it."""

    row: int
    """Its number in the index, from 0, in document order."""
    passage: Passage
    heading: str
    """Heading of its section."""


class ChromaStore:
    """The passages of one generation in one Chroma collection, by row."""

    def __init__(self, client: Any, collection: Any) -> None:
        self._client = client
        self._collection = collection

    @classmethod
    def create(cls, folder: Path) -> ChromaStore:
        """Make an empty store in a new folder; OSError if the disk does not take it."""
        with _disk_errors():
            client = _client(folder)
            space = {"hnsw": {"space": "cosine"}}
            return cls(client, client.create_collection(_COLLECTION, configuration=space, embedding_function=None))

    @classmethod
    def open(cls, folder: Path) -> ChromaStore:
        """Open the store in a folder that nobody else has open.

        Raises:
            UserError: this version of Chroma cannot read what another wrote.
        """
        client = _client(folder)
        try:
            return cls(client, client.get_collection(_COLLECTION, embedding_function=None))
        except (_chroma().errors.ChromaError, ValueError) as error:
            client.close()
            raise UserError(f"Chroma cannot read the index: {error}", REBUILD) from error

    def add(self, stored: Sequence[Stored], vectors: Vectors) -> None:
        """Append passages with their vectors, one row of `vectors` each; OSError if the disk does not take them."""
        for start in range(0, len(stored), _BATCH):
            batch = stored[start : start + _BATCH]
            with _disk_errors():
                self._collection.add(
                    ids=[str(one.row) for one in batch],
                    embeddings=vectors[start : start + _BATCH],
                    documents=[one.passage.text for one in batch],
                    metadatas=[_metadata(one) for one in batch],
                )

    def count(self) -> int:
        """Return how many passages the store holds."""
        return int(self._collection.count())

    def query(self, vector: Vectors, limit: int, document_id: str | None = None) -> list[int]:
        """Return the rows nearest to `vector` by cosine, nearest first, of one document or of all."""
        where = None if document_id is None else {"document_id": document_id}
        found = self._collection.query(query_embeddings=vector.reshape(1, -1), n_results=limit, where=where, include=[])
        return [int(row) for row in found["ids"][0]]

    def read_document(self, document_id: str) -> tuple[list[Stored], Vectors]:
        """Return the passages of a document in order, and their vectors."""
        return self._read(where={"document_id": document_id})

    def read_rows(self, rows: Sequence[int]) -> tuple[list[Stored], Vectors]:
        """Return the passages of these rows in the order of the rows, and their vectors."""
        return self._read(ids=[str(row) for row in rows])

    def close(self) -> None:
        """Let go of the folder; closing twice is allowed."""
        self._client.close()

    def _read(self, **which: Any) -> tuple[list[Stored], Vectors]:
        found = self._collection.get(include=["documents", "metadatas", "embeddings"], **which)
        order = sorted(range(len(found["ids"])), key=lambda number: int(found["ids"][number]))
        stored = [
            _stored(int(found["ids"][number]), found["documents"][number], found["metadatas"][number])
            for number in order
        ]
        vectors = np.asarray(found["embeddings"], dtype=np.float32)
        return stored, vectors[order] if order else np.zeros((0, 0), dtype=np.float32)


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


def _stored(row: int, text: str, metadata: dict[str, Any]) -> Stored:
    passage = Passage(
        id=metadata["passage_id"],
        document_id=metadata["document_id"],
        section_id=metadata["section_id"],
        text=text,
        start=metadata["start"],
        end=metadata["end"],
        kind=metadata["kind"],
        paragraph=metadata["paragraph"],
    )
    return Stored(row, passage, metadata["heading"])


def _chroma() -> Any:
    """Import Chroma in the one way that does not read `.env`."""
    with _importing, _no_dotenv():
        import chromadb.config
        import chromadb.errors
    return chromadb


def _client(folder: Path) -> Any:
    chroma = _chroma()
    # What an environment variable meant for another program could turn is given here.
    settings = chroma.config.Settings(
        _env_file=None,
        anonymized_telemetry=False,
        allow_reset=False,
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        chroma_otel_collection_endpoint="",
        migrations="apply",
    )
    return chroma.PersistentClient(str(folder), settings=settings)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Give what Chroma's own store reports while writing, such as a full disk, the name that Python has for it."""
    try:
        yield
    except _chroma().errors.InternalError as error:
        raise OSError(f"Chroma: {error}") from error


@contextmanager
def _no_dotenv() -> Iterator[None]:
    """Keep Chroma's settings from reading `.env`; every other program's settings still read theirs."""
    from pydantic_settings import DotEnvSettingsSource

    read = DotEnvSettingsSource._read_env_files

    def skipping(source: DotEnvSettingsSource) -> Any:
        return {} if source.settings_cls.__module__.startswith("chromadb.") else read(source)

    DotEnvSettingsSource._read_env_files = skipping  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        DotEnvSettingsSource._read_env_files = read  # type: ignore[method-assign]

"""A segment is some documents, whole: their text, passages, vectors and words. It is written once and never changed.

    NAME/segment.json       which documents, and the seal of each file (see `index/manifest.py`)
    NAME/chroma/            vectors, by row: a row is a passage
    NAME/passages.npy       where each passage stands in its document
    NAME/words.npz          whose words are in which row
    NAME/hashes.npy         a hash of the text that was encoded for each row
    NAME/documents.jsonl    the documents themselves, so that a generation answers from the very text it indexed

A document that changes gets a new segment and is no longer looked for in its old one, so that a change costs what the
document costs; this is how Lucene's segments work (https://lucene.apache.org/core/9_12_0/core/org/apache/lucene/index/
package-summary.html), and a few small ones are merged into a larger one now and then (`index/merging.py`).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import threading
import weakref
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.library import from_json, to_json
from corpus.types import Document, Passage
from index.chroma_store import ChromaStore
from index.disk import sync, write
from index.embedding_text import embedding_texts, lexical_texts
from index.encoder import Encoder, Vectors
from index.hashes import sha256_of
from index.lexical import Lexical
from index.manifest import MEND, Damaged, IndexedDocument, Manifest, Part, Seal, SegmentFacts
from index.passage_table import Table, load_table, passages_of, table_of
from index.stores import Embedded, Stores
from index.texts import Texts

Digests = npt.NDArray[np.bytes_]
FACTS = "segment.json"
TEXTS = "documents.jsonl"
PASSAGES = "passages.npy"
ASIDE = ".tmp-"
POOL = 50
"""Candidates of each of the two searches, at least."""
PROBES = 8
"""Passages of a document whose own vectors look for it, one after the other until one is found."""
THOROUGH = 1_000
"""Candidates where none was found among `POOL`: among many documents that say nearly the same a walk may end early."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One document with all that a segment keeps of it."""

    document: Document
    digest: str
    passages: tuple[Passage, ...]
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class _Parts:
    """The opened files of a segment."""

    store: ChromaStore
    lexical: Lexical
    table: Table
    texts: Texts


class Segment:
    """An opened segment; it may be shared by several generations, and closes with the last."""

    def __init__(self, facts: SegmentFacts, parts: _Parts, let_go: Callable[[], None]) -> None:
        self.facts = facts
        self.store, self.lexical = parts.store, parts.lexical
        self._table, self._texts = parts.table, parts.texts
        self._places: dict[str, tuple[int, IndexedDocument]] = {}
        self.first_rows: dict[str, int] = {}
        row = 0
        for number, document in enumerate(facts.documents):
            self._places[document.id] = (number, document)
            self.first_rows[document.id] = row
            row += document.passages
        self._ends = np.cumsum([document.passages for document in facts.documents])
        self._users = 1
        self._lock = threading.Lock()
        self._finalize = weakref.finalize(self, _close, self.store, let_go)

    @classmethod
    def open(cls, folder: Path, facts: SegmentFacts, stores: Stores | None = None) -> Segment:
        """Open a segment of an index folder; its vectors are where `stores` keeps them, embedded when None.

        Raises:
            Damaged: a file is missing or not as it was written.
            FileNotFoundError: the segment is gone.
        """
        return cls._open(folder, folder / "segments" / facts.name, facts, stores or Embedded())

    @classmethod
    def _open(cls, folder: Path, path: Path, facts: SegmentFacts, stores: Stores) -> Segment:
        store, let_go = stores.open(folder, path, facts)
        try:
            lexical = Lexical.load(path / "words.npz", facts.passages)
            table = load_table(path / PASSAGES, facts.passages)
            texts = Texts(path / TEXTS)
        except BaseException:
            _close(store, let_go)
            raise
        return cls(facts, _Parts(store, lexical, table, texts), let_go)

    def warm(self) -> None:
        """Let Chroma read its graph, which it does at the first query: here, not while a question waits."""
        if self.facts.passages:
            dimension = self.facts.dimension
            self.store.query(np.full(dimension, dimension**-0.5, dtype=np.float32), 1)

    def document(self, document_id: str) -> Document:
        """Read a document as it was when it was indexed."""
        return self._texts.read(self._places[document_id][0])

    def passages(self, document: Document) -> tuple[Passage, ...]:
        """Return the passages of one of its documents in order."""
        first, indexed = self.first_rows[document.id], self._places[document.id][1]
        return passages_of(document, self._table[first : first + indexed.passages])

    def vectors(self, document_id: str) -> Vectors:
        """Return the vectors of a document's passages in order."""
        first, indexed = self.first_rows[document_id], self._places[document_id][1]
        if not indexed.passages:
            return np.zeros((0, self.facts.dimension), dtype=np.float32)
        return self.store.read_vectors(range(first, first + indexed.passages))

    def read_passages(self, rows: Sequence[int]) -> dict[int, Passage]:
        """Return the passages of some rows, by row."""
        found: dict[int, Passage] = {}
        documents = np.searchsorted(self._ends, rows, side="right").tolist()
        for number in sorted(set(documents)):
            document = self._texts.read(number)
            own = [row for row, of in zip(rows, documents, strict=True) if of == number]
            found |= zip(own, passages_of(document, self._table[own]), strict=True)
        return found

    def read(self, document_id: str) -> Piece:
        """Return all that the segment keeps of a document."""
        document = self.document(document_id)
        digest = self._places[document_id][1].digest
        return Piece(document, digest, self.passages(document), self.vectors(document_id))

    def verify(self, document_ids: Sequence[str]) -> None:
        """Check that the store holds what the facts say and that each of these documents is found by its own vectors.

        Raises:
            Damaged: it does not.
        """
        if self.store.count() != self.facts.passages:
            found = f"holds {self.store.count()} passages, expected {self.facts.passages}"
            raise Damaged(f"segment {self.facts.name} {found}", MEND)
        for document_id in document_ids:
            if self.document(document_id).id != document_id:
                raise Damaged(f"segment {self.facts.name} has another text for document {document_id}", MEND)
            vectors = self.vectors(document_id)
            if not len(vectors):
                continue
            if not any(self._finds(vectors, limit) for limit in (POOL, THOROUGH)):
                raise Damaged(f"document {document_id} is not found by its own vectors", MEND)

    def _finds(self, vectors: Vectors, limit: int) -> bool:
        """Tell whether one of some passages is among so many that its own vector finds.

        The graph is approximate, so that a miss is no damage; and two passages may say the same, so not by row.
        """
        probes = np.linspace(0, len(vectors) - 1, min(len(vectors), PROBES)).astype(int)
        return any(self.store.query(vectors[place], limit)[1].max(initial=0) > 0.999 for place in probes)

    def share(self) -> Segment:
        """Return the segment for one more user, who closes it too."""
        with self._lock:
            self._users += 1
        return self

    def close(self) -> None:
        """Let go; the last user's closing frees the files."""
        with self._lock:
            self._users -= 1
            last = self._users == 0
        if last:
            self._finalize()


def documents_of(folder: Path, manifest: Manifest, wanted: Collection[str] | None = None) -> list[Document]:
    """Return the documents of a generation, or those of some ids, without opening more than their text."""
    found = []
    for part in manifest.parts:
        if wanted is not None and not any(one.id in wanted for one in part.documents):
            continue
        path = folder / "segments" / part.segment.name / TEXTS
        if sha256_of(path) != part.segment.files[TEXTS].sha256:
            raise Damaged(f"index is damaged: {path} is not as it was written", MEND)
        documents = map(from_json, path.read_text(encoding="utf-8").split("\n")[:-1])
        found += [one for one in documents if one.id not in part.removed and (wanted is None or one.id in wanted)]
    return found


def write_segment(folder: Path, pieces: Sequence[Piece], encoder: Encoder, stores: Stores) -> Part:
    """Write a segment aside, open it as any reader would, look for each document in it, and only then give it its name.

    Raises:
        OSError: the disk does not take it; nothing is left behind.
        Damaged: what was written does not come back as it was.
    """
    name = f"{datetime.now(timezone.utc):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    aside = folder / "segments" / f"{ASIDE}{name}"
    aside.mkdir()
    try:
        documents = _fill(aside, pieces, stores.create(aside, name, encoder.dimension))
        sealed = {
            path.relative_to(aside).as_posix(): Seal(sha256_of(path), path.stat().st_size)
            for path in sorted(aside.rglob("*"))
            if path.is_file()
        }
        facts = SegmentFacts(name, encoder.fingerprint, encoder.dimension, documents, sealed)
        write(aside / FACTS, facts.to_json())
        segment = Segment._open(folder, aside, facts, stores)
        try:
            segment.verify([document.id for document in documents])
        finally:
            segment.close()
        sync(aside)
        os.rename(aside, folder / "segments" / name)
    except BaseException:
        remove(aside)
        stores.drop(name)
        raise
    return Part(facts, sha256_of(folder / "segments" / name / FACTS))


def _fill(aside: Path, pieces: Sequence[Piece], store: ChromaStore) -> tuple[IndexedDocument, ...]:
    words: list[str] = []
    digests: list[bytes] = []
    documents: list[IndexedDocument] = []
    for piece in pieces:
        document = piece.document
        words += lexical_texts(document, piece.passages)
        digests += [digest_of(text) for text in embedding_texts(document, piece.passages)]
        documents.append(
            IndexedDocument(document.id, document.title, document.version, piece.digest, len(piece.passages))
        )
    try:
        store.add(np.concatenate([piece.vectors for piece in pieces]))
    finally:
        store.close()
    Lexical.build(words).save(aside / "words.npz")
    table = table_of((piece.document, piece.passages) for piece in pieces)
    for name, array in ((PASSAGES, table), ("hashes.npy", np.array(digests, dtype="S16"))):
        with (aside / name).open("wb") as file:
            np.save(file, array)
    write(aside / TEXTS, "".join(to_json(piece.document, indent=None) + "\n" for piece in pieces))
    return tuple(documents)


def digest_of(text: str) -> bytes:
    """Return the hash by which a text that was encoded is known again: 16 bytes."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest()


def remove(folder: Path) -> None:
    """Remove a folder of the index, as far as the disk lets."""
    shutil.rmtree(folder, ignore_errors=True)


def _close(store: ChromaStore, let_go: Callable[[], None]) -> None:
    store.close()
    let_go()

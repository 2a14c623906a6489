"""Fused search over one generation: by meaning, by words, and one weighted sum that ranks.

Across the library Chroma's graph finds what is near in meaning. Inside one document every passage's cosine is computed,
from vectors that Chroma gave once and that stay in memory. Chroma could answer that too, filtered to the document, but
its graph is approximate and comes out different at every build: in a test it left out the passage that was asked for.
It also took longer (Chroma 1.5.9): 1.3 ms in a library of one document and 24 ms in one of 24,000 passages, where the
product of a matrix and a vector takes 0.02 ms. `python -m evals.benchmarks.encode_and_search` has the rest.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.errors import UserError
from corpus.types import Passage
from index.chroma_store import ChromaStore, Stored
from index.copies import Copy, copy
from index.encoder import Encoder, Vectors
from index.fusion import Scores, fuse
from index.lexical import Lexical
from index.manifest import REBUILD, Manifest, Recipe, current_recipe
from index.types import Hit, Via

Rows = npt.NDArray[np.int64]
POOL = 50
"""Candidates of each of the two searches, at least."""
_HELD_DOCUMENTS = 64
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Held:
    """A document's passages in memory."""

    first_row: int
    stored: tuple[Stored, ...]
    vectors: Vectors


class Index:
    """One opened generation. It keeps serving what it opened, also when a newer one is built."""

    def __init__(self, manifest: Manifest, store: ChromaStore, lexical: Lexical, encoder: Encoder, copy: Copy) -> None:
        self.manifest = manifest
        self._store = store
        self._lexical = lexical
        self._encoder = encoder
        self._first_rows: dict[str, int] = {}
        self._counts = {document.id: document.passages for document in manifest.documents}
        row = 0
        for document in manifest.documents:
            self._first_rows[document.id] = row
            row += document.passages
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()
        self._close = weakref.finalize(self, _close, store, copy)

    @classmethod
    def open(cls, folder: Path, encoder: Encoder, recipe: Recipe | None = None) -> Index:
        """Open the serving generation of an index folder; any number of processes may have it open.

        Raises:
            UserError: there is no index, it is damaged, or it was made by another encoder, section vocabulary or
                reader; the hint is what to run.
        """
        try:
            for _ in range(_ATTEMPTS):
                name = _pointed(folder)
                try:
                    return cls.open_generation(folder, folder / "generations" / name, encoder, recipe)
                except FileNotFoundError:
                    # Two builds may have ended between reading the pointer and reading what it points to.
                    if name == _pointed(folder):
                        raise
            raise UserError(f"the index in {folder} is rebuilt over and over", "wait until it is done")
        except FileNotFoundError as error:
            raise UserError(f"index is damaged: {error.filename} is missing", REBUILD) from error
        except OSError as error:
            hint = "make the folder writable and free some space, or choose another with --home"
            raise UserError(f"cannot open the index in {folder}: {error.strerror or error}", hint) from error

    @classmethod
    def open_generation(cls, folder: Path, generation: Path, encoder: Encoder, recipe: Recipe | None = None) -> Index:
        """Open one generation of an index folder, through a private copy of what Chroma would write to."""
        path = generation / "manifest.json"
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise UserError(f"{path} is damaged: {error}", REBUILD) from error
        manifest = Manifest.from_json(text, str(path))
        manifest.check(encoder, recipe or current_recipe())
        private = copy(folder, generation, manifest.files, "chroma")
        try:
            lexical = Lexical.load(generation / "bm25", manifest.passages)
            store = ChromaStore.open(private.folder)
            if manifest.passages:
                # Chroma reads its graph at the first query: here, not while the first question waits.
                store.query(np.full(manifest.dimension, manifest.dimension**-0.5, dtype=np.float32), 1)
        except BaseException:
            private.close()
            raise
        return cls(manifest, store, lexical, encoder, private)

    def search(
        self, question: str, vector: Vectors | None = None, *, document_id: str | None = None, limit: int = 10
    ) -> tuple[Hit, ...]:
        """Return the best passages for a question, best first; equal scores in the order of the passages.

        Args:
            question: its words count for BM25; it is encoded unless `vector` is given.
            vector: the encoded question, a unit vector, float32.
            document_id: search in this document only.
            limit: at most so many hits; a document's every passage when it has no more.

        Raises:
            UserError: no such document in the index.
        """
        if vector is None:
            vector = self._encoder.encode_questions([question])[0]
        if document_id is not None:
            return self._search_document(question, vector, document_id, limit)
        return self._search_all(question, vector, limit)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return a document's passages in order; empty for a document without any.

        Raises:
            UserError: no such document in the index.
        """
        return tuple(stored.passage for stored in self._hold(document_id).stored)

    def vectors(self, document_id: str) -> Vectors:
        """Return the vectors of a document's passages, one row each, in order; not to be written to."""
        return self._hold(document_id).vectors

    def headings(self, document_id: str) -> dict[str, str]:
        """Return the headings of a document's sections that have passages, by section id."""
        return {stored.passage.section_id: stored.heading for stored in self._hold(document_id).stored}

    def heading(self, passage: Passage) -> str:
        """Return the heading of a passage's section."""
        for stored in self._hold(passage.document_id).stored:
            if stored.passage.section_id == passage.section_id:
                return stored.heading
        raise KeyError(passage.id)

    def verify(self) -> None:
        """Check that the store holds what the manifest says and that each document is found by its own vectors."""
        if self._store.count() != self.manifest.passages:
            raise RuntimeError(f"the store holds {self._store.count()} passages, expected {self.manifest.passages}")
        for document in self.manifest.documents:
            if not document.passages:
                continue
            vectors = self._hold(document.id).vectors
            # The graph is approximate, so one miss is no damage; and two passages may say the same, so not by row.
            probes = (vectors[0], vectors[len(vectors) // 2], vectors[-1])
            if not any(self._store.query(probe, POOL)[1].max(initial=0) > 0.999 for probe in probes):
                raise RuntimeError(f"document {document.id} is not found by its own vectors")

    def close(self) -> None:
        """Let go of the files; closing twice is allowed."""
        self._close()

    def _search_document(self, question: str, vector: Vectors, document_id: str, limit: int) -> tuple[Hit, ...]:
        held = self._hold(document_id)
        count = len(held.stored)
        if not count:
            return ()
        dense = held.vectors @ vector
        lexical = self._lexical.scores_within(question, held.first_row, count)
        pool = max(limit, POOL)
        near = np.argsort(-dense, kind="stable")[:pool]
        rows = np.union1d(near, _best(lexical, pool))
        return self._ranked(rows + held.first_row, near + held.first_row, dense[rows], lexical[rows], limit)

    def _search_all(self, question: str, vector: Vectors, limit: int) -> tuple[Hit, ...]:
        count = self.manifest.passages
        if not count:
            return ()
        lexical = self._lexical.scores(question)
        pool = min(max(limit, POOL), count)
        found, cosines = self._store.query(vector, pool)
        near = np.array(found, dtype=np.int64)
        by_words_alone = np.setdiff1d(_best(lexical, pool), near)
        rows = np.concatenate([near, by_words_alone])
        dense = cosines
        if len(by_words_alone):
            dense = np.concatenate([cosines, self._store.read_vectors(by_words_alone.tolist()) @ vector])
        order = np.argsort(rows)
        return self._ranked(rows[order], near, dense[order], lexical[rows[order]], limit)

    def _ranked(self, rows: Rows, near: Rows, dense: Scores, lexical: Scores, limit: int) -> tuple[Hit, ...]:
        """Fuse the scores of candidates in ascending rows and make hits of the best."""
        scores = fuse(dense, lexical)
        best = np.argsort(-scores, kind="stable")[:limit].tolist()
        passages = self._read(sorted(int(rows[number]) for number in best))
        found_by_meaning = set(near.tolist())
        hits = []
        for rank, number in enumerate(best, start=1):
            row = int(rows[number])
            via: Via = "lexical"
            if row in found_by_meaning:
                via = "both" if lexical[number] > 0 else "dense"
            hits.append(
                Hit(passages[row], float(scores[number]), rank, via, float(dense[number]), float(lexical[number]))
            )
        return tuple(hits)

    def _read(self, rows: list[int]) -> dict[int, Passage]:
        """Return the passages of some rows, from memory where their documents are held."""
        found: dict[int, Passage] = {}
        with self._lock:
            held = list(self._held.values())
        for one in held:
            last = one.first_row + len(one.stored)
            found.update((row, one.stored[row - one.first_row].passage) for row in rows if one.first_row <= row < last)
        missing = [row for row in rows if row not in found]
        if missing:
            found.update((stored.row, stored.passage) for stored in self._store.read_passages(missing))
        return found

    def _hold(self, document_id: str) -> _Held:
        with self._lock:
            held = self._held.get(document_id)
            if held is not None:
                self._held.move_to_end(document_id)
                return held
        if document_id not in self._first_rows:
            known = ", ".join(self._first_rows) or "none"
            raise UserError(f"no document '{document_id}' in the index; it holds: {known}", REBUILD)
        stored: list[Stored] = []
        vectors = np.zeros((0, self.manifest.dimension), dtype=np.float32)
        if self._counts[document_id]:
            stored, vectors = self._store.read_document(document_id)
        held = _Held(self._first_rows[document_id], tuple(stored), vectors)
        with self._lock:
            self._held[document_id] = held
            while len(self._held) > _HELD_DOCUMENTS:
                self._held.popitem(last=False)
        return held


def _pointed(folder: Path) -> str:
    """Return the name of the serving generation."""
    path = folder / "current"
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise UserError(f"there is no index in {folder}", "wardbook index") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is damaged: {error}", REBUILD) from error


def _close(store: ChromaStore, copy: Copy) -> None:
    store.close()
    copy.close()


def _best(lexical: Scores, limit: int) -> Rows:
    """Return the rows of the best scores above 0; of equal ones the earlier."""
    order = np.argsort(-lexical, kind="stable")[:limit]
    return order[lexical[order] > 0]

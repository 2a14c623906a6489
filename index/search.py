"""Fused search over one generation: by meaning, by words, and one weighted sum that ranks.

Across the library Chroma's graphs, one a segment, find what is near in meaning. Inside one document every passage's
cosine is computed, from vectors that Chroma gave once and that stay in memory. Chroma could answer that too, filtered
to the document, but its graph is approximate and comes out different at every build: in a test it left out the passage
that was asked for. It also took longer (Chroma 1.5.9): 1.3 ms in a library of one document and 24 ms in one of 24,000
passages, where the product of a matrix and a vector takes 0.02 ms. `python -m evals.benchmarks.encode_and_search` has
the rest.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.collection import Collection, some_of
from corpus.errors import UserError
from corpus.types import Document, Passage
from index.encoder import Encoder, Vectors
from index.fusion import Scores, fuse
from index.lexical import Mask, scores_of, size_of
from index.manifest import MEND, REBUILD, Damaged, IndexedDocument, Manifest, Part, Recipe, current_recipe
from index.reading import read_generation
from index.segments import POOL, Segment
from index.stores import Embedded, Stores
from index.types import Hit, Via

Rows = npt.NDArray[np.int64]
_HELD_DOCUMENTS = 64
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Held:
    """A document's passages in memory."""

    first_row: int
    passages: tuple[Passage, ...]
    headings: dict[str, str]
    """Of the sections that have passages, by id."""
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class _Slice:
    """A segment in this generation; its row n is row `first + n` of the index."""

    segment: Segment
    first: int
    live: Mask | None
    """Which rows are still looked for; None when all are."""

    def nearest(self, vector: Vectors, limit: int) -> tuple[Rows, Scores]:
        """Return the live rows of the index nearest to a vector, and their cosines, nearest first."""
        held = self.segment.facts.passages
        wanted = min(limit, held if self.live is None else int(self.live.sum()))
        asked = wanted
        while True:
            found, cosines = self.segment.store.query(vector, asked) if asked else ([], np.zeros(0, dtype=np.float32))
            rows = np.array(found, dtype=np.int64)
            kept = np.ones(len(rows), dtype=np.bool_) if self.live is None else self.live[rows]
            if kept.sum() >= wanted or asked == held:
                return rows[kept][:limit] + self.first, cosines[kept][:limit]
            asked = min(held, 2 * asked)


class Index:
    """One opened generation. It keeps serving what it opened, also when a newer one is built."""

    def __init__(self, manifest: Manifest, slices: tuple[_Slice, ...], encoder: Encoder, stores: Stores) -> None:
        self.manifest = manifest
        self.stores = stores
        self._slices = slices
        self.encoder = encoder
        self._places: dict[str, tuple[_Slice, IndexedDocument]] = {
            document.id: (one, document)
            for one, part in zip(slices, manifest.parts, strict=True)
            for document in part.documents
        }
        self._lexicals = [one.segment.lexical for one in slices]
        self._live = [one.live for one in slices]
        # Of the whole library; None without words, where nothing is ever compared with it.
        self._size = size_of(self._lexicals, self._live)
        self._mean_length = self._size[1] or None
        self._passages = manifest.passages
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._lock = threading.Lock()
        self._close = weakref.finalize(self, _close, tuple(one.segment for one in slices))

    @classmethod
    def open(
        cls,
        folder: Path,
        encoder: Encoder,
        recipe: Recipe | None = None,
        *,
        shared: Index | None = None,
        stores: Stores | None = None,
    ) -> Index:
        """Open the serving generation of an index folder; any number of processes may have it open.

        Segments that `shared`, an open index of an earlier generation, has too are shared with it, so that opening
        costs what has changed. The vectors are where `stores` keeps them: embedded, or as in `shared`, when None.

        Raises:
            Damaged: a part of it is missing or not as it was written.
            UserError: there is no index, or it was made by another encoder, section vocabulary or reader; the hint is
                what to run.
        """
        stores = stores or (Embedded() if shared is None else shared.stores)
        try:
            for _ in range(_ATTEMPTS):
                name = _pointed(folder, stores)
                try:
                    return cls.open_generation(folder, name, encoder, recipe, shared=shared, stores=stores)
                except (FileNotFoundError, Damaged):
                    # Two builds may have ended between reading the pointer and reading what it points to.
                    if name == _pointed(folder, stores):
                        raise
            raise UserError(f"the index in {folder} is rebuilt over and over", "wait until it is done")
        except FileNotFoundError as error:
            raise Damaged(f"index is damaged: {error.filename} is missing", MEND) from error
        except OSError as error:
            hint = "make the folder readable and free some space, or choose another with --home"
            raise UserError(f"cannot open the index in {folder}: {error.strerror or error}", hint) from error

    @classmethod
    def open_generation(
        cls,
        folder: Path,
        name: str,
        encoder: Encoder,
        recipe: Recipe | None = None,
        *,
        shared: Index | None = None,
        stores: Stores | None = None,
    ) -> Index:
        """Open one generation of an index folder; errors as for `open`, and FileNotFoundError when it is gone."""
        manifest = read_generation(folder, name)
        manifest.check(encoder, recipe or current_recipe())
        stores = stores or (Embedded() if shared is None else shared.stores)
        known = {} if shared is None else {one.segment.facts.name: one.segment for one in shared._slices}
        slices: list[_Slice] = []
        row = 0
        try:
            for part in manifest.parts:
                known_one = known.get(part.segment.name)
                segment = Segment.open(folder, part.segment, stores) if known_one is None else known_one.share()
                slices.append(_Slice(segment, row, _live_rows(part)))
                row += part.segment.passages
                segment.warm()
        except BaseException:
            for one in slices:
                one.segment.close()
            raise
        return cls(manifest, tuple(slices), encoder, stores)

    def documents(self) -> Collection:
        """Return every document as it was when it was indexed; each is read when it is asked for."""
        return Collection([document for _, document in self._places.values()], self.document)

    def document(self, document_id: str) -> Document:
        """Read a document as it was when it was indexed.

        Raises:
            UserError: no such document in the index.
        """
        return self._place(document_id)[0].segment.document(document_id)

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
            vector = self.encoder.encode_questions([question])[0]
        if document_id is not None:
            return self._search_document(question, vector, document_id, limit)
        return self._search_all(question, vector, limit)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return a document's passages in order; empty for a document without any.

        Raises:
            UserError: no such document in the index.
        """
        return self._hold(document_id).passages

    def vectors(self, document_id: str) -> Vectors:
        """Return the vectors of a document's passages, one row each, in order; not to be written to."""
        return self._hold(document_id).vectors

    def headings(self, document_id: str) -> dict[str, str]:
        """Return the headings of a document's sections that have passages, by section id."""
        return dict(self._hold(document_id).headings)

    def heading(self, passage: Passage) -> str:
        """Return the heading of a passage's section."""
        return self._hold(passage.document_id).headings[passage.section_id]

    def verify(self) -> None:
        """Check that the stores hold what the manifest says and that each document is found by its own vectors.

        Raises:
            Damaged: one does not.
        """
        for one, part in zip(self._slices, self.manifest.parts, strict=True):
            one.segment.verify([document.id for document in part.documents])

    def close(self) -> None:
        """Let go of the files; closing twice is allowed."""
        self._close()

    def _search_document(self, question: str, vector: Vectors, document_id: str, limit: int) -> tuple[Hit, ...]:
        held = self._hold(document_id)
        count = len(held.passages)
        if not count:
            return ()
        dense = held.vectors @ vector
        one = self._places[document_id][0]
        lexical = one.segment.lexical.scores_within(question, held.first_row - one.first, count, self._mean_length)
        pool = max(limit, POOL)
        near = np.argsort(-dense, kind="stable")[:pool]
        rows = np.union1d(near, _best(lexical, pool))
        return self._ranked(rows + held.first_row, near + held.first_row, dense[rows], lexical[rows], limit)

    def _search_all(self, question: str, vector: Vectors, limit: int) -> tuple[Hit, ...]:
        if not self._passages:
            return ()
        scored = scores_of(self._lexicals, self._live, question, self._size)
        pool = max(limit, POOL)
        near, cosines = self._merged(self.stores.each(lambda one: one.nearest(vector, pool), self._slices), pool)
        by_words, _ = self._merged(
            (
                (rows + one.first, scores[rows])
                for one, scores in zip(self._slices, scored, strict=True)
                for rows in [_best(scores, pool)]
            ),
            pool,
        )
        by_words_alone = np.setdiff1d(by_words, near)
        rows = np.concatenate([near, by_words_alone])
        dense = cosines
        if len(by_words_alone):
            dense = np.concatenate([cosines, self._read_vectors(by_words_alone) @ vector])
        order = np.argsort(rows)
        rows = rows[order]
        lexical = np.concatenate([scores[own] for scores, own in zip(scored, self._own_rows(rows), strict=True)])
        return self._ranked(rows, near, dense[order], lexical, limit)

    @staticmethod
    def _merged(each: Iterable[tuple[Rows, Scores]], most: int) -> tuple[Rows, Scores]:
        """Return the rows with the best scores of several lots, best first, of equal ones the earlier."""
        rows, scores = (np.concatenate(kind) for kind in zip(*each, strict=True))
        best = np.lexsort((rows, -scores))[:most]
        return rows[best], scores[best]

    def _own_rows(self, rows: Rows) -> Iterator[Rows]:
        """Yield for each slice which of some ascending rows are its own, counted in its segment."""
        for one in self._slices:
            first, last = np.searchsorted(rows, (one.first, one.first + one.segment.facts.passages))
            yield rows[first:last] - one.first

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
        for document in held:
            last = document.first_row + len(document.passages)
            here = (row for row in rows if document.first_row <= row < last)
            found.update((row, document.passages[row - document.first_row]) for row in here)
        missing = np.array([row for row in rows if row not in found], dtype=np.int64)
        for one, own in zip(self._slices, self._own_rows(missing), strict=True):
            found |= {row + one.first: passage for row, passage in one.segment.read_passages(own.tolist()).items()}
        return found

    def _read_vectors(self, rows: Rows) -> Vectors:
        """Return the vectors of some rows in ascending order."""
        own_rows = zip(self._slices, self._own_rows(rows), strict=True)
        return np.concatenate([one.segment.store.read_vectors(own.tolist()) for one, own in own_rows if len(own)])

    def _hold(self, document_id: str) -> _Held:
        with self._lock:
            held = self._held.get(document_id)
            if held is not None:
                self._held.move_to_end(document_id)
                return held
        segment, first = self._place(document_id)[0].segment, self._place(document_id)[0].first
        document = segment.document(document_id)
        passages = segment.passages(document)
        sections = {passage.section_id for passage in passages}
        headings = {section.id: section.heading for section in document.sections if section.id in sections}
        held = _Held(segment.first_rows[document_id] + first, passages, headings, segment.vectors(document_id))
        with self._lock:
            self._held[document_id] = held
            while len(self._held) > _HELD_DOCUMENTS:
                self._held.popitem(last=False)
        return held

    def _place(self, document_id: str) -> tuple[_Slice, IndexedDocument]:
        try:
            return self._places[document_id]
        except KeyError:
            known = some_of(tuple(self._places))
            raise UserError(f"no document '{document_id}' in the index; it holds: {known}", REBUILD) from None


def _pointed(folder: Path, stores: Stores) -> str:
    """Return the name of the serving generation."""
    name = stores.current(folder)
    if name is None:
        raise UserError(f"there is no index in {folder}", "wardbook index")
    return name


def _live_rows(part: Part) -> Mask | None:
    """Return which rows of a segment are of documents that are still in the generation; None when all are."""
    if not part.removed:
        return None
    counts = [document.passages for document in part.segment.documents]
    return np.repeat([document.id not in part.removed for document in part.segment.documents], counts)


def _close(segments: tuple[Segment, ...]) -> None:
    for segment in segments:
        segment.close()


def _best(scores: Scores, limit: int) -> Rows:
    """Return the rows of the best scores above 0; of equal ones the earlier."""
    rows = np.flatnonzero(scores > 0)
    if len(rows) > limit:
        # Sorting all would take 20 ms with 200,000 passages, finding the lowest score that counts takes 1.
        found = scores[rows]
        rows = rows[found >= np.partition(found, len(found) - limit)[len(found) - limit]]
    return rows[np.argsort(-scores[rows], kind="stable")[:limit]]

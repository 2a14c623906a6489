"""A library in memory, searched as `index/search.py` searches it but without Chroma's graph: every cosine is computed.

What fits and measures the choice of a document asks thousands of questions of collections of many sizes; building an
index of each would take hours. Vectors are kept in a folder between runs, by what was encoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from corpus.passages import split
from corpus.types import Document, Passage
from index.embedding_text import embedding_texts, lexical_texts
from index.encoder import Encoder, Vectors
from index.fusion import Scores, fuse
from index.lexical import Lexical, scores_of
from index.segments import POOL, digest_of
from index.types import Hit

if TYPE_CHECKING:
    from rich.progress import Progress

Numbers = npt.NDArray[np.int64]
_BATCH = 1_024


class Kept:
    """Encodes texts, and keeps what it has encoded in files of a folder; without one, for as long as it lives."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        self.encoder = encoder
        self._folder = folder
        self._known: dict[str, dict[bytes, Vectors]] = {"questions": {}, "passages": {}}
        for path in sorted(folder.glob("*.npz")) if folder is not None and folder.is_dir() else ():
            self.read(path)

    def read(self, path: Path) -> None:
        """Take the vectors of one file; those of questions are in files named so."""
        known = self._known["questions" if path.name.startswith("questions") else "passages"]
        with np.load(path) as stored:
            known.update(zip(stored["digests"].tolist(), stored["vectors"], strict=True))

    def passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return the vectors of texts as passages are encoded."""
        return self._vectors(texts, "passages", progress)

    def questions(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return the vectors of texts as questions are encoded."""
        return self._vectors(texts, "questions", progress)

    def _vectors(self, texts: Sequence[str], kind: str, progress: Progress | None) -> Vectors:
        known = self._known[kind]
        keys = [digest_of(text) for text in texts]
        # Numpy drops the zeros at the end of bytes: look for both.
        new = {key.rstrip(b"\0"): text for key, text in zip(keys, texts, strict=True)}
        missing = [(key, text) for key, text in new.items() if key not in known]
        encode = self.encoder.encode_passages if kind == "passages" else self.encoder.encode_questions
        task = progress.add_task(f"encoding {kind}", total=len(missing)) if progress is not None and missing else None
        for start in range(0, len(missing), _BATCH):
            batch = missing[start : start + _BATCH]
            vectors = np.vstack([encode([t for _, t in batch[at : at + 64]]) for at in range(0, len(batch), 64)])
            known.update(zip((key for key, _ in batch), vectors, strict=True))
            self._save(kind, [key for key, _ in batch], vectors)
            if progress is not None and task is not None:
                progress.update(task, completed=start + len(batch))
        return np.stack([known[key.rstrip(b"\0")] for key in keys])

    def _save(self, kind: str, keys: list[bytes], vectors: Vectors) -> None:
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{kind}-{digest_of(repr(keys)).hex()[:12]}.npz"
        aside = path.with_suffix(".tmp")
        with aside.open("wb") as file:
            np.savez(file, digests=np.array(keys, dtype="S16"), vectors=vectors)
        aside.replace(path)


class Collection:
    """Documents that are searched together, all of them or the first so many."""

    def __init__(self, documents: Sequence[Document], kept: Kept, progress: Progress | None = None) -> None:
        """Split, encode and count the words of the documents."""
        self.documents = tuple(documents)
        self.numbers = {document.id: number for number, document in enumerate(documents)}
        self.passages: list[Passage] = []
        placed: list[str] = []
        counted: list[str] = []
        homes: list[int] = []
        starts = [0]
        for number, document in enumerate(documents):
            passages = split(document)
            self.passages += passages
            placed += embedding_texts(document, passages)
            counted += lexical_texts(document, passages)
            homes += [number] * len(passages)
            starts.append(len(homes))
        self.homes: Numbers = np.array(homes, dtype=np.int64)
        self._starts = starts
        self.vectors = kept.passages(placed, progress)
        self.lexical = Lexical.build(counted)
        # The titles too, as a search by words alone would have them: the ranking that ours is compared with.
        self.titled = Lexical.build(
            [f"{documents[home].title} {text}" for home, text in zip(homes, counted, strict=True)]
        )

    def dense(self, vector: Vectors, live: npt.NDArray[np.bool_] | None) -> Scores:
        """Return the cosine of every passage, -1 where it is not looked for."""
        cosines = np.asarray(self.vectors @ vector, dtype=np.float32)
        return cosines if live is None else np.where(live, cosines, np.float32(-1.0))

    def live(self, documents: Sequence[int] | None) -> npt.NDArray[np.bool_] | None:
        """Return which passages are looked for when only some documents are there; None for all."""
        if documents is None:
            return None
        live = np.zeros(len(self.passages), dtype=np.bool_)
        for number in documents:
            live[self._starts[number] : self._starts[number + 1]] = True
        return live

    def search(self, question: str, dense: Scores, live: npt.NDArray[np.bool_] | None, limit: int) -> tuple[Hit, ...]:
        """Return the best passages of the library; `dense` is from `dense`."""
        lexical = scores_of([self.lexical], [live], question)[0]
        near = _best(dense, POOL)
        if live is not None:
            near = near[live[near]]
        words = _best(lexical, POOL)
        rows = np.union1d(near, words[lexical[words] > 0])
        return self._hits(rows, dense[rows], lexical[rows], limit)

    def by_cosine(self, dense: Scores, limit: int) -> tuple[Hit, ...]:
        """Return the best passages by the cosine alone."""
        return self._alone(dense, limit)

    def by_words(self, question: str, live: npt.NDArray[np.bool_] | None, limit: int) -> tuple[Hit, ...]:
        """Return the best passages by BM25 alone; none in which no word agrees."""
        return self._alone(np.where((scores := scores_of([self.titled], [live], question)[0]) > 0, scores, -1.0), limit)

    def _alone(self, scores: Scores, limit: int) -> tuple[Hit, ...]:
        rows = [row for row in _best(scores, limit).tolist() if scores[row] > -1.0]
        return tuple(
            Hit(self.passages[row], float(scores[row]), rank, "dense", float(scores[row]), 0.0)
            for rank, row in enumerate(rows, start=1)
        )

    def search_in(self, number: int, question: str, vector: Vectors, limit: int) -> tuple[Hit, ...]:
        """Return the best passages of one document."""
        first, last = self._starts[number], self._starts[number + 1]
        if first == last:
            return ()
        dense = np.asarray(self.vectors[first:last] @ vector, dtype=np.float32)
        lexical = self.lexical.scores_within(question, first, last - first, float(self.lexical.lengths.mean()))
        return self._hits(np.arange(first, last), dense, lexical, limit)

    def _hits(self, rows: Numbers, dense: Scores, lexical: Scores, limit: int) -> tuple[Hit, ...]:
        scores = fuse(dense, lexical)
        return tuple(
            Hit(
                self.passages[rows[place]],
                float(scores[place]),
                rank,
                "both",
                float(dense[place]),
                float(lexical[place]),
            )
            for rank, place in enumerate(np.argsort(-scores, kind="stable")[:limit].tolist(), start=1)
        )


def _best(scores: Scores, limit: int) -> Numbers:
    """Return the numbers of the best scores, best first."""
    if len(scores) <= limit:
        return np.argsort(-scores, kind="stable")
    some = np.argpartition(-scores, limit)[:limit]
    return some[np.lexsort((some, -scores[some]))]

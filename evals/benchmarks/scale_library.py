"""Libraries of any size for `evals.benchmarks.scale`, and an encoder that remembers what it has encoded.

The documents are MedQuAD's 5,486 in an order drawn once; a smaller library is the beginning of a larger one. What is
added to a library is one of them with altered text: every fifth longer word gets an ending, so that it has words and
sentences of its own.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from corpus.passages import split
from corpus.types import Document
from evals.benchmarks.medquad import SEED, read_sample
from index.embedding_text import embedding_texts
from index.encoder import Encoder, Vectors
from index.segments import digest_of

_CHUNK = 4096
_TURN = 0.25
"""Length of what is added to a unit vector to turn it: the cosine of the two is then about 0.97."""
_LONGER_WORD = re.compile(r"[a-z]{6,}")
_ENDING = re.compile(r" ?xq\d+\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the document that it was written about."""

    question: str
    document_id: str


def read_library(data: Path) -> tuple[list[Document], list[Asked]]:
    """Return MedQuAD's documents in the order of the benchmark and one question about each that has any."""
    documents, asked = read_sample(data, None)
    random.Random(SEED).shuffle(documents)
    by_document: dict[str, str] = {}
    for one in asked:
        for document_id, _ in sorted(one.relevant):
            by_document.setdefault(document_id, one.question)
    places = [(document.id, by_document[document.id]) for document in documents if document.id in by_document]
    return documents, [Asked(question, document_id) for document_id, question in places]


def altered(document: Document, turn: int) -> Document:
    """Return a document with some of its words changed, its sections where they then are."""
    pieces, ends, position = [], [], 0
    for found in _LONGER_WORD.finditer(document.text):
        if zlib.crc32(found[0].encode()) % 5 == 0:
            pieces += [document.text[position : found.end()], f"xq{turn}"]
            position = found.end()
            ends.append(position)
    text = "".join([*pieces, document.text[position:]])
    length = len(f"xq{turn}")

    def moved(offset: int) -> int:
        return offset + length * int(np.searchsorted(ends, offset, side="right"))

    sections = tuple(replace(one, start=moved(one.start), end=moved(one.end)) for one in document.sections)
    return replace(
        document,
        id=f"{document.id}-{turn}",
        title=f"{document.title} xq{turn}",
        text=text,
        sections=sections,
        source=f"{document.source} {turn}",
        version=f"{document.version[:-4]}{turn:04d}",
    )


class Remembering:
    """The encoder given, but passages that it encoded in an earlier run are read from a folder.

    With `stand_in` a passage that was never encoded gets the vector of another one, slightly turned: the time of a
    build without its encoding is then measured in minutes instead of hours.
    """

    def __init__(self, encoder: Encoder, folder: Path | None, *, stand_in: bool = True) -> None:
        self._encoder = encoder
        self.name, self.fingerprint, self.dimension = encoder.name, encoder.fingerprint, encoder.dimension
        self.whole_words = encoder.whole_words
        self.encode_questions = encoder.encode_questions
        self.stood_in = 0
        self._stand_in = stand_in
        paths = sorted(folder.glob("chunk-*.npz")) if folder else []
        digests: list[bytes] = []
        # One chunk at a time, so that the peak memory of a build tells of the build.
        self._vectors = np.zeros((len(paths) * _CHUNK, self.dimension), dtype=np.float32)
        for path in paths:
            with np.load(path) as chunk:
                self._vectors[len(digests) : len(digests) + len(chunk["vectors"])] = chunk["vectors"]
                digests += chunk["digests"].tolist()
        self._vectors = self._vectors[: len(digests)]
        self._rows = {digest: row for row, digest in enumerate(digests)}

    @property
    def held_bytes(self) -> int:
        """Bytes that the remembered vectors take, which a build with the encoder itself does not."""
        return self._vectors.nbytes + 120 * len(self._rows)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit row for each text."""
        made = np.zeros((len(texts), self.dimension), dtype=np.float32)
        unknown = []
        for number, text in enumerate(texts):
            row = self._rows.get(digest_of(text))
            if row is not None:
                made[number] = self._vectors[row]
            elif self._stand_in and len(self._vectors):
                made[number] = self._turned(text)
            else:
                unknown.append(number)
        if unknown:
            made[unknown] = self._encoder.encode_passages([texts[number] for number in unknown])
        if progress is not None:
            progress(len(texts))
        return made

    def _turned(self, text: str) -> Vectors:
        first = _ENDING.sub("", text)
        row = self._rows.get(digest_of(first)) if first != text else None
        if row is None:
            self.stood_in += 1
            row = zlib.crc32(first.encode()) % len(self._vectors)
        aside = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension)
        turned = self._vectors[row] + _TURN * aside / np.linalg.norm(aside)
        return np.asarray(turned / np.linalg.norm(turned), dtype=np.float32)


def encode_all(documents: Sequence[Document], encoder: Encoder, folder: Path) -> None:
    """Encode the passages of documents into a folder, a chunk after the other; what is there is not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {digest_of(text): text for one in documents for text in embedding_texts(one, split(one))}
    digests = list(texts)
    for start in range(0, len(digests), _CHUNK):
        path = folder / f"chunk-{start // _CHUNK:04d}.npz"
        if not path.exists():
            own = digests[start : start + _CHUNK]
            vectors = encoder.encode_passages([texts[digest] for digest in own])
            aside = folder / ".writing.npz"
            np.savez(aside, digests=np.array(own, dtype="S16"), vectors=vectors)
            aside.replace(path)

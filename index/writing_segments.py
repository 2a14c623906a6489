"""New documents become segments: read, split, encoded where no vector is known, written in portions of bounded size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from corpus.library import entry_of
from corpus.types import Document, Passage
from index.embedding_text import embedding_texts
from index.encoder import Encoder, Vectors
from index.known_vectors import known_vectors
from index.manifest import Part, Recipe
from index.merging import portion_size
from index.segments import Piece, Segment, digest_of, write_segment
from index.stores import Embedded, Stores


@dataclass(frozen=True, slots=True)
class New:
    """A document that is to be indexed."""

    document: Document
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Making:
    """What it takes to make segments."""

    folder: Path
    encoder: Encoder
    recipe: Recipe
    progress: Callable[[int, int], None] | None
    anew: bool
    """Whether to encode everything, also what was encoded before."""
    stores: Stores = field(default_factory=Embedded)
    """Where the vectors go."""

    def read(self, documents: Iterable[Document]) -> list[New]:
        """Split documents."""
        return [New(document, tuple(self.recipe.split(document))) for document in documents]


def make_segments(making: Making, new: Sequence[New], old: Sequence[Part]) -> list[Part]:
    """Write segments of new documents and of what is live in some old segments; none of nothing.

    Raises:
        OSError: the disk does not take them.
        Damaged: an old segment is not as it was written.
    """
    made = []
    most = portion_size(sum(len(one.passages) for one in new) + sum(part.passages for part in old))
    for portion in _portions(most, _pieces(making, new), _live(making, old)):
        made.append(write_segment(making.folder, portion, making.encoder, making.stores))
    return made


def _pieces(making: Making, new: Sequence[New]) -> Iterator[Piece]:
    """Yield the new documents with their vectors, a portion of them encoded at a time."""
    total = sum(len(one.passages) for one in new)
    texts = [embedding_texts(one.document, one.passages) for one in new]
    digests = [[digest_of(text) for text in own] for own in texts]
    known: dict[bytes, Vectors] = {}
    if not making.anew:
        known = known_vectors(
            making.folder, {digest for own in digests for digest in own}, making.encoder, making.stores
        )
    done = sum(digest in known for own in digests for digest in own)
    if making.progress is not None and total:
        making.progress(done, total)
    for first, last in _ranges(portion_size(total), [len(one.passages) for one in new]):
        lacking = {
            digest: text
            for own, hashed in zip(texts[first:last], digests[first:last], strict=True)
            for text, digest in zip(own, hashed, strict=True)
            if digest not in known
        }
        encoded = making.encoder.encode_passages(list(lacking.values()), _counting(making.progress, done, total))
        known.update(zip(lacking, encoded, strict=True))
        told, done = done + len(lacking), done + sum(d in lacking for own in digests[first:last] for d in own)
        # A text that stands twice is encoded once.
        if making.progress is not None and told < done:
            making.progress(done, total)
        for one, hashed in zip(new[first:last], digests[first:last], strict=True):
            vectors = np.zeros((0, making.encoder.dimension), dtype=np.float32)
            if hashed:
                vectors = np.stack([known[digest] for digest in hashed])
            yield Piece(one.document, entry_of(one.document).digest, one.passages, vectors)
        for digest in lacking:
            del known[digest]


def _live(making: Making, old: Sequence[Part]) -> Iterator[Piece]:
    """Yield the documents of old segments that are still wanted, encoding nothing."""
    for part in old:
        segment = Segment.open(making.folder, part.segment, making.stores)
        try:
            for document in part.documents:
                yield segment.read(document.id)
        finally:
            segment.close()


def _portions(most: int, *sources: Iterable[Piece]) -> Iterator[list[Piece]]:
    """Yield the pieces in portions for one segment each."""
    portion: list[Piece] = []
    size = 0
    for source in sources:
        for piece in source:
            if portion and size + len(piece.passages) > most:
                yield portion
                portion, size = [], 0
            portion.append(piece)
            size += len(piece.passages)
            if size >= most:
                # At once, so that a kill while the next ones are encoded loses nothing of these.
                yield portion
                portion, size = [], 0
    if portion:
        yield portion


def _ranges(most: int, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of numbers whose sizes add up to a segment's, at least one number each."""
    first = total = 0
    for number, size in enumerate(sizes):
        if number > first and total + size > most:
            yield first, number
            first, total = number, 0
        total += size
    if sizes:
        yield first, len(sizes)


def _counting(progress: Callable[[int, int], None] | None, start: int, total: int) -> Callable[[int], None] | None:
    return None if progress is None else lambda done: progress(start + done, total)

"""Vectors of single words and short phrases: encoded once each, kept in a database of the data folder.

Whoever builds the index encodes the words of its new documents (`keep`), so that the first question about one of
thousands finds them. In memory are those that were asked for lately. The file is a cache and nothing else: it is named
after the encoder, and one that can't be read is made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.encoder import Encoder

HELD_WORDS = 30_000
"""Words in memory, 1.6 kB each; when there are more, all are let go and read again as they are asked for."""
_AT_ONCE = 64
"""Words that are encoded at once: of like length, so that little is spent on padding."""
_NAMED_AT_ONCE = 500
_FOLLOWING = 5_000
"""Words after which what was encoded so far is written."""


class WordVectors:
    """Called with texts, returns their vectors."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        """Keep the cache in `folder`; in memory only when that is None."""
        self._encoder = encoder
        self._path = folder / f"{encoder.fingerprint.removeprefix('sha256:')[:16]}.sqlite" if folder else None
        self._known: dict[str, np.ndarray] = {}
        self._unsaved: dict[str, np.ndarray] = {}
        self._lock = Lock()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (n, dimension) unit rows in the order of `texts`."""
        known = self._find(set(texts))
        missing = sorted(set(texts) - known.keys(), key=lambda text: (len(text), text))
        for some in _lots(missing, _AT_ONCE):
            known |= self._learn(some, self._encoder.encode_questions(some))
        if not texts:
            return np.zeros((0, self._encoder.dimension), dtype=np.float32)
        return np.stack([known[text] for text in texts])

    def encode_beside(self, sentences: Sequence[str], texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of sentences, which are not kept; words not known yet are encoded in the same call."""
        missing = sorted(set(texts) - self._find(set(texts)).keys())
        vectors = self._encoder.encode_questions([*sentences, *missing])
        self._learn(missing, vectors[len(sentences) :])
        return vectors[: len(sentences)]

    def keep(self, texts: Iterable[str]) -> None:
        """Encode the texts that the file lacks, and write them there."""
        for some in _lots(sorted(set(texts), key=lambda text: (len(text), text)), _FOLLOWING):
            self(some)
            self.save()

    def save(self) -> None:
        """Write what is new."""
        with self._lock:
            unsaved = dict(self._unsaved)
        if self._path is None or not unsaved:
            return
        rows = [(text, vector.astype(np.float32).tobytes()) for text, vector in unsaved.items()]
        # A disk that is full or may not be written takes no cache; the words are encoded again next time.
        with suppress(sqlite3.Error, OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._write(rows)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self._path.unlink()
                self._write(rows)
        with self._lock:
            for text in unsaved:
                self._unsaved.pop(text, None)

    def _write(self, rows: Sequence[tuple[str, bytes]]) -> None:
        with self._open("rwc") as database:
            # What a power cut spoils is made again.
            database.execute("PRAGMA synchronous = OFF")
            database.execute("CREATE TABLE IF NOT EXISTS words (text TEXT PRIMARY KEY, vector BLOB)")
            database.executemany("INSERT OR REPLACE INTO words VALUES (?, ?)", rows)
            database.commit()

    def _find(self, texts: set[str]) -> dict[str, np.ndarray]:
        """Return the vectors of the texts that are known."""
        with self._lock:
            found = {text: self._known[text] for text in texts if text in self._known}
        lacking = sorted(texts - found.keys())
        if lacking and self._path is not None and self._path.exists():
            read = self._read(lacking)
            self._hold(read)
            found |= read
        return found

    def _read(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        found: dict[str, np.ndarray] = {}
        with suppress(sqlite3.Error), self._open("ro") as database:
            for some in _lots(texts, _NAMED_AT_ONCE):
                marks = ",".join("?" * len(some))
                for text, blob in database.execute(f"SELECT text, vector FROM words WHERE text IN ({marks})", some):
                    if len(blob) == 4 * self._encoder.dimension:
                        found[text] = np.frombuffer(blob, dtype=np.float32)
        return found

    def _learn(self, texts: Sequence[str], vectors: np.ndarray) -> dict[str, np.ndarray]:
        made = dict(zip(texts, vectors, strict=True))
        with self._lock:
            self._unsaved |= made
        self._hold(made)
        return made

    def _hold(self, vectors: dict[str, np.ndarray]) -> None:
        with self._lock:
            if len(self._known) + len(vectors) > HELD_WORDS:
                self._known = dict(self._unsaved)
            self._known |= vectors

    @contextmanager
    def _open(self, mode: str) -> Iterator[sqlite3.Connection]:
        if self._path is None:
            raise RuntimeError("there is no file")
        database = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode={mode}", uri=True, timeout=1)
        try:
            yield database
        finally:
            database.close()


def _lots(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(texts)
    while some := list(islice(rest, size)):
        yield some

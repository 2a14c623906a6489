"""Vectors of single words and short phrases: encoded once each, kept in memory and in a file of the data folder.

The file is a cache and nothing else: it is named after the encoder, and one that can't be read is made again.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from index.encoder import Encoder


class WordVectors:
    """Called with texts, returns their vectors."""

    def __init__(self, encoder: Encoder, folder: Path | None = None) -> None:
        """Keep the cache in `folder`; in memory only when that is None."""
        self._encoder = encoder
        self._path = folder / f"{encoder.fingerprint.removeprefix('sha256:')[:16]}.npz" if folder else None
        self._known = _read(self._path) if self._path else {}
        self._unsaved = False

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (n, dimension) unit rows in the order of `texts`."""
        missing = sorted({text for text in texts if text not in self._known})
        if missing:
            self._known.update(zip(missing, self._encoder.encode_questions(missing), strict=True))
            self._unsaved = True
        if not texts:
            return np.zeros((0, self._encoder.dimension), dtype=np.float32)
        return np.stack([self._known[text] for text in texts])

    def encode_beside(self, sentences: Sequence[str], texts: Sequence[str]) -> np.ndarray:
        """Return the vectors of sentences, which are not kept; words not known yet are encoded in the same call."""
        missing = sorted({text for text in texts if text not in self._known})
        vectors = self._encoder.encode_questions([*sentences, *missing])
        if missing:
            self._known.update(zip(missing, vectors[len(sentences) :], strict=True))
            self._unsaved = True
        return vectors[: len(sentences)]

    def save(self) -> None:
        """Write what is new, beside the old file and then over it, so that a killed write loses nothing."""
        if self._path is None or not self._unsaved:
            return
        aside = self._path.with_suffix(f".{os.getpid()}.tmp")
        known = dict(self._known)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with aside.open("wb") as file:
                np.savez(file, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
            os.replace(aside, self._path)
        except OSError:
            # A disk that is full or may not be written takes no cache; the words are encoded again next time.
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            return
        self._unsaved = False


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}

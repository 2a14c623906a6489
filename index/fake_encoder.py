"""An encoder without weights, for tests: every word is one axis, so that a cosine can be worked out by hand."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np

from index.encoder import Vectors

_WORD = re.compile(r"\w+")


class FakeEncoder:
    """Counts words on hashed axes and scales the row to length 1.

    The cosine of two texts is (sum over shared words of the product of their counts) / (product of the lengths of the
    two count vectors), as long as no two words share an axis. A text without words gets the first axis.
    """

    def __init__(self, dimension: int = 512, name: str = "fake") -> None:
        self.dimension = dimension
        self.name = name
        self.whole_words: frozenset[str] = frozenset()
        self.fingerprint = f"fake:{name}:{dimension}"

    def axis(self, word: str) -> int:
        """Return the axis that counts `word`; the same in every process."""
        return zlib.crc32(word.lower().encode()) % self.dimension

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Return one unit row for each question."""
        return self._rows(questions)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit row for each text, as for a question."""
        rows = self._rows(texts)
        if progress is not None and texts:
            progress(len(texts))
        return rows

    def _rows(self, texts: Sequence[str]) -> Vectors:
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in _WORD.findall(text):
                row[self.axis(word)] += 1
            if not row.any():
                row[0] = 1
            row /= np.linalg.norm(row)
        return rows

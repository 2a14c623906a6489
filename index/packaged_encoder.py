"""The packaged all-MiniLM-L6-v2 without sentence-transformers or torch: tokenizer, transformer, mean, unit length.

Vectors are sentence-transformers' to within 3e-7 in each of 384 dimensions: rounding, from adding in another order, as
its own differ by 1e-7 when a text stands in another batch. No ranking of `evals.benchmarks.encoder_backends` changes by
it. So an index that was built either way serves both, and the fingerprint is the same.
`tests/index/test_packaged_encoder.py` holds the two against each other, to within 1e-6.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Vectors
from index.transformer import Rows, Transformer, map_weights

DIMENSION = 384
MOST_TOKENS = 256
"""Tokens of a text that are read, as the model's own settings have it."""
_BATCH = 32


class PackagedEncoder:
    """Reads questions in the caller's thread, passages in as many as there are processors (or OMP_NUM_THREADS)."""

    dimension = DIMENSION

    def __init__(self, folder: Path, name: str, fingerprint: str) -> None:
        """Load the model in `folder`, whose files were checked before; UserError as `Transformer`."""
        from tokenizers import Tokenizer

        self.name = name
        self.fingerprint = fingerprint
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._transformer = Transformer(map_weights(folder / "model.safetensors"))
        self.whole_words = whole_words(self._tokenizer)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Return one unit row for each question."""
        if not questions:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return self._rows(questions)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit row for each text."""
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length share a batch, so that attention lays out little in vain.
        order = sorted(range(len(texts)), key=lambda number: (len(texts[number]), number))
        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        done = 0
        with ThreadPoolExecutor(threads()) as pool:
            for batch, found in zip(
                batches, pool.map(lambda batch: self._rows([texts[number] for number in batch]), batches), strict=True
            ):
                rows[batch] = found
                done += len(batch)
                if progress is not None:
                    progress(done)
        return rows

    def _rows(self, texts: Sequence[str]) -> Vectors:
        ids = [one.ids for one in self._tokenizer.encode_batch(list(texts))]
        return np.stack([_unit(hidden.mean(axis=0)) for hidden in self._transformer.read(ids)])


def whole_words(tokenizer: Any) -> frozenset[str]:
    """Return the words of a WordPiece vocabulary; none of another kind of tokenizer, whose pieces look like words."""
    words = tokenizer.get_vocab()
    if not any(word.startswith("##") for word in words):
        return frozenset()
    return frozenset(word for word in words if word.isalpha() and word.islower())


def _unit(row: Rows) -> Rows:
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def threads() -> int:
    """Return in how many threads passages are read."""
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    return int(asked) if asked.isdigit() and int(asked) else os.cpu_count() or 1

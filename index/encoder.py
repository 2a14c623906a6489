"""The seam to whatever turns text into vectors. Design rule: question and passage are told apart in the signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Encoder(Protocol):
    """Turns questions and passages into unit vectors of one space."""

    @property
    def name(self) -> str:
        """What a person calls it; stands in the manifest of an index and in error messages."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the vectors may change: "sha256:" and a hash of the weights and the tokenizer."""

    @property
    def dimension(self) -> int:
        """Length of every vector."""

    @property
    def whole_words(self) -> frozenset[str]:
        """The words that its tokenizer knows whole, lower case, letters only: a list of words that are no slips."""

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Return float32 unit rows, shape (questions, dimension), in the order given; (0, dimension) for none."""

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return float32 unit rows as for questions; `progress` is told how many texts are done so far."""

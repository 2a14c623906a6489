"""The cross-encoder: reads a question together with each passage of the shortlist, and judges whether it answers.

Its body is the packaged encoder's with low-rank changes (`low_rank.py`), in whole numbers; `cross_encoder.safetensors`
holds them and a linear head, and `python -m evals.fit.cross_encoder` makes it. Scores are log-odds: above 0 is more
likely than not.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.close_tokens import PASSAGE_TOKENS, QUESTION_TOKENS
from assistant.low_rank import LowRank, Sequences, Tokens
from index.transformer import Graph

WEIGHTS = Path(__file__).parent / "cross_encoder.safetensors"
GRAPH = Graph(
    Path(__file__).with_name("cross_encoder.onnx"),
    "588b4238026f2496a37fe92ddf2a75d8ae605e3bff46e1ca97f43430398a3e78",
    whole_numbers=True,
)
HEAD = "passage"


class CrossEncoder(Protocol):
    """Judges a question beside passages."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question; see `pair_texts.passage_text`."""


def load(path: Path = WEIGHTS) -> CrossEncoder:
    """Load the packaged body and the fitted changes.

    Raises:
        UserError: the packaged weights are missing or not as expected, or the file of changes can't be read.
    """
    return _LowRankCrossEncoder(path)


def pair(tokens: Tokens, question: str, text: str) -> Sequences:
    """Return a question and a passage as the cross-encoder reads them."""
    return tokens.joined(tokens.of(question)[-QUESTION_TOKENS:], tokens.of(text)[:PASSAGE_TOKENS])


class _LowRankCrossEncoder:
    def __init__(self, path: Path) -> None:
        self._body = LowRank(path, (HEAD,), GRAPH)

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros(0, dtype=np.float32)
        hidden = self._body.read([pair(self._body.tokens, question, text) for text in texts])
        return self._body.head(HEAD, np.stack([one[0] for one in hidden]))

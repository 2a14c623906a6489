"""What a search returns. Design rule: a hit carries the scores it was ranked by; no other floor computes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.types import Passage

Via = Literal["dense", "lexical", "both"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question."""

    passage: Passage
    score: float
    """Fused score; higher is better; comparable within one search only."""
    rank: int
    """From 1."""
    via: Via
    """Which of the two searches found it."""
    dense: float
    """Cosine of question and passage, -1 to 1. Always computed, also for a passage found by words alone."""
    lexical: float
    """BM25 score, 0 and up; 0 when no word agrees."""

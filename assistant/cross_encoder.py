"""The cross-encoder: reads a question together with a passage, or with a document's list of sections, and judges both.

Its body is the packaged encoder's with low-rank changes (`low_rank.py`), in whole numbers; `cross_encoder.safetensors`
holds them and three linear heads, and `python -m evals.fit.cross_encoder` makes it. Scores are log-odds: above 0 is
more likely than not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.low_rank import LowRank, Sequences
from assistant.low_rank import Tokens as WordPieces
from index.transformer import MOST_TOKENS, Graph

WEIGHTS = Path(__file__).parent / "cross_encoder.safetensors"
GRAPH = Graph(
    Path(__file__).with_name("cross_encoder.onnx"),
    "588b4238026f2496a37fe92ddf2a75d8ae605e3bff46e1ca97f43430398a3e78",
    whole_numbers=True,
)
QUESTION_TOKENS = 64
"""Tokens of a question that are read: its last ones, since a vignette asks at its end."""
PASSAGE_TOKENS = 110
TITLE_TOKENS = 24
HEADING_TOKENS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A question against a document's title and headings."""

    scope: float
    """Log-odds that it is about the document's subject."""
    sections: np.ndarray
    """float32 (headings,): log-odds that a section of that heading, were it here, would answer."""


class CrossEncoder(Protocol):
    """Judges a question beside texts."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question; see `pair_texts.passage_text`."""

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        """Judge a question against a document's title and the headings of its sections, in their order."""


class Tokens:
    """Turns a question and what is read beside it into sequences of token ids."""

    def __init__(self, tokens: WordPieces) -> None:
        self._of = tokens.of
        self._joined = tokens.joined
        self._between = tokens.of(";")

    def passage(self, question: str, text: str) -> Sequences:
        """Return a question and a passage."""
        return self._joined(self._asked(question), self._of(text)[:PASSAGE_TOKENS])

    def inventory(self, question: str, title: str, headings: Sequence[str]) -> Sequences:
        """Return a question, a title and headings."""
        asked = self._asked(question)
        before = len(asked) + 2
        beside = self._of(title)[:TITLE_TOKENS]
        spans = []
        for heading in headings:
            beside = beside + self._between
            start = before + len(beside)
            beside = beside + self._of(heading)[:HEADING_TOKENS]
            spans.append((start, before + len(beside)))
        return self._joined(asked, beside, spans)

    def inventories(self, question: str, title: str, headings: Sequence[str]) -> list[Sequences]:
        """Return the inventory in as many sequences as it takes when it is longer than what is read at once."""
        whole = self.inventory(question, title, headings)
        if len(whole.ids) <= MOST_TOKENS:
            return [whole]
        middle = len(headings) // 2
        return [
            *self.inventories(question, title, headings[:middle]),
            *self.inventories(question, title, headings[middle:]),
        ]

    def _asked(self, question: str) -> list[int]:
        return self._of(question)[-QUESTION_TOKENS:]


def load(path: Path = WEIGHTS) -> CrossEncoder:
    """Load the packaged body and the fitted changes.

    Raises:
        UserError: the packaged weights are missing or not as expected, or the file of changes can't be read.
    """
    return _LowRankCrossEncoder(path)


class _LowRankCrossEncoder:
    def __init__(self, path: Path) -> None:
        self._body = LowRank(path, ("passage", "scope", "section"), GRAPH)
        self._tokens = Tokens(self._body.tokens)

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros(0, dtype=np.float32)
        hidden = self._body.read([self._tokens.passage(question, text) for text in texts])
        return self._body.head("passage", np.stack([one[0] for one in hidden]))

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        read = self._tokens.inventories(question, title, headings)
        hidden = self._body.read(read)
        spans = [(rows, *span) for one, rows in zip(read, hidden, strict=True) for span in one.spans]
        # Of a heading without words, what follows it is read.
        means = [rows[start : max(end, start + 1)].mean(0) for rows, start, end in spans]
        scores = self._body.head("section", np.stack(means)) if means else np.zeros(0, dtype=np.float32)
        # What any part of a long list makes likely is likely.
        return Judged(float(self._body.head("scope", np.stack([rows[0] for rows in hidden])).max()), scores)

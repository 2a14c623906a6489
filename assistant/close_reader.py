"""The close reader: lays two texts beside each other, of the few that it is worth the time for.

It judges whether a passage answers a question, of those that the cross-encoder found likeliest; whether a question is
about a document, and which of its sections would answer, by their headings; and whether quotes support a sentence that
a chat model wrote. It is a cross-encoder too, of eight times the size: all-mpnet-base-v2 (`mpnet.py`), changed
(`close_weights.py`), with a linear head for each; `python -m evals.fit.close_reader` makes it. Scores are log-odds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.close_tokens import CloseTokens
from assistant.close_weights import ANSWERS, HEADS, MADE, SCOPE, SECTION, SUPPORTS, WEIGHTS, opened
from assistant.mpnet import Mpnet
from index.transformer import Rows, map_tensors


@dataclass(frozen=True, slots=True)
class Judged:
    """A question against a document's title and headings."""

    scope: float
    """Log-odds that it is about the document's subject."""
    sections: np.ndarray
    """float32 (headings,): log-odds that a section of that heading, were it here, would answer."""


class CloseReader(Protocol):
    """Judges a question beside texts."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question; see `pair_texts.passage_text`."""

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        """Judge a question against a document's title and the headings of its sections, in their order."""


class FittedCloseReader:
    """The close reader that comes along; may be called from several threads at once."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `close_weights.opened` made."""
        weights = map_tensors(folder / MADE)
        self._tokens = CloseTokens(folder)
        self._heads = {name: weights.pop(name) for name in HEADS}
        self._body = Mpnet(weights)

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question."""
        read = self._body.read([self._tokens.asked(question, text) for text in texts])
        return self._judged(ANSWERS, [summary(rows) for rows in read])

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        """Judge a question against a title and headings."""
        inventories = self._tokens.inventories(question, title, headings)
        read = self._body.read([one.ids for one in inventories])
        seen = [summary(rows, span) for one, rows in zip(inventories, read, strict=True) for span in one.spans]
        # What any part of a long list makes likely is likely.
        scope = self._judged(SCOPE, [summary(rows) for rows in read]).max()
        return Judged(float(scope), self._judged(SECTION, seen))

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the quotes, together, support the sentence."""
        (rows,) = self._body.read([self._tokens.written(sentence, quotes)])
        return float(self._judged(SUPPORTS, [summary(rows)])[0])

    def _judged(self, head: str, seen: Sequence[Rows]) -> np.ndarray:
        given = self._heads[head]
        return np.array([one @ given[:-1] + given[-1] for one in seen], dtype=np.float32)


def summary(rows: Rows, span: tuple[int, int] | None = None) -> Rows:
    """Return what a head sees of rows (tokens, dimension): the first, and beside it the mean of a span or of all."""
    start, end = span or (0, len(rows))
    return np.concatenate([rows[0], rows[start:end].mean(axis=0)])


def load(path: Path = WEIGHTS, cache: Path | None = None) -> FittedCloseReader:
    """Load the packaged body with the fitted changes; UserError as `close_weights.opened`."""
    return opened(FittedCloseReader, path, cache)


@cache
def shared() -> FittedCloseReader:
    """Return the one of this process, loaded at the first call: it is the largest part by far."""
    return load()

"""What the close reader reads, as token ids: two texts, with two marks between them, as MPNet has them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.low_rank import Tokens
from index.transformer import MOST_TOKENS

QUESTION_TOKENS = 64
"""Tokens of a question that are read: its last ones, since a vignette asks at its end."""
PASSAGE_TOKENS = 110
TITLE_TOKENS = 24
HEADING_TOKENS = 10
SENTENCE_TOKENS = 96
QUOTE_TOKENS = 224
"""Tokens of all quotes together; their last ones are not read, and what only they say is then not supported."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Token ids of a text and of what is read beside it."""

    ids: list[int]
    spans: tuple[tuple[int, int], ...] = ()
    """Where each heading stands, when headings are read."""


class CloseTokens:
    """Turns pairs of texts into token ids."""

    def __init__(self, folder: Path) -> None:
        """Take the tokenizer of a folder."""
        tokens = Tokens(folder)
        self._of = tokens.of
        self._opening, self._close = tokens.marks
        self._between = tokens.of(";")

    def asked(self, question: str, text: str) -> list[int]:
        """Return a question and a passage."""
        return self._pair(self._of(question)[-QUESTION_TOKENS:], self._of(text)[:PASSAGE_TOKENS])

    def written(self, sentence: str, quotes: Sequence[str]) -> list[int]:
        """Return a sentence and its quotes."""
        return self._pair(self._of(sentence)[:SENTENCE_TOKENS], self._of(" ".join(quotes))[:QUOTE_TOKENS])

    def inventory(self, question: str, title: str, headings: Sequence[str]) -> Beside:
        """Return a question, a title and headings, however many."""
        asked = self._of(question)[-QUESTION_TOKENS:]
        before = len(asked) + 3
        beside = self._of(title)[:TITLE_TOKENS]
        spans = []
        for heading in headings:
            beside = beside + self._between
            start = before + len(beside)
            beside = beside + self._of(heading)[:HEADING_TOKENS]
            # Of a heading without words, what follows it is read.
            spans.append((start, max(before + len(beside), start + 1)))
        return Beside(self._pair(asked, beside), tuple(spans))

    def inventories(self, question: str, title: str, headings: Sequence[str]) -> list[Beside]:
        """Return the inventory in as many as it takes when it is longer than what is read at once."""
        whole = self.inventory(question, title, headings)
        if len(whole.ids) <= MOST_TOKENS:
            return [whole]
        middle = len(headings) // 2
        return [
            *self.inventories(question, title, headings[:middle]),
            *self.inventories(question, title, headings[middle:]),
        ]

    def _pair(self, first: Sequence[int], second: Sequence[int]) -> list[int]:
        return [self._opening, *first, self._close, self._close, *second, self._close]

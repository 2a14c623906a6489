"""BM25 (Robertson et al., Okapi at TREC-3; the variant of Lucene) over stems, kept by bm25s as plain arrays and JSON.

Words are lower-cased runs of two or more word characters, without English stop words, stemmed by Snowball.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
_WORD = re.compile(r"\w\w+")


class Words:
    """Turns text into the stems that BM25 counts."""

    def __init__(self) -> None:
        import Stemmer
        from bm25s.stopwords import STOPWORDS_EN_PLUS

        self._stop = frozenset(STOPWORDS_EN_PLUS)
        self._stemmer: Any = Stemmer.Stemmer("english")

    def stems(self, text: str) -> list[str]:
        """Return the stems of a text in order, repeated as they are in it."""
        words = [word for word in _WORD.findall(text.lower()) if word not in self._stop]
        return list(self._stemmer.stemWords(words))


class Lexical:
    """A BM25 index over numbered texts."""

    def __init__(self, bm25: Any, texts: int) -> None:
        self._bm25 = bm25
        self._texts = texts
        self._words = Words()

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        """Count the words of the texts; a text is known by its number from 0."""
        import bm25s

        words = Words()
        vocabulary: dict[str, int] = {}
        counted = [[vocabulary.setdefault(stem, len(vocabulary)) for stem in words.stems(text)] for text in texts]
        if not vocabulary:
            return cls(None, len(texts))
        bm25 = bm25s.BM25(method="lucene")
        bm25.index((counted, vocabulary), show_progress=False)
        return cls(bm25, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index to `folder` without pickling; an index without words writes nothing."""
        folder.mkdir(parents=True)
        if self._bm25 is not None:
            self._bm25.save(folder, allow_pickle=False, show_progress=False)

    @classmethod
    def load(cls, folder: Path, texts: int) -> Lexical:
        """Read what `save` wrote; `texts` is how many there were.

        Raises:
            ValueError or OSError: the files are not as written.
        """
        import bm25s

        if not any(folder.iterdir()):
            return cls(None, texts)
        bm25 = bm25s.BM25.load(folder, allow_pickle=False, show_progress=False)
        if bm25.scores["num_docs"] != texts:
            raise ValueError(f"{folder} counts {bm25.scores['num_docs']} texts, expected {texts}")
        return cls(bm25, texts)

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of every text, float32, 0 where no word agrees."""
        ids = [] if self._bm25 is None else self._bm25.get_tokens_ids(self._words.stems(question))
        if not ids:
            return np.zeros(self._texts, dtype=np.float32)
        return np.asarray(self._bm25.get_scores_from_ids(ids), dtype=np.float32)

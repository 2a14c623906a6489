"""BM25 (Robertson et al., Okapi at TREC-3; the variant of Lucene) over stems, kept by bm25s as plain arrays and JSON.

Words are lower-cased runs of two or more word characters, without English stop words, stemmed by Snowball. The longer
of bm25s's two lists of stop words, which has "what" and "how": nDCG@10 on BioASQ 7b and 8b is 0.814 and 0.797 with it,
0.761 and 0.774 with the shorter one.

Inside one document a word weighs by how rare it is in that document, not in the library, where the words of its title
are rare although they stand everywhere in it. On the suites (seven documents) that is worth 0.008 of nDCG@10 on the
`tune` half and nothing on the `hold` half: `python -m evals.benchmarks.document_retrieval`.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
_WORD = re.compile(r"\w\w+")
K1 = 0.9
B = 0.4
"""Best of six pairs on BioASQ 7b and 8b, Pyserini's too: `python -m evals.benchmarks.bioasq_retrieval --tune`."""


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
    def build(cls, texts: Sequence[str], k1: float = K1, b: float = B) -> Lexical:
        """Count the words of the texts; a text is known by its number from 0.

        Args:
            texts: any number, also none.
            k1: how soon repeating a word stops counting.
            b: how much longer texts are held back, 0 to 1.
        """
        bm25s = _bm25s()
        words = Words()
        vocabulary: dict[str, int] = {}
        counted = [[vocabulary.setdefault(stem, len(vocabulary)) for stem in words.stems(text)] for text in texts]
        if not vocabulary:
            return cls(None, len(texts))
        bm25 = bm25s.BM25(method="lucene", k1=k1, b=b)
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
        bm25s = _bm25s()
        if not any(folder.iterdir()):
            return cls(None, texts)
        bm25 = bm25s.BM25.load(folder, allow_pickle=False, show_progress=False)
        if bm25.scores["num_docs"] != texts:
            raise ValueError(f"{folder} counts {bm25.scores['num_docs']} texts, expected {texts}")
        return cls(bm25, texts)

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of every text, float32, 0 where no word agrees."""
        return self._scores(question, 0, self._texts)

    def scores_within(self, question: str, first: int, count: int) -> Scores:
        """Return the BM25 scores of `count` texts from number `first`, with words weighed by their rarity among these.

        The average length that BM25 compares a text with remains that of the whole library.
        """
        return self._scores(question, first, count)

    def _scores(self, question: str, first: int, count: int) -> Scores:
        scores = np.zeros(count, dtype=np.float32)
        if self._bm25 is None:
            return scores
        starts = self._bm25.scores["indptr"]
        for word in self._bm25.get_tokens_ids(self._words.stems(question)):
            texts = self._bm25.scores["indices"][starts[word] : starts[word + 1]]
            parts = self._bm25.scores["data"][starts[word] : starts[word + 1]]
            # The texts of a word are in ascending order, each once.
            low, high = np.searchsorted(texts, (first, first + count))
            if low < high:
                # bm25s has multiplied the library's weight of the word into every part.
                weight = _rarity(high - low, count) / _rarity(len(texts), self._texts)
                scores[texts[low:high] - first] += parts[low:high] * np.float32(weight)
        return scores


def _bm25s() -> Any:
    import bm25s

    # It sets its own logger to DEBUG, which every program that has configured logging would then print.
    logging.getLogger("bm25s").setLevel(logging.NOTSET)
    return bm25s


def _rarity(having: int, texts: int) -> float:
    """Return Lucene's inverse document frequency, above 0 also for a word that every text has."""
    return math.log(1 + (texts - having + 0.5) / (having + 0.5))

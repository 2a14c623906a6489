"""BM25 (Robertson et al., Okapi at TREC-3; the variant of Lucene) over stems, kept as plain arrays of counts.

Words are lower-cased runs of two or more word characters, without English stop words, stemmed by Snowball. The longer
of bm25s's two lists of stop words, which has "what" and "how": nDCG@10 on BioASQ 7b and 8b is 0.814 and 0.797 with it,
0.761 and 0.774 with the shorter one.

What is kept are counts, not scores: a score depends on every text of the library (how rare a word is, how long a text
is on average), so that keeping scores, as bm25s does, means to compute all of them anew when one text comes or goes.
From counts they are worked out for the few words of a question, over any number of parts that come and go.

Inside one document a word weighs by how rare it is in that document, not in the library, where the words of its title
are rare although they stand everywhere in it. On the suites (seven documents) that is worth 0.008 of nDCG@10 on the
`tune` half and nothing on the `hold` half: `python -m evals.benchmarks.document_retrieval`.
"""

from __future__ import annotations

import logging
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.int32]
_WORD = re.compile(r"\w\w+")
K1 = 0.9
B = 0.4
"""Best of six pairs on BioASQ 7b and 8b, Pyserini's too: `python -m evals.benchmarks.bioasq_retrieval --tune`."""


class Words:
    """Turns text into the stems that BM25 counts."""

    def __init__(self) -> None:
        import Stemmer

        self._stop = _stop_words()
        self._stemmer: Any = Stemmer.Stemmer("english")

    def stems(self, text: str) -> list[str]:
        """Return the stems of a text in order, repeated as they are in it."""
        words = [word for word in _WORD.findall(text.lower()) if word not in self._stop]
        return list(self._stemmer.stemWords(words))


class Lexical:
    """The words of numbered texts: which texts have a stem, and how often."""

    def __init__(
        self, stems: Mapping[str, int], arrays: tuple[Counts, Counts, Counts, Counts], k1: float = K1, b: float = B
    ) -> None:
        """Take the number of each stem and four arrays.

        Args:
            stems: each stem's number from 0.
            arrays: `starts` (stems + 1): where the texts of each stem begin in the next two; `texts`: numbers of texts,
                ascending for each stem; `counts`: how often the stem is in that text; `lengths`: stems of each text.
            k1: how soon repeating a word stops counting.
            b: how much longer texts are held back, 0 to 1.
        """
        self._stems = stems
        self._starts, self._texts, self._counts, self.lengths = arrays
        self._k1, self._b = k1, b
        self._words = Words()

    @classmethod
    def build(cls, texts: Sequence[str], k1: float = K1, b: float = B) -> Lexical:
        """Count the words of the texts; a text is known by its number from 0. There may be none."""
        words = Words()
        having: dict[str, list[tuple[int, int]]] = {}
        lengths = np.zeros(len(texts), dtype=np.int32)
        for number, text in enumerate(texts):
            stems = words.stems(text)
            lengths[number] = len(stems)
            for stem, count in Counter(stems).items():
                having.setdefault(stem, []).append((number, count))
        starts = np.zeros(len(having) + 1, dtype=np.int32)
        starts[1:] = np.cumsum([len(places) for places in having.values()])
        both = np.array([place for places in having.values() for place in places], dtype=np.int32).reshape(-1, 2)
        arrays = (starts, np.ascontiguousarray(both[:, 0]), np.ascontiguousarray(both[:, 1]), lengths)
        return cls({stem: number for number, stem in enumerate(having)}, arrays, k1, b)

    def save(self, path: Path) -> None:
        """Write the counts to a file of numpy's, without pickling."""
        with path.open("wb") as file:
            np.savez(
                file,
                stems=np.array(list(self._stems), dtype=np.str_),
                starts=self._starts,
                texts=self._texts,
                counts=self._counts,
                lengths=self.lengths,
            )

    @classmethod
    def load(cls, path: Path, texts: int) -> Lexical:
        """Read what `save` wrote; `texts` is how many there were.

        Raises:
            ValueError or OSError: the file is not as written.
        """
        with np.load(path, allow_pickle=False) as stored:
            arrays = (stored["starts"], stored["texts"], stored["counts"], stored["lengths"])
            stems = {stem: number for number, stem in enumerate(stored["stems"].tolist())}
        if len(arrays[3]) != texts:
            raise ValueError(f"{path} counts {len(arrays[3])} texts, expected {texts}")
        return cls(stems, arrays)

    def scores(self, question: str) -> Scores:
        """Return the BM25 score of every text, float32, 0 where no word agrees."""
        return scores_of([self], [None], question)[0]

    def scores_within(self, question: str, first: int, count: int, mean_length: float | None = None) -> Scores:
        """Return the BM25 scores of `count` texts from number `first`, with words weighed by their rarity among these.

        `mean_length` is the average length that BM25 compares a text with: that of the whole library, where this is
        but a part of it; of the texts here when None.
        """
        mean = float(self.lengths.mean()) if mean_length is None else mean_length
        scores = np.zeros(count, dtype=np.float32)
        for stem in self._words.stems(question):
            texts, counts = self._having(stem)
            low, high = np.searchsorted(texts, (first, first + count))
            if low < high:
                parts = self._parts(texts[low:high], counts[low:high], mean)
                scores[texts[low:high] - first] += parts * np.float32(_rarity(int(high - low), count))
        return scores

    def _having(self, stem: str) -> tuple[Counts, Counts]:
        """Return the texts that have a stem, ascending, and how often each has it."""
        number = self._stems.get(stem)
        if number is None:
            return self._texts[:0], self._counts[:0]
        place = slice(self._starts[number], self._starts[number + 1])
        return self._texts[place], self._counts[place]

    def _parts(self, texts: Counts, counts: Counts, mean_length: float) -> Scores:
        """Return what a stem adds to these texts before its weight."""
        held_back = self._k1 * (1 - self._b + self._b * self.lengths[texts] / mean_length)
        return np.asarray(counts / (counts + held_back), dtype=np.float32)


def scores_of(
    parts: Sequence[Lexical], live: Sequence[Mask | None], question: str, size: tuple[int, float] | None = None
) -> list[Scores]:
    """Return the BM25 scores of every text of several parts, as if they were one.

    Args:
        parts: any number.
        live: for each part which of its texts count; None when all do. The others score 0 and weigh nothing.
        question: its words are looked for; one that is repeated counts again.
        size: what `size_of` says of the parts, where that is known already.
    """
    scores = [np.zeros(len(part.lengths), dtype=np.float32) for part in parts]
    texts, mean_length = size or size_of(parts, live)
    if not texts:
        return scores
    for stem in parts[0]._words.stems(question):
        found = []
        for number, (part, mask) in enumerate(zip(parts, live, strict=True)):
            having, counts = part._having(stem)
            if mask is not None:
                kept = mask[having]
                having, counts = having[kept], counts[kept]
            if len(having):
                found.append((number, having, counts))
        weight = np.float32(_rarity(sum(len(having) for _, having, _ in found), texts))
        for number, having, counts in found:
            scores[number][having] += parts[number]._parts(having, counts, mean_length) * weight
    return scores


def size_of(parts: Sequence[Lexical], live: Sequence[Mask | None]) -> tuple[int, float]:
    """Return how many texts count in all, and their average length (0 for none)."""
    lengths = [part.lengths if mask is None else part.lengths[mask] for part, mask in zip(parts, live, strict=True)]
    texts = sum(len(one) for one in lengths)
    return texts, sum(int(one.sum()) for one in lengths) / texts if texts else 0.0


def _stop_words() -> frozenset[str]:
    from bm25s.stopwords import STOPWORDS_EN_PLUS

    # It sets its own logger to DEBUG, which every program that has configured logging would then print.
    logging.getLogger("bm25s").setLevel(logging.NOTSET)
    return frozenset(STOPWORDS_EN_PLUS)


def _rarity(having: int, texts: int) -> float:
    """Return Lucene's inverse document frequency, above 0 also for a word that every text has."""
    return math.log(1 + (texts - having + 0.5) / (having + 0.5))

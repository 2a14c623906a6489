"""Weighing hits as evidence: a cheap first look at all of them, the cross-encoder on the best, the close reader on few.

A fitted forest sees what `features.py` describes and makes the shortlist; a fitted regression sees in addition what the
two readers say of the passages on it. Hits off the shortlist are no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.close_reader import CloseReader, Judged
from assistant.cross_encoder import CrossEncoder
from assistant.forest import Forest
from assistant.lexicon import Lexicon
from assistant.pair_texts import passage_text
from assistant.regression import Regression

if TYPE_CHECKING:
    from assistant.answering import Found

SHORTLIST = 8
"""Passages that the cross-encoder reads. Out of fold the outcome is right in 0.843 with 8 and in 0.837 with 5."""
READ_CLOSELY = 4
"""Passages that the close reader reads."""
FIRST_LOOK, LEAST_CHANCE = 0.5, 1e-3
"""What the logarithm of a passage's probability at the first look counts beside the cross-encoder's log-odds, and the
least such probability, when passages to read closely are chosen: evidence is among four of them in 0.933 of questions
out of fold, and in 0.927 by the cross-encoder alone."""
UNREAD = -9.0
"""Log-odds that stand for a passage, or a section, that there is not."""


@dataclass(frozen=True, slots=True)
class Read:
    """What the two readers say of a part."""

    first: np.ndarray
    """float64 (hits,): probability of being evidence at the first look."""
    shortlist: np.ndarray
    """int (at most `SHORTLIST`,): numbers of the hits read, the likeliest first."""
    pairs: np.ndarray
    """float32 (shortlist,): log-odds that each passage read answers, as the cross-encoder has it."""
    close: np.ndarray
    """float32 (shortlist,): the same of the close reader; NaN where it did not read."""
    judged: Judged
    """The part against the sections that the document announces."""


def read_hits(found: Found, lexicon: Lexicon, forest: Forest, cross: CrossEncoder, reader: CloseReader) -> Read:
    """Make the shortlist, let the cross-encoder read it, and the close reader its best and the document's headings."""
    first = forest.probability(found.rows) if found.hits else np.zeros(0)
    shortlist = np.argsort(-first, kind="stable")[:SHORTLIST]
    texts = [passage_text(found.hits[number].passage, lexicon) for number in shortlist]
    headings = [section.heading for section in lexicon.announced]
    pairs = cross.passages(found.question, texts)
    close = np.full(len(texts), np.nan, dtype=np.float32)
    likeliest = _likeliest(pairs, first[shortlist])
    close[likeliest] = reader.passages(found.question, [texts[number] for number in likeliest])
    judged = reader.sections(found.question, lexicon.document.title, headings)
    return Read(first, shortlist, pairs, close, judged)


def _likeliest(pairs: np.ndarray, first: np.ndarray) -> np.ndarray:
    return np.argsort(-(pairs + FIRST_LOOK * np.log(first + LEAST_CHANCE)), kind="stable")[:READ_CLOSELY]


def shortlist_rows(found: Found, read: Read) -> tuple[tuple[str, ...], np.ndarray]:
    """Return names and float64 (shortlist, features): what the regression sees."""
    best = read.pairs.max(initial=UNREAD)
    closely = ~np.isnan(read.close)
    close = np.where(closely, read.close, 0.0)
    closest = read.close[closely].max(initial=UNREAD)
    own = np.column_stack(
        [
            read.pairs,
            read.pairs - best,
            np.full(len(read.pairs), best),
            np.full(len(read.pairs), (read.pairs > 0).sum()),
            read.first[read.shortlist],
            closely,
            close,
            np.where(closely, close - closest, 0.0),
            np.full(len(read.pairs), closest),
            np.full(len(read.pairs), (close > 0).sum()),
        ]
    )
    names = (*found.names, "pair", "pair_gap", "pair_best", "pairs_over", "first")
    names = (*names, "closely", "close", "close_gap", "close_best", "close_over")
    return names, np.hstack([found.rows[read.shortlist], own]) if len(read.pairs) else np.zeros((0, len(names)))


def weigh(found: Found, read: Read, regression: Regression) -> np.ndarray:
    """Return float64 (hits,): the probability that each hit is evidence."""
    evidence = np.zeros(len(found.hits))
    if len(read.shortlist):
        chances = regression.table(shortlist_rows(found, read)[1])
        evidence[read.shortlist] = chances[:, regression.classes.index("yes")]
    return evidence

"""Pairs from BioASQ 7b and 8b: a question beside snippets that experts chose for it, and beside near ones of others."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from evals.fit.pairs import Pair
from evals.fit.public_data import bioasq
from index.encoder import Encoder

RIGHT, WRONG = 3, 4
"""Snippets of each kind beside a question, at most."""
LONGEST = 70
"""Words; longer snippets are passed over."""
SEED = 1


def bioasq_pairs(data: Path, encoder: Encoder) -> Iterator[Pair]:
    """Yield pairs; wrong are the snippets nearest to the question among those of all other questions."""
    rows = list(bioasq(data, years=("7b", "8b")))
    numbers: dict[str, int] = {}
    own = [{numbers.setdefault(snippet, len(numbers)) for snippet in row["snippets"]} for row in rows]
    snippets = list(numbers)
    near = encoder.encode_questions([row["question"] for row in rows]) @ encoder.encode_passages(snippets).T
    chance = random.Random(SEED)
    for row, right, cosines in zip(rows, own, near, strict=True):
        short = sorted(number for number in right if len(snippets[number].split()) <= LONGEST)
        chosen = chance.sample(short, min(RIGHT, len(short)))
        others = [int(number) for number in np.argsort(-cosines)[:150] if int(number) not in right][:WRONG]
        for number in chosen:
            yield Pair(row["question"], f"Evidence: {snippets[number]}", 1.0, len(chosen) ** -0.5)
        for number in others:
            yield Pair(row["question"], f"Evidence: {snippets[number]}", 0.0, 0.6)

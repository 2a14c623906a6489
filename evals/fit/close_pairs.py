"""What the close reader is fitted on: questions beside passages and headings, written sentences beside their quotes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from assistant.forest import Forest
from assistant.pair_texts import passage_text
from assistant.writing.plain import plain
from evals.fit.examples import Example
from evals.fit.pairs import Inventory, Pair, asked_elsewhere, by_topic, inventories
from evals.gate.mutations import CERTAIN, DOUBTFUL, mutations
from evals.gate.sentences import Written

MOST_RIGHT = 2
"""Right passages beside a question; of more so many are drawn."""
LIKEST, FOLLOWING = 2, 7
"""Wrong passages beside a question: so many of the likeliest, and one of so many that follow; out of scope one."""
WRONG_WEIGHT = 0.6
MUTATIONS = 0.14
"""Share of the mutations, certain and doubtful, that a pass reads: about half as many as sentences by hand."""


def asked_pairs(examples: Sequence[Example], forest: Forest, chance: random.Random) -> Iterator[Pair]:
    """Yield pairs of all questions that were not cut into parts."""
    for example in examples:
        passages = [hit.passage for hit in example.found.hits]
        if example.parts > 1 or not passages:
            continue
        right = [passage for passage, label in zip(passages, example.labels, strict=True) if label]
        if example.outcome == "answered" and not right:
            continue
        likeliest = np.argsort(-forest.probability(example.found.rows), kind="stable")
        wrong = [passages[number] for number in likeliest if not example.labels[number]]
        right = chance.sample(right, MOST_RIGHT) if len(right) > MOST_RIGHT else right
        for passage in right:
            yield Pair(example.question, passage_text(passage, example.lexicon), 1.0, len(right) ** -0.5)
        if example.whole_outcome == "out_of_scope":
            drawn = wrong[:1]
        else:
            following = wrong[LIKEST : LIKEST + FOLLOWING]
            drawn = wrong[:LIKEST] + chance.sample(following, min(1, len(following)))
        for passage in drawn:
            yield Pair(example.question, passage_text(passage, example.lexicon), 0.0, WRONG_WEIGHT)


def written_pairs(sentences: Sequence[Written], chance: random.Random) -> Iterator[Pair]:
    """Yield each sentence beside its quotes, and a share of the mutations of the true ones, as the gate has them."""
    made = mutations(sentences, {**CERTAIN, **DOUBTFUL}, chance.randrange(2**32))
    for one in (*sentences, *(one for one in made if chance.random() < MUTATIONS)):
        yield Pair(plain(one.text), " ".join(map(plain, one.sources.quotes)), float(one.supported), 1.0)


def listed(examples: Sequence[Example], chance: random.Random) -> Iterator[Inventory]:
    """Yield questions beside the headings of pages, half of the time in another order: their places say nothing."""
    for one in (*inventories(examples), *asked_elsewhere(examples, chance), *by_topic(chance)):
        order = list(range(len(one.headings)))
        if chance.random() < 0.5:
            chance.shuffle(order)
        yield replace(
            one,
            headings=tuple(one.headings[place] for place in order),
            right=tuple(one.right[place] for place in order),
        )

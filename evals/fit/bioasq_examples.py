"""Examples made of BioASQ: expert questions over small documents of snippets, with and without what answers them.

For each question two documents are made. Both hold the snippets of the questions nearest to it (in the encoder's space);
one holds its own snippets too. Of the first the question is answered, by the sentences of its own snippets; the second does
not say: a near miss, since it is about the same things.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from assistant.answering import Reader
from assistant.parts import take_apart
from assistant.spelling import mend
from corpus.blocks import Page, heading, paragraph
from corpus.build import build
from corpus.types import Document
from evals.fit.examples import Example
from evals.fit.public_data import bioasq
from index.encoder import Encoder

MOST_OWN, MOST_OTHERS, OTHERS = 4, 3, 6
"""Snippets of the question itself, of each other question, and how many other questions."""


def bioasq_documents(
    folder: Path, encoder: Encoder, years: Sequence[str], most_questions: int, seed: int = 0
) -> Iterator[tuple[str, Document, frozenset[str]]]:
    """Yield question, document and the snippets in it that answer the question (none in the second of each pair)."""
    rows = list(bioasq(folder, years))
    vectors = encoder.encode_questions([row["question"] for row in rows])
    nearest = np.argsort(-(vectors @ vectors.T), axis=1)[:, 1 : OTHERS + 1]
    chosen = random.Random(seed).sample(range(len(rows)), min(most_questions, len(rows)))
    for number in sorted(chosen):
        row = rows[number]
        own = list(dict.fromkeys(row["snippets"]))[:MOST_OWN]
        others = [snippet for other in nearest[number] for snippet in list(dict.fromkeys(rows[other]["snippets"]))[:MOST_OTHERS]]
        others = [snippet for snippet in dict.fromkeys(others) if not _shared(snippet, row["snippets"])]
        title = " ".join(rows[nearest[number][0]]["question"].split()[-4:]).strip("?")
        for answers in (own, []):
            shuffled = [*answers, *others]
            random.Random(number).shuffle(shuffled)
            name = f"bioasq-{row['id']}-{'with' if answers else 'without'}"
            page = Page(title, (heading("Text"), *map(paragraph, shuffled)), f"{name}.txt", name)
            yield row["question"], build(page), frozenset(_folded(snippet) for snippet in answers)


def bioasq_examples(reader: Reader, asked: Sequence[tuple[str, Document, frozenset[str]]]) -> Iterator[Example]:
    """Yield one example of each question and document."""
    for question, document, answers in asked:
        lexicon = reader.lexicon(document.id)
        apart = take_apart(mend(question, lexicon.words, reader.english))
        if len(apart.asked) > 1:
            continue
        found = reader.find(apart.asked[0], apart.setting, document.id)
        labels = np.array([any(_folded(hit.passage.text) in answer for answer in answers) for hit in found.hits], dtype=bool)
        outcome = "answered" if answers else "not_in_document"
        yield Example("bioasq", document.id, "tune", found, lexicon, labels, outcome)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _shared(snippet: str, own: Sequence[str]) -> bool:
    words = set(snippet.lower().split())
    return any(len(words & set(other.lower().split())) > 0.5 * len(words) for other in own)

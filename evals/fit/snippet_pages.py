"""Pages of BioASQ's snippets: documents with a title that says nothing, where an answer is there or was taken out.

Ten questions of like subjects (each group the nearest to one of them by cosine) give their snippets to one document, a
paragraph each. Every question is asked of its document, and once more as if the document lacked the passages of its own
snippets; those of its nine neighbours stay.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np

from assistant.answering import Reader
from assistant.lexicon import Lexicon, read_lexicon
from assistant.parts import take_apart
from assistant.types import Outcome
from corpus.blocks import Page, heading, paragraph
from corpus.build import build as build_document
from corpus.passages import split
from corpus.types import Document
from evals.fit.examples import Example
from evals.fit.public_data import bioasq
from index.encoder import Encoder, Vectors
from index.generations import build
from index.search import Index

TOGETHER = 10
"""Questions whose snippets make one document."""
TITLES = ("Findings", "Abstracts", "Notes", "Summary of studies", "Literature", "Handout", "Review", "Chapter 4")
SEED = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its document, and the ids of the passages that are its own snippets."""

    question: str
    document_id: str
    own: frozenset[str]


class Removing(Reader):
    """A reader that reads documents as if they lacked some passages."""

    removed: frozenset[str] = frozenset()

    def lexicon(self, document_id: str) -> Lexicon:
        """Return the words of what is left of a document."""
        whole = super().lexicon(document_id)
        left = tuple(passage for passage in whole.passages if passage.id not in self.removed)
        return read_lexicon(whole.document, left, self.vectors) if self.removed else whole


def snippet_pages(
    rows: Sequence[dict[str, Any]], encoder: Encoder, titles: Sequence[str] = ("Findings",)
) -> tuple[list[Document], list[Asked]]:
    """Return documents of ten questions of like subjects each, and the questions; a title is drawn for each."""
    chance = random.Random(SEED)
    documents: list[Document] = []
    asked: list[Asked] = []
    for group in _groups(encoder.encode_questions([row["question"] for row in rows])):
        own = [rows[number] for number in group]
        snippets = list(dict.fromkeys(" ".join(text.split()) for row in own for text in row["snippets"]))
        title = chance.choice(titles)
        blocks = (heading(title), *map(paragraph, snippets))
        name = f"snippets-{len(documents) + 1}"
        document = replace(build_document(Page(title=title, source=name, blocks=blocks)), id=name)
        documents.append(document)
        passages = split(document)
        for row in own:
            mine = [" ".join(text.split()) for text in row["snippets"]]
            ids = {one.id for one in passages if any(" ".join(one.text.split()) in text for text in mine)}
            asked.append(Asked(row["question"], name, frozenset(ids)))
    return documents, asked


def _groups(vectors: Vectors) -> list[list[int]]:
    """Part rows into groups: the first that is left, and those left that are nearest to it."""
    left = list(range(len(vectors)))
    groups = []
    while left:
        near = sorted(left, key=lambda number: -float(vectors[number] @ vectors[left[0]]))[:TOGETHER]
        groups.append(near)
        left = [number for number in left if number not in near]
    return groups


def snippet_examples(data: Path, encoder: Encoder, questions: int) -> list[Example]:
    """Ask questions of BioASQ 7b and 8b, drawn at random, with their evidence and without, deciding nothing."""
    rows = random.Random(SEED).sample(list(bioasq(data, years=("7b", "8b"))), questions)
    documents, asked = snippet_pages(rows, encoder, TITLES)
    with TemporaryDirectory() as folder:
        build(Path(folder), documents, encoder)
        index = Index.open(Path(folder), encoder)
        reader = Removing(documents, index, encoder)
        with click.progressbar(asked, label=f"reading {len(documents)} pages of snippets") as bar:
            found = [example for one in bar for example in _with_and_without(reader, one)]
        index.close()
    return found


def _with_and_without(reader: Removing, one: Asked) -> Iterator[Example]:
    apart = take_apart(one.question)
    if len(apart.asked) > 1 or not one.own:
        return
    for removed in (frozenset[str](), one.own):
        reader.removed = removed
        lexicon = reader.lexicon(one.document_id)
        found = reader.find(apart.asked[0], apart.setting, lexicon)
        outcome: Outcome = "not_in_document" if removed else "answered"
        yield Example(
            group=one.document_id,
            name=one.question,
            split="tune",
            question=found.question,
            found=found,
            lexicon=lexicon,
            labels=np.array([hit.passage.id in one.own for hit in found.hits], dtype=bool),
            outcome=outcome,
            whole_outcome=outcome,
            withheld=(),
            parts=1,
            history=False,
        )
    reader.removed = frozenset()

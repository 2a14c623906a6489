"""MedQuAD as a library of documents, and for each section the question that its authors wrote for it.

Of the 5,486 documents a sample is taken, always the same for the same size: a question is then harder to answer the
larger the sample is. Sections of one question (two sources that write about one disease) are all right answers to it.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.blocks import Page, heading, paragraph
from corpus.build import build
from corpus.types import Document
from evals.fit.public_data import medquad

SEED = 20

Place = tuple[str, str]
"""Ids of a document and of one of its sections."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the sections that answer it."""

    question: str
    relevant: frozenset[Place]


def read_sample(data: Path, documents: int | None, questions: int | None = None) -> tuple[list[Document], list[Asked]]:
    """Return so many documents of MedQuAD (all when None), each with an id of its own, and their questions.

    At most `questions` of the questions are taken, at random, always the same.
    """
    rows = list(medquad(data))
    chosen = range(len(rows))
    picked = chosen if documents is None else sorted(random.Random(SEED).sample(chosen, min(documents, len(rows))))
    made: list[Document] = []
    places: dict[str, set[Place]] = defaultdict(set)
    for number in picked:
        row = rows[number]
        blocks = []
        for section in row["sections"]:
            blocks += [heading(section["heading"]), *map(paragraph, section["text"].split("\n"))]
        document = build(Page(title=row["title"], source=row["id"], blocks=tuple(blocks)))
        document = replace(document, id=f"{document.id}-{number}")
        made.append(document)
        for section, own in zip(row["sections"], _own(document, row["sections"]), strict=True):
            if own is not None:
                places[" ".join(section["question"].split())].add((document.id, own))
    asked = [Asked(question, frozenset(where)) for question, where in places.items()]
    if questions is not None and questions < len(asked):
        asked = random.Random(SEED).sample(asked, questions)
    return made, asked


def _own(document: Document, sections: list[dict[str, str]]) -> list[str | None]:
    """Return the id of each source section in the document that was made of them; None for one that left nothing."""
    left = [section for section in document.sections if section.status == "present"]
    found: list[str | None] = []
    for section in sections:
        own = next((one for one in left if one.heading == " ".join(section["heading"].split())), None)
        if own is not None:
            left.remove(own)
        found.append(own.id if own is not None else None)
    return found

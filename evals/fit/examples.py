"""Examples to fit on: what the assistant sees of a question, with what a right answer would have chosen."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np

from assistant.answering import Found, Reader
from assistant.followups import reading
from assistant.lexicon import Lexicon
from assistant.parts import Parts, take_apart
from assistant.spelling import mend
from assistant.types import Outcome, Turn
from corpus.types import Document
from evals.cases import Case, Suite
from evals.fit.questions import pages
from evals.ideal import expect
from index.encoder import Encoder

SEED = 2


@dataclass(frozen=True, slots=True)
class Example:
    """One part of a question."""

    group: str
    """The document: examples of one group never stand on both sides of a split."""
    name: str
    split: str
    """"tune" or "hold"."""
    question: str
    """As it is searched for."""
    found: Found
    lexicon: Lexicon
    labels: np.ndarray
    """bool (hits,): the hit is evidence."""
    outcome: Outcome | None
    """What this part's outcome should be; None where the case doesn't say it of each part."""
    whole_outcome: Outcome
    withheld: tuple[str, ...]
    """Headings that should be named."""
    parts: int
    """Into how many the question was cut."""
    history: bool
    """Whether it was asked in a conversation."""


def collect(folder: Path, encoder: Encoder, share: float = 1.0) -> list[Example]:
    """Ask every question of a folder of pages, or a share that is always the same, without deciding anything."""
    chance = random.Random(SEED)
    asked = []
    for document, suite in pages(folder):
        cases = tuple(case for case in suite.cases if chance.random() < share)
        asked.append((document, suite.model_copy(update={"cases": cases})))
    return gather(asked, encoder)


def gather(asked: Sequence[tuple[Document, Suite]], encoder: Encoder) -> list[Example]:
    """Ask every case of some suites about their documents, without deciding anything."""
    from index.generations import build
    from index.search import Index

    documents = [document for document, _ in asked]
    with TemporaryDirectory() as folder:
        build(Path(folder), documents, encoder)
        index = Index.open(Path(folder), encoder)
        reader = Reader(documents, index, encoder)
        with click.progressbar(asked, label=f"reading {len(asked)} pages") as bar:
            found = [example for document, suite in bar for example in _of_suite(reader, document, suite)]
        index.close()
    return found


def _of_suite(reader: Reader, document: Document, suite: Suite) -> Iterator[Example]:
    lexicon = reader.lexicon(document.id)
    for case in suite.cases:
        apart = _read(reader, case, lexicon)
        relevant = expect(case, lexicon.document, lexicon.passages).relevant
        for part in apart.asked:
            found = reader.find(part, apart.setting, lexicon)
            yield Example(
                group=document.id,
                name=case.id,
                split=case.split,
                question=found.question,
                found=found,
                lexicon=lexicon,
                labels=np.array([hit.passage.id in relevant for hit in found.hits], dtype=bool),
                outcome=_outcome(case, len(apart.asked)),
                whole_outcome=case.expect.outcome,
                withheld=case.expect.withheld,
                parts=len(apart.asked),
                history=bool(case.history),
            )


def _read(reader: Reader, case: Case, lexicon: Lexicon) -> Parts:
    history = [Turn(turn.role, turn.content) for turn in case.history]
    mended = mend(case.question, lexicon.words, reader.english)
    return take_apart(reading(mended, history, lexicon.subject, reader.vectors))


def _outcome(case: Case, parts: int) -> Outcome | None:
    # Of a two-part question that is answered in part, the case tells only the whole outcome.
    return None if parts > 1 and case.expect.withheld and case.expect.outcome == "answered" else case.expect.outcome

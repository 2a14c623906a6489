"""Retrieval inside one document: does the search put the evidence of a suite's case first?

    python -m evals.benchmarks.document_retrieval           report on the cases that no setting was chosen by (`hold`)
    python -m evals.benchmarks.document_retrieval --tune    the cases that settings were chosen by (`tune`)

Cases with a history are left out: what is searched for them is for the assistant to complete.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.passages import split
from corpus.types import Document, Passage
from evals.benchmarks.rankings import Scores, fused, judge, print_table, reciprocal_ranks
from evals.cases import load as load_suite
from evals.find import documents_of, suite_paths
from evals.ideal import expect
from index.embedding_text import completed_texts, embedding_texts, lexical_texts
from index.encoder import Vectors
from index.fusion import DENSE_WEIGHT
from index.lexical import Lexical

WEIGHTS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8)


@dataclass(frozen=True, slots=True)
class Asked:
    """A case's question, the document it is asked of, and the numbers of the passages that hold its evidence."""

    question: str
    document_id: str
    relevant: frozenset[int]


def read_asked(halves: Sequence[str]) -> tuple[dict[str, Document], list[Asked]]:
    """Read the documents of all suites, and cases of some halves with evidence in passages and no history."""
    from assistant.settings import Settings
    from assistant.wiring import open_library

    suites = [load_suite(path) for path in suite_paths([])]
    documents = {one.id: one for one in documents_of(suites, open_library(Settings())).values()}
    asked = []
    for suite in suites:
        document = documents[suite.document]
        passages = split(document)
        numbers = {passage.id: number for number, passage in enumerate(passages)}
        for case in suite.cases:
            relevant = expect(case, document, passages).relevant
            if case.split in halves and relevant and not case.history:
                asked.append(Asked(case.question, document.id, frozenset(numbers[one] for one in relevant)))
    return documents, asked


def without_heading(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Return what would be encoded without title and section."""
    return completed_texts(passages)


def without_title(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Return what would be encoded without the title."""
    headings = {section.id: section.heading for section in document.sections}
    texts = completed_texts(passages)
    return [f"{headings[one.section_id]}: {text}" for one, text in zip(passages, texts, strict=True)]


def bare(document: Document, passages: Sequence[Passage]) -> list[str]:
    """Return what would be encoded without the sentence that a pronoun points to."""
    headings = {section.id: section.heading for section in document.sections}
    return [f"{document.title} > {headings[one.section_id]}: {one.text}" for one in passages]


Texts = Callable[[Document, Sequence[Passage]], list[str]]
ENCODED: dict[str, Texts] = {
    "passage": without_heading,
    "section: passage": without_title,
    "title > section: passage, alone": bare,
    "title > section: passage": embedding_texts,
}


def main() -> None:
    """Encode, rank and print the table."""
    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.document_retrieval", description=__doc__)
    parser.add_argument("--encoder", help="folder of another sentence-transformers model")
    parser.add_argument("--tune", action="store_true", help="compare settings on the half that they are chosen by")
    given = parser.parse_args()
    half = "tune" if given.tune else "hold"
    documents, asked = read_asked([half])
    encoder = load(given.encoder)
    passages = {name: split(document) for name, document in documents.items()}
    first: dict[str, int] = {}
    words: list[str] = []
    for name, document in documents.items():
        first[name] = len(words)
        words += lexical_texts(document, passages[name])
    lexical = Lexical.build(words)
    questions = encoder.encode_questions([one.question for one in asked])
    ways: dict[str, list[Scores]] = defaultdict(list)
    vectors: dict[str, dict[str, Vectors]] = {
        way: {name: encoder.encode_passages(texts(one, passages[name])) for name, one in documents.items()}
        for way, texts in ENCODED.items()
    }
    for one, question in zip(asked, questions, strict=True):
        for way in ENCODED:
            ways[f"dense, {way}"].append(vectors[way][one.document_id] @ question)
        dense = ways["dense, title > section: passage"][-1]
        start, count = first[one.document_id], len(dense)
        library = lexical.scores(one.question)[start : start + count]
        inside = lexical.scores_within(one.question, start, count)
        ways["BM25, rarity in the library"].append(library)
        ways["BM25, rarity in the document"].append(inside)
        ways["reciprocal rank fusion"].append(reciprocal_ranks(dense, inside))
        ways[f"weighted sum, dense {DENSE_WEIGHT}, rarity in the library"].append(fused(dense, library, DENSE_WEIGHT))
        for weight in WEIGHTS if given.tune else (DENSE_WEIGHT,):
            ways[f"weighted sum, dense {weight}"].append(fused(dense, inside, weight))
    count = int(np.sum([len(one) for one in passages.values()]))
    title = f"{len(documents)} documents, {count} passages; cases of the half '{half}'"
    judged = {
        way: [judge(row, one.relevant) for row, one in zip(scores, asked, strict=True)] for way, scores in ways.items()
    }
    print_table(title, judged)


if __name__ == "__main__":
    main()

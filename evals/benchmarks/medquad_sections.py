"""Section retrieval on MedQuAD: is a question's own section of its own document found, among those of all documents?

    python -m evals.benchmarks.medquad_sections                       a sample of 400 documents, some minutes
    python -m evals.benchmarks.medquad_sections --documents 0         all 5,486, more than half an hour on two cores

A section's score is that of its best passage. Every way ranks the same passages.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.passages import split
from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.medquad import Place, read_sample
from evals.benchmarks.rankings import Scores, fused, print_table, reciprocal_ranks
from evals.metrics.retrieval import LIMIT, measure
from index.embedding_text import embedding_texts, lexical_texts
from index.encoder import Encoder
from index.fusion import DENSE_WEIGHT
from index.lexical import Lexical


def best_sections(scores: Scores, homes: npt.NDArray[np.int64], count: int) -> list[int]:
    """Return the numbers of the ten best sections, each by its best passage; `homes` is the section of each passage."""
    best = np.full(count, -np.inf, dtype=np.float32)
    np.maximum.at(best, homes, scores)
    return [int(number) for number in np.argsort(-best, kind="stable")[:LIMIT]]


def run(
    data: Path, documents: int | None, questions: int | None, encoder: Encoder, *, bars: bool = True
) -> tuple[str, dict[str, list[dict[str, float]]]]:
    """Return a title and, for each way, the measures of every question."""
    from rich.progress import Progress

    library, asked = read_sample(data, documents, questions)
    bare: list[str] = []
    placed: list[str] = []
    words: list[str] = []
    homes: list[int] = []
    sections: dict[Place, int] = {}
    for document in library:
        passages = split(document)
        placed += embedding_texts(document, passages)
        # The title has to be in the words here: among thousands of documents it is what a question names.
        words += [f"{document.title} {text}" for text in lexical_texts(document, passages)]
        bare += [passage.text for passage in passages]
        homes += [sections.setdefault((document.id, one.section_id), len(sections)) for one in passages]
    where, names = np.asarray(homes, dtype=np.int64), list(sections)
    with Progress(transient=True, disable=not bars) as progress:
        task = progress.add_task("encoding passages, twice", total=2 * len(bare))
        alone = encoder.encode_passages(bare, lambda done: progress.update(task, completed=done))
        headed = encoder.encode_passages(placed, lambda done: progress.update(task, completed=len(bare) + done))
        bm25 = Lexical.build(words)
        judged: dict[str, list[dict[str, float]]] = {}
        task = progress.add_task("asking", total=len(asked))
        for one in asked:
            (vector,) = encoder.encode_questions([one.question])
            dense, lexical = np.asarray(headed @ vector, dtype=np.float32), bm25.scores(one.question)
            ways = {
                f"dense, {encoder.name}, passage alone": np.asarray(alone @ vector, dtype=np.float32),
                f"dense, {encoder.name}, title > section: passage": dense,
                "BM25, title section passage": lexical,
                "reciprocal rank fusion": reciprocal_ranks(dense, lexical),
                f"ours: weighted sum, dense {DENSE_WEIGHT}": fused(dense, lexical, DENSE_WEIGHT),
            }
            right = frozenset("\t".join(place) for place in one.relevant)
            for way, scores in ways.items():
                found = tuple("\t".join(names[number]) for number in best_sections(scores, where, len(names)))
                judged.setdefault(way, []).append(measure(right, found))
            progress.advance(task)
    title = f"MedQuAD: {len(asked):,} questions, {len(names):,} sections of {len(library):,} documents"
    return f"{title}, {len(bare):,} passages", judged


def main() -> None:
    """Encode, rank and print the table."""
    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.medquad_sections", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--documents", type=int, default=400, help="how many documents; 0: all")
    parser.add_argument("--questions", type=int, default=0, help="how many questions; 0: all of those documents")
    parser.add_argument("--encoder", help="folder of another sentence-transformers model")
    given = parser.parse_args()
    print_table(*run(given.data, given.documents or None, given.questions or None, load(given.encoder)))


if __name__ == "__main__":
    main()

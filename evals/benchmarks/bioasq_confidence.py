"""Confidence on BioASQ: does it tell a question whose evidence is there from the same question without it?

    python -m evals.benchmarks.bioasq_confidence [--questions 200]

Ten questions of like subjects give their snippets to one document. Every question is asked of it, and once more as if
it lacked the passages of its own snippets; those of its nine neighbours stay (`evals/fit/snippet_pages.py`). AUROC
(Fawcett 2006) of each score over both times: 0.5 is chance. The best cosine and the best BM25 score are what a plain
pipeline could put a threshold on; ours is the probability that the answer is there, from the model that decides
outcomes. 9b is asked, since models may be fitted on 7b and 8b.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from assistant.parts import take_apart
from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.fit.public_data import bioasq
from evals.fit.snippet_pages import Asked, Removing, snippet_pages
from index.encoder import Encoder
from index.generations import build
from index.search import Index

WAYS = ("best cosine", "best BM25 score", "ours: probability of an answer")


def read_documents(data: Path, questions: int | None, encoder: Encoder) -> tuple[list[Document], list[Asked]]:
    """Return documents of ten questions of like subjects each, and the questions."""
    return snippet_pages(list(bioasq(data, ["9b"]))[:questions], encoder)


def scores(asked: Sequence[Asked], reader: Removing, index: Index, told: Callable[[], object]) -> np.ndarray:
    """Return float64 (ways, questions, 2): each way's score with the evidence there, and with it removed."""
    found = np.zeros((len(WAYS), len(asked), 2))
    for number, one in enumerate(asked):
        for time, removed in enumerate((frozenset[str](), one.own)):
            hits = index.search(one.question, document_id=one.document_id, limit=10_000)
            left = [hit for hit in hits if hit.passage.id not in removed]
            found[0, number, time] = max((hit.dense for hit in left), default=-1.0)
            found[1, number, time] = max((hit.lexical for hit in left), default=0.0)
            reader.removed = removed
            apart = take_apart(one.question)
            read = [reader.read(part, apart.setting, one.document_id) for part in apart.asked]
            found[2, number, time] = max(part.decision.probabilities["answered"] for part in read)
        told()
    return found


def auroc(with_evidence: np.ndarray, without: np.ndarray) -> float:
    """Return the probability that a score with evidence is above one without; ties count one half."""
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([1, 0], [len(with_evidence), len(without)])
    return float(roc_auc_score(labels, np.concatenate([with_evidence, without])))


def run(
    documents: Sequence[Document], asked: Sequence[Asked], encoder: Encoder, told: Callable[[], object] = lambda: None
) -> dict[str, float]:
    """Return the AUROC of each way."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        build(Path(folder), documents, encoder)
        index = Index.open(Path(folder), encoder)
        found = scores(asked, Removing(documents, index, encoder), index, told)
        index.close()
    return {way: auroc(found[number, :, 0], found[number, :, 1]) for number, way in enumerate(WAYS)}


def main() -> None:
    """Ask, and print the table."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.bioasq_confidence", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of bioasq-7b-9b.jsonl.gz")
    parser.add_argument("--questions", type=int, default=0, help="how many questions of 9b; 0: all 497")
    given = parser.parse_args()
    encoder = load()
    documents, asked = read_documents(given.data, given.questions or None, encoder)
    with Progress(transient=True) as bars:
        task = bars.add_task("asking with and without the evidence", total=len(asked))
        found = run(documents, asked, encoder, lambda: bars.advance(task))
    table = Table(title=f"BioASQ 9b: {len(asked)} questions, {len(documents)} documents", title_justify="left")
    table.add_column("score")
    table.add_column("AUROC, evidence there against removed", justify="right")
    for way, value in found.items():
        table.add_row(way, f"{value:.4f}")
    Console().print(table)


if __name__ == "__main__":
    main()

"""Retrieval on BioASQ: is an expert's question answered by the snippets that the experts chose for it?

    python -m evals.benchmarks.bioasq_retrieval             report on 9b
    python -m evals.benchmarks.bioasq_retrieval --tune      compare weights and BM25 parameters on 7b and 8b

The snippets of all questions of a year are one pool; those of a question are relevant to it. The file has no field for
the year: it lists the test sets one after the other, of 500, 500 and 497 questions, which are their published sizes,
and the times in the questions' ids agree with it (first third 2018 to spring 2019, second to spring 2020, then 2021).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.benchmarks.rankings import Scores, fused, judge, print_table, reciprocal_ranks
from evals.fit.public_data import rows
from index.encoder import Encoder
from index.fusion import DENSE_WEIGHT
from index.lexical import K1, B, Lexical

DATA = Path(__file__).parents[3] / "shared" / "data"
YEARS = {"7b": slice(0, 500), "8b": slice(500, 1000), "9b": slice(1000, 1497)}
WEIGHTS = (0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
PARAMETERS = ((1.2, 0.75), (1.5, 0.75), (2.0, 0.75), (1.5, 0.5), (1.5, 0.3), (0.9, 0.4))


@dataclass(frozen=True, slots=True)
class Pool:
    """The questions of one year over the snippets of all of them."""

    questions: tuple[str, ...]
    snippets: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    """Numbers of each question's snippets."""


def read_pool(data: Path, year: str) -> Pool:
    """Read one year; a snippet that two questions share is one snippet."""
    chosen = list(rows(data / "bioasq-7b-9b.jsonl.gz"))[YEARS[year]]
    numbers: dict[str, int] = {}
    relevant = tuple(
        frozenset(numbers.setdefault(snippet, len(numbers)) for snippet in row["snippets"]) for row in chosen
    )
    return Pool(tuple(row["question"] for row in chosen), tuple(numbers), relevant)


def dense_scores(pool: Pool, encoder: Encoder, report: Callable[[int], None]) -> Scores:
    """Return the cosine of every question (row) with every snippet (column)."""
    return np.asarray(
        encoder.encode_questions(pool.questions) @ encoder.encode_passages(pool.snippets, report).T, dtype=np.float32
    )


def lexical_scores(pool: Pool, k1: float = K1, b: float = B) -> Scores:
    """Return the BM25 score of every question (row) with every snippet (column)."""
    lexical = Lexical.build(pool.snippets, k1, b)
    return np.stack([lexical.scores(question) for question in pool.questions])


def judge_all(pool: Pool, scores: Sequence[Scores]) -> list[dict[str, float]]:
    """Measure one way of ranking on every question."""
    return [judge(row, relevant) for row, relevant in zip(scores, pool.relevant, strict=True)]


def main() -> None:
    """Encode, rank and print the table."""
    from rich.progress import Progress

    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.bioasq_retrieval", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of bioasq-7b-9b.jsonl.gz")
    parser.add_argument("--encoder", help="folder of another sentence-transformers model")
    parser.add_argument("--tune", action="store_true", help="compare settings on 7b and 8b instead of reporting on 9b")
    given = parser.parse_args()
    encoder = load(given.encoder)
    for year in ("7b", "8b") if given.tune else ("9b",):
        pool = read_pool(given.data, year)
        with Progress(transient=True) as bars:
            task = bars.add_task(f"encoding {year}", total=len(pool.snippets))
            dense = dense_scores(pool, encoder, lambda done, task=task: bars.update(task, completed=done))  # type: ignore[misc]
        lexical = lexical_scores(pool)
        pairs = list(zip(dense, lexical, strict=True))
        ways: dict[str, Sequence[Scores]] = {f"dense, {encoder.name}": list(dense)}
        if given.tune:
            ways |= {f"BM25 k1={k1} b={b}": list(lexical_scores(pool, k1, b)) for k1, b in PARAMETERS}
        else:
            ways["BM25"] = list(lexical)
        ways["reciprocal rank fusion"] = [reciprocal_ranks(*pair) for pair in pairs]
        for weight in WEIGHTS if given.tune else (DENSE_WEIGHT,):
            ways[f"weighted sum, dense {weight}"] = [fused(*pair, weight) for pair in pairs]
        title = f"BioASQ {year}: {len(pool.questions)} questions, {len(pool.snippets):,} snippets"
        print_table(title, {name: judge_all(pool, scores) for name, scores in ways.items()})


if __name__ == "__main__":
    main()

"""Where the time of a search goes: encoding, and searching libraries of growing size.

    python -m evals.benchmarks.encode_and_search [--data DIR] [--documents 1 10 100 1000] [--encoder DIR]

Encoding is measured on the questions and passages of MedQuAD. The libraries are MedQuAD documents, read as any page is;
their vectors are random, since the time of a search does not depend on what vectors mean and encoding 100,000 passages
would take 20 minutes. Random vectors have no neighbourhoods, which is the hardest case for an HNSW graph.
"""

from __future__ import annotations

import argparse
import dataclasses
import tempfile
import time
import zlib
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import quantiles

import numpy as np

from corpus.blocks import Page, heading, paragraph
from corpus.build import build as build_document
from corpus.passages import split
from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.fit.public_data import medquad
from index.encoder import Vectors
from index.fake_encoder import FakeEncoder
from index.generations import build
from index.search import Index


class RandomEncoder(FakeEncoder):
    """Gives every text a random direction of its own."""

    def _rows(self, texts: Sequence[str]) -> Vectors:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension) for text in texts]
        made: Vectors = np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimension)
        made /= np.linalg.norm(made, axis=1, keepdims=True)
        return made


def read_documents(data: Path, most: int) -> tuple[list[Document], list[str]]:
    """Read the first documents of MedQuAD, each with an id of its own, and their questions."""
    documents, questions = [], []
    for number, row in enumerate(islice(medquad(data), most)):
        blocks = []
        for section in row["sections"]:
            blocks += [heading(section["heading"]), *map(paragraph, section["text"].split("\n"))]
            questions.append(section["question"])
        document = build_document(Page(title=row["title"], source=row["id"], blocks=tuple(blocks)))
        documents.append(dataclasses.replace(document, id=f"{document.id}-{number}"))
    return documents, questions


def p50_and_p95(work: Callable[[int], object], times: int = 100) -> str:
    """Return both in milliseconds, of calls with 0, 1, 2 ... after five to warm up."""
    for number in range(5):
        work(number)
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - begun) * 1000)
    bounds = quantiles(taken, n=100)
    return f"{bounds[49]:.1f} / {bounds[94]:.1f}"


def encoding(questions: Sequence[str], texts: Sequence[str], model: str | None) -> list[tuple[str, str]]:
    """Measure loading and encoding."""
    from index.sentence_transformers_encoder import load

    begun = time.perf_counter()
    encoder = load(model)
    loaded = time.perf_counter() - begun
    rows = [("load, with the imports, s", f"{loaded:.1f}")]
    for count in (1, 3):

        def ask(number: int, count: int = count) -> object:
            return encoder.encode_questions(questions[number : number + count])

        rows.append((f"{count} question(s) at once, p50 / p95 ms", p50_and_p95(ask)))
    begun = time.perf_counter()
    encoder.encode_passages(texts)
    rows.append(("passages a second", f"{len(texts) / (time.perf_counter() - begun):.0f}"))
    return rows


def searching(documents: Sequence[Document], questions: Sequence[str]) -> tuple[str, ...]:
    """Build an index over the documents and measure opening and searching it."""
    encoder = RandomEncoder(384)
    vectors = encoder.encode_questions(questions[:105])
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        manifest = build(Path(folder), documents, encoder)
        built = time.perf_counter() - begun
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()) / 1e6
        begun = time.perf_counter()
        index = Index.open(Path(folder), encoder)
        opened = (time.perf_counter() - begun) * 1000
        one = documents[len(documents) // 2].id
        begun = time.perf_counter()
        index.search(questions[0], vectors[0], document_id=one, limit=64)
        first = (time.perf_counter() - begun) * 1000
        inside = p50_and_p95(lambda n: index.search(questions[n], vectors[n], document_id=one, limit=64))
        whole = p50_and_p95(lambda n: index.search(questions[n], vectors[n], limit=10))
        chroma = p50_and_p95(lambda n: index._slices[0].segment.store.query(vectors[n], 50))
        words = p50_and_p95(lambda n: index._slices[0].segment.lexical.scores_within(questions[n], 0, 50))
        index.close()
    figures = (f"{built:.1f}", f"{size:.1f}", f"{opened:.0f}", f"{first:.0f}", inside, chroma, words, whole)
    return (str(len(documents)), f"{manifest.passages:,}", *figures)


def main() -> None:
    """Measure and print two tables."""
    from rich.console import Console
    from rich.progress import track
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.encode_and_search", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--encoder", help="folder of another sentence-transformers model")
    parser.add_argument("--documents", type=int, nargs="+", default=[1, 10, 100, 1000], help="sizes of the libraries")
    given = parser.parse_args()
    documents, questions = read_documents(given.data, max(105, *given.documents))
    texts = [passage.text for document in documents[:50] for passage in split(document)][:500]
    table = Table("encoding", "")
    for row in encoding(questions, texts, given.encoder):
        table.add_row(*row)
    Console().print(table)
    headings = (
        "documents",
        "passages",
        "build s",
        "MB",
        "open ms",
        "first ms",
        "in one, ms",
        "Chroma",
        "BM25",
        "in all, ms",
    )
    table = Table(*headings, title="searching, p50 / p95 in ms; built without encoding", title_justify="left")
    for count in track(given.documents, "searching", transient=True):
        table.add_row(*searching(documents[:count], questions))
    Console().print(table)


if __name__ == "__main__":
    main()

"""Ours against the plain pipelines that a user would pick instead: same encoder, documents and questions, one run.

    pip install --constraint constraints.txt '.[benchmarks]'
    python -m evals.benchmarks.plain_pipelines                        a sample of 300 documents of MedQuAD, some minutes

Each is set up as its own first tutorial does, and given each document as one text: title, headings, bodies.

- LangChain: RecursiveCharacterTextSplitter of 1,000 characters with 200 overlapping, Chroma.
- LlamaIndex: SentenceSplitter and VectorStoreIndex with their defaults (1,024 tokens, 200 overlapping).
- Haystack: DocumentSplitter with its defaults (200 words), in-memory BM25 and embedding retrievers, joined by
  reciprocal rank.

A hit counts for the section in which most of its characters lie. Ten hits are asked for, whatever the default is.
"First hit" tells how many words a reader has before them to find the answer in.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory
from typing import Any

from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.medquad import Asked, Place, read_sample
from evals.metrics.retrieval import LIMIT, measure
from index.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Found:
    """One hit: characters `start` to `end` of a document's text."""

    document_id: str
    start: int
    end: int
    words: int


Search = Callable[[str], Sequence[Found]]
Pipeline = Callable[[Sequence[Document], Encoder], Any]
"""A context manager that indexes documents and yields their search."""


@contextmanager
def ours(documents: Sequence[Document], encoder: Encoder) -> Iterator[Search]:
    """Index as `wardbook index` does and search as the assistant does in a library."""
    from index.generations import build
    from index.search import Index

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        build(Path(folder), documents, encoder)
        index = Index.open(Path(folder), encoder)

        def search(question: str) -> list[Found]:
            hits = index.search(question, limit=LIMIT * 5)
            return [
                Found(hit.passage.document_id, hit.passage.start, hit.passage.end, len(hit.passage.text.split()))
                for hit in hits
            ]

        yield search
        index.close()


@contextmanager
def langchain(documents: Sequence[Document], encoder: Encoder) -> Iterator[Search]:
    """LangChain's splitter with Chroma."""
    from chromadb.config import Settings
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    class Same(Embeddings):
        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, row)) for row in encoder.encode_passages(texts)]

        def embed_query(self, text: str) -> list[float]:
            return list(map(float, encoder.encode_questions([text])[0]))

    splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
    pieces = splitter.create_documents([one.text for one in documents], [{"id": one.id} for one in documents])
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        store = Chroma("pieces", Same(), folder, client_settings=Settings(anonymized_telemetry=False))
        for start in range(0, len(pieces), 1000):
            store.add_documents(pieces[start : start + 1000])

        def search(question: str) -> list[Found]:
            return [
                _found(one.metadata["id"], one.metadata["start_index"], one.page_content)
                for one in store.similarity_search(question, k=LIMIT)
            ]

        yield search


@contextmanager
def llamaindex(documents: Sequence[Document], encoder: Encoder) -> Iterator[Search]:
    """LlamaIndex's defaults."""
    from llama_index.core import Document as Input
    from llama_index.core import VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding

    class Same(BaseEmbedding):  # type: ignore[misc]
        def _get_text_embedding(self, text: str) -> list[float]:
            return self._get_text_embeddings([text])[0]

        def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
            return [list(map(float, row)) for row in encoder.encode_passages(texts)]

        def _get_query_embedding(self, query: str) -> list[float]:
            return list(map(float, encoder.encode_questions([query])[0]))

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_query_embedding(query)

    inputs = [Input(text=one.text, id_=one.id) for one in documents]
    retriever = VectorStoreIndex.from_documents(inputs, embed_model=Same()).as_retriever(similarity_top_k=LIMIT)

    def search(question: str) -> list[Found]:
        nodes = [one.node for one in retriever.retrieve(question)]
        return [_found(node.ref_doc_id, node.start_char_idx, node.text) for node in nodes]

    yield search


@contextmanager
def haystack(documents: Sequence[Document], encoder: Encoder) -> Iterator[Search]:
    """Haystack's hybrid: BM25 and embeddings in memory, joined by reciprocal rank."""
    os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
    from haystack import Document as Input
    from haystack import Pipeline as HaystackPipeline
    from haystack.components.joiners import DocumentJoiner
    from haystack.components.preprocessors import DocumentSplitter
    from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
    from haystack.document_stores.in_memory import InMemoryDocumentStore

    inputs = [Input(content=one.text, meta={"id": one.id}) for one in documents]
    pieces = DocumentSplitter().run(documents=inputs)["documents"]
    rows = encoder.encode_passages([one.content for one in pieces])
    store = InMemoryDocumentStore()
    store.write_documents(
        [
            Input(content=one.content, meta=one.meta, embedding=list(map(float, row)))
            for one, row in zip(pieces, rows, strict=True)
        ]
    )
    pipeline = HaystackPipeline()
    pipeline.add_component("words", InMemoryBM25Retriever(store, top_k=LIMIT))
    pipeline.add_component("meaning", InMemoryEmbeddingRetriever(store, top_k=LIMIT))
    pipeline.add_component("joined", DocumentJoiner(join_mode="reciprocal_rank_fusion", top_k=LIMIT))
    pipeline.connect("words", "joined")
    pipeline.connect("meaning", "joined")

    def search(question: str) -> list[Found]:
        vector = list(map(float, encoder.encode_questions([question])[0]))
        out = pipeline.run({"words": {"query": question}, "meaning": {"query_embedding": vector}})
        return [_found(one.meta["id"], one.meta["split_idx_start"], one.content) for one in out["joined"]["documents"]]

    yield search


PIPELINES: dict[str, Pipeline] = {
    "Wardbook": ours,
    "LangChain splitter + Chroma": langchain,
    "LlamaIndex defaults": llamaindex,
    "Haystack hybrid": haystack,
}


@dataclass(frozen=True, slots=True)
class Row:
    """What one pipeline reached."""

    section: list[dict[str, float]]
    document: list[dict[str, float]]
    index_seconds: float
    search_ms: list[float]
    first_words: list[int]


def run(
    documents: Sequence[Document],
    asked: Sequence[Asked],
    encoder: Encoder,
    pipelines: dict[str, Pipeline],
    told: Callable[[str, int], None] = lambda name, done: None,
) -> dict[str, Row]:
    """Run each pipeline on the same questions; `told` hears its name and how many are asked."""
    home = _Homes(documents)
    rows = {}
    for name, pipeline in pipelines.items():
        told(name, 0)
        row = Row([], [], 0.0, [], [])
        begun = time.perf_counter()
        with pipeline(documents, encoder) as search:
            index_seconds = time.perf_counter() - begun
            search(asked[0].question)
            for number, one in enumerate(asked, start=1):
                begun = time.perf_counter()
                hits = search(one.question)
                row.search_ms.append((time.perf_counter() - begun) * 1000)
                places = list(dict.fromkeys(home.of(hit) for hit in hits))
                named = tuple("\t".join(place) for place in places)[:LIMIT]
                row.section.append(measure(frozenset("\t".join(place) for place in one.relevant), named))
                right = frozenset(place[0] for place in one.relevant)
                row.document.append(measure(right, tuple(dict.fromkeys(hit.document_id for hit in hits))[:LIMIT]))
                row.first_words.append(hits[0].words if hits else 0)
                told(name, number)
        rows[name] = Row(row.section, row.document, index_seconds, row.search_ms, row.first_words)
    return rows


class _Homes:
    """Tells in which section a hit lies for the most part."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}

    def of(self, hit: Found) -> Place:
        sections = self._documents[hit.document_id].sections
        inside = max(sections, key=lambda one: min(one.end, hit.end) - max(one.start, hit.start))
        return hit.document_id, inside.id


def _found(document_id: str, start: int, text: str) -> Found:
    return Found(document_id, start, start + len(text), len(text.split()))


def main() -> None:
    """Run all and print the table."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from index.sentence_transformers_encoder import load

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.plain_pipelines", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--documents", type=int, default=300, help="how many documents; 0: all")
    parser.add_argument("--questions", type=int, default=0, help="how many questions; 0: all of those documents")
    given = parser.parse_args()
    documents, asked = read_sample(given.data, given.documents or None, given.questions or None)
    with Progress(transient=True) as bars:
        tasks = {name: bars.add_task(name, total=len(asked)) for name in PIPELINES}
        rows = run(documents, asked, load(), PIPELINES, lambda name, done: bars.update(tasks[name], completed=done))
    title = f"MedQuAD: {len(asked)} questions about {len(documents)} documents, encoder of all: all-MiniLM-L6-v2"
    table = Table(title=title, title_justify="left")
    for heading in ("pipeline", "section hit@1", "MRR@10", "nDCG@10", "document hit@1", "first hit", "index", "search"):
        table.add_column(heading, justify="left" if heading == "pipeline" else "right")
    for name, row in rows.items():
        means = [fmean(one[measured] for one in row.section) for measured in ("hit_rate@1", "mrr", "ndcg@10")]
        table.add_row(
            name,
            *(f"{mean:.3f}" for mean in means),
            f"{fmean(one['hit_rate@1'] for one in row.document):.3f}",
            f"{median(row.first_words):.0f} words",
            f"{row.index_seconds:.0f} s",
            f"{median(row.search_ms):.1f} ms",
        )
    Console(width=None if Console().is_terminal else 140).print(table)


if __name__ == "__main__":
    main()

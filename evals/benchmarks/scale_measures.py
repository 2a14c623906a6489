"""The measurements of `evals.benchmarks.scale`, each of which runs in a process of its own."""

from __future__ import annotations

import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from assistant.settings import Settings
from corpus.library import Library, shipped, to_json
from corpus.passages import split
from corpus.types import Document
from evals.benchmarks.scale_library import Asked, Remembering, altered, read_library
from evals.benchmarks.scale_repeat import repeat
from evals.benchmarks.scale_server import served
from index.embedding_text import embedding_texts
from index.search import Index

SAMPLE = 768
"""Passages on which the encoder alone is timed, half before and half after the build."""
CHANGES = 7
PAIRS = 60


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measurement finds its files."""

    data: Path
    vectors: Path | None
    home: Path
    size: int

    @property
    def settings(self) -> Settings:
        """Settings of the library's home."""
        return Settings(home=self.home)


def megabytes(folder: Path) -> float:
    """Return the size of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def write_library(place: Place) -> dict[str, Any]:
    """Keep the documents as `wardbook documents add` does; beyond those that there are, altered ones."""
    documents, _ = read_library(place.data)
    for turn in range(-(-place.size // len(documents))):
        some = documents[: place.size - turn * len(documents)]
        keep(place.settings, some if turn == 0 else [altered(one, turn) for one in some])
    return {}


def repeat_library(place: Place, base: Path) -> dict[str, Any]:
    """Make a library of more documents than there are out of the one of all, without building it."""
    manifest = repeat(Settings(home=base), place.settings, place.size)
    return {
        "documents": len(manifest.documents),
        "passages": manifest.passages,
        "segments": len(manifest.parts),
        "index_mb": megabytes(place.settings.index_folder),
        "documents_mb": megabytes(place.settings.documents_folder),
    }


def build(place: Place) -> dict[str, Any]:
    """Build the index, and time the encoder on a sample."""
    from assistant.wiring import build_index
    from index.sentence_transformers_encoder import load

    encoder = load(None)
    documents, _ = read_library(place.data)
    texts = _sample(documents[: place.size])
    # The measured peak is of the build, which reads the documents again.
    del documents
    remembering = Remembering(encoder, place.vectors)
    encoder.encode_passages(texts[:32])
    before = _timed(lambda: encoder.encode_passages(texts[: len(texts) // 2]))
    held = _rss()
    taken = _timed(lambda: build_index(place.settings, encoder=remembering))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 - remembering.held_bytes / 2**20
    after = _timed(lambda: encoder.encode_passages(texts[len(texts) // 2 :]))
    from index.reading import current, read_generation

    folder = place.settings.index_folder
    manifest = read_generation(folder, current(folder) or "")
    bare = {kind: (before[kind] + after[kind]) / len(texts) * manifest.passages for kind in before}
    return {
        "documents": len(manifest.documents),
        "passages": manifest.passages,
        "segments": len(manifest.parts),
        "build_cpu_s": taken["cpu"],
        "build_clock_s": taken["clock"],
        "encoder_cpu_s": bare["cpu"],
        "with_encoder_cpu_s": taken["cpu"] + bare["cpu"],
        "ratio_to_encoder": (taken["cpu"] + bare["cpu"]) / bare["cpu"],
        "vectors_stood_in": remembering.stood_in,
        "build_peak_mb": peak,
        "before_build_mb": held - remembering.held_bytes / 2**20,
        "index_mb": megabytes(folder),
        "documents_mb": megabytes(place.settings.documents_folder),
    }


def change(place: Place) -> dict[str, Any]:
    """Let documents of middling length come, change and go, with the real encoder."""
    from assistant.wiring import build_index, open_library
    from index.sentence_transformers_encoder import load

    encoder = load(None)
    documents, _ = read_library(place.data)
    lengths = sorted(documents, key=lambda one: (len(one.text), one.id))
    middling = lengths[len(lengths) // 2 - CHANGES // 2 - 1 :][: CHANGES + 1]
    library = open_library(place.settings)
    taken: dict[str, list[dict[str, float]]] = {"add": [], "update": [], "remove": []}
    for number, one in enumerate(altered(document, 97) for document in middling):
        longer = replace(one, text=f"{one.text}\n", version=one.version[:-1] + "x")
        for kind, work in (
            ("add", lambda one=one: library.put(one)),
            ("update", lambda longer=longer: library.put(longer)),
            ("remove", lambda one=one: library.remove(one.id)),
        ):
            seconds = _timed(lambda work=work: (work(), build_index(place.settings, encoder=encoder)))  # type: ignore[misc]
            if number:
                taken[kind].append(seconds)
    return {
        f"{kind}_{which}_s": median(one[which] for one in every) for kind, every in taken.items() for which in every[0]
    } | {f"{kind}_most_clock_s": max(one["clock"] for one in every) for kind, every in taken.items()}


def ask(place: Place) -> dict[str, Any]:
    """Ask about each of some documents in a library of its own and in the large one, in turns."""
    from assistant.assistant import Assistant
    from assistant.indexing import in_order, open_index
    from assistant.wiring import open_assistant
    from index.sentence_transformers_encoder import load

    documents, asked = read_library(place.data)
    by_id = {document.id: document for document in documents}
    asked = _asked_of(place, asked)
    if not asked:
        return {}
    encoder = load(None)
    remembering = Remembering(encoder, place.vectors)
    large_index: list[Index] = []
    taken: dict[str, list[float]] = {"one": [], "one_named": [], "all": [], "all_named": []}
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder) / str(number) for number in range(len(asked))]
        for home, one in zip(homes, asked, strict=True):
            keep(Settings(home=home), [by_id[one.document_id]])
        base = open_assistant(Settings(home=homes[0]))

        def opened(settings: Settings, base: Assistant) -> Assistant:
            index = open_index(settings, remembering, None, _quiet)
            newer = base.renewed(in_order(index.documents()), index)
            newer.warm()
            return newer

        # The other opening has imported and loaded what every opening does.
        opening = _timed(lambda: large_index.append(open_index(place.settings, encoder, None, _quiet)))
        index = large_index[0]
        large = Assistant(in_order(index.documents()), index, encoder, place.settings.words_folder)
        large.warm()
        for one in asked[:5]:
            large.ask("What are the symptoms?", document_id=large.documents.ids[0])
            base.ask(one.question)
        right = 0
        for number, (home, one) in enumerate(zip(homes, asked, strict=True)):
            alone = opened(Settings(home=home), base)
            # First without its name, when nothing of the document is in memory.
            ways = ("all", "all_named", "one", "one_named")
            for way in ways if number % 2 else (*ways[2:], *ways[:2]):
                assistant = large if way.startswith("all") else alone
                named = one.document_id if way.endswith("named") else None
                begun = time.process_time()
                answer = assistant.ask(one.question, document_id=named)
                taken[way].append((time.process_time() - begun) * 1000)
                right += way == "all" and answer.document is not None and answer.document.id == one.document_id
            alone.index.close()
        large.index.close()
        base.index.close()
    figures: dict[str, Any] = {"open_cpu_s": opening["cpu"], "open_s": opening["clock"]}
    figures |= {"asked": len(asked), "right_document": right}
    for way, times in taken.items():
        bounds = quantiles(times, n=100, method="inclusive")
        figures |= {f"ask_{way}_p50_ms": bounds[49], f"ask_{way}_p99_ms": bounds[98]}
    figures["ask_ratio"] = figures["ask_all_p50_ms"] / figures["ask_one_p50_ms"]
    return figures


def serve(place: Place) -> dict[str, Any]:
    """Start the server, ask it over HTTP, and look at its memory."""
    return served(place.home, _asked_of(place, read_library(place.data)[1]))


def keep(settings: Settings, documents: Iterable[Document]) -> None:
    """Keep documents, and none of those that ship."""
    folder = settings.documents_folder
    folder.mkdir(parents=True, exist_ok=True)
    for document in documents:
        (folder / f"{document.id}.json").write_text(to_json(document), encoding="utf-8")
    (folder / ".hidden.json").write_text(json.dumps([one.id for one in shipped()]), encoding="utf-8")


def _quiet(_sentence: str) -> None:
    """Say nothing."""


def _asked_of(place: Place, asked: Sequence[Asked]) -> list[Asked]:
    """Return questions about documents that the library holds."""
    held = Library(place.settings.documents_folder).collection()
    return [one for one in asked if held.holds(one.document_id)][:PAIRS]


def _sample(documents: Sequence[Document]) -> list[str]:
    texts = [text for one in documents for text in embedding_texts(one, split(one))]
    return random.Random(1).sample(texts, min(SAMPLE, len(texts)))


def _timed(work: Callable[[], object]) -> dict[str, float]:
    cpu, clock = time.process_time(), time.perf_counter()
    work()
    return {"cpu": time.process_time() - cpu, "clock": time.perf_counter() - clock}


def _rss() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

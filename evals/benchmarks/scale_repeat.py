"""An index of more documents than MedQuAD has: its segments once more, under other ids and titles.

A segment is whole and names its passages by row, so that its graph, its words and its offsets serve documents of the
same text under other ids: those files are hard links. What is opened, searched and held in memory is as large as if all
of it had been built; the build itself is not measured, since it is the same work again for each segment.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from assistant.settings import Settings
from corpus.library import entry_of, from_json, to_json
from corpus.types import Document
from index.generations import current
from index.hashes import sha256_of
from index.manifest import IndexedDocument, Manifest, Part, Seal, SegmentFacts
from index.reading import read_generation
from index.segments import FACTS, TEXTS


def repeat(base: Settings, settings: Settings, size: int) -> Manifest:
    """Make a home of `size` documents from one of fewer; both keep being usable."""
    name = current(base.index_folder)
    if name is None:
        raise ValueError(f"there is no index in {base.index_folder}")
    first = read_generation(base.index_folder, name)
    for folder in (
        settings.documents_folder,
        settings.index_folder / "segments",
        settings.index_folder / "generations",
    ):
        folder.mkdir(parents=True)
    index_folder = settings.index_folder
    shutil.copytree(base.words_folder, settings.words_folder)
    shutil.copy(base.documents_folder / ".hidden.json", settings.documents_folder)
    parts: list[Part] = []
    held = turn = 0
    while held < size:
        for part in first.parts:
            if held < size:
                parts.append(_again(base, settings, part, turn, size - held))
                held += len(parts[-1].documents)
        turn += 1
    manifest = replace(first, parts=tuple(parts))
    (index_folder / "generations" / f"{manifest.name}.json").write_text(manifest.to_json(), encoding="utf-8")
    (index_folder / "current").write_text(manifest.name + "\n", encoding="utf-8")
    return manifest


def _again(base: Settings, settings: Settings, part: Part, turn: int, most: int) -> Part:
    """Write a segment of the same documents under other ids, of which at most so many are in the generation."""
    source = base.index_folder / "segments" / part.segment.name
    name = f"{part.segment.name}-{turn}"
    target = settings.index_folder / "segments" / name
    for path in part.segment.files:
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        if path != TEXTS:
            os.link(source / path, target / path)
    gone = set(part.removed)
    lines: list[str] = []
    indexed: list[IndexedDocument] = []
    removed: list[str] = []
    for line, one in zip(_lines(source / TEXTS), part.segment.documents, strict=True):
        document = _other(from_json(line), turn)
        lines.append(to_json(document, indent=None) + "\n")
        digest = entry_of(document).digest
        indexed.append(IndexedDocument(document.id, document.title, document.version, digest, one.passages))
        if one.id in gone or len(indexed) - len(removed) > most:
            removed.append(document.id)
        else:
            (settings.documents_folder / f"{document.id}.json").write_text(to_json(document), encoding="utf-8")
    (target / TEXTS).write_text("".join(lines), encoding="utf-8")
    files = {**part.segment.files, TEXTS: Seal(sha256_of(target / TEXTS), (target / TEXTS).stat().st_size)}
    facts = SegmentFacts(name, part.segment.encoder_fingerprint, part.segment.dimension, tuple(indexed), files)
    (target / FACTS).write_text(facts.to_json(), encoding="utf-8")
    return Part(facts, sha256_of(target / FACTS), frozenset(removed))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def _other(document: Document, turn: int) -> Document:
    if not turn:
        return document
    title, source = f"{document.title} ({turn})", f"{turn}/{document.source}"
    return replace(document, id=f"{document.id}-{turn}", title=title, source=source)

"""An index is a generation: built aside, verified, sealed; then the pointer file is renamed over.

    folder/current                 name of the generation that serves
    folder/generations/NAME/       manifest.json, chroma/, bm25/; sealed, never opened again (see `index/copies.py`)
    folder/generations/.tmp-NAME/  one being built; the next build removes what a killed one left
    folder/lock, folder/lock.json  held by a builder, and who that is

A build touches nothing that serves, so it can be killed at any moment. The generation before the current one is kept.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from corpus.errors import UserError
from corpus.types import Document
from index.chroma_store import ChromaStore, Stored
from index.disk import sync, sync_folder, write, writing
from index.embedding_text import embedding_texts, headed_texts, lexical_texts
from index.encoder import Encoder, Vectors
from index.hashes import sha256_of
from index.lexical import Lexical
from index.lock import held
from index.manifest import FORMAT, IndexedDocument, Manifest, Recipe, current_recipe
from index.search import Index

__all__ = ["Manifest", "build", "current", "ensure", "exists"]

Progress = Callable[[int, int], None]
_AT_ONCE = 256
"""Passages that are encoded and stored together, at least; more in a large library, for some twenty writes in all."""


def exists(folder: Path) -> bool:
    """Tell whether there is an index to open, whatever it was made of."""
    return (folder / "current").is_file()


def current(folder: Path) -> str | None:
    """Return the name of the generation that serves; None when there is none. A damaged pointer names none."""
    try:
        return (folder / "current").read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return None


def build(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    recipe: Recipe | None = None,
    wait_seconds: float = 0,
) -> Manifest:
    """Build a new generation over these documents and let it serve.

    Args:
        folder: where the index lives; made if missing.
        documents: in the order of their rows; none makes an index that finds nothing.
        encoder: makes the vectors.
        progress: told (done, total) passages, from (0, total) to (total, total).
        recipe: how passages are made; this installation's when None.
        wait_seconds: how long to wait for another builder before giving up.

    Raises:
        UserError: another process is building, or the disk does not take the files.
    """
    recipe = recipe or current_recipe()
    with writing(folder):
        (folder / "generations").mkdir(parents=True, exist_ok=True)
        with held(folder, "building the index", wait_seconds):
            return _build(folder, documents, encoder, progress, recipe)


def ensure(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None = None,
    *,
    recipe: Recipe | None = None,
    wait_seconds: float = 600,
) -> Manifest:
    """Return the manifest of the serving generation if it holds exactly these documents, else build one.

    Only passages that the serving generation lacks are encoded, also within a document that changed; an index that
    is damaged or was made by another encoder, vocabulary or reader is built anew. Two processes at first use: the
    second waits for the first and then finds nothing left to do. Arguments and errors as for `build`.
    """
    recipe = recipe or current_recipe()
    with writing(folder):
        (folder / "generations").mkdir(parents=True, exist_ok=True)
        with held(folder, "building the index", wait_seconds):
            present = _opened(folder, encoder, recipe)
            if present is None:
                return _build(folder, documents, encoder, progress, recipe)
            try:
                if present.manifest.holds(documents):
                    return present.manifest
                return _build(folder, documents, encoder, progress, recipe, present)
            finally:
                present.close()


def _opened(folder: Path, encoder: Encoder, recipe: Recipe) -> Index | None:
    """Open the serving generation; None when there is none that this installation can use."""
    try:
        return Index.open(folder, encoder, recipe)
    except UserError:
        return None


def _build(
    folder: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None,
    recipe: Recipe,
    reused: Index | None = None,
) -> Manifest:
    generations = folder / "generations"
    for left in generations.glob(".tmp-*"):
        shutil.rmtree(left)
    now = datetime.now(timezone.utc)
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    aside = generations / f".tmp-{name}"
    aside.mkdir()
    try:
        indexed = _fill(aside, documents, encoder, progress, recipe, reused)
        manifest = Manifest(
            format=FORMAT,
            name=name,
            created=now.isoformat(timespec="seconds"),
            encoder_name=encoder.name,
            encoder_fingerprint=encoder.fingerprint,
            dimension=encoder.dimension,
            vocabulary_fingerprint=recipe.vocabulary_fingerprint,
            reader_version=recipe.reader_version,
            documents=indexed,
            files={
                path.relative_to(aside).as_posix(): sha256_of(path)
                for path in sorted(aside.rglob("*"))
                if path.is_file()
            },
        )
        write(aside / "manifest.json", manifest.to_json())
        _verify(folder, aside, manifest, encoder, recipe)
        sync(aside)
        os.rename(aside, generations / name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    before = current(folder)
    write(folder / ".current", name + "\n")
    os.replace(folder / ".current", folder / "current")
    sync_folder(generations)
    sync_folder(folder)
    for old in generations.iterdir():
        if old.name not in (name, before):
            shutil.rmtree(old)
    return manifest


def _fill(
    aside: Path,
    documents: Sequence[Document],
    encoder: Encoder,
    progress: Progress | None,
    recipe: Recipe,
    reused: Index | None,
) -> tuple[IndexedDocument, ...]:
    """Write vectors, passages and words of the documents, and return what was indexed."""
    if len({document.id for document in documents}) < len(documents):
        raise ValueError("two documents have one id")
    indexed: list[IndexedDocument] = []
    stored: list[Stored] = []
    texts: list[str] = []
    words: list[str] = []
    rows: dict[int, Vectors] = {}
    for document in documents:
        headings = {section.id: section.heading for section in document.sections}
        passages = tuple(recipe.split(document))
        own = embedding_texts(document, passages)
        if reused is not None:
            known = _known(reused, document.id)
            rows.update((number, known[text]) for number, text in enumerate(own, start=len(stored)) if text in known)
        indexed.append(IndexedDocument(document.id, document.title, document.version, len(passages)))
        texts += own
        words += lexical_texts(document, passages)
        for passage in passages:
            stored.append(Stored(len(stored), passage, headings[passage.section_id]))
    total, done = len(stored), len(rows)
    if progress is not None:
        progress(done, total)
    store = ChromaStore.create(aside / "chroma")
    try:
        at_once = max(_AT_ONCE, -(-total // 20))
        for start in range(0, total, at_once):
            numbers = range(start, min(start + at_once, total))
            lacking = [number for number in numbers if number not in rows]
            report = None if progress is None else _counting(progress, done, total)
            encoded = encoder.encode_passages([texts[number] for number in lacking], report)
            rows.update(zip(lacking, encoded, strict=True))
            store.add(stored[start : numbers.stop], np.stack([rows.pop(number) for number in numbers]))
            done += len(lacking)
    finally:
        store.close()
    Lexical.build(words).save(aside / "bm25")
    return tuple(indexed)


def _known(index: Index, document_id: str) -> dict[str, Vectors]:
    """Return the vectors that an index has of a document, by the text that was encoded; empty when it has none."""
    indexed = next((one for one in index.manifest.documents if one.id == document_id), None)
    if indexed is None:
        return {}
    headings = index.headings(document_id)
    texts = headed_texts(indexed.title, headings, index.passages(document_id))
    return dict(zip(texts, index.vectors(document_id), strict=True))


def _counting(progress: Progress, start: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(start + done, total)


def _verify(folder: Path, aside: Path, manifest: Manifest, encoder: Encoder, recipe: Recipe) -> None:
    """Open the generation as any reader would, and find each document's first passage by its own vector."""
    index = Index.open_generation(folder, aside, encoder, recipe)
    try:
        index.verify()
    finally:
        index.close()

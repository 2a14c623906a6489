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

from corpus.errors import UserError
from corpus.types import Document
from index.chroma_store import ChromaStore, Stored
from index.embedding_text import embedding_texts
from index.encoder import Encoder
from index.hashes import sha256_of
from index.lexical import Lexical
from index.lock import held
from index.manifest import FORMAT, IndexedDocument, Manifest, Recipe, current_recipe
from index.search import Index

__all__ = ["Manifest", "build", "current", "ensure", "exists"]

Progress = Callable[[int, int], None]
_AT_ONCE = 256
"""Passages that are encoded and stored together."""


def exists(folder: Path) -> bool:
    """Tell whether there is an index to open, whatever it was made of."""
    return (folder / "current").is_file()


def current(folder: Path) -> str | None:
    """Return the name of the generation that serves; None when there is none."""
    try:
        return (folder / "current").read_text(encoding="utf-8").strip()
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
    with _writing(folder):
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

    Two processes at first use: the second waits for the first and then finds nothing left to do. An index that was
    made by another encoder, vocabulary or reader is built anew.
    """
    recipe = recipe or current_recipe()
    with _writing(folder):
        (folder / "generations").mkdir(parents=True, exist_ok=True)
        with held(folder, "building the index", wait_seconds):
            present = _fitting(folder, documents, encoder, recipe)
            return present or _build(folder, documents, encoder, progress, recipe)


def _fitting(folder: Path, documents: Sequence[Document], encoder: Encoder, recipe: Recipe) -> Manifest | None:
    name = current(folder)
    path = folder / "generations" / (name or "") / "manifest.json"
    if name is None or not path.is_file():
        return None
    try:
        manifest = Manifest.from_json(path.read_text(encoding="utf-8"), str(path))
        manifest.check(encoder, recipe)
    except UserError:
        return None
    return manifest if manifest.holds(documents) else None


def _build(
    folder: Path, documents: Sequence[Document], encoder: Encoder, progress: Progress | None, recipe: Recipe
) -> Manifest:
    generations = folder / "generations"
    for left in generations.glob(".tmp-*"):
        shutil.rmtree(left)
    now = datetime.now(timezone.utc)
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    aside = generations / f".tmp-{name}"
    aside.mkdir()
    try:
        indexed = _fill(aside, documents, encoder, progress, recipe)
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
        _write(aside / "manifest.json", manifest.to_json())
        _verify(folder, aside, manifest, encoder, recipe)
        _sync(aside)
        os.rename(aside, generations / name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    before = current(folder)
    _write(folder / ".current", name + "\n")
    os.replace(folder / ".current", folder / "current")
    _sync_folder(generations)
    _sync_folder(folder)
    for old in generations.iterdir():
        if old.name not in (name, before):
            shutil.rmtree(old)
    return manifest


def _fill(
    aside: Path, documents: Sequence[Document], encoder: Encoder, progress: Progress | None, recipe: Recipe
) -> tuple[IndexedDocument, ...]:
    """Write vectors, passages and words of the documents, and return what was indexed."""
    indexed: list[IndexedDocument] = []
    stored: list[Stored] = []
    texts: list[str] = []
    words: list[str] = []
    for document in documents:
        headings = {section.id: section.heading for section in document.sections}
        passages = tuple(recipe.split(document))
        indexed.append(IndexedDocument(document.id, document.title, document.version, len(passages)))
        texts += embedding_texts(document, passages)
        for passage in passages:
            stored.append(Stored(len(stored), passage, headings[passage.section_id]))
            words.append(f"{headings[passage.section_id]} {passage.text}")
    total = len(stored)
    if progress is not None:
        progress(0, total)
    store = ChromaStore.create(aside / "chroma")
    try:
        for start in range(0, total, _AT_ONCE):
            batch = texts[start : start + _AT_ONCE]
            report = None if progress is None else _counting(progress, start, total)
            store.add(stored[start : start + _AT_ONCE], encoder.encode_passages(batch, report))
    finally:
        store.close()
    Lexical.build(words).save(aside / "bm25")
    return tuple(indexed)


def _counting(progress: Progress, start: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(start + done, total)


def _verify(folder: Path, aside: Path, manifest: Manifest, encoder: Encoder, recipe: Recipe) -> None:
    """Open the generation as any reader would, and find each document's first passage by its own vector."""
    index = Index.open_generation(folder, aside, encoder, recipe)
    try:
        index.verify()
    finally:
        index.close()


class _writing:
    """Turns a failed write into an error that says where."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise UserError(
                f"cannot write the index in {self._folder}: {error.strerror or error}",
                "free some space or make the folder writable, or choose another with --home",
            ) from error


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            _sync_folder(path)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

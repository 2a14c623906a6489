"""The documents that can be asked: those that ship with Wardbook, and those a person added to their data folder.

FOLDER/ID.json        one added document, as it was read
FOLDER/.hidden.json   ids of shipped documents that were removed; the dot keeps it apart from every document id
FOLDER/.entries.json  what tells each added document's state, by its file; a cache and nothing else
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.collection import Collection
from corpus.errors import UserError
from corpus.readers import read
from corpus.types import Document, PageStart, Section

_SHIPPED = Path(__file__).with_name("documents")
_HIDDEN = ".hidden.json"
_ENTRIES = ".entries.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a document without reading it."""

    id: str
    title: str
    source: str
    digest: str
    """A hash of all that it is: text, sections, dates."""


def entry_of(document: Document) -> Entry:
    """Return the entry of a document."""
    digest = hashlib.sha256(to_json(document, indent=None).encode("utf-8")).hexdigest()
    return Entry(document.id, document.title, document.source, digest)


def to_json(document: Document, indent: int | None = 1) -> str:
    """Return a document as JSON text, on one line when `indent` is None; `from_json` gives the same document back."""
    return json.dumps({**asdict(replace(document, dates=dict(document.dates)))}, ensure_ascii=False, indent=indent)


def from_json(text: str) -> Document:
    """Return the document of a JSON text.

    Raises:
        ValueError: the text is not the JSON of a document.
    """
    data: Mapping[str, Any] = json.loads(text)
    try:
        return Document(
            id=data["id"],
            title=data["title"],
            text=data["text"],
            sections=tuple(Section(**section) for section in data["sections"]),
            source=data["source"],
            version=data["version"],
            dates=dict(data["dates"]),
            pages=tuple(PageStart(**begin) for begin in data.get("pages", ())),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a document: {error}") from error


@lru_cache(maxsize=1)
def shipped() -> tuple[Document, ...]:
    """Read the documents that come with the package, by title."""
    return tuple(
        sorted((read(path) for path in sorted(_SHIPPED.glob("*.md"))), key=lambda found: found.title.casefold())
    )


@lru_cache(maxsize=1)
def shipped_entries() -> Mapping[str, Entry]:
    """Return the entries of the documents that come with the package, by id."""
    return {document.id: entry_of(document) for document in shipped()}


@dataclass(frozen=True, slots=True)
class Kept:
    """A document as it is kept."""

    document: Document
    notes: tuple[str, ...]
    """Sentences about what it takes the place of, or shares a name with."""


class Library:
    """The documents of one data folder; the folder need not exist before something is added."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self._known: dict[str, list[Any]] | None = None
        self._kept: dict[str, list[Any]] = {}

    def documents(self) -> tuple[Document, ...]:
        """Return the shipped documents, then the added ones, each by title."""
        added = self._added()
        ids = {document.id for document in added}
        hidden = self._hidden()
        own = tuple(document for document in shipped() if document.id not in hidden and document.id not in ids)
        return own + tuple(sorted(added, key=lambda document: (document.title.casefold(), document.id)))

    def collection(self) -> Collection:
        """Return the same documents in the same order, each to be read when it is asked for."""
        return Collection(self.entries(), self.get)

    def entries(self) -> tuple[Entry, ...]:
        """Return the entries of the same documents in the same order; only files that have changed are read."""
        added = self._added_entries(keep=True)
        ids = {entry.id for entry in added}
        hidden = self._hidden()
        own = tuple(shipped_entries()[one.id] for one in shipped() if one.id not in hidden and one.id not in ids)
        return own + tuple(sorted(added, key=lambda entry: (entry.title.casefold(), entry.id)))

    def get(self, document_id: str) -> Document:
        """Return a document; a UserError names the ids there are when it is unknown."""
        # The files of others are not looked at: a build asks for thousands.
        path = self._file(document_id)
        if path.parent == self.folder and not document_id.startswith(".") and path.exists():
            document = self._read(path)
            if document.id == document_id:
                return document
        elif document_id in shipped_entries() and document_id not in self._hidden():
            return next(document for document in shipped() if document.id == document_id)
        known = ", ".join(entry.id for entry in self.entries()) or "none"
        raise UserError(f"unknown document {document_id!r}, expected one of: {known}", "wardbook documents list")

    def add(self, path: Path) -> Document:
        """Read a file and keep its document, as `keep` does."""
        return self.keep(read(path)).document

    def keep(self, document: Document) -> Kept:
        """Keep the document of a file; the same file name again replaces what was read from it before.

        A document of another file that would take an id in use gets "-2" (then "-3" ...) behind its own.
        """
        hidden = self._hidden()
        twin = next((own for own in shipped() if own.id == document.id and own.source == document.source), None)
        if twin is not None:
            self._write_hidden(hidden - {twin.id})
            if twin.version == document.version and twin.title == document.title:
                self._file(twin.id).unlink(missing_ok=True)
                return Kept(twin, ())
        added = self._added_entries()
        before = [old for old in added if old.source == document.source]
        taken = {old.id for old in added if old not in before} | (
            {own.id for own in shipped()} - ({twin.id} if twin else set())
        )
        base, number = document.id, 2
        while document.id in taken:
            document = replace(document, id=f"{base}-{number}")
            number += 1
        self._write(self._file(document.id), to_json(document))
        for old in before:
            if old.id != document.id:
                self._file(old.id).unlink(missing_ok=True)
        notes = [f"It replaces what was read from a file of this name, “{old.title}”." for old in before]
        if document.id != base:
            notes.append(f"Another file's document has the id {base}, so this one's is {document.id}.")
        return Kept(document, tuple(notes))

    def put(self, document: Document) -> None:
        """Keep a document under its own id, in place of the one that has it."""
        self._write_hidden(self._hidden() - {document.id})
        self._write(self._file(document.id), to_json(document))

    def remove(self, document_id: str) -> None:
        """Take a document away; a shipped one is hidden until its file is added again."""
        self.get(document_id)
        self._file(document_id).unlink(missing_ok=True)
        if any(own.id == document_id for own in shipped()):
            self._write_hidden(self._hidden() | {document_id})

    def match(self, documents: Sequence[Document]) -> None:
        """Hold exactly these documents: put those that are missing or other, remove those that are not among them."""
        there = {entry.id: entry.digest for entry in self.entries()}
        other = [document for document in documents if there.get(document.id) != entry_of(document).digest]
        self.follow(other, there.keys() - {document.id for document in documents})

    def follow(self, documents: Iterable[Document], removed: Iterable[str]) -> None:
        """Hold these documents as they are, and not those of the ids; any others stay."""
        for document in documents:
            entry = entry_of(document)
            if shipped_entries().get(document.id) == entry:
                self._file(document.id).unlink(missing_ok=True)
                self._write_hidden(self._hidden() - {document.id})
            else:
                self.put(document)
        for document_id in removed:
            self.remove(document_id)

    def unreadable(self) -> tuple[Path, ...]:
        """Return the files of added documents that cannot be read back."""
        found = []
        for path in self._files():
            try:
                self._read(path)
            except UserError:
                found.append(path)
        return tuple(found)

    def _file(self, document_id: str) -> Path:
        return self.folder / f"{document_id}.json"

    def _files(self) -> list[Path]:
        return [self.folder / name for name, _ in self._states()]

    def _added(self) -> list[Document]:
        return [self._read(path) for path in self._files()]

    def _added_entries(self, *, keep: bool = False) -> list[Entry]:
        """Return an entry for each file of a document; one whose name, time and size are known is not opened.

        With `keep` what was found is kept for the next process.
        """
        if self._known is None:
            self._known = self._kept = self._kept_entries()
        found: dict[str, list[Any]] = {}
        for name, state in self._states():
            mark = [state.st_ino, state.st_mtime_ns, state.st_size]
            one = self._known.get(name)
            if one is None or one[0] != mark:
                one = [mark, astuple(entry_of(self._read(self.folder / name)))]
            found[name] = one
        self._known = found
        if keep and found != self._kept:
            # It is only a cache: a folder that may not be written is read more slowly.
            with suppress(UserError):
                self._write(self.folder / _ENTRIES, json.dumps(found, ensure_ascii=False))
                self._kept = found
        return [Entry(*entry) for _, entry in found.values()]

    def _states(self) -> list[tuple[str, os.stat_result]]:
        """Return the names and states of the files of added documents, by name."""
        try:
            with os.scandir(self.folder) as listed:
                found = [one for one in listed if one.name.endswith(".json") and not one.name.startswith(".")]
                return sorted((one.name, one.stat()) for one in found)
        except FileNotFoundError:
            return []

    def _kept_entries(self) -> dict[str, list[Any]]:
        try:
            kept = json.loads((self.folder / _ENTRIES).read_text("utf-8"))
            for _, entry in kept.values():
                Entry(*entry)
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
        return dict(kept)

    def _read(self, path: Path) -> Document:
        try:
            return from_json(path.read_text("utf-8"))
        except ValueError as error:
            raise UserError(f"{path}: a stored document cannot be read: {error}", "wardbook doctor --repair") from error

    def _hidden(self) -> set[str]:
        path = self.folder / _HIDDEN
        if not path.exists():
            return set()
        try:
            return set(json.loads(path.read_text("utf-8")))
        except (ValueError, TypeError) as error:
            raise UserError(
                f"{path}: cannot be read: {error}", f"Delete {path}; every shipped document is shown again."
            ) from error

    def _write_hidden(self, ids: set[str]) -> None:
        if ids != self._hidden():
            self._write(self.folder / _HIDDEN, json.dumps(sorted(ids)))

    def _write(self, path: Path, text: str) -> None:
        """Write aside and rename over, so that a reader sees the whole file or none."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".writing-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, path)
        except OSError as error:
            raise UserError(
                f"{path}: cannot be written: {error.strerror}", "Check the folder, or set WARDBOOK_HOME to another."
            ) from error

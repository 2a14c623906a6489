"""A folder of files and the documents that were made of them: which came, changed and went since the last look.

What was made of which file is kept in a small file of the data folder, so that a file that goes while nobody looks is
missed all the same, and documents that were added in another way are left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UserError
from corpus.library import Library
from corpus.readers import SUFFIXES


@dataclass(frozen=True, slots=True)
class Change:
    """One file that came, changed or went."""

    path: str
    """In the folder watched."""
    document_id: str | None
    """The document that was added or removed; None when the file could not be read."""
    what: str
    """"added", "updated", "removed" or "refused"."""
    why: str | None = None
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What was made of a file."""

    sha256: str
    document_id: str | None
    why: str | None


class Watched:
    """One folder, kept together with a library."""

    def __init__(self, folder: Path, library: Library, state: Path) -> None:
        """Take the folder, the library, and the folder in which is kept what was made of which file."""
        self.folder = folder.resolve()
        self._library = library
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:16]
        self._state = state / f"{name}.json"

    def look(self) -> Iterator[Change]:
        """Bring the library up to the folder, and yield each change when it is made.

        A file that can't be read changes nothing: what was made of it before stays, and it is told once, until it is
        another file. A file that is being written is left for the next look. Of two files that would be one document
        the second is refused.

        Raises:
            UserError: the folder is gone, which is not taken for all its files being gone; or the disk is full.
        """
        if not self.folder.is_dir():
            raise UserError(f"{self.folder} is no folder", "wardbook watch FOLDER")
        made = self._read()
        there = {path.relative_to(self.folder).as_posix(): path for path in _files(self.folder)}
        if len(made) > 1 and not there:
            raise UserError(
                f"{self.folder} held {len(made)} files and holds none now, which is not taken for their removal",
                "see whether its disk is there; wardbook documents remove ID takes documents away",
            )
        for name in sorted(made.keys() - there.keys()):
            gone = made.pop(name)
            self._write(made)
            if gone.document_id is not None and any(one.id == gone.document_id for one in self._library.entries()):
                self._library.remove(gone.document_id)
                yield Change(name, gone.document_id, "removed")
        for name, path in sorted(there.items()):
            before = made.get(name)
            sha256 = _settled(path)
            if sha256 is None or (before is not None and before.sha256 == sha256):
                continue
            change = self._take(name, path, before, made)
            held = change.document_id or (before.document_id if before else None)
            made[name] = _Made(sha256, held, change.why)
            self._write(made)
            yield change

    def _take(self, name: str, path: Path, before: _Made | None, made: dict[str, _Made]) -> Change:
        twin = next((other for other, one in made.items() if other != name and Path(other).name == path.name), None)
        if twin is not None:
            return Change(
                name, None, "refused", f"{twin} has the same name, and a document is known by its file's name"
            )
        try:
            document = self._library.add(path)
        except UserError as error:
            return Change(name, None, "refused", error.message)
        again = before is not None and before.document_id is not None
        return Change(name, document.id, "updated" if again else "added")

    def _read(self) -> dict[str, _Made]:
        try:
            values = json.loads(self._state.read_text("utf-8"))
            return {name: _Made(*made) for name, made in values["files"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError):
            # Every file is taken again, which changes nothing where it is the same; only what went meanwhile is missed.
            return {}

    def _write(self, made: dict[str, _Made]) -> None:
        files = {name: [one.sha256, one.document_id, one.why] for name, one in made.items()}
        text = json.dumps({"folder": str(self.folder), "files": files}, ensure_ascii=False, indent=1)
        aside = self._state.with_suffix(".tmp")
        try:
            self._state.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(text, encoding="utf-8")
            os.replace(aside, self._state)
        except OSError as error:
            raise UserError(
                f"{self._state}: cannot be written: {error.strerror}", "free some space or set WARDBOOK_HOME to another"
            ) from error


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that a reader may take; nothing hidden, no half of a download."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.suffix.lower() in SUFFIXES and path.is_file():
            yield path


def _settled(path: Path) -> str | None:
    """Return the hash of a file's content; None when it went or was written to while it was read."""
    try:
        before = path.stat()
        content = path.read_bytes()
        after = path.stat()
    except OSError:
        return None
    if (before.st_mtime_ns, before.st_size) != (after.st_mtime_ns, after.st_size) or len(content) != after.st_size:
        return None
    return hashlib.sha256(content).hexdigest()

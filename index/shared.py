"""An index on a Chroma server, which several machines share: all that it is lies there.

    wardbook-index            its metadata names the generation that serves; its records are the generations' files
    wardbook-SEGMENT          passages and vectors of a segment
    wardbook-SEGMENT-files    the segment's other files
    wardbook-lock             there while somebody builds (`index/server_lock.py`)

The index folder mirrors the small files, whose hashes a generation knows, so that what is opened here is what a builder
on another machine wrote; only vectors and passages stay on the server. A change is published by one call, which changes
the metadata of `wardbook-index`. What no generation names any more is removed an hour later: until then, somebody may
still answer from it.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from corpus.errors import UserError
from index import kept_files
from index.chroma_server import Collection, Server
from index.chroma_store import HNSW, ChromaStore
from index.disk import replace, writing
from index.hashes import sha256_of, sha256_of_bytes
from index.lock import Say
from index.manifest import MEND, Damaged, SegmentFacts
from index.manifest import segments_of as segments_in
from index.server_lock import ServerLock, held_on
from index.stores import Found, Place, current
from index.unavailable import Unavailable

PREFIX = "wardbook-"
INDEX = f"{PREFIX}index"
FORMAT = "1"
"""Of what lies on a server; raised whenever that changes."""
BUILDING_SECONDS = 300.0
"""How long one request of a builder may take: a graph of 20,000 passages takes two minutes."""
GRACE_SECONDS = 3600.0
_REQUEST_BYTES = 16_000_000
"""Of one request that adds passages; Chroma takes 40 MB."""
_ATTEMPTS = 5
_AT_ONCE = 8
"""Segments that one question asks together."""
_FACTS = "segment.json"


@dataclass(frozen=True, slots=True)
class Pointer:
    """What a server says of its index."""

    collection: Collection
    id: str
    """Of the index, from when it was begun there: an index that was begun anew is another one."""
    current: str
    """The generation that serves."""
    before: str
    """The one that served before it; empty when there was none."""


class SharedIndex:
    """The stores of an index on a Chroma server."""

    def __init__(self, server: Server, lock: ServerLock | None = None, grace_seconds: float = GRACE_SECONDS) -> None:
        """Keep the server; a builder has the lock too."""
        self.server = server
        self._lock = lock
        self._grace_seconds = grace_seconds

    def look(self) -> Pointer | None:
        """Return what the server says serves; None when it has no index.

        Raises:
            Unavailable: it can't be reached.
            UserError: what lies there is none of ours.
        """
        found = self.server.find(INDEX)
        if found is None:
            return None
        noted = found.metadata
        if noted.get("wardbook") != "index" or noted.get("format") != FORMAT:
            theirs = f"format {noted['format']}, expected {FORMAT}" if "format" in noted else "not made by Wardbook"
            raise UserError(
                f"collection '{INDEX}' on the Chroma server at {self.server.url} can't be used: {theirs}",
                "use the Wardbook version that made it, or another Chroma server, or delete that collection",
            )
        return Pointer(found, str(noted["id"]), str(noted["current"]), str(noted["before"]))

    def current(self, folder: Path) -> str:
        """Return the name of the generation that serves; what of it is small is then in the folder."""
        pointer = self.look()
        for _ in range(_ATTEMPTS):
            if pointer is None:
                raise Unavailable(f"there is no index on the Chroma server at {self.server.url}", "wardbook index")
            if current(folder) == pointer.current:
                return pointer.current
            try:
                self.mirror(folder, pointer)
                return pointer.current
            except Damaged:
                # What is gone may have gone because a newer generation serves.
                before, pointer = pointer, self.look()
                if pointer is not None and pointer.current == before.current:
                    raise
        raise UserError(f"the index on the Chroma server at {self.server.url} is rebuilt over and over", "wait")

    def mirror(self, folder: Path, pointer: Pointer, name: str | None = None) -> None:
        """Bring the small files of the serving generation into the folder and let it serve there.

        With `name` the files of that generation are brought as well, for whoever wants to go back to it.

        Raises:
            Damaged: something is missing on the server or not as it was written.
            UserError: the folder can't be written.
        """
        with writing(folder):
            for part in ("generations", "segments"):
                (folder / part).mkdir(parents=True, exist_ok=True)
            with FileLock(str(folder / "mirror.lock"), timeout=600):
                for generation in filter(None, (pointer.before, pointer.current)):
                    segments = self._mirror_generation(folder, pointer, generation)
                    if generation in (pointer.current, name):
                        for segment, sha256 in segments.items():
                            self._mirror_segment(folder, segment, sha256)
                replace(folder / "current", pointer.current + "\n")
                self._tidy(folder, pointer)

    def create(self, folder: Path, name: str, dimension: int) -> ChromaStore:
        """Make the collection of a segment."""
        made = self.server.create(_passages(name), {"wardbook": "passages", "format": FORMAT}, HNSW)
        if made is None:
            raise RuntimeError(f"there is a segment {name} already")
        return _store(made, dimension)

    def open(self, folder: Path, path: Path, facts: SegmentFacts) -> tuple[ChromaStore, Callable[[], None]]:
        """Open the collection of a segment; a mirrored file that is damaged is fetched again."""
        if not _whole(path, facts):
            if path.parent != folder / "segments":
                raise Damaged(f"index is damaged: {path} is not as it was written", MEND)
            with writing(folder), FileLock(str(folder / "mirror.lock"), timeout=600):
                shutil.rmtree(path, ignore_errors=True)
                self._mirror_segment(folder, facts.name, None)
            if not _whole(path, facts):
                raise Damaged(f"index is damaged: {path} is not as it was written", MEND)
        found = self.server.find(_passages(facts.name))
        if found is None:
            raise Damaged(f"index is damaged: collection {_passages(facts.name)} is missing on {self._where()}", MEND)
        store = _store(found, facts.dimension)
        held = store.count()
        if held != facts.passages:
            what = f"holds {held} passages, expected {facts.passages}"
            raise Damaged(f"index is damaged: collection {found.name} on {self._where()} {what}", MEND)
        return store, lambda: None

    def each(self, ask: Callable[[Place], Found], of: Sequence[Place]) -> list[Found]:
        """Ask several at once: the time goes to waiting for the server."""
        if len(of) < 2:
            return [ask(one) for one in of]
        with ThreadPoolExecutor(min(len(of), _AT_ONCE), thread_name_prefix="segments") as workers:
            return list(workers.map(ask, of))

    def drop(self, name: str) -> None:
        """Remove what could be written of a segment, if the server can be reached."""
        with suppress(UserError):
            self.server.delete(_passages(name))
            self.server.delete(_files(name))

    def publish(self, folder: Path, name: str, *, thorough: bool = False) -> None:
        """Write what the server lacks of a generation, read it back, and let it serve for everybody.

        With `thorough` the files that it has are read back as well.

        Raises:
            BusyIndex: the lock was lost meanwhile.
        """
        if self._lock is None:
            raise RuntimeError("an index is published by who holds the lock")
        text = (folder / "generations" / f"{name}.json").read_text(encoding="utf-8")
        for segment, sha256 in segments_in(text, name).items():
            self._upload(folder, segment, sha256, thorough)
        pointer = self.look()
        if pointer is None:
            noted = {"wardbook": "index", "format": FORMAT, "id": secrets.token_hex(8), "current": "", "before": ""}
            self.server.create(INDEX, noted)
            pointer = self.look()
            if pointer is None:
                raise Unavailable(f"{self._where()} does not keep what it is given")
        self._put(pointer.collection, name, text.encode("utf-8"))
        self._lock.check()
        before = pointer.before if pointer.current == name else pointer.current
        pointer.collection.modify(metadata={**pointer.collection.metadata, "current": name, "before": before})
        self._clean(pointer.collection, {name, before} - {""})

    @contextmanager
    def changing(self, what: str, wait_seconds: float, say: Say | None) -> Iterator[SharedIndex]:
        """Hold the server's lock; yields the stores of a builder."""
        server = self.server.patient(BUILDING_SECONDS)
        try:
            with held_on(server, what, wait_seconds, say) as lock:
                yield SharedIndex(server, lock, self._grace_seconds)
        finally:
            server.close()

    def _where(self) -> str:
        return f"the Chroma server at {self.server.url}"

    def _mirror_generation(self, folder: Path, pointer: Pointer, name: str) -> dict[str, str]:
        """Bring a generation's file, if it is there; return its segments with the hashes of their facts."""
        path = folder / "generations" / f"{name}.json"
        with suppress(OSError, UnicodeDecodeError, Damaged):
            return segments_in(path.read_text(encoding="utf-8"), name)
        content = kept_files.get(pointer.collection, name)
        if content is None:
            if name == pointer.before:
                return {}
            raise Damaged(f"index is damaged: generation {name} is missing on {self._where()}", MEND)
        segments = segments_in(content.decode("utf-8", "replace"), name)
        replace(path, content.decode("utf-8"))
        return segments

    def _mirror_segment(self, folder: Path, name: str, sha256: str | None) -> None:
        """Bring the files of a segment, if they are not there."""
        path = folder / "segments" / name
        if path.is_dir() and (sha256 is None or _hash_of(path / _FACTS) == sha256):
            return
        found = self.server.find(_files(name))
        content = None if found is None else kept_files.get(found, _FACTS)
        if found is None or content is None or (sha256 is not None and sha256_of_bytes(content) != sha256):
            raise Damaged(f"index is damaged: the files of segment {name} are missing on {self._where()}", MEND)
        facts = SegmentFacts.from_json(content.decode("utf-8"))
        aside = folder / "mirroring"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        (aside / _FACTS).write_bytes(content)
        for file in facts.files:
            (aside / file).parent.mkdir(parents=True, exist_ok=True)
            (aside / file).write_bytes(kept_files.get(found, file) or b"")
        if not _whole(aside, facts):
            raise Damaged(f"index is damaged: a file of segment {name} on {self._where()} is not as written", MEND)
        shutil.rmtree(path, ignore_errors=True)
        os.rename(aside, path)

    def _tidy(self, folder: Path, pointer: Pointer) -> None:
        """Remove from the mirror what none of the two generations has."""
        kept: set[str] = set()
        for path in (folder / "generations").glob("*.json"):
            if path.stem in (pointer.current, pointer.before):
                kept |= segments_in(path.read_text(encoding="utf-8"), path.stem).keys()
            else:
                path.unlink()
        for path in (folder / "segments").iterdir():
            if path.name not in kept and not path.name.startswith("."):
                shutil.rmtree(path, ignore_errors=True)

    def _put(self, kept: Collection, path: str, content: bytes) -> None:
        """Keep a file and read it back."""
        if kept_files.get(kept, path) != content:
            kept_files.remove(kept, path)
            kept_files.put(kept, path, content)
            if kept_files.get(kept, path) != content:
                raise Damaged(f"{path} does not come back from {self._where()} as it was written", MEND)

    def _upload(self, folder: Path, name: str, sha256: str, thorough: bool) -> None:
        """Write the files of a segment to the server, if they are not there whole."""
        path = folder / "segments" / name
        facts = SegmentFacts.from_json((path / _FACTS).read_text(encoding="utf-8"))
        files = (*facts.files, _FACTS)
        found = self.server.find(_files(name))
        if found is not None and found.metadata.get("whole") == sha256:
            if thorough:
                for file in files:
                    self._put(found, file, (path / file).read_bytes())
            return
        if found is not None:
            self.server.delete(found.name)
        noted = {"wardbook": "files", "format": FORMAT}
        made = self.server.create(_files(name), noted)
        if made is None:
            raise RuntimeError(f"there are files of segment {name} already")
        for file in files:
            self._put(made, file, (path / file).read_bytes())
        made.modify(metadata={**noted, "whole": sha256})

    def _clean(self, index: Collection, kept: set[str]) -> None:
        """Remove generations but these, and in a while the segments that none of them has."""
        segments: set[str] = set()
        for name in kept_files.paths(index):
            if name in kept:
                content = kept_files.get(index, name) or b""
                segments |= segments_in(content.decode("utf-8", "replace"), name).keys()
            else:
                kept_files.remove(index, name)
        now = self.server.now()
        for name, noted in self.server.names(PREFIX).items():
            if noted.get("wardbook") not in ("passages", "files"):
                continue
            segment = name.removeprefix(PREFIX).removesuffix("-files")
            since = noted.get("left")
            if segment in segments:
                left: float | None = None
            else:
                left = now if since is None else float(since)
                if now - left > self._grace_seconds:
                    self.server.delete(name)
                    continue
            if left != since:
                found = self.server.find(name)
                if found is not None:
                    rest = {key: value for key, value in noted.items() if key != "left"}
                    found.modify(metadata=rest if left is None else {**rest, "left": left})


def _passages(segment: str) -> str:
    return f"{PREFIX}{segment}"


def _files(segment: str) -> str:
    return f"{PREFIX}{segment}-files"


def _store(collection: Collection, dimension: int) -> ChromaStore:
    # A vector is sent as four bytes a number, in base64; some 4,000 bytes are text and metadata.
    return ChromaStore(None, collection, max(1, min(5000, _REQUEST_BYTES // (dimension * 16 // 3 + 4000))))


def _whole(path: Path, facts: SegmentFacts) -> bool:
    """Tell whether the files of a segment are as they were written."""
    return all(_hash_of(path / name) == seal.sha256 for name, seal in facts.files.items())


def _hash_of(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None

"""What there is in an index folder, and what of it is as it was written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from index.encoder import Encoder
from index.hashes import sha256_of
from index.manifest import MEND, Damaged, Manifest, Part, Recipe, SegmentFacts
from index.manifest import segment_names as names_in
from index.segments import FACTS, Segment
from index.stores import Stores, current

__all__ = ["Survey", "current", "generation_names", "look", "read_generation", "segment_names", "survey"]


@dataclass(frozen=True, slots=True)
class Survey:
    """What a builder finds."""

    serving: Manifest | None
    """The generation that serves, when all of it is whole and was made as this installation would."""
    parts: tuple[Part, ...]
    """Those of its parts that can be used further."""
    damage: tuple[str, ...]
    """A sentence for each thing that is not as it was written."""


def generation_names(folder: Path) -> list[str]:
    """Return the names of the generations that there are, the oldest first."""
    return sorted(path.stem for path in (folder / "generations").glob("*.json") if path.name[0] != ".")


def read_generation(folder: Path, name: str) -> Manifest:
    """Read what a generation consists of.

    Raises:
        Damaged: it, or the facts of one of its segments, is missing or not as it was written.
        FileNotFoundError: the segment is gone, because a builder has just replaced it.
    """
    return Manifest.from_json(_text(folder, name), name, lambda *part: _read_part(folder, *part))


def segment_names(folder: Path, name: str) -> set[str]:
    """Return the names of the segments of a generation, without looking at these; errors as for `read_generation`."""
    return names_in(_text(folder, name), name)


def survey(folder: Path, encoder: Encoder, recipe: Recipe, stores: Stores, *, thorough: bool = False) -> Survey:
    """Look at the serving generation; `thorough` opens each of its segments, else only sizes are looked at."""
    name = current(folder)
    if name is None:
        return Survey(None, (), ())
    damage: list[str] = []

    def read_part(segment: str, sha256: str, removed: frozenset[str]) -> Part | None:
        try:
            part = _read_part(folder, segment, sha256, removed)
            look(folder, part.segment, thorough, stores)
        except Damaged as error:
            damage.append(error.message)
        except FileNotFoundError:
            damage.append(f"index is damaged: segment {segment} is missing")
        else:
            return part
        return None

    try:
        manifest = Manifest.from_json(_text(folder, name), name, read_part)
    except Damaged as error:
        return Survey(None, (), (error.message,))
    except FileNotFoundError:
        return Survey(None, (), (f"index is damaged: generation {name!r} is missing",))
    if manifest.difference(encoder, recipe) is not None:
        return Survey(None, (), tuple(damage))
    return Survey(None if damage else manifest, manifest.parts, tuple(damage))


def _text(folder: Path, name: str) -> str:
    path = folder / "generations" / f"{name}.json"
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, ValueError) as error:
        raise Damaged(f"index is damaged: {path} is not as it was written", MEND) from error


def _read_part(folder: Path, name: str, sha256: str, removed: frozenset[str]) -> Part:
    path = folder / "segments" / name / FACTS
    try:
        if sha256_of(path) != sha256:
            raise Damaged(f"index is damaged: {path} is not as it was written", MEND)
        return Part(SegmentFacts.from_json(path.read_text(encoding="utf-8")), sha256, removed)
    except ValueError as error:
        raise Damaged(f"index is of another version of Wardbook: {path}: {error}", MEND) from error
    except FileNotFoundError as error:
        if not path.parent.is_dir():
            raise
        raise Damaged(f"index is damaged: {path} is missing", MEND) from error


def look(folder: Path, facts: SegmentFacts, thorough: bool, stores: Stores) -> None:
    """Raise Damaged when a segment is not as it was written, as far as one looks."""
    path = folder / "segments" / facts.name
    for name, seal in facts.files.items():
        try:
            size = os.stat(path / name).st_size
        except OSError as error:
            raise Damaged(f"index is damaged: {path / name} is missing", MEND) from error
        if size != seal.bytes:
            raise Damaged(f"index is damaged: {path / name} is not as it was written", MEND)
    if thorough:
        segment = Segment.open(folder, facts, stores)
        try:
            segment.verify([])
        finally:
            segment.close()

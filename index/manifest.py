"""What an index says about itself, and who may use it.

    folder/current                      name of the generation that serves
    folder/generations/NAME.json        one generation: what it was made with, and its segments; a manifest
    folder/segments/NAME/segment.json   one segment: its documents, and a seal on each of its files

A name of a generation ends in the hash of its text, a generation holds the hash of each of its `segment.json`, and that
the hash of each file: whoever follows the pointer knows of every byte whether it is as it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from corpus.errors import UserError
from corpus.types import Document, Passage
from index.encoder import Encoder

FORMAT = "3"
"""Raised whenever the files of a generation or the text that is encoded change."""
REBUILD = "wardbook index --rebuild"
MEND = "wardbook index"


class Damaged(UserError):
    """A part of the index is missing or not as it was written; bringing the index up to date mends it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The parts of the corpus floor that an index depends on."""

    reader_version: str
    vocabulary_fingerprint: str
    split: Callable[[Document], Iterable[Passage]]
    """Makes the passages of a document."""


def current_recipe() -> Recipe:
    """Return the reader, vocabulary and splitting that this installation has."""
    from corpus.passages import split
    from corpus.readers import READER_VERSION
    from corpus.vocabulary import load

    return Recipe(READER_VERSION, load().fingerprint, split)


class Entry(Protocol):
    """What tells one state of a document from another: `corpus.library.Entry`."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def digest(self) -> str:
        """A hash of all that it is."""


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """One document of an index."""

    id: str
    title: str
    version: str
    digest: str
    passages: int
    """How many; 0 for a document of which every section is withheld or empty."""


@dataclass(frozen=True, slots=True)
class Seal:
    """How a file was when it was written."""

    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What a segment was made of: `segment.json`."""

    name: str
    encoder_fingerprint: str
    dimension: int
    documents: tuple[IndexedDocument, ...]
    """In the order of their rows."""
    files: Mapping[str, Seal]
    """By path in the segment."""

    @property
    def passages(self) -> int:
        """How many rows it has."""
        return sum(document.passages for document in self.documents)

    def to_json(self) -> str:
        """Return the text of `segment.json`."""
        return json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> SegmentFacts:
        """Read the facts back; ValueError, KeyError or TypeError when the text is not of this format."""
        values = json.loads(text)
        if values.pop("format") != FORMAT:
            raise ValueError("another format")
        documents = tuple(IndexedDocument(**document) for document in values.pop("documents"))
        files = {path: Seal(**seal) for path, seal in values.pop("files").items()}
        return cls(**values, documents=documents, files=files)


@dataclass(frozen=True, slots=True)
class Part:
    """A segment as one generation sees it."""

    segment: SegmentFacts
    sha256: str
    """Of `segment.json`."""
    removed: frozenset[str] = frozenset()
    """Ids of documents that the segment still holds and that are in this generation no more."""

    @property
    def documents(self) -> tuple[IndexedDocument, ...]:
        """The documents that are still in this generation."""
        return tuple(document for document in self.segment.documents if document.id not in self.removed)

    @property
    def passages(self) -> int:
        """How many passages these have."""
        return sum(document.passages for document in self.documents)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of."""

    created: str
    """ISO 8601, UTC."""
    encoder_name: str
    encoder_fingerprint: str
    dimension: int
    vocabulary_fingerprint: str
    reader_version: str
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """Name of the generation: when it was made, and the hash of its text."""
        stamp = self.created.replace("-", "").replace(":", "").split("+")[0]
        return f"{stamp}-{_hash(self.to_json())[:24]}"

    @property
    def documents(self) -> tuple[IndexedDocument, ...]:
        """The documents of all parts."""
        return tuple(document for part in self.parts for document in part.documents)

    @property
    def passages(self) -> int:
        """How many passages the index holds."""
        return sum(part.passages for part in self.parts)

    def holds(self, entries: Iterable[Entry]) -> bool:
        """Tell whether the index was made of exactly these documents as they are, in any order."""
        return {(one.id, one.digest) for one in self.documents} == {(entry.id, entry.digest) for entry in entries}

    def difference(self, encoder: Encoder, recipe: Recipe) -> str | None:
        """Say in what the index was made another way, both values named; None when it was made this way."""
        pairs = (
            ("with encoder", self.encoder_name, "settings ask for", encoder.name),
            ("with weights", self.encoder_fingerprint, "the encoder has", encoder.fingerprint),
            ("with section vocabulary", self.vocabulary_fingerprint, "now it is", recipe.vocabulary_fingerprint),
            ("with readers", self.reader_version, "now they are", recipe.reader_version),
        )
        for what, mine, who, theirs in pairs:
            if mine != theirs:
                return f"index was built {what} '{mine}', {who} '{theirs}'"
        return None

    def check(self, encoder: Encoder, recipe: Recipe) -> None:
        """Refuse an index that was made another way.

        Raises:
            UserError: says which part differs, both values, and what to run.
        """
        difference = self.difference(encoder, recipe)
        if difference is not None:
            raise UserError(difference, REBUILD)

    def to_json(self) -> str:
        """Return the text of the generation's file; segments are named there, not told."""
        values = {field: getattr(self, field) for field in _PLAIN}
        parts = [
            {"segment": part.segment.name, "sha256": part.sha256, "removed": sorted(part.removed)}
            for part in self.parts
        ]
        return json.dumps({"format": FORMAT, **values, "parts": parts}, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, name: str, read_part: Callable[[str, str, frozenset[str]], Part | None]) -> Manifest:
        """Read a generation back.

        Args:
            text: of the file.
            name: of the generation, which holds the hash of the text.
            read_part: finds a part by its segment, the hash of its `segment.json` and the ids removed; a part for which
                it returns None is left out.

        Raises:
            Damaged: the text is not as it was written.
        """
        values = _values(text, name)
        found = [read_part(one["segment"], one["sha256"], frozenset(one["removed"])) for one in values["parts"]]
        return cls(
            **{field: values[field] for field in _PLAIN}, parts=tuple(part for part in found if part is not None)
        )


_PLAIN = (
    "created",
    "encoder_name",
    "encoder_fingerprint",
    "dimension",
    "vocabulary_fingerprint",
    "reader_version",
)


def segment_names(text: str, name: str) -> set[str]:
    """Return the names of the segments of a generation; arguments and errors as for `Manifest.from_json`."""
    return set(segments_of(text, name))


def segments_of(text: str, name: str) -> dict[str, str]:
    """Return the segments of a generation, each with the hash of its `segment.json`; errors as for `segment_names`."""
    return {part["segment"]: part["sha256"] for part in _values(text, name)["parts"]}


def _values(text: str, name: str) -> dict[str, Any]:
    if not name.endswith(f"-{_hash(text)[:24]}"):
        raise Damaged(f"index is damaged: generation {name} is not as it was written", MEND)
    values: dict[str, Any] = json.loads(text)
    return values


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

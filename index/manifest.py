"""What an index says about itself, and who may use it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from corpus.errors import UserError
from corpus.types import Document, Passage
from index.encoder import Encoder

FORMAT = "1"
"""Raised whenever the files of a generation or the text that is encoded change."""
REBUILD = "wardbook index --rebuild"


@dataclass(frozen=True, slots=True)
class Recipe:
    """The parts of the corpus floor that an index depends on."""

    reader_version: str
    vocabulary_fingerprint: str
    split: Callable[[Document], Sequence[Passage]]
    """Makes the passages of a document."""


def current_recipe() -> Recipe:
    """Return the reader, vocabulary and splitting that this installation has."""
    from corpus.passages import split
    from corpus.readers import READER_VERSION
    from corpus.vocabulary import load

    return Recipe(READER_VERSION, load().fingerprint, split)


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """One document of an index."""

    id: str
    title: str
    version: str
    passages: int
    """How many; 0 for a document of which every section is withheld or empty."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made of."""

    format: str
    name: str
    """Name of the generation."""
    created: str
    """ISO 8601, UTC."""
    encoder_name: str
    encoder_fingerprint: str
    dimension: int
    vocabulary_fingerprint: str
    reader_version: str
    documents: tuple[IndexedDocument, ...]
    """In the order of their passages in the index."""
    files: Mapping[str, str]
    """Sha256 of each file by its path in the generation."""

    @property
    def passages(self) -> int:
        """How many passages the index holds."""
        return sum(document.passages for document in self.documents)

    def holds(self, documents: Sequence[Document]) -> bool:
        """Tell whether the index was made of exactly these documents in these versions, in any order."""
        mine = {(document.id, document.title, document.version) for document in self.documents}
        return mine == {(document.id, document.title, document.version) for document in documents}

    def check(self, encoder: Encoder, recipe: Recipe) -> None:
        """Refuse an index that was made another way.

        Raises:
            UserError: says which part differs, both values, and what to run.
        """
        pairs = (
            ("in format", self.format, "this version of Wardbook reads", FORMAT),
            ("with encoder", self.encoder_name, "settings ask for", encoder.name),
            ("with weights", self.encoder_fingerprint, "the encoder has", encoder.fingerprint),
            ("with section vocabulary", self.vocabulary_fingerprint, "now it is", recipe.vocabulary_fingerprint),
            ("with readers", self.reader_version, "now they are", recipe.reader_version),
        )
        for what, mine, who, theirs in pairs:
            if mine != theirs:
                raise UserError(f"index was built {what} '{mine}', {who} '{theirs}'", REBUILD)

    def to_json(self) -> str:
        """Return the manifest as it is written to `manifest.json`."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, path: str) -> Manifest:
        """Read a manifest back; `path` is named when it cannot be.

        Raises:
            UserError: it is no manifest, or one of another format.
        """
        try:
            values: dict[str, Any] = json.loads(text)
            if values["format"] != FORMAT:
                message = f"index was built in format '{values['format']}', this version of Wardbook reads '{FORMAT}'"
                raise UserError(message, REBUILD)
            documents = tuple(IndexedDocument(**document) for document in values.pop("documents"))
            return cls(**values, documents=documents)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(f"{path} is damaged: {error}", REBUILD) from error

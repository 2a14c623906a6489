"""The words of documents that are being indexed: encoded with them, so that no first question waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.lexicon import texts_to_know
from assistant.word_vectors import WordVectors
from corpus.passages import split

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpus.library import Library
    from corpus.types import Document
    from index.encoder import Encoder


class NewWords:
    """Reads documents of a library for whoever indexes them, and remembers their words."""

    def __init__(self, library: Library, settings: Settings, encoder: Encoder) -> None:
        self._library = library
        self._vectors = WordVectors(encoder, settings.words_folder)
        self._words: set[str] = set()

    def read(self, document_id: str) -> Document:
        """Return a document."""
        document = self._library.get(document_id)
        self._words |= texts_to_know(document, split(document))
        return document

    def keep(self) -> None:
        """Encode the words of the documents that were read, if they aren't known, and keep them."""
        self._vectors.keep(self._words)

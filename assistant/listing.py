"""The list of documents with their sections, as the API and agents give it: made once for each state of a document.

A list of thousands would otherwise read and split every document each time that a page is opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any, Protocol

from corpus.collection import Collection
from corpus.passages import split
from corpus.types import Document


class Shelf(Protocol):
    """The documents: `corpus.library.Library`, or a fake of the tests."""

    def documents(self) -> Sequence[Document]:
        """Return every document."""
        ...

    def get(self, document_id: str) -> Document:
        """Return one document; UserError when there is none of that id."""
        ...


class Listing:
    """What is listed of each document of a shelf, kept as JSON: 1 kB each."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._kept: dict[tuple[str, str], bytes] = {}
        self._lock = Lock()

    def texts(self) -> list[bytes]:
        """Return the JSON of each document in the order of the shelf."""
        documents = Collection.of(self._shelf.documents())
        with self._lock:
            kept: dict[tuple[str, str], bytes] = {}
            for one in documents.known:
                # What a library or an index knows of a document has its hash; without one the document is read.
                state = getattr(one, "digest", None) or documents.get(one.id).version
                kept[one.id, state] = self._kept.get((one.id, state)) or self._text(documents.get(one.id), one)
            self._kept = kept
        return list(kept.values())

    @staticmethod
    def _text(document: Document, known: object) -> bytes:
        passages = getattr(known, "passages", None)
        listed = listed_of(document, len(split(document)) if passages is None else passages)
        return json.dumps(listed, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def listed_of(document: Document, passages: int) -> dict[str, Any]:
    """Return what is listed of a document, as JSON has it."""
    return {
        "id": document.id,
        "title": document.title,
        "source": document.source,
        "version": document.version,
        "passages": passages,
        "sections": [
            {"id": section.id, "heading": section.heading, "topic": section.topic, "status": section.status}
            for section in document.sections
        ],
    }

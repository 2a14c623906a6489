"""Documents in an order, each read when it is asked for: thousands can be at hand without being in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, overload

from corpus.errors import UserError
from corpus.types import Document

NAMED = 20
"""Documents that an error names."""
HELD = 32
"""Documents that were read last and stay in memory."""


class Known(Protocol):
    """What is known of a document without reading it."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def title(self) -> str:
        """Its title."""


@dataclass(frozen=True, slots=True)
class _Named:
    id: str
    title: str


class Collection(Sequence[Document]):
    """A sequence of documents that reads them one at a time; equal to any with the same documents."""

    def __init__(self, known: Sequence[Known], read: Callable[[str], Document]) -> None:
        """Take what is known of each, in order, and what reads one by its id."""
        self._known = {one.id: one for one in known}
        self._ids = tuple(self._known)
        self._read = read
        self._held: OrderedDict[str, Document] = OrderedDict()
        self._lock = Lock()

    @classmethod
    def of(cls, documents: Sequence[Document]) -> Collection:
        """Return a collection of documents that are in memory anyway; one of these as it is."""
        if isinstance(documents, Collection):
            return documents
        by_id = {document.id: document for document in documents}
        return cls([_Named(document.id, document.title) for document in documents], by_id.__getitem__)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the documents, in order."""
        return self._ids

    @property
    def known(self) -> tuple[Known, ...]:
        """What is known of each without reading it, in order."""
        return tuple(self._known.values())

    def holds(self, document_id: str) -> bool:
        """Tell whether there is a document of this id."""
        return document_id in self._known

    def get(self, document_id: str) -> Document:
        """Return a document; KeyError when there is none of this id."""
        with self._lock:
            held = self._held.get(document_id)
            if held is not None:
                self._held.move_to_end(document_id)
                return held
        if document_id not in self._known:
            raise KeyError(document_id)
        document = self._read(document_id)
        with self._lock:
            self._held[document_id] = document
            while len(self._held) > HELD:
                self._held.popitem(last=False)
        return document

    def find(self, document_id: str) -> Document:
        """Return a document; a UserError names some of those there are when it is unknown."""
        try:
            return self.get(document_id)
        except KeyError:
            known = some_of(self._ids)
            raise UserError(
                f"unknown document {document_id!r}, expected one of: {known}", "wardbook documents list"
            ) from None

    def sorted(self, key: Callable[[Known], object]) -> Collection:
        """Return the same documents in the order of a key of what is known of them."""
        return Collection(sorted(self._known.values(), key=key), self._read)  # type: ignore[arg-type]

    @overload
    def __getitem__(self, place: int) -> Document: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Document, ...]: ...

    def __getitem__(self, place: int | slice) -> Document | tuple[Document, ...]:
        """Return the document at a place, or those of a slice."""
        if isinstance(place, slice):
            return tuple(self._read(one) for one in self._ids[place])
        return self.get(self._ids[place])

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ids)

    def __iter__(self) -> Iterator[Document]:
        """Read each in turn; what was read before stays in memory, and nothing else."""
        return map(self._read, self._ids)

    def __eq__(self, other: object) -> bool:
        """Tell whether another sequence has the same documents in the same order."""
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(_same, self, other))

    __hash__ = None  # type: ignore[assignment]


def some_of(ids: Sequence[str]) -> str:
    """Return the first ids in words, and how many more there are."""
    more = f" and {len(ids) - NAMED} others" if len(ids) > NAMED else ""
    return (", ".join(ids[:NAMED]) or "none") + more


def _same(one: object, other: object) -> bool:
    return one == other

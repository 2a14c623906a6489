"""What is evaluated: the seam between the evaluation and the assistant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from assistant.types import Answer, Turn
from corpus.types import Document, Passage
from index.types import Hit

if TYPE_CHECKING:
    from assistant.assistant import Assistant


class Answerer(Protocol):
    """Anything that answers questions about a document and can show what its search finds."""

    def ask(self, question: str, history: Sequence[Turn] = (), document_id: str | None = None) -> Answer:
        """Answer one question."""
        ...

    def search(self, question: str, *, document_id: str, limit: int) -> Sequence[Hit]:
        """Return what the search finds for a question, best first."""
        ...

    def document(self, document_id: str) -> Document:
        """Return a document; UserError when unknown."""
        ...

    def passages(self, document: Document) -> Sequence[Passage]:
        """Return the passages that a document was split into."""
        ...


class AssistantAnswerer:
    """The real assistant as an `Answerer`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant

    def ask(self, question: str, history: Sequence[Turn] = (), document_id: str | None = None) -> Answer:
        """Answer one question, by the same function as the page and the API."""
        return self._assistant.ask(question, history, document_id)

    def search(self, question: str, *, document_id: str, limit: int) -> Sequence[Hit]:
        """Search as the assistant does."""
        return self._assistant.index.search(question, document_id=document_id, limit=limit)

    def document(self, document_id: str) -> Document:
        """Return one of the assistant's documents."""
        return self._assistant.document(document_id)

    def passages(self, document: Document) -> Sequence[Passage]:
        """Return a document's passages as they are indexed."""
        return self._assistant.index.passages(document.id)

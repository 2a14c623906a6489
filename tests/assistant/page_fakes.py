"""A library and an assistant whose answers can be worked out by hand, for the tests of the server and the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from assistant.notices import ask_back
from assistant.types import Answer, Candidate, Citation, DocumentRef, Outcome, Statement, Turn, Writing
from corpus.errors import UserError
from corpus.passages import split
from corpus.readers import read
from corpus.types import Document, Passage

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents" / "calcinosis-cutis-infant-neonate.md"


HOSTILE_TEXT = (
    "</p></div><script>alert(1)</script><img src=x onerror=alert(2)><iframe src=javascript:alert(3)></iframe>"
    "[link](javascript:alert(4)) ![image](https://evil.example/x.png) <style>body{display:none}</style>"
    '" onmouseover="alert(5) <form action=https://evil.example><button>go</button></form>'
)
"""What a document, a person or a chat model may say, to script its way out."""


class FakeLibrary:
    """Documents in a tuple."""

    def __init__(self, *documents: Document) -> None:
        self._documents = documents

    def documents(self) -> tuple[Document, ...]:
        return self._documents

    def get(self, document_id: str) -> Document:
        for document in self._documents:
            if document.id == document_id:
                return document
        known = ", ".join(document.id for document in self._documents)
        raise UserError(f"no document {document_id!r}", f"one of {known}")


class FakeAssistant:
    """Answers by the first word it knows in a question; "slow" questions wait until `release` is set."""

    def __init__(self, library: FakeLibrary) -> None:
        self._library = library
        self.release = Event()
        self.asked: list[tuple[str, tuple[Turn, ...], str | None]] = []

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        document_id: str | None = None,
        *,
        model: str | None = None,
        told: Callable[[Statement], object] = lambda statement: None,
    ) -> Answer:
        self.asked.append((question, tuple(history), document_id))
        words = question.lower()
        said = [turn.document for turn in history if turn.document is not None]
        document_id = document_id or (said[-1] if said else None)
        if document_id is None or document_id == "":
            if "unclear" in words:
                return _ask_back(question, self._library.documents()[:3])
            document_id = self._library.documents()[0].id
        document = self._library.get(document_id)
        if model not in (None, "quotes"):
            raise UserError(f"the model {model!r} may not be asked for, expected one of: quotes")
        if "write" in words:
            return self._write(document, question, told)
        if "slow" in words:
            self.release.wait(20)
        if "mendable" in words:
            raise UserError("the index is of another encoder", "wardbook index --rebuild")
        if "hostile model" in words:
            first = next(passage for passage in split(document))
            said = Statement(f"{HOSTILE_TEXT} 1", _said(first, HOSTILE_TEXT).citations)
            answer = _answer(document, question, "answered", [said], (HOSTILE_TEXT,), HOSTILE_TEXT, HOSTILE_TEXT)
            return replace(answer, answered_by=HOSTILE_TEXT)
        if "treat" in words:
            headings = tuple(s.heading for s in document.sections if s.topic == "therapy")
            return _answer(
                document,
                question,
                "withheld",
                (),
                headings,
                f"“{headings[0]}” would answer this, but is withheld in this copy of “{document.title}”.",
            )
        if "vaccine" in words:
            return _answer(document, question, "not_in_document", (), (), "The document does not say.")
        if "football" in words:
            return _answer(document, question, "out_of_scope", (), (), f"This is not about “{document.title}”.")
        topic = "differential_diagnosis" if "differential" in words else "synopsis"
        section = next(s for s in document.sections if s.topic == topic)
        found = [passage for passage in split(document) if passage.section_id == section.id]
        if topic == "synopsis":
            found = found[:2]
        read_as = "What is calcinosis cutis?" if history else None
        return _answer(document, question, "answered", [_said(p, section.heading) for p in found], (), None, read_as)

    def _write(self, document: Document, question: str, told: Callable[[Statement], object]) -> Answer:
        """Write two sentences as a chat model does: the second only once it is released."""
        first, second = (_said(passage, passage.text) for passage in split(document)[:2])
        told(first)
        self.release.wait(20)
        told(second)
        answer = _answer(document, question, "answered", [second, first], (), None)
        return replace(answer, answered_by="fake:model", writing=Writing("fake:model", 2, 1, 0, None))


def _ask_back(question: str, documents: Sequence[Document]) -> Answer:
    offered = tuple(Candidate(document.id, document.title) for document in documents)
    line = ask_back([document.title for document in documents])
    return Answer(question, None, "out_of_scope", (), (), line, 0.9, None, "quotes", 1.0, candidates=offered)


def _said(passage: Passage, heading: str) -> Statement:
    citation = Citation(passage.document_id, heading, passage.id, passage.text, passage.start, passage.end)
    return Statement(passage.text, (citation,))


def _answer(
    document: Document,
    question: str,
    outcome: Outcome,
    statements: Sequence[Statement],
    withheld: tuple[str, ...],
    notice: str | None,
    interpreted_as: str | None = None,
) -> Answer:
    of = DocumentRef(document.id, document.title, document.version)
    return Answer(question, interpreted_as, outcome, tuple(statements), withheld, notice, 0.9, of, "quotes", 1.0)


def shipped() -> Document:
    """Read the shipped document."""
    return read(SHIPPED)

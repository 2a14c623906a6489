"""`Assistant.ask`: the one function behind the page, the API, the command line and the evaluation.

The way of a question: mend its spelling, complete it when it is a follow-up, take it apart; then for each part search,
weigh the hits as evidence, decide the outcome; last, quote the evidence or say which kind of refusal it is. Where a
chat model writes, it does so after all this, from the evidence and through the gate (`writing/`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import notices
from assistant.answering import Reader, Reading
from assistant.choosing import Chooser, Chosen
from assistant.counting import count_statement
from assistant.followups import reading
from assistant.parts import take_apart
from assistant.spelling import mend
from assistant.types import Answer, Candidate, Citation, DocumentRef, Outcome, Statement, Turn
from assistant.writing.rewriting import complete
from assistant.writing.writer import Asked, Writer
from assistant.writing.writers import Writers
from corpus.collection import Collection
from corpus.errors import UserError
from corpus.types import Document, Passage
from index.encoder import Encoder
from index.search import Index

MAX_QUESTION_CHARS = 2_000


def check_question(question: str) -> None:
    """Refuse a question that is empty or too long.

    Raises:
        UserError: with the length and the limit.
    """
    if not question.strip():
        raise UserError("the question is empty", "ask something, for example: what should I rule out?")
    if len(question) > MAX_QUESTION_CHARS:
        raise UserError(
            f"the question has {len(question):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            "ask a shorter question",
        )


@dataclass(frozen=True, slots=True)
class _Decided:
    """A question read in one way, decided part by part."""

    text: str
    parts: tuple[Reading, ...]

    @property
    def answered(self) -> bool:
        """Whether a part is answered."""
        return any(part.decision.outcome == "answered" for part in self.parts)


class Assistant:
    """Answers questions about the documents of a library."""

    def __init__(
        self,
        documents: Sequence[Document],
        index: Index,
        encoder: Encoder,
        cache_folder: Path | None = None,
        writers: Writers | None = None,
    ) -> None:
        """Take the documents that the index holds, a folder where vectors of words may be kept, and who may write."""
        self.documents = Collection.of(documents)
        self.index = index
        self._reader = Reader(self.documents, index, encoder, cache_folder)
        self._chooser = Chooser(self.documents, index, self._reader.wording, self._reader.english)
        self._writers = writers or Writers()

    def document(self, document_id: str) -> Document:
        """Return a document.

        Raises:
            UserError: names the documents there are.
        """
        return self._reader.document(document_id)

    def renewed(self, documents: Sequence[Document], index: Index) -> Assistant:
        """Return an assistant over another generation of the index; what has not changed is shared with this one."""
        newer = copy(self)
        newer.documents = Collection.of(documents)
        newer.index = index
        newer._reader = self._reader.renewed(newer.documents, index)
        newer._chooser = self._chooser.renewed(newer.documents, index)
        newer._chooser.warm()  # here, in the background, so that no question waits for it
        return newer

    def warm(self) -> None:
        """Do at start what the first question would otherwise wait for."""
        self._reader.warm()
        self._chooser.warm()

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        document_id: str | None = None,
        *,
        model: str | None = None,
        told: Callable[[Statement], object] = lambda statement: None,
    ) -> Answer:
        """Answer a question from one document: the one given and no other, or the one that the question is about.

        Where there are several and none is given, a conversation stays with its document unless a question names
        another. Where it is unclear which one is meant, the answer offers `candidates` and quotes none of them.

        `model` names the chat model that writes, "quotes" for none, None for the one of the settings. `told` is given
        each statement of a written answer as soon as it stands.

        Raises:
            UserError: the question is empty or over 2,000 characters, the document is unknown, or the model may not be
                asked for.
        """
        began = time.perf_counter()
        check_question(question)
        writer = self._writers.choose(model)
        if document_id:
            chosen = Chosen(self._reader.document(document_id), question, tuple(history))
        else:
            chosen = self._chooser.choose(question, history)
        if chosen.document is None:
            return self._unclear(question, chosen, (time.perf_counter() - began) * 1000.0)
        document = chosen.document
        decided = self._read(chosen, document, writer)
        if not decided.answered and chosen.candidates:
            return self._unclear(question, chosen, (time.perf_counter() - began) * 1000.0)
        if not decided.answered and chosen.otherwise is not None:
            document = chosen.otherwise
            decided = self._read(replace(chosen, history=chosen.told_otherwise), document, writer)
        interpreted = decided.text if decided.text.strip() != question.strip() else None
        answer = self._answer(question, interpreted, decided, document)
        if writer is not None and answer.outcome == "answered":
            abbreviations = self._reader.lexicon(document.id).abbreviations
            asked = Asked(decided.text, document.title, answer.statements, abbreviations)
            written = writer.write(asked, told)
            by = written.writing.model if written.writing.released else "quotes"
            answer = replace(answer, statements=written.statements, answered_by=by, writing=written.writing)
        return replace(answer, elapsed_ms=(time.perf_counter() - began) * 1000.0)

    def _read(self, chosen: Chosen, document: Document, writer: Writer | None) -> _Decided:
        """Read a question of one document, completed from what was said before."""
        lexicon = self._reader.lexicon(document.id)
        mended = mend(chosen.question, lexicon.words, self._reader.english)
        read = reading(mended, chosen.history, lexicon.subject, self._reader.vectors)
        if writer is not None and writer.rewrites and read != mended:
            read = complete(mended, chosen.history, document.title, writer.model) or read
        return self._decide(read, document)

    def _unclear(self, question: str, chosen: Chosen, elapsed_ms: float) -> Answer:
        """Return the answer to a question that may be about several documents, or is about none."""
        titles = [document.title for document in chosen.candidates]
        line = notices.ask_back(titles) if titles else notices.about_none(len(self.documents))
        emergency, _ = notices.care(question)
        return Answer(
            question=question,
            interpreted_as=None,
            outcome="out_of_scope",
            statements=(),
            withheld=(),
            notice=f"{emergency} {line}" if emergency else line,
            confidence=chosen.confidence,
            document=None,
            answered_by="quotes",
            elapsed_ms=elapsed_ms,
            candidates=tuple(Candidate(document.id, document.title) for document in chosen.candidates),
        )

    def _decide(self, text: str, document: Document) -> _Decided:
        apart = take_apart(text)
        return _Decided(text, tuple(self._reader.read(part, apart.setting, document.id) for part in apart.asked))

    def _answer(self, question: str, interpreted: str | None, decided: _Decided, document: Document) -> Answer:
        """Return the quoted answer, or the refusal; the time that it took is not known yet."""
        outcomes = [part.decision.outcome for part in decided.parts]
        order: tuple[Outcome, ...] = ("answered", "withheld", "not_in_document", "out_of_scope")
        outcome = min(outcomes, key=order.index)
        statements: dict[int, Statement] = {}
        for part in decided.parts:
            if part.decision.outcome == "answered":
                statements.update((s.citations[0].start, s) for s in self._statements(part, document))
        withheld = tuple(
            dict.fromkeys(
                heading for part in decided.parts if part.decision.outcome == "withheld" for heading in part.withheld
            )
        )
        return Answer(
            question=question,
            interpreted_as=interpreted,
            outcome=outcome,
            statements=tuple(statement for _, statement in sorted(statements.items())),
            withheld=withheld,
            notice=self._notice(question, outcome, decided, withheld, document),
            confidence=min(part.decision.confidence for part in decided.parts),
            document=DocumentRef(document.id, document.title, document.version),
            answered_by="quotes",
            elapsed_ms=0.0,
        )

    def _statements(self, part: Reading, document: Document) -> list[Statement]:
        counted = count_statement(part.part, part.evidence, self._reader.lexicon(document.id))
        if counted is not None:
            return [counted]
        return [Statement(passage.text, (cite(passage, document),)) for passage in part.evidence]

    def _notice(
        self, question: str, outcome: Outcome, decided: _Decided, withheld: tuple[str, ...], document: Document
    ) -> str | None:
        emergency, clinician = notices.care(question)
        lines = [emergency] if emergency else []
        if outcome == "answered":
            if withheld:
                lines.append(notices.withheld_part(withheld, document))
            lines += [
                notices.unanswered_part(part.part.text)
                for part in decided.parts
                if part.decision.outcome in ("not_in_document", "out_of_scope")
            ]
        else:
            first = next(part for part in decided.parts if part.decision.outcome == outcome)
            only = len(self.documents) == 1
            nearest, about = first.nearest_heading, first.about_subject
            lines.append(notices.refusal(outcome, document, withheld, nearest, about, only=only))
        if clinician and outcome != "out_of_scope":
            lines.append(clinician)
        return " ".join(lines) or None


def cite(passage: Passage, document: Document) -> Citation:
    """Return the citation of a whole passage."""
    heading = next(section.heading for section in document.sections if section.id == passage.section_id)
    page = document.page_at(passage.start)
    return Citation(document.id, heading, passage.id, passage.text, passage.start, passage.end, page)

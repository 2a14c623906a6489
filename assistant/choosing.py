"""Choosing the document that a question is answered from, where there are several.

The one that was asked for (`document_id`) and no other; else the one that the conversation is about, unless the
question names another; else the one that the question is about (`picking.py`). Where that is unclear, a few are
offered; where it is about none, none is chosen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

import numpy as np

from assistant.asking import Asking
from assistant.naming import Names, telling
from assistant.picking import MOST_HITS, NOTHING_SEEN, OFFERED, Pick, PickingModel, pick, read_picking, see
from assistant.pointing import place_said
from assistant.question import asks_something, read_part
from assistant.spelling import mend
from assistant.types import Turn
from corpus.collection import Collection
from corpus.errors import UserError
from corpus.types import Document
from index.search import Index

MOST_LOOKED_BACK = 4
"""Earlier questions that are looked at for the document of a conversation that does not say it."""
LEAST_OFFERED = 2
LONGEST_REPLY = 5
"""Words of a reply such as "the second one, please"."""
_QUOTED = re.compile(r"“(.+?)”")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a question is answered from."""

    document: Document | None
    """None when it is unclear, or when the question is about no document."""
    question: str
    """What to ask of it: an earlier question, where this one only says which document was meant."""
    history: tuple[Turn, ...]
    """What was said before that."""
    otherwise: Document | None = None
    """The document that the question names, where the conversation's own goes first: if that does not answer."""
    told_otherwise: tuple[Turn, ...] = ()
    """What was said before, as it is carried on with that document."""
    candidates: tuple[Document, ...] = ()
    """Those to choose from when it is unclear, the likeliest first; beside a document, if that does not answer."""
    confidence: float = 1.0
    """Probability that this choice is right."""


Read = Callable[[str], tuple[np.ndarray, Asking]]
"""Encodes a question and reads what its wording asks for."""


class Chooser:
    """Chooses among the documents of an index."""

    def __init__(self, documents: Sequence[Document], index: Index, read: Read, english: frozenset[str]) -> None:
        self._documents = Collection.of(documents)
        self._index = index
        self._read = read
        self._english = english
        self._before: Names | None = None

    @cached_property
    def _by_id(self) -> Mapping[str, int]:
        return {document_id: number for number, document_id in enumerate(self._documents.ids)}

    @cached_property
    def names(self) -> Names:
        """The names of all documents, collected at first use."""
        names = Names(self._documents, self._before)
        self._before = None
        return names

    @cached_property
    def _of_one_disease(self) -> bool:
        """Whether all documents have the same title, in whatever form and order of its words."""
        return len({frozenset(title) for title in self.names.titles}) == 1

    def _nearest(self, question: str) -> Document:
        """Return the document that holds the best passage for a question."""
        hits = self._index.search(question, limit=1)
        return self._documents[self._by_id[hits[0].passage.document_id] if hits else 0]

    @cached_property
    def _model(self) -> PickingModel:
        return read_picking()

    def renewed(self, documents: Sequence[Document], index: Index) -> Chooser:
        """Return a chooser over another generation of the index."""
        newer = Chooser(documents, index, self._read, self._english)
        newer._before = self.__dict__.get("names", self._before)
        return newer

    def warm(self) -> None:
        """Collect the names at start; a library of one has no use for them."""
        if len(self._documents) > 1:
            _ = self.names, self._model

    def choose(self, question: str, history: Sequence[Turn]) -> Chosen:
        """Choose for a question that was asked of no document.

        Raises:
            UserError: there is no document.
        """
        if not self._documents:
            raise UserError("there is no document to ask", "wardbook documents add FILE")
        if len(self._documents) == 1:
            return Chosen(self._documents[0], question, tuple(history))
        current = self._current(history)
        if current is not None:
            return self._in_conversation(question, current, history)
        picked = self.pick(question)
        pending = _last_asked(history)
        if pending is not None:
            meant = self._meant(question, picked, history)
            if meant is not None:
                return Chosen(self._documents[meant], history[pending].content, tuple(history[:pending]))
        confidence = picked.probabilities[picked.choice]
        if picked.choice != "one" and self._of_one_disease:
            # As with one document: there is nothing to choose between, and what it does not say is told better by it.
            return Chosen(self._nearest(question), question, tuple(history))
        if picked.choice == "one":
            return Chosen(self._documents[picked.numbers[0]], question, tuple(history))
        found = self._offered(picked) if picked.choice == "unclear" else ()
        return Chosen(None, question, tuple(history), candidates=found, confidence=confidence)

    def pick(self, question: str) -> Pick:
        """Decide what a question is about that stands alone."""
        mended = mend(question, self.names.words, self._english)
        part = read_part(mended)
        if not asks_something(part):
            return NOTHING_SEEN
        vector, asking = self._read(mended)
        hits = self._index.search(mended, vector, limit=MOST_HITS)
        return pick(self._model, see(part, self.names, hits, self._by_id, asking, mended=mended != question))

    def _offered(self, picked: Pick) -> tuple[Document, ...]:
        """Return documents to choose from: never one alone, and all of a library that is as small as a choice."""
        numbers = picked.numbers
        least = OFFERED if len(self._documents) <= OFFERED and not picked.named else LEAST_OFFERED
        others = (number for number in range(len(self._documents)) if number not in numbers)
        return tuple(self._documents[one] for one in [*numbers, *islice(others, max(0, least - len(numbers)))])

    def _in_conversation(self, question: str, current: int, history: Sequence[Turn]) -> Chosen:
        """Stay with the conversation's document, unless the question names another and not this one.

        Then this one goes first: "Is gout in the differential?" is about it. A comparison that it does not answer asks
        back, since an answer comes from one document.
        """
        document = self._documents[current]
        told = self._told(history, current)
        mended = mend(question, self.names.words, self._english)
        standing = self.names.standing([word.stem for word in telling(mended)])
        named = [number for number in standing if self._is_other(number, current)]
        if not named:
            return Chosen(document, question, told)
        if "comparison" in read_part(question).wants:
            by_title = {self.names.titles[number]: self._documents[number] for number in reversed(named)}
            return Chosen(
                document, question, told, candidates=(document, *list(by_title.values())[::-1][: OFFERED - 1])
            )
        picked = self.pick(question)
        if picked.choice == "one" and picked.numbers[0] in named and current not in standing:
            moved = self._told(history, picked.numbers[0])
            return Chosen(document, question, told, self._documents[picked.numbers[0]], moved)
        return Chosen(document, question, told)

    def _told(self, history: Sequence[Turn], current: int) -> tuple[Turn, ...]:
        """Return a conversation as it is carried on with one document.

        What only said which document was meant goes: the question stands before it. Where another document was asked,
        its name becomes "it", so that "and in scleroderma?" after "How common is gout?" asks how common scleroderma is.
        """
        told: list[Turn] = []
        for place, turn in enumerate(history):
            if turn.role == "user" and told and self._only_names(turn.content, current):
                continue
            answer = next((after.document for after in history[place + 1 :] if after.role == "assistant"), None)
            other = self._by_id.get(answer) if answer else None
            if turn.role == "user" and other is not None and self._is_other(other, current):
                turn = replace(turn, content=self.names.unnamed(turn.content, other))
            told.append(turn)
        return tuple(told)

    def _only_names(self, text: str, number: int) -> bool:
        """Tell whether a text asks nothing and says nothing but names of a document."""
        part = read_part(text)
        said = {word.stem for word in telling(text)}
        return not part.topics and not part.wants and bool(said) and said <= self.names.own(number)

    def _is_other(self, number: int, current: int) -> bool:
        return self.names.titles[number] != self.names.titles[current]

    def _current(self, history: Sequence[Turn]) -> int | None:
        """Return the document of a conversation: the last one that a turn says, else one that a question was about."""
        said = [turn.document for turn in history if turn.document is not None]
        if said:
            return self._by_id.get(said[-1])
        asked = [turn.content for turn in history if turn.role == "user" and turn.content.strip()]
        for question in asked[::-1][:MOST_LOOKED_BACK]:
            picked = self.pick(question)
            if picked.choice == "one":
                return picked.numbers[0]
        return None

    def _meant(self, question: str, picked: Pick, history: Sequence[Turn]) -> int | None:
        """Return the document that a reply means which asks nothing itself: "gout", "the second one"."""
        for number in picked.numbers:
            if self._only_names(question, number):
                return number
        part = read_part(question)
        offered = next((turn.content for turn in reversed(history) if turn.role == "assistant"), "")
        by_title = {known.title: number for number, known in enumerate(self._documents.known)}
        titles = [title for title in _QUOTED.findall(offered) if title in by_title]
        said = [word.text for word in part.words]
        place = place_said(said)
        if part.topics or len(said) > LONGEST_REPLY or place is None or not titles or place >= len(titles):
            return None
        return by_title[titles[place]]


def _last_asked(history: Sequence[Turn]) -> int | None:
    """Return the place of the last question; None when none was asked."""
    asked = [place for place, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
    return asked[-1] if asked else None

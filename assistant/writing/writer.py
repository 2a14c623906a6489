"""Writing an answer with a chat model: from the evidence that was chosen, through the gate, within a time limit.

The quoted answer is there before the model is called, and whatever happens it is what a reader gets at the least: what
the gate blocks is replaced by the quote it tried to use, and evidence that no released sentence carries is quoted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock

from assistant.types import Statement, Writing
from assistant.writing.chat_model import ChatModel, ModelFailure
from assistant.writing.deadline import TooSlow, until
from assistant.writing.drafts import Draft, drafts
from assistant.writing.gate import Gate, Sources, Verdict
from assistant.writing.plain import plain
from assistant.writing.prompt import answer_messages
from assistant.writing.quantities import quantities, unlike

log = logging.getLogger("wardbook.writing")
MOST_EVIDENCE = 8
"""Statements that a model is asked to write from; a longer list is read better as it stands."""
REST_AFTER, REST_SECONDS = 2, 30.0
"""After so many failures in a row a model is left alone for a while, so that readers don't wait for it in vain."""
Told = Callable[[Statement], object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is written from."""

    question: str
    title: str
    evidence: tuple[Statement, ...]
    """The quoted answer."""
    long_forms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A written answer."""

    statements: tuple[Statement, ...]
    writing: Writing


class Writer:
    """Writes with one model, a few answers at once."""

    def __init__(
        self,
        model: ChatModel,
        gate: Gate,
        *,
        timeout_seconds: float = 20.0,
        at_once: int = 2,
        rewrites: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Keep the limits: `timeout_seconds` for one answer, `at_once` written together; `rewrites` follow-ups too."""
        self.model = model
        self.rewrites = rewrites
        self._gate = gate
        self._timeout_seconds = timeout_seconds
        self._room = BoundedSemaphore(at_once)
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._rests_until = 0.0

    def write(self, asked: Asked, told: Told = lambda statement: None) -> Written:
        """Write an answer; `told` is given each statement as soon as it stands. Never raises for what a model does."""
        why = self._why_not(asked)
        page = _Page(asked, self._gate, told)
        if why is None:
            why = self._fill(page, asked)
        if why is not None:
            log.warning("%s: %s", self.model.name, why)
        return page.finish(self.model.name, why)

    def _why_not(self, asked: Asked) -> str | None:
        """Return why the model is not called at all; None when it may be, and then a place is taken."""
        if len(asked.evidence) > MOST_EVIDENCE:
            return "a long list is shown as it stands"
        if any(_quote(statement) != statement.text for statement in asked.evidence):
            return "a count is shown as it was counted"
        if self._clock() < self._rests_until:
            return "the model failed repeatedly and is left alone for a while"
        return None if self._room.acquire(blocking=False) else "the model is busy"

    def _fill(self, page: _Page, asked: Asked) -> str | None:
        """Let the model write; return why it broke off, None when it ended by itself and said something."""
        messages = answer_messages(asked.question, [statement.text for statement in asked.evidence])
        moment = self._clock() + self._timeout_seconds
        try:
            for draft in drafts(until(moment, lambda: self.model.stream(messages), self._room.release)):
                if not page.take(draft):
                    return self._done("it went on and on")
        except TooSlow:
            return self._done(f"the time limit of {self._timeout_seconds:g} s", failed=True)
        except ModelFailure as failure:
            return self._done(str(failure), failed=True)
        return self._done(None if page.seen else "it wrote nothing")

    def _done(self, why: str | None, *, failed: bool = False) -> str | None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= REST_AFTER:
                self._failures, self._rests_until = 0, self._clock() + REST_SECONDS
        return why


class _Page:
    """The answer in the making."""

    def __init__(self, asked: Asked, gate: Gate, told: Told) -> None:
        self._asked = asked
        self._gate = gate
        self._told = told
        self._statements: list[Statement] = []
        self._carried: dict[int, list[str]] = {}
        """Place of the evidence -> the released sentences that cite it."""
        self._quoted: set[int] = set()
        self.seen = self.released = self.replaced = self.dropped = 0

    def take(self, draft: Draft) -> bool:
        """Release, replace or drop one sentence; False when there have been too many."""
        self.seen += 1
        if self.seen > 2 * len(self._asked.evidence) + 4:
            return False
        if any(draft.text == statement.text for statement in self._statements):
            self.dropped += 1
            return True
        places, verdict = self._judge(draft)
        if verdict.released:
            self.released += 1
            for place in places:
                self._carried.setdefault(place, []).append(draft.text)
            cited = tuple(one for place in places for one in self._asked.evidence[place].citations)
            self._say(Statement(draft.text, cited))
        else:
            log.info("blocked (%s): %s", verdict.why, draft.text)
            meant = self._meant(draft, places)
            if meant is None or meant in self._quoted:
                self.dropped += 1
            else:
                self.replaced += 1
                self._quote(meant)
        return True

    def finish(self, name: str, why: str | None) -> Written:
        """Quote what no released sentence carries; when none was released, the quoted answer stands as it was."""
        if not self.released:
            why = why or "no sentence held"
            for place, statement in enumerate(self._asked.evidence):
                if place not in self._quoted:
                    self._told(statement)
            writing = Writing(name, 0, self.replaced, self.dropped, why)
            return Written(self._asked.evidence, writing)
        for place in range(len(self._asked.evidence)):
            if place not in self._quoted and not self._carries(place):
                self._quote(place)
        return Written(tuple(self._statements), Writing(name, self.released, self.replaced, self.dropped, why))

    def _judge(self, draft: Draft) -> tuple[tuple[int, ...], Verdict]:
        """Return the evidence that a sentence rests on and the verdict; one without marks may rest on any."""
        cited = tuple(number - 1 for number in draft.cites if 0 < number <= len(self._asked.evidence))
        if cited or draft.cites:
            return cited, self._check(draft, cited)
        first = Verdict(False, "no citation", 0.0)
        for place in self._nearest(draft.text):
            verdict = self._check(draft, (place,))
            if verdict.released:
                return (place,), verdict
            first = first if first.why != "no citation" else verdict
        return (), first

    def _check(self, draft: Draft, places: Sequence[int]) -> Verdict:
        own = [self._asked.evidence[place] for place in places]
        headings = dict.fromkeys(citation.section for statement in own for citation in statement.citations)
        quotes = tuple(map(_quote, own))
        return self._gate.check(draft.text, Sources(quotes, (self._asked.title, *headings), self._asked.long_forms))

    def _nearest(self, text: str) -> list[int]:
        """Return the three pieces of evidence that share most words with a sentence; those that share none left out."""
        from assistant.words import content

        own = {word.stem for word in content(text)}
        shared = [len(own & {word.stem for word in content(_quote(one))}) for one in self._asked.evidence]
        ranked = sorted(range(len(shared)), key=lambda place: -shared[place])
        return [place for place in ranked[:3] if shared[place]]

    def _meant(self, draft: Draft, places: Sequence[int]) -> int | None:
        """Return the piece of evidence that a blocked sentence tried to use, None when it shares no word with any."""
        nearest = self._nearest(draft.text)
        return next((place for place in nearest if place in places), nearest[0] if nearest else None)

    def _carries(self, place: int) -> bool:
        """Return whether the released sentences that cite a piece of evidence state all its numbers."""
        said = self._carried.get(place)
        if not said:
            return False
        stated = quantities(plain(" ".join(said)))
        return not unlike(quantities(plain(_quote(self._asked.evidence[place]))), stated)

    def _quote(self, place: int) -> None:
        self._quoted.add(place)
        self._say(self._asked.evidence[place])

    def _say(self, statement: Statement) -> None:
        self._statements.append(statement)
        self._told(statement)


def _quote(statement: Statement) -> str:
    return " ".join(citation.quote for citation in statement.citations)

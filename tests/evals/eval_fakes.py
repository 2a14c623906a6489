"""A document of four sections, its passages, and answerers whose scores can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import yaml

from assistant.types import Answer, Citation, DocumentRef, Outcome, Statement, Turn
from corpus.errors import UserError
from corpus.types import Document, Passage, Section
from evals.cases import Suite
from index.types import Hit

BODIES: tuple[tuple[str, str, str], ...] = (
    ("Synopsis", "present", "Hives are itchy wheals. They fade within 24 hours. Milia may be near."),
    ("Look For", "present", "• Wheals\n• Milia – Small white cysts.\n• L50.9 Urticaria, unspecified"),
    ("Therapy", "withheld", "Withheld: subscription required"),
    ("Codes", "empty", ""),
)


def make_document() -> Document:
    """Lay the bodies out as every document is laid out: heading line, body, blank line."""
    text, sections = "", []
    for heading, status, body in BODIES:
        text += heading + "\n"
        identity = heading.casefold().replace(" ", "-")
        sections.append(Section(identity, heading, "other", status, len(text), len(text) + len(body)))  # type: ignore[arg-type]
        text += body + "\n\n"
    return Document("hives", "Hives", text, tuple(sections), "hives.md", "sha256:0", {})


DOCUMENT = make_document()
SENTENCES = ("Hives are itchy wheals.", "They fade within 24 hours.", "Milia may be near.")
ITEMS = ("Wheals", "Milia – Small white cysts.", "L50.9 Urticaria, unspecified")


def make_passages() -> tuple[Passage, ...]:
    """Split by hand: three sentences, three items."""
    found = []
    for section_id, kind, texts in (("synopsis", "sentence", SENTENCES), ("look-for", "item", ITEMS)):
        first = next(section.start for section in DOCUMENT.sections if section.id == section_id)
        for number, text in enumerate(texts, start=1):
            start = DOCUMENT.text.index(text, first)
            identity = f"hives#{section_id}-{number}"
            found.append(Passage(identity, "hives", section_id, text, start, start + len(text), kind, 0))  # type: ignore[arg-type]
    return tuple(found)


PASSAGES = make_passages()
HEADINGS = {section.id: section.heading for section in DOCUMENT.sections}


def quote(*passages: Passage) -> tuple[Statement, ...]:
    """Return passages as statements, each citing itself."""
    return tuple(
        Statement(p.text, (Citation(p.document_id, HEADINGS[p.section_id], p.id, p.text, p.start, p.end),))
        for p in passages
    )


def answer(
    question: str, outcome: Outcome, statements: tuple[Statement, ...] = (), withheld: tuple[str, ...] = ()
) -> Answer:
    """Return an answer about the document."""
    reference = DocumentRef(DOCUMENT.id, DOCUMENT.title, DOCUMENT.version)
    return Answer(question, None, outcome, statements, withheld, None, 0.5, reference, "quotes", 1.0)


@dataclass
class FakeAnswerer:
    """Answers from a table, "not in the document" to all else; its search always finds the same passages."""

    answers: dict[str, Answer | Exception] = field(default_factory=dict)
    found: tuple[Passage, ...] = PASSAGES
    asked: list[tuple[str, tuple[Turn, ...], str | None]] = field(default_factory=list)

    def ask(self, question: str, history: Sequence[Turn] = (), document_id: str | None = None) -> Answer:
        self.asked.append((question, tuple(history), document_id))
        given = self.answers.get(question) or answer(question, "not_in_document")
        if isinstance(given, Exception):
            raise given
        return given

    def search(self, question: str, *, document_id: str, limit: int) -> tuple[Hit, ...]:
        return tuple(Hit(p, 1 / rank, rank, "both", 0.5, 1.0) for rank, p in enumerate(self.found[:limit], start=1))

    def document(self, document_id: str) -> Document:
        if document_id != DOCUMENT.id:
            raise UserError(f"no document {document_id!r}; there is 'hives'")
        return DOCUMENT

    def passages(self, document: Document) -> tuple[Passage, ...]:
        return PASSAGES


SUITE = """
suite: hives
about: Every outcome once and a two-part question.
document: hives
cases:
  - id: what-is-it
    kind: definition
    split: tune
    question: What are hives?
    expect:
      outcome: answered
      sections: [Synopsis]
      evidence: ["Hives are itchy wheals."]
      facts: [[wheals, welts], [itchy]]
      absent: [cysts]
  - id: what-to-see
    kind: list
    split: tune
    question: What do I look for?
    expect:
      outcome: answered
      sections: [Look For]
      evidence: [Wheals, "Milia – Small white cysts."]
      facts: [[wheals], [milia]]
  - id: which-cream
    kind: withheld_topic
    split: hold
    question: Which cream?
    history:
      - {role: user, content: "What are hives?"}
      - {role: assistant, content: "Hives are itchy wheals."}
    expect:
      outcome: withheld
      withheld: [Therapy]
  - id: which-gene
    kind: near_miss
    split: hold
    question: Which gene?
    expect: {outcome: not_in_document}
  - id: the-weather
    kind: off_topic
    split: tune
    question: Will it rain?
    expect: {outcome: out_of_scope}
"""


def load_suite(thresholds: dict[str, float] | None = None) -> Suite:
    """Return the suite, with thresholds."""
    return Suite.model_validate({**yaml.safe_load(SUITE), "thresholds": thresholds or {}})


RIGHT: dict[str, Answer | Exception] = {
    "What are hives?": answer("What are hives?", "answered", quote(PASSAGES[0])),
    "What do I look for?": answer("What do I look for?", "answered", quote(PASSAGES[3], PASSAGES[4])),
    "Which cream?": answer("Which cream?", "withheld", withheld=("Therapy",)),
    "Which gene?": answer("Which gene?", "not_in_document"),
    "Will it rain?": answer("Will it rain?", "out_of_scope"),
}
"""The right answer to every question of the suite."""

"""Choosing a document: of a library of three, with a search whose hits are set by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assistant.asking import Asking
from assistant.choosing import Chooser, Chosen
from assistant.naming import name_stems
from assistant.picking import NOTHING_SEEN, RANKED, Seen, distinct, pick, read_picking
from assistant.types import Turn
from corpus.blocks import Page, heading, paragraph
from corpus.build import build
from corpus.errors import UserError
from corpus.passages import split
from corpus.types import Document
from corpus.vocabulary import load as load_vocabulary
from index.types import Hit

TEXTS = {
    "Gout": "Gout, sometimes called podagra, is a painful arthritis. Tophi may form under the skin.",
    "Systemic sclerosis": "Systemic sclerosis (SSc), often simply called scleroderma, thickens the skin.",
    "Calcinosis cutis in infants": "Calcium salts lie in the skin. Gout is in the differential.",
}


def document(title: str) -> Document:
    return build(Page(title=title, source=f"{title}.md", blocks=(heading("Overview"), paragraph(TEXTS[title]))))


GOUT, SCLEROSIS, CALCINOSIS = DOCUMENTS = [document(title) for title in TEXTS]


class FakeIndex:
    """Finds the passages that share most words with a question."""

    def __init__(self, documents: list[Document] = DOCUMENTS) -> None:
        self.documents = documents

    def search(
        self, question: str, vector: object = None, *, document_id: str | None = None, limit: int = 10
    ) -> tuple[Hit, ...]:
        asked = set(name_stems(question))
        found = [
            (len(asked & set(name_stems(f"{one.title} {passage.text}"))) / len(asked), passage)
            for one in self.documents
            for passage in split(one)
        ]
        ranked = sorted(found, key=lambda pair: -pair[0])[:limit]
        # As high as cosines and BM25 scores of the real search are.
        return tuple(
            Hit(passage, 0.2 + 0.8 * share, rank, "both", 0.1 + 0.65 * share, 5 * share)
            for rank, (share, passage) in enumerate(ranked, start=1)
        )


def read(_question: str) -> tuple[np.ndarray, Asking]:
    """Read every question as one whose wording tells nothing."""
    topics = [topic.name for topic in load_vocabulary().topics] + ["none", "off_topic"]
    outcomes = ("answered", "withheld", "not_in_document", "out_of_scope")
    return np.zeros(4), Asking(dict.fromkeys(topics, -4.0), dict.fromkeys(outcomes, -1.4))


@pytest.fixture
def choose() -> Callable[..., Chosen]:
    chooser = Chooser(DOCUMENTS, FakeIndex(), read, frozenset())  # type: ignore[arg-type]
    return lambda question, *history: chooser.choose(question, history)


def said(question: str, of: Document | None, answer: str = "So it is.") -> tuple[Turn, Turn]:
    return Turn("user", question), Turn("assistant", answer, of.id if of else None)


@pytest.mark.parametrize(
    ("question", "of"),
    [
        ("What causes gout?", GOUT),
        ("WHAT IS GOUT", GOUT),
        ("what causes sclerderma", SCLEROSIS),  # another name, and misspelt
        ("Is scleroderma inherited?", SCLEROSIS),
        ("prognosis of SSc", SCLEROSIS),
        ("How is calcinosis cutis treated?", CALCINOSIS),  # the title without what it adds
    ],
)
def test_a_question_goes_to_the_document_it_names(choose: Callable[..., Chosen], question: str, of: Document) -> None:
    assert choose(question) == Chosen(of, question, ())


@pytest.mark.parametrize("question", ["How is it treated?", "What are the symptoms?", "who wrote this"])
def test_a_question_that_may_be_about_any_is_asked_back(choose: Callable[..., Chosen], question: str) -> None:
    chosen = choose(question)
    assert chosen.document is None
    assert {one.id for one in chosen.candidates} == {one.id for one in DOCUMENTS}
    assert 0.3 < chosen.confidence <= 1


@pytest.mark.parametrize("question", ["How is malaria treated?", "???", "and"])
def test_what_no_document_is_about_is_refused(choose: Callable[..., Chosen], question: str) -> None:
    chosen = choose(question)
    assert chosen.document is None
    assert chosen.candidates == () or "malaria" in question  # how often it is refused outright is for the benchmark


def test_a_comparison_offers_both(choose: Callable[..., Chosen]) -> None:
    chosen = choose("What is the difference between gout and scleroderma?")
    assert chosen.document is None
    assert {one.title for one in chosen.candidates} == {"Gout", "Systemic sclerosis"}
    # In a conversation its own document goes first; it is asked back where that does not answer.
    chosen = choose("How does it differ from scleroderma?", *said("What is gout?", GOUT))
    assert (chosen.document, chosen.candidates) == (GOUT, (GOUT, SCLEROSIS))


def test_a_follow_up_stays_unless_it_names_another(choose: Callable[..., Chosen]) -> None:
    history = said("How common is gout?", GOUT)
    assert choose("and in adults?", *history) == Chosen(GOUT, "and in adults?", history)
    assert choose("How is it treated?", *history).otherwise is None
    moved = choose("and in scleroderma?", *history)
    assert (moved.document, moved.history, moved.otherwise) == (GOUT, history, SCLEROSIS)
    assert [turn.content for turn in moved.told_otherwise] == ["How common is it?", "So it is."]
    assert choose("Is gout like scleroderma?", *history).otherwise is None
    # The last document that was chosen is the conversation's, whatever was asked before.
    chosen = choose("and in adults?", *history, Turn("user", "", SCLEROSIS.id))
    assert (chosen.document, chosen.otherwise) == (SCLEROSIS, None)


def test_a_conversation_that_does_not_say_its_document_is_read_again(choose: Callable[..., Chosen]) -> None:
    plain = [Turn("user", "What causes gout?"), Turn("assistant", "Uric acid."), Turn("user", "and in adults?")]
    assert choose("How is it treated?", *plain, Turn("assistant", "No.")).document == GOUT
    # "" says that none is chosen any more; a document that is gone is none.
    assert choose("How is it treated?", *plain, Turn("user", "", "")).document is None
    assert choose("How is it treated?", *plain, Turn("user", "", "gone")).document is None


@pytest.mark.parametrize(
    ("reply", "of"),
    [
        ("gout", GOUT),
        ("Gout, please.", GOUT),
        ("the second one", SCLEROSIS),
        ("number one", GOUT),
        ("the 2nd one", SCLEROSIS),
        ("The last one, please", CALCINOSIS),
        ("podagra", GOUT),
    ],
)
def test_a_reply_to_an_ask_back_answers_the_question_before_it(
    choose: Callable[..., Chosen], reply: str, of: Document
) -> None:
    offer = "Which document do you mean: “Gout”, “Systemic sclerosis” or “Calcinosis cutis in infants”?"
    history = said("How is it treated?", None, offer)
    assert choose(reply, *history) == Chosen(of, "How is it treated?", ())
    # What comes after is read in the context of the question, not of the reply.
    after = choose("and in adults?", *history, *said(reply, of))
    if "one" not in reply:
        assert [turn.content for turn in after.history if turn.role == "user"] == ["How is it treated?"]


def test_a_question_after_an_ask_back_is_a_question(choose: Callable[..., Chosen]) -> None:
    history = said("How is it treated?", None, "Which document do you mean: “Gout” or “Systemic sclerosis”?")
    assert choose("What is gout?", *history) == Chosen(GOUT, "What is gout?", history)
    assert choose("What is the second stage?", *history).document is None
    assert choose("does it last long?", *history).question == "does it last long?"


def test_libraries_of_none_and_of_one() -> None:
    index = FakeIndex()
    with pytest.raises(UserError, match="there is no document to ask"):
        Chooser([], index, read, frozenset()).choose("What is gout?", ())  # type: ignore[arg-type]
    one = Chooser([GOUT], index, read, frozenset())  # type: ignore[arg-type]
    assert one.choose("How is malaria treated?", ()) == Chosen(GOUT, "How is malaria treated?", ())


def test_names_of_another_generation_are_taken_over() -> None:
    chooser = Chooser(DOCUMENTS, FakeIndex(), read, frozenset())  # type: ignore[arg-type]
    chooser.warm()
    newer = chooser.renewed(DOCUMENTS[::-1], FakeIndex())  # type: ignore[arg-type]
    assert newer.choose("What causes scleroderma?", ()).document == SCLEROSIS


def test_documents_of_one_title_are_offered_once() -> None:
    rows = np.zeros((3, len(RANKED)))
    seen = Seen((4, 7, 9), rows, {}, (), (("gout",), ("gout",), ("lupus",)))
    assert distinct([1, 0, 2], seen) == [1, 2]


def test_nothing_seen_is_about_none() -> None:
    seen = Seen((), np.zeros((0, len(RANKED))), {}, (), ())
    assert pick(read_picking(), seen) == NOTHING_SEEN


@pytest.mark.parametrize("question", ["How is it treated?", "Tell me a joke", "What about tophi?"])
def test_two_documents_of_one_disease_are_nothing_to_choose_between(question: str) -> None:
    title = "Gouty arthritis in adults and infants"
    other = build(Page(title=title, source="other.md", blocks=(heading("Overview"), paragraph("Tophi are lumps."))))
    text = paragraph("It comes at night.")
    same = build(Page(title="Gouty arthritis in Infant/Adult", source="same.md", blocks=(heading("Overview"), text)))
    chooser = Chooser([same, other], FakeIndex([same, other]), read, frozenset())  # type: ignore[arg-type]
    assert chooser.choose(question, ()).document is not None
    assert not chooser.choose(question, ()).candidates
    assert chooser.choose("What about tophi?", ()).document is other


def test_a_question_that_names_nothing_tells_no_document_from_another() -> None:
    # What one document gets that nothing is wrong with: named by no name, yet the best in every passage found.
    row = dict.fromkeys(RANKED, 0.0) | {
        "share": 1.0,
        "explained": 1.0,
        "dense": 0.8,
        "lexical_share": 1.0,
        "first": 1.0,
    }
    row |= {"score": 1.0, "hits": 1.0, "covered": 1.0}
    other = dict.fromkeys(RANKED, 0.0) | {"dense_gap": 0.7, "unexplained": 1.0, "uncovered": 1.0}
    asked = dict.fromkeys((*read_picking().one.features, *read_picking().none.features), 0.0)
    rows = np.array([[one[name] for name in RANKED] for one in (row, other)])
    choices = {}
    for focus in (0.0, 1.0):
        seen = Seen((0, 1), rows, asked | {"focus": focus, "documents": 0.7}, (), (("gout",), ("milia",)))
        choices[focus] = pick(read_picking(), seen).choice
    assert choices == {0.0: "unclear", 1.0: "one"}

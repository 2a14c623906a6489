"""What changed between two runs: each kind once, the arithmetic of the test, and the sections beside the answers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from eval_fakes import DOCUMENT, PASSAGES, RIGHT, FakeAnswerer, answer, load_suite, quote

from assistant.types import Answer
from corpus.types import Document, Passage
from evals.comparison import compare, mcnemar
from evals.document_diff import PassageDiff, Piece, diff
from evals.kept import RunFile, keep
from evals.run import run_suite


def kept(answers: dict[str, Answer | Exception], **options: object) -> RunFile:
    return keep([run_suite(load_suite(), FakeAnswerer(answers), **options)], {})  # type: ignore[arg-type]


def kinds(before: RunFile, after: RunFile) -> dict[str, str]:
    (suite,) = compare(before, after).suites
    return {one.name: one.kind for one in suite.cases if one.kind != "same"}


def test_the_same_answers_change_nothing() -> None:
    comparison = compare(kept(dict(RIGHT)), kept(dict(RIGHT)))
    assert {one.kind for suite in comparison.suites for one in suite.cases} == {"same"}
    assert (comparison.regressed, comparison.p_value) == (False, 1)


def test_every_kind_of_change() -> None:
    (statement,) = quote(PASSAGES[0])
    (citation,) = statement.citations
    wider = replace(citation, start=citation.start, end=citation.end, passage_id="elsewhere", section="Look For")
    before = {
        **RIGHT,
        "What do I look for?": answer("q", "answered", quote(PASSAGES[3])),
        "Which gene?": answer("q", "withheld", withheld=("Therapy",)),
    }
    after = {
        **RIGHT,
        "What are hives?": answer("q", "answered", (replace(statement, citations=(wider,)),)),
        "What do I look for?": answer("q", "answered", quote(PASSAGES[4])),
        "Will it rain?": RuntimeError("boom"),
    }
    assert kinds(kept(before), kept(after)) == {
        "what-is-it": "moved",
        "what-to-see": "drifted",
        "which-gene": "fixed",
        "the-weather": "broken",
    }
    comparison = compare(kept(before), kept(after))
    assert comparison.regressed
    assert comparison.p_value == 1


def test_an_answer_may_drift_and_still_pass() -> None:
    before = {**RIGHT, "What do I look for?": answer("q", "answered", quote(PASSAGES[3], PASSAGES[4]))}
    after = {**RIGHT, "What do I look for?": answer("q", "answered", quote(PASSAGES[3], PASSAGES[4], PASSAGES[5]))}
    assert kinds(kept(before), kept(after)) == {"what-to-see": "drifted"}
    assert all(case.passed for case in kept(after).runs[0].cases)


def test_only_cases_of_both_runs_are_paired() -> None:
    (suite,) = compare(kept(dict(RIGHT), split="hold"), kept(dict(RIGHT), only=["which-gene", "the-weather"])).suites
    assert [one.name for one in suite.cases] == ["which-gene"]
    assert (suite.only_before, suite.only_after) == (("which-cream",), ("the-weather",))


@pytest.mark.parametrize(
    ("fixed", "broken", "p"),
    [
        (0, 0, Fraction(1)),
        (1, 0, Fraction(1)),
        (5, 5, Fraction(1)),
        (0, 3, Fraction(2, 8)),  # both tails of (1/2)^3
        (0, 6, Fraction(2, 64)),
        (1, 9, Fraction(2 * (1 + 10), 1024)),
    ],
)
def test_mcnemar_by_hand(fixed: int, broken: int, p: Fraction) -> None:
    assert mcnemar(fixed, broken) == pytest.approx(p)
    assert mcnemar(broken, fixed) == mcnemar(fixed, broken)


def test_mcnemar_agrees_with_the_binomial_test_of_scipy() -> None:
    from scipy.stats import binomtest

    for fixed, broken in ((0, 1), (2, 7), (11, 4), (30, 22)):
        assert mcnemar(fixed, broken) == pytest.approx(binomtest(fixed, fixed + broken).pvalue)


def test_differences_are_paired_means() -> None:
    before = {**RIGHT, "Which gene?": answer("q", "answered", quote(PASSAGES[0]))}
    (suite,) = compare(kept(before), kept(dict(RIGHT))).suites
    passed = next(one for one in suite.differences if one.metric == "pass_rate")
    assert (passed.before, passed.after, passed.n) == (pytest.approx(4 / 5), 1, 5)
    assert 0 <= passed.low <= 1 / 5 <= passed.high <= 1


# Documents


def changed(old: str, new: str) -> Document:
    """Return the document with some words replaced by others of the same length."""
    assert len(old) == len(new)
    return replace(DOCUMENT, text=DOCUMENT.text.replace(old, new), version="sha256:1")


def test_a_document_differs_by_section_and_passage() -> None:
    assert diff(DOCUMENT, DOCUMENT) == ()
    (section,) = diff(DOCUMENT, changed("within 24 hours", "within 48 hours"))
    assert (section.heading, section.said) == ("Synopsis", "changed")
    assert section.passages == (
        PassageDiff(
            "They fade within 24 hours.",
            "They fade within 48 hours.",
            (
                Piece("kept", "They fade within "),
                Piece("removed", "24 "),
                Piece("added", "48 "),
                Piece("kept", "hours."),
            ),
        ),
    )


def test_sections_come_go_and_are_withheld() -> None:
    look = next(one for one in DOCUMENT.sections if one.heading == "Look For")
    others = tuple(one for one in DOCUMENT.sections if one is not look)
    added = diff(replace(DOCUMENT, sections=others), DOCUMENT)
    assert [(one.heading, one.said, len(one.passages)) for one in added] == [("Look For", "added", 3)]
    removed = diff(DOCUMENT, replace(DOCUMENT, sections=others))
    assert [(one.heading, one.said, len(one.passages)) for one in removed] == [("Look For", "removed", 3)]
    hidden = replace(DOCUMENT, sections=(*others, replace(look, status="withheld")))
    assert [one.said for one in diff(DOCUMENT, hidden)] == ["withheld now, present before"]


class NewVersion(FakeAnswerer):
    """Answers from the changed document."""

    def document(self, document_id: str) -> Document:
        return NEW

    def passages(self, document: Document) -> tuple[Passage, ...]:
        return tuple(replace(one, text=NEW.text[one.start : one.end]) for one in PASSAGES)


NEW = changed("Hives are itchy wheals.", "Hives are sore blotches"[:22] + ".")


def test_a_changed_section_stands_beside_the_answers_it_moved() -> None:
    moved = {"What are hives?": answer("q", "not_in_document"), "Will it rain?": answer("q", "withheld")}
    new = NewVersion({**RIGHT, **moved})
    run = run_suite(load_suite(), new, lenient=True)
    assert run.cases[0].failures[0] == "no longer in the document: Hives are itchy wheals."
    (suite,) = compare(kept(dict(RIGHT)), keep([run], {})).suites
    assert suite.document_changed
    (section,) = suite.sections
    assert section.heading == "Synopsis"
    assert [one.name for one in suite.moved_by(section)] == ["what-is-it"]
    assert [one.name for one in suite.elsewhere] == ["the-weather"]

"""Expected values are fractions worked out by hand; every metric is walked through empty and partial answers."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from evals.metrics import METRICS
from evals.metrics.calibration import bin_of, calibration_error, confidence_of
from evals.metrics.citations import citation_precision, citation_recall, covered
from evals.metrics.excess import excess_words
from evals.metrics.facts import fact_recall, missing_facts
from evals.metrics.forbidden import forbidden, forbidden_shown
from evals.metrics.outcome import OUTCOMES, confusion, outcome_accuracy
from evals.metrics.passed import failures, passed
from evals.metrics.refusals import false_answer, false_refusal
from evals.metrics.retrieval import measure
from evals.metrics.sections import section_precision
from evals.metrics.unsupported import is_supported, unsupported
from evals.metrics.withheld import withheld_extra, withheld_named
from evals.metrics.wording import stands_in
from evals.types import Characters, Cited, Expected, Given


def span(start: int, end: int) -> Characters:
    return frozenset(range(start, end))


def cite(start: int, end: int, section: str = "Synopsis", quote: str = "q") -> Cited:
    return Cited(section, span(start, end), quote)


BROKEN = Cited("Synopsis", frozenset(), "never said")
"""A citation that doesn't hold."""


# Wording


@pytest.mark.parametrize(
    ("wording", "text", "expected"),
    [
        ("Wheals", "itchy wheals.", True),
        ("itchy  wheals", "ITCHY\nWHEALS", True),
        ("50%-70%", "in 50%–70% of children", True),
        ("Sjögren's", "SJÖGREN’S syndrome", True),
        ("nodule", "nodules", True),
        ("5", "15", False),
        ("5", "50", False),
        ("5", "5.2", False),
        ("5", "2.5", False),
        ("5", "1,500", False),
        ("5", "stage 5.", True),
        ("5", "5, then 6", True),
        ("10%", "10%-20%", True),
        ("ten", "", False),
    ],
)
def test_a_wording_stands_in_a_text(wording: str, text: str, expected: bool) -> None:
    assert stands_in(wording, text) is expected


# Outcomes


@pytest.mark.parametrize("expected", OUTCOMES)
@pytest.mark.parametrize("given", [*OUTCOMES, None])
def test_outcomes_on_the_whole_grid(expected: str, given: str | None) -> None:
    wanted, got = Expected("c", expected), Given(given)  # type: ignore[arg-type]
    assert outcome_accuracy(wanted, got) == (1 if given == expected else 0)
    assert false_answer(wanted, got) == (1 if given == "answered" else 0)
    assert false_refusal(wanted, got) == (0 if given == "answered" else 1)


def test_the_confusion_table_holds_every_cell() -> None:
    pairs = [
        (Expected("a", "answered"), Given("answered")),
        (Expected("b", "answered"), Given("withheld")),
        (Expected("c", "answered"), Given("withheld")),
        (Expected("d", "out_of_scope"), Given(None)),
    ]
    none = {"answered": 0, "withheld": 0, "not_in_document": 0, "out_of_scope": 0, "crashed": 0}
    assert confusion(pairs) == {
        "answered": {**none, "answered": 1, "withheld": 2},
        "withheld": none,
        "not_in_document": none,
        "out_of_scope": {**none, "crashed": 1},
    }


# Facts and forbidden strings


def test_fact_recall_counts_facts_not_wordings() -> None:
    expected = Expected("c", "answered", facts=(("wheals", "welts"), ("24 hours", "a day"), ("itch",)))
    given = Given("answered", statements=("Welts, or wheals.",), cited=(Cited("S", frozenset(), "It is itchy"),))
    assert missing_facts(expected, given) == (("24 hours", "a day"),)
    assert fact_recall(expected, given) == pytest.approx(Fraction(2, 3))
    assert fact_recall(expected, Given("withheld")) == 0


def test_forbidden_strings_count_in_statements_only() -> None:
    expected = Expected("c", "answered", absent=("penicillin", "5 mg"))
    assert forbidden_shown(expected, Given("answered", statements=("Take 15 mg.", "PENICILLIN"))) == ("penicillin",)
    assert forbidden(expected, Given("answered", statements=("Take 5 mg.",))) == 1
    assert forbidden(expected, Given("answered", statements=("Take 15 mg.",))) == 0
    assert forbidden(expected, Given("withheld")) == 0


# Withheld sections


@pytest.mark.parametrize(
    ("wanted", "named", "recall", "extra"),
    [
        (("Therapy", "Codes"), (), Fraction(0), 0),
        (("Therapy", "Codes"), ("therapy",), Fraction(1, 2), 0),
        (("Therapy", "Codes"), ("Codes", "Therapy"), Fraction(1), 0),
        (("Therapy",), ("Therapy", "References"), Fraction(1), 1),
        (("Therapy",), ("References",), Fraction(0), 1),
    ],
)
def test_withheld_sections(wanted: tuple[str, ...], named: tuple[str, ...], recall: Fraction, extra: int) -> None:
    expected, given = Expected("c", "withheld", withheld=wanted), Given("withheld", withheld=named)
    assert (withheld_named(expected, given), withheld_extra(expected, given)) == (recall, extra)


# Citations


@pytest.mark.parametrize(
    ("part", "by", "expected"),
    [
        (span(0, 10), span(0, 5), True),
        (span(0, 10), span(0, 4), False),
        (span(0, 10), span(20, 30), False),
        (frozenset(), span(0, 9), False),
    ],
)
def test_a_span_is_covered_from_one_half(part: Characters, by: Characters, expected: bool) -> None:
    assert covered(part, by) is expected


TWO = ((span(0, 10),), (span(20, 30),))
"""Two pieces of evidence."""


@pytest.mark.parametrize(
    ("cited", "precision", "recall"),
    [
        ((), Fraction(0), Fraction(0)),
        ((cite(0, 10),), Fraction(1), Fraction(1, 2)),
        ((cite(0, 10), cite(20, 30)), Fraction(1), Fraction(1)),
        ((cite(0, 10), cite(40, 50)), Fraction(1, 2), Fraction(1, 2)),
        ((cite(0, 10), cite(0, 10)), Fraction(1), Fraction(1, 2)),  # the same span twice is one span
        ((cite(0, 5), cite(5, 10)), Fraction(1), Fraction(1, 2)),  # one sentence in two quotes
        ((cite(0, 4),), Fraction(1), Fraction(0)),  # right place, too little of it
        ((cite(0, 30),), Fraction(1), Fraction(1)),  # 20 of 30 characters are ideal
        ((cite(0, 100),), Fraction(0), Fraction(1)),  # everything copied: 20 of 100
        ((BROKEN,), Fraction(0), Fraction(0)),
        ((BROKEN, cite(0, 10)), Fraction(1, 2), Fraction(1, 2)),
    ],
)
def test_citation_precision_and_recall(cited: tuple[Cited, ...], precision: Fraction, recall: Fraction) -> None:
    expected, given = Expected("c", "answered", evidence=TWO), Given("answered", cited=cited)
    assert (citation_precision(expected, given), citation_recall(expected, given)) == (precision, recall)


@pytest.mark.parametrize("at", [0, 50])
def test_evidence_that_stands_in_two_places_is_found_at_either(at: int) -> None:
    expected = Expected("c", "answered", evidence=((span(0, 10), span(50, 60)),))
    given = Given("answered", cited=(cite(at, at + 10),))
    assert (citation_precision(expected, given), citation_recall(expected, given)) == (1, 1)


def test_section_precision_counts_citations() -> None:
    expected = Expected("c", "answered", sections=("Look For", "Synopsis"))
    given = Given("answered", cited=(cite(0, 9, "look for"), cite(9, 12, "Therapy"), cite(12, 15, "Synopsis")))
    assert section_precision(expected, given) == pytest.approx(Fraction(2, 3))
    assert section_precision(expected, Given("answered")) == 0


def test_excess_words_are_measured_on_what_was_shown() -> None:
    expected = Expected("c", "answered", evidence=TWO, evidence_words=4)
    assert excess_words(expected, Given("answered", statements=("one two three", "four five six"))) == Fraction(6, 4)
    assert excess_words(expected, Given("withheld")) is None


# Retrieval


def test_retrieval_by_hand() -> None:
    # Two relevant passages at ranks 2 and 4: DCG = 1/log2(3) + 1/log2(5), the ideal 1/log2(2) + 1/log2(3).
    got = measure(frozenset({"b", "d"}), ("a", "b", "c", "d", "e"))
    dcg, ideal = 1 / math.log2(3) + 1 / math.log2(5), 1 + 1 / math.log2(3)
    expected = {"hit_rate@1": 0, "hit_rate@3": 1, "hit_rate@10": 1, "mrr": 1 / 2, "ndcg@10": dcg / ideal}
    assert got == pytest.approx(expected)


@pytest.mark.parametrize("found", [(), ("a",), ("a", "c")])
def test_a_search_that_finds_nothing_relevant_scores_0_in_all(found: tuple[str, ...]) -> None:
    assert set(measure(frozenset({"b"}), found).values()) == {0}


@pytest.mark.parametrize("relevant", [{"p0"}, {"p3"}, {"p9"}, {"p10"}, {"p0", "p9"}, {"p2", "p11", "q"}, {"q"}])
@pytest.mark.parametrize("length", [0, 1, 4, 12])
def test_parity_with_the_definitions_written_out(relevant: set[str], length: int) -> None:
    found = tuple(f"p{number}" for number in range(length))
    gains = [passage in relevant for passage in found][:10]
    first = next((rank for rank, gain in enumerate(gains, start=1) if gain), None)
    dcg = sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), 10) + 1))
    assert measure(frozenset(relevant), found) == pytest.approx(
        {
            "hit_rate@1": float(any(gains[:1])),
            "hit_rate@3": float(any(gains[:3])),
            "hit_rate@10": float(any(gains)),
            "mrr": 1 / first if first else 0,
            "ndcg@10": dcg / ideal,
        }
    )


# Passing


FULL = Expected(
    "c",
    "answered",
    sections=("Synopsis",),
    withheld=("Therapy",),
    evidence=TWO,
    evidence_words=4,
    facts=(("wheals",), ("itchy",)),
    absent=("cysts",),
    relevant=frozenset({"a"}),
)
OWN = ((cite(0, 10, quote="Itchy wheals, cysts."),),)
GOOD = Given("answered", ("Itchy wheals.",), (cite(0, 10), cite(20, 30)), ("Therapy",), ("a",), 5.0, OWN)


def test_a_case_that_is_right_in_all_passes() -> None:
    assert failures(FULL, GOOD) == ()
    assert passed(FULL, GOOD) == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (Given("answered", ("Itchy.",), GOOD.cited, ("Therapy",)), ("fact missing: wheals",)),
        (Given("answered", ("Itchy wheals, cysts.",), GOOD.cited, ("Therapy",)), ("forbidden shown: cysts",)),
        (Given("answered", GOOD.statements, GOOD.cited), ("withheld named: none, expected Therapy",)),
        (Given("answered", GOOD.statements, (cite(0, 10),), ("Therapy",)), ()),
        (Given("answered", GOOD.statements, (cite(0, 4),), ("Therapy",)), ("citation recall 0.00",)),
        (Given("answered", GOOD.statements, (cite(0, 100),), ("Therapy",)), ("citation precision 0.00",)),
        (
            Given("not_in_document", GOOD.statements, GOOD.cited, ("Therapy",)),
            ("outcome not_in_document, expected answered",),
        ),
        (
            Given("answered", ("Itchy wheals, milia.",), GOOD.cited, ("Therapy",)),
            ("not carried by its citations: Itchy wheals, milia.",),
        ),
        (Given(None, GOOD.statements, GOOD.cited, ("Therapy",)), ("outcome crashed, expected answered",)),
    ],
)
def test_a_case_fails_for_each_thing_that_is_wrong(given: Given, expected: tuple[str, ...]) -> None:
    given = replace(given, citations=OWN)
    assert failures(FULL, given) == expected
    assert passed(FULL, given) == (0 if expected else 1)


# All metrics


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: str(metric.name))
@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize(
    "given", [Given(outcome) for outcome in OUTCOMES] + [GOOD, Given("answered", ("x",), (BROKEN,))]
)
def test_every_metric_scores_every_partial_answer(metric, outcome: str, given: Given) -> None:  # type: ignore[no-untyped-def]
    bare = Expected("c", outcome)  # type: ignore[arg-type]
    for expected in (bare, FULL):
        if metric.applies(expected):
            value = metric.score(expected, given)
            assert value is None or (value >= 0 and (metric.unit or metric.name == "excess_words" or value <= 1))


def test_names_are_unique_and_only_what_is_shown_or_timed_may_go_unmeasured() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    assert [metric.name for metric in METRICS if metric.crashed is None] == [
        "unsupported",
        "excess_words",
        "latency_p50_ms",
        "latency_p95_ms",
    ]


def test_a_crash_scores_the_worst() -> None:
    worst = {"higher": 0.0, "lower": 1.0}
    # A calibration is summed up from right and wrong: a crash is wrong, at full confidence.
    assert all(
        metric.crashed in (None, 0.0 if metric.summary == "calibration" else worst[metric.better]) for metric in METRICS
    )


# Unsupported sentences


@pytest.mark.parametrize(
    ("sentence", "quote", "supported"),
    [
        ("Wheals are itchy.", "Wheals are itchy.", True),
        ("• Wheals are itchy.", "• Wheals are itchy.", True),
        ("Itchy wheals fade.", "Wheals, which itch, are itchy and fade within 24 hours.", True),
        ("They fade within 48 hours.", "They fade within 24 hours.", False),
        ("They never fade.", "They fade within 24 hours.", False),
        ("They are inherited.", "They are not inherited.", False),
        ("They itch and burn.", "They itch.", False),
        ("3 are listed under “Synopsis”.", "• One\n• Two\n• Three", True),
        ("4 are listed under “Synopsis”.", "• One\n• Two\n• Three", False),
        ("2 such are listed under “Synopsis”.", "One without pain\nTwo without pain", True),
    ],
)
def test_a_sentence_is_supported_by_what_it_quotes(sentence: str, quote: str, supported: bool) -> None:
    assert is_supported(sentence, [cite(0, 10, quote=quote)]) is supported
    assert is_supported(sentence, [Cited("Synopsis", frozenset(), quote)]) is False
    assert is_supported(sentence, []) is False


def test_each_sentence_is_held_against_its_own_citations() -> None:
    one, two = cite(0, 5, quote="Wheals itch."), cite(6, 9, quote="Milia do not.")
    right = Given("answered", ("Wheals itch.", "Milia do not."), (one, two), citations=((one,), (two,)))
    crossed = Given("answered", ("Wheals itch.", "Milia do not."), (one, two), citations=((two,), (one,)))
    bare = Given("answered", ("Wheals itch.", "Milia do not."))
    assert [unsupported(FULL, given) for given in (right, crossed, bare)] == [0, 1, 1]
    assert unsupported(FULL, Given("withheld")) is None


# Calibration


def test_calibration_error_by_hand() -> None:
    right, confidence = np.array([1.0, 1.0, 0.0, 0.0]), np.array([1.0, 0.9, 0.5, 0.5])
    # The last bin: mean 0.95, all right, a gap of 0.05 for half the cases; the bin of 0.5: 0.5 for the other half.
    assert calibration_error(right, confidence) == pytest.approx(0.05 / 2 + 0.5 / 2)
    assert calibration_error(right, right) == 0
    assert list(bin_of(np.array([0.0, 0.099, 0.1, 0.95, 1.0]))) == [0, 0, 1, 9, 9]
    assert confidence_of(Given(None)) == 1

"""A deliberately broken answerer of every kind is caught by the metrics that should catch it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eval_fakes import PASSAGES, RIGHT, FakeAnswerer, answer, load_suite, quote

from assistant.types import Answer, Turn
from corpus.errors import UserError
from evals.cases import Suite
from evals.metrics import METRICS
from evals.metrics.metric import Metric
from evals.run import Run, Verdict, run_suite
from evals.runs import to_dict


def values(run: Run, *metrics: str) -> tuple[float | None, ...]:
    return tuple(run.figure(metric).value for metric in metrics)


def all_give(make: Answer | Exception) -> FakeAnswerer:
    return FakeAnswerer(dict.fromkeys(RIGHT, make))


def test_right_answers_score_full(suite: Suite) -> None:
    run = run_suite(suite, FakeAnswerer(dict(RIGHT)))
    assert run.failed == ()
    assert (
        values(run, "pass_rate", "outcome_accuracy", "fact_recall", "citation_precision", "citation_recall") == (1,) * 5
    )
    assert values(run, "false_answers", "false_refusals", "forbidden", "withheld_extra") == (0,) * 4
    assert values(run, "section_precision", "withheld_named", "excess_words") == (1, 1, 1)
    # The evidence of the two answered cases stands at rank 1, and at ranks 4 and 5.
    assert values(run, "hit_rate@1", "hit_rate@3", "hit_rate@10", "mrr") == (1 / 2, 1 / 2, 1, (1 + 1 / 4) / 2)


def test_questions_are_asked_in_order_with_their_history_and_document(suite: Suite) -> None:
    answerer = FakeAnswerer(dict(RIGHT))
    run_suite(suite, answerer, split="hold")
    history = (Turn("user", "What are hives?"), Turn("assistant", "Hives are itchy wheals."))
    assert answerer.asked == [("Which cream?", history, "hives"), ("Which gene?", (), "hives")]


def test_one_that_always_answers_is_caught(suite: Suite) -> None:
    run = run_suite(suite, all_give(answer("q", "answered", quote(*PASSAGES))))
    # Six cited passages: one is ideal for the first case, two for the second.
    assert values(run, "outcome_accuracy", "false_answers", "false_refusals") == (2 / 5, 1, 0)
    assert values(run, "fact_recall", "citation_recall") == (1, 1)
    assert values(run, "citation_precision", "section_precision") == (pytest.approx((1 / 6 + 2 / 6) / 2), 1 / 2)
    assert values(run, "forbidden", "withheld_named", "pass_rate") == (1, 0, 0)
    # 4 + 5 + 4 + 1 + 5 + 3 words against 4, and against 1 + 5; a dash is a word.
    assert values(run, "excess_words") == (pytest.approx((22 / 4 + 22 / 6) / 2),)
    assert run.confusion["withheld"]["answered"] == 1


def test_one_that_always_refuses_is_caught(suite: Suite) -> None:
    run = run_suite(suite, all_give(answer("q", "not_in_document")))
    assert values(run, "outcome_accuracy", "false_answers", "false_refusals") == (1 / 5, 0, 1)
    assert values(run, "fact_recall", "citation_precision", "citation_recall", "section_precision") == (0,) * 4
    assert values(run, "withheld_named", "excess_words", "pass_rate") == (0, None, 1 / 5)
    assert run.figure("excess_words").n == 0


def test_one_that_names_every_withheld_section_always_is_caught(suite: Suite) -> None:
    run = run_suite(suite, all_give(answer("q", "withheld", withheld=("Therapy",))))
    assert values(run, "withheld_named", "withheld_extra", "outcome_accuracy") == (1, 4 / 5, 1 / 5)


def test_one_that_quotes_the_wrong_section_is_caught(suite: Suite) -> None:
    wrong = {**RIGHT, "What are hives?": answer("q", "answered", quote(PASSAGES[5]))}
    run = run_suite(suite, FakeAnswerer(wrong))
    assert values(run, "outcome_accuracy", "citation_precision", "citation_recall", "section_precision") == (
        1,
        1 / 2,
        1 / 2,
        1 / 2,
    )
    assert values(run, "fact_recall", "pass_rate") == (1 / 2, 4 / 5)


def test_one_that_invents_its_quotes_is_caught(suite: Suite) -> None:
    (statement,) = quote(PASSAGES[0])
    moved = replace(statement, citations=(replace(statement.citations[0], start=0, end=23),))
    run = run_suite(suite, FakeAnswerer({**RIGHT, "What are hives?": answer("q", "answered", (moved,))}))
    assert values(run, "outcome_accuracy", "fact_recall", "section_precision") == (1, 1, 1)
    assert values(run, "citation_precision", "citation_recall", "pass_rate") == (1 / 2, 1 / 2, 4 / 5)


def test_a_crash_is_scored_as_failed_and_recorded(suite: Suite) -> None:
    run = run_suite(suite, FakeAnswerer({**RIGHT, "What are hives?": ZeroDivisionError("by zero")}))
    (failed,) = run.failed
    assert failed.case.id == "what-is-it"
    assert failed.answer is None
    assert failed.given.outcome is None
    assert "ZeroDivisionError: by zero" in (failed.error or "")
    assert failed.failures[0] == "outcome crashed, expected answered"
    assert values(run, "outcome_accuracy", "fact_recall", "citation_recall", "mrr") == (
        4 / 5,
        1 / 2,
        1 / 2,
        (0 + 1 / 4) / 2,
    )
    assert run.figure("latency_p50_ms").n == 4
    assert run.confusion["answered"]["crashed"] == 1


def test_one_that_always_crashes_has_no_good_figure(suite: Suite) -> None:
    run = run_suite(suite, all_give(RuntimeError("boom")))
    assert (
        values(run, "outcome_accuracy", "pass_rate", "fact_recall", "citation_precision", "mrr", "withheld_named")
        == (0,) * 6
    )
    assert values(run, "false_answers", "false_refusals", "forbidden", "withheld_extra") == (1,) * 4
    assert values(run, "latency_p50_ms", "excess_words") == (None, None)


def test_a_search_that_crashes_is_recorded_as_well(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: FakeAnswerer, question: str, *, document_id: str, limit: int) -> tuple[()]:
        raise OSError("the index is gone")

    monkeypatch.setattr(FakeAnswerer, "search", broken)
    run = run_suite(suite, FakeAnswerer(dict(RIGHT)))
    assert [case.case.id for case in run.failed] == ["what-is-it", "what-to-see"]


def test_the_search_is_judged_on_the_question_as_it_was_read(suite: Suite, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, int]] = []

    def note(self: FakeAnswerer, question: str, *, document_id: str, limit: int) -> tuple[()]:
        asked.append((question, document_id, limit))
        return ()

    monkeypatch.setattr(FakeAnswerer, "search", note)
    read = answer("What are hives?", "answered", quote(PASSAGES[0]))
    run_suite(
        suite,
        FakeAnswerer({**RIGHT, "What are hives?": replace(read, interpreted_as="What is urticaria?")}),
        split="tune",
    )
    assert asked == [("What is urticaria?", "hives", 10), ("What do I look for?", "hives", 10)]


def test_progress_is_told_with_the_running_score(suite: Suite) -> None:
    told: list[tuple[int, int, int]] = []
    answerer = FakeAnswerer({**RIGHT, "What do I look for?": answer("q", "withheld")})
    run_suite(suite, answerer, split="tune", progress=lambda *numbers: told.append(numbers))
    assert told == [(1, 3, 1), (2, 3, 1), (3, 3, 2)]


def test_questions_asked_in_parallel_give_the_same_run_in_the_same_order(suite: Suite) -> None:
    told: list[int] = []
    # An error for each: one that is raised again carries the traceback of the first time.
    first, other = (FakeAnswerer({**RIGHT, "Which gene?": RuntimeError("boom")}) for _ in range(2))
    one, four = run_suite(suite, first), run_suite(suite, other, jobs=4, progress=lambda done, *_: told.append(done))
    assert to_dict(one) == to_dict(four)
    assert told == [1, 2, 3, 4, 5]


def test_a_case_that_its_document_has_outgrown_is_asked_and_fails(suite: Suite) -> None:
    gone = suite.cases[0].expect.model_copy(update={"evidence": ("Never said.", "They fade within 24 hours.")})
    away = suite.cases[2].expect.model_copy(update={"withheld": ("Synopsis", "Nowhere")})
    cases = (
        suite.cases[0].model_copy(update={"expect": gone}),
        suite.cases[1],
        suite.cases[2].model_copy(update={"expect": away}),
    )
    run = run_suite(suite.model_copy(update={"cases": cases}), FakeAnswerer(dict(RIGHT)), lenient=True)
    assert run.cases[0].failures == (
        "no longer in the document: Never said.",
        "citation precision 0.00",
        "citation recall 0.00",
    )
    assert run.cases[1].failures == ()
    assert run.cases[2].failures[:2] == (
        "no longer in the document: a withheld section Synopsis",
        "no longer in the document: section Nowhere",
    )


def test_each_broken_answerer_is_caught_by_each_metric_that_should_catch_it(suite: Suite) -> None:
    """One fault at a time, against the right answers: which figures get worse, and that no other does."""
    (statement,) = quote(PASSAGES[0])
    (citation,) = statement.citations
    what, see = "What are hives?", "What do I look for?"
    faults: dict[str, tuple[dict[str, Answer | Exception], set[str]]] = {
        "answers where it should refuse": (
            {"Which gene?": answer("q", "answered", quote(PASSAGES[0]))},
            {"outcome_accuracy", "outcome_accuracy.not_in_document", "false_answers", "calibration_error"},
        ),
        "refuses where it should answer": (
            {what: answer("q", "not_in_document")},
            {"outcome_accuracy", "outcome_accuracy.answered", "false_refusals", "fact_recall", "citation_precision",
             "citation_recall", "section_precision", "calibration_error"},
        ),
        "confuses two refusals": (
            {"Which gene?": answer("q", "out_of_scope")},
            {"outcome_accuracy", "outcome_accuracy.not_in_document", "calibration_error"},
        ),
        "invents a sentence": (
            {what: answer("q", "answered", (replace(statement, text="Hives are itchy wheals, cured by zinc."),))},
            {"unsupported", "excess_words"},
        ),
        "leaves half of it out": (
            {see: answer("q", "answered", quote(PASSAGES[4]))},
            {"fact_recall", "citation_recall"},
        ),
        "quotes what doesn't stand there": (
            {what: answer("q", "answered", (replace(statement, citations=(replace(citation, start=0, end=5),)),))},
            {"citation_precision", "citation_recall", "unsupported"},
        ),
        "quotes another section": (
            {what: answer("q", "answered", quote(PASSAGES[5]))},
            {"fact_recall", "citation_precision", "citation_recall", "section_precision"},
        ),
        "shows what it must not": (
            {what: answer("q", "answered", quote(PASSAGES[0], PASSAGES[4]))},
            {"forbidden", "section_precision", "citation_precision", "excess_words"},
        ),
        "says everything": (
            {what: answer("q", "answered", quote(*PASSAGES[:4]))},
            {"citation_precision", "section_precision", "excess_words"},
        ),
        "names no withheld section": ({"Which cream?": answer("q", "withheld")}, {"withheld_named"}),
        "names other withheld sections": (
            {"Which gene?": answer("q", "not_in_document", withheld=("Therapy",))},
            {"withheld_extra"},
        ),
        "crashes": (
            {what: RuntimeError("boom")},
            {"outcome_accuracy", "outcome_accuracy.answered", "false_refusals", "fact_recall", "forbidden",
             "citation_precision", "citation_recall", "section_precision", "withheld_extra", "calibration_error",
             "hit_rate@1", "hit_rate@3", "hit_rate@10", "mrr", "ndcg@10"},
        ),
    }  # fmt: skip
    sure = {name: replace(one, confidence=1.0) for name, one in RIGHT.items() if isinstance(one, Answer)}
    right = run_suite(suite, FakeAnswerer({**sure}))
    for name, (changed, worse) in faults.items():
        given = {key: replace(one, confidence=1.0) if isinstance(one, Answer) else one for key, one in changed.items()}
        run = run_suite(suite, FakeAnswerer({**sure, **given}))
        caught = {
            metric.name
            for metric, before, after in zip(METRICS, right.figures, run.figures, strict=True)
            if not metric.timing and _is_worse(metric, before.value, after.value)
        }
        assert caught - {"pass_rate"} == worse, name
        assert (run.figure("pass_rate").value == 1) == (worse == {"withheld_extra"}), name


def test_a_search_that_finds_the_evidence_last_is_caught_by_every_measure_of_the_search(suite: Suite) -> None:
    right = run_suite(suite, FakeAnswerer(dict(RIGHT), found=(PASSAGES[0], *PASSAGES[3:], *PASSAGES[1:3])))
    last = run_suite(suite, FakeAnswerer(dict(RIGHT), found=(PASSAGES[1], PASSAGES[2], PASSAGES[5])))
    for name in ("hit_rate@1", "hit_rate@3", "hit_rate@10", "mrr", "ndcg@10"):
        assert last.figure(name).value == 0 < (right.figure(name).value or 0), name


def _is_worse(metric: Metric, before: float | None, after: float | None) -> bool:
    if before is None or after is None or before == after:
        return False
    return (after < before) == (metric.better == "higher")


def test_thresholds_are_least_values_or_most_where_less_is_better() -> None:
    suite = load_suite({"outcome_accuracy": 0.9, "false_answers": 0.1, "excess_words": 5, "false_refusals": 0.4})
    run = run_suite(suite, FakeAnswerer({**RIGHT, "What are hives?": answer("q", "withheld")}))
    assert run.verdicts == (
        Verdict("outcome_accuracy", 0.9, 4 / 5, False),
        Verdict("false_answers", 0.1, 0.0, True),
        Verdict("false_refusals", 0.4, 1 / 2, False),
        Verdict("excess_words", 5, 1.0, True),
    )
    assert run.met is False


def test_a_threshold_is_met_at_its_own_value() -> None:
    run = run_suite(
        load_suite({"outcome_accuracy": 0.8}), FakeAnswerer({**RIGHT, "Which gene?": answer("q", "answered")})
    )
    assert run.met is True


def test_what_was_not_measured_meets_no_threshold() -> None:
    run = run_suite(load_suite({"fact_recall": 0.5}), FakeAnswerer(dict(RIGHT)), split="hold")
    assert run.verdicts == (Verdict("fact_recall", 0.5, None, False),)


def test_thresholds_are_not_for_cases_chosen_by_name() -> None:
    run = run_suite(load_suite({"outcome_accuracy": 1}), all_give(RuntimeError("boom")), only=["which-gene"])
    assert (run.verdicts, run.met) == ((), True)


def test_a_suite_that_does_not_fit_its_document_asks_nothing(suite: Suite) -> None:
    wrong = suite.cases[0].expect.model_copy(update={"evidence": ("Never said.",), "sections": ()})
    cases = (suite.cases[0].model_copy(update={"expect": wrong}), *suite.cases[1:])
    answerer = FakeAnswerer(dict(RIGHT))
    with pytest.raises(UserError) as caught:
        run_suite(suite.model_copy(update={"cases": cases}), answerer)
    assert caught.value.message == (
        "suite 'hives' doesn't fit its document:\ncase 'what-is-it': document 'hives' has no evidence 'Never said.'"
    )
    assert answerer.asked == []


def test_an_unknown_document_is_refused(suite: Suite) -> None:
    with pytest.raises(UserError, match="no document 'scabies'"):
        run_suite(suite.model_copy(update={"document": "scabies"}), FakeAnswerer())

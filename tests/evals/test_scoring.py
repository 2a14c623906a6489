from __future__ import annotations

import pytest

from evals.metrics import METRICS
from evals.metrics.metric import Metric, always
from evals.scoring import bootstrap, figure, figures, score
from evals.types import Expected, Figure, Given, Score


def metric(summary: str = "mean") -> Metric:
    return Metric("m", "M", always, lambda expected, given: given.elapsed_ms, crashed=0.0, summary=summary)  # type: ignore[arg-type]


def test_a_crashed_case_scores_the_worst_and_stays_in_the_mean() -> None:
    one = metric()
    scores = [*score(Expected("a", "answered"), Given("answered", elapsed_ms=1.0), [one])]
    scores += score(Expected("b", "answered"), Given(None, elapsed_ms=1.0), [one])
    assert scores == [Score("a", "m", 1.0), Score("b", "m", 0.0)]
    (got,) = figures(scores, [one])
    assert (got.value, got.n) == (0.5, 2)


def test_a_case_that_a_metric_is_not_about_yields_no_score() -> None:
    names = {one.metric for one in score(Expected("a", "not_in_document"), Given("not_in_document"))}
    assert names == {
        "pass_rate",
        "outcome_accuracy",
        "outcome_accuracy.not_in_document",
        "false_answers",
        "withheld_extra",
        "calibration_error",
        "latency_p50_ms",
        "latency_p95_ms",
    }


def test_nothing_measured_is_none_never_0() -> None:
    assert figures([]) == tuple(Figure(one.name, None, 0) for one in METRICS)


@pytest.mark.parametrize(
    ("summary", "values", "expected"),
    [
        ("median", [3.0, 1.0, 2.0], 2.0),
        ("median", [4.0, 1.0, 2.0, 3.0], 2.5),
        ("p95", [float(value) for value in range(101)], 95.0),
        ("p95", [1.0, 2.0], 1.95),
        ("p95", [7.0], 7.0),
    ],
)
def test_a_median_or_percentile_carries_its_interval(summary: str, values: list[float], expected: float) -> None:
    got = figure(metric(summary), values)
    assert (got.value, got.n) == (pytest.approx(expected), len(values))
    assert got.low is not None
    assert got.high is not None
    assert min(values) <= got.low <= expected <= got.high <= max(values)


def test_calibration_sums_gaps_by_bin() -> None:
    # Two cases at 0.95 of which one is right: a gap of 0.45 for 2 of 4; two at 0.2, both wrong: 0.2 for the other 2.
    values, at = [1.0, 0.0, 0.0, 0.0], [0.95, 0.95, 0.2, 0.2]
    got = figure(metric("calibration"), values, at)
    assert got.value == pytest.approx((0.45 * 2 + 0.2 * 2) / 4)
    assert got.n == 4


def test_the_interval_is_the_same_each_time_and_holds_the_mean() -> None:
    values = [1.0] * 30 + [0.0] * 10
    low, high = bootstrap(values)
    assert (low, high) == bootstrap(values)
    assert low < 0.75 < high
    # The normal approximation: 0.75 +- 1.96 * sqrt(0.75 * 0.25 / 40) = 0.616 .. 0.884
    assert (low, high) == pytest.approx((0.616, 0.884), abs=0.03)


@pytest.mark.parametrize("values", [[1.0], [0.5, 0.5]])
def test_equal_values_give_an_interval_of_no_width(values: list[float]) -> None:
    assert bootstrap(values) == (values[0], values[0])

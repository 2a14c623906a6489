"""The reports: complete, escaped, self-contained, well-formed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from eval_fakes import DOCUMENT, PASSAGES, RIGHT, FakeAnswerer, answer, load_suite, quote

from assistant.types import Answer, Statement
from evals.comparison import compare
from evals.kept import RunFile, keep, load, newest
from evals.pooled import confusion_of_all, pooled
from evals.reports import html, junit, markdown, plots
from evals.reports.html import address
from evals.reports.places import places
from evals.run import run_suite
from evals.runs import write

WRONG: dict[str, Answer | Exception] = {
    **RIGHT,
    "What do I look for?": answer("q", "answered", quote(PASSAGES[3])),
    "Which gene?": answer("q", "answered", quote(PASSAGES[0])),
    "Will it rain?": RuntimeError("<b>boom</b> \x00"),
}


def kept(answers: dict[str, Answer | Exception], thresholds: dict[str, float] | None = None) -> RunFile:
    return keep([run_suite(load_suite(thresholds), FakeAnswerer(answers))], {"wardbook": "1"})


# Run files


def test_a_run_file_read_back_is_what_was_kept(tmp_path: Path) -> None:
    run = run_suite(load_suite({"outcome_accuracy": 0.9, "latency_p95_ms": 0}), FakeAnswerer(dict(WRONG)))
    write([run], tmp_path / "run.json", {"wardbook": "1"})
    assert load(tmp_path / "run.json") == keep([run], {"wardbook": "1"})
    assert load(tmp_path / "run.json").met is False
    assert newest(tmp_path) == tmp_path / "run.json"
    assert newest(tmp_path / "nothing") is None


def test_figures_over_all_suites_are_those_of_the_run() -> None:
    run = run_suite(load_suite(), FakeAnswerer(dict(WRONG)))
    again = {figure.metric: figure for figure in pooled(keep([run], {}))}
    for figure in run.figures:
        assert again[figure.metric].n == figure.n
        if figure.value is not None:
            tolerance = 0.06 if "latency" in figure.metric else 1e-5
            assert again[figure.metric].value == pytest.approx(figure.value, abs=tolerance), figure.metric
    assert confusion_of_all(keep([run], {})) == run.confusion


# HTML


def page(answers: dict[str, Answer | Exception], **options: object) -> str:
    return html.render(kept(answers, {"outcome_accuracy": 0.9}), written="today", **options)  # type: ignore[arg-type]


def test_the_verdict_comes_first_then_the_plots_then_every_case() -> None:
    text = page(dict(WRONG))
    assert "2 of 5 cases pass" in text
    assert "Below threshold in 1 of 1 suites." in text
    assert "Outcome accuracy 0.600, at least 0.9" in text
    order = [text.index(f'id="{name}"') for name in ("verdict", "plots", "figures", "cases")]
    assert order == sorted(order)
    assert text.count("<svg") == 4
    assert [text.count(f'id="{address("hives", case.id)}"') for case in load_suite().cases] == [1] * 5
    assert "Every threshold is met." in page(dict(RIGHT))


def test_it_makes_no_request_and_says_so_to_the_browser() -> None:
    text = page(dict(WRONG))
    assert "default-src 'none'" in text
    assert re.findall(r"""(?:src|href)=["'](?!#)|url\(|@import|fetch\(|https?://""", text) == []


def test_what_comes_from_outside_is_escaped() -> None:
    evil = "<script>alert(1)</script>"
    shown = answer(evil, "answered", (Statement(evil, quote(PASSAGES[0])[0].citations),))
    text = page({**RIGHT, "What are hives?": replace(shown, interpreted_as=evil, notice=evil)})
    assert evil not in text
    assert text.count("<script>") == 1
    assert "&lt;b&gt;boom&lt;/b&gt;" in page(dict(WRONG))


def test_changes_are_told_beside_the_cases() -> None:
    before, after = kept(dict(RIGHT)), kept(dict(WRONG))
    text = html.render(after, written="today", against=compare(before, after), against_name="old.json")
    assert "Changed since old.json" in text
    assert "3 broken" in text
    assert text.count('data-change="broken"') == 3


def test_quotes_evidence_and_facts_are_marked_in_their_section() -> None:
    case = kept(dict(WRONG)).runs[0].cases[1]
    (place,) = places(case, DOCUMENT)
    assert place.heading == "Look For"
    marked = [(piece.text, piece.marks) for line in place.lines for piece in line.pieces if piece.marks]
    assert marked == [
        ("Wheals", ("quote", "ideal", "fact")),
        ("Milia", ("ideal", "fact")),
        (" – Small white cysts.", ("ideal",)),
    ]


# Plots


def test_the_risk_is_counted_from_the_most_confident() -> None:
    assert plots.risks_of([True, False, True, False], [0.9, 0.8, 0.7, 0.1]) == [0, 1 / 2, 1 / 3, 1 / 2]
    assert plots.risks_of([], []) == []


@pytest.mark.parametrize("count", [1, 2, 40])
def test_every_plot_is_well_formed_and_told_in_words(count: int) -> None:
    right = [number % 3 > 0 for number in range(count)]
    sure = [(number + 1) / count for number in range(count)]
    table = {row: {**dict.fromkeys(plots.NAMES, 0), row: count} for row in plots.NAMES if row != "crashed"}
    for picture in (
        plots.outcomes(table),
        plots.risk_and_coverage(right, sure),
        plots.reliability(right, sure),
        plots.latency([10.0 * number + 1 for number in range(count)]),
    ):
        tree = ET.fromstring(picture)
        assert tree.get("role") == "img"
        assert len(tree.get("aria-label") or "") > 30
        assert "nan" not in picture


# Markdown and JUnit


def test_markdown_holds_verdict_figures_and_failed_cases_and_no_markup_of_others() -> None:
    text = markdown.render(kept(dict(WRONG), {"outcome_accuracy": 0.9}))
    assert "## Wardbook evaluation: 2 of 5 cases pass" in text
    assert "**Below threshold:** hives: outcome_accuracy" in text
    assert "| Outcome accuracy | 0.600 |" in text
    assert "3 failed cases" in text
    assert markdown.cell("a|b <i>\n*c*") == "a\\|b \\<i\\> \\*c\\*"
    before, after = kept(dict(RIGHT)), kept(dict(WRONG))
    changed = markdown.render(after, against=compare(before, after), against_name="old")
    assert "3 broken, 0 fixed, 0 drifted, 0 moved" in changed


def test_junit_counts_failures_and_crashes_apart_and_judges_thresholds() -> None:
    root = ET.fromstring(junit.render(kept(dict(WRONG), {"outcome_accuracy": 0.9, "false_answers": 1})))
    cases, judged = root.findall("testsuite")
    assert {name: cases.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "5",
        "failures": "2",
        "errors": "1",
    }
    assert len(cases.findall("testcase/failure")) == 2
    (error,) = cases.findall("testcase/error")
    assert error.get("message") == "RuntimeError: <b>boom</b> \N{REPLACEMENT CHARACTER}"
    assert (judged.get("tests"), judged.get("failures")) == ("2", "1")
    (missed,) = judged.findall("testcase/failure")
    assert missed.get("message") == "outcome_accuracy is 0.600, the threshold is 0.9"

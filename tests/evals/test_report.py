from __future__ import annotations

import io

from eval_fakes import RIGHT, FakeAnswerer, answer, load_suite, quote
from rich.console import Console

from evals.report import print_run, suites_table
from evals.run import Run, run_suite


def printed(run: Run, *, verbose: bool = False) -> str:
    file = io.StringIO()
    print_run(run, Console(file=file, width=160), verbose=verbose)
    return file.getvalue()


def row(text: str, label: str) -> list[str]:
    """Return the cells of the first table row that begins with a label."""
    cells = [[cell.strip() for cell in line.strip("│ \n").split("│")] for line in text.splitlines()]
    return next(line for line in cells if line[0] == label)


def test_a_run_that_is_right_in_all() -> None:
    text = printed(run_suite(load_suite({"outcome_accuracy": 0.9}), FakeAnswerer(dict(RIGHT))))
    assert "hives: 5 cases about Hives" in text
    assert row(text, "Outcome accuracy") == ["Outcome accuracy", "1.000", "1.000 - 1.000", "5", ">= 0.9"]
    assert row(text, "answered") == ["answered", "2", ".", ".", ".", "."]
    assert "Failed" not in text
    assert "hives: all 1 thresholds met." in text


def test_a_failed_case_is_shown_with_why() -> None:
    suite = load_suite({"outcome_accuracy": 0.9, "false_refusals": 0.1})
    wrong = {**RIGHT, "What are hives?": answer("q", "withheld", withheld=("Therapy",))}
    text = printed(run_suite(suite, FakeAnswerer(wrong)))
    assert "Failed: 1 of 5" in text
    cells = row(text, "what-is-it")
    assert cells[:6] == ["what-is-it", "What are hives?", "answered", "withheld", "0.00", "0.00"]
    assert "below threshold: outcome_accuracy is 0.800, at least 0.9 is asked" in text
    assert "below threshold: false_refusals is 0.500, at most 0.1 is asked" in text


def test_what_was_not_measured_is_told_so() -> None:
    text = printed(run_suite(load_suite(), FakeAnswerer(dict(RIGHT)), split="hold"))
    assert "hives, split hold: 2 cases" in text
    assert row(text, "Fact recall") == ["Fact recall", "not measured", "", "0"]
    assert "no verdict, the suite names no thresholds" in text


def test_verbose_shows_quotes_ideal_and_traceback_without_reading_brackets_as_markup() -> None:
    wrong = {**RIGHT, "What are hives?": answer("q", "answered", quote()), "Which gene?": KeyError("[red]gone")}
    text = printed(run_suite(load_suite(), FakeAnswerer(wrong)), verbose=True)
    assert "ideal: Hives are itchy wheals." in text
    assert "KeyError: '[red]gone'" in text
    assert row(text, "which-gene")[3] == "crashed"


def test_cases_chosen_by_name_get_no_verdict() -> None:
    text = printed(run_suite(load_suite({"mrr": 1}), FakeAnswerer(dict(RIGHT)), only=["which-gene"]))
    assert "hives: no verdict, cases chosen by name." in text


def test_suites_are_compared_in_one_table_each_case_counting_once() -> None:
    right = run_suite(load_suite(), FakeAnswerer(dict(RIGHT)))
    two_wrong = {**RIGHT, "Which gene?": answer("q", "answered"), "Will it rain?": answer("q", "answered")}
    wrong = run_suite(load_suite(), FakeAnswerer(two_wrong), only=["which-gene", "the-weather"])
    file = io.StringIO()
    Console(file=file, width=200).print(suites_table([right, wrong]))
    text = file.getvalue()
    assert row(text, "hives")[:6] == ["hives", "5", "1.000", "1.000", "0.000", "0.000"]
    # 5 of 7 pass; of 3 + 2 questions without an answer 2 were answered; no answered case was refused.
    assert row(text, "all")[:7] == ["all", "7", "0.714", "0.714", "0.400", "0.000", "1.000"]

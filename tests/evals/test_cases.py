from __future__ import annotations

from pathlib import Path

import pytest
from eval_fakes import SUITE, load_suite

from corpus.errors import UserError
from evals.cases import Case, Expect, case_lines, load
from evals.find import SUITES

HEAD = "suite: s\nabout: a\ndocument: d\ncases:\n"
ONE = "  - {id: one, kind: count, split: tune, question: How many, expect: {outcome: not_in_document}}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def said(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as caught:
        load(write(folder, text))
    return caught.value.message


def test_a_suite_is_read_whole(tmp_path: Path) -> None:
    suite = load(write(tmp_path, HEAD + ONE))
    assert (suite.suite, suite.about, suite.document, suite.thresholds) == ("s", "a", "d", {})
    expect = Expect(outcome="not_in_document")
    assert suite.cases == (Case(id="one", kind="count", split="tune", question="How many", expect=expect),)


def test_thresholds_are_numbers_by_metric(tmp_path: Path) -> None:
    text = HEAD.replace("cases:", "thresholds: {fact_recall: 0.9, latency_p95_ms: 200}\ncases:")
    assert load(write(tmp_path, text + ONE)).thresholds == {"fact_recall": 0.9, "latency_p95_ms": 200}


@pytest.mark.parametrize(
    ("wrong", "right", "expected"),
    [
        ("about: a\n", "about: a\nauthor: me\n", "mine.yaml, line 3: author: unknown key"),
        ("about: a\n", "", "mine.yaml, line 1: about: missing"),
        ("id: one", "id: One Two", "mine.yaml, line 5: case 'One Two': id: 'One Two': String should match pattern "),
        ("id: one, ", "", "mine.yaml, line 5: case number 1: id: missing"),
        ("kind: count", "kind: guess", "mine.yaml, line 5: case 'one': kind: 'guess': Input should be 'definition', "),
        (
            "split: tune",
            "split: train",
            "mine.yaml, line 5: case 'one': split: 'train': Input should be 'tune' or 'hold'",
        ),
        ("split: tune", "split: tune, note: x", "mine.yaml, line 5: case 'one': note: unknown key"),
        ("question: How many", "question: 2020-05-23", "is read by YAML as date; put it in quotes"),
        (
            "question: How many",
            "question: no",
            "mine.yaml, line 5: case 'one': question: False is read by YAML as bool",
        ),
        ("question: How many", "question: ' '", "String should have at least 1 character"),
        (
            "outcome: not_in_document",
            "outcome: no_idea",
            "case 'one': expect.outcome: 'no_idea': Input should be 'answered'",
        ),
        ("outcome: not_in_document", "outcome: answered", "expect: outcome 'answered' needs evidence or facts"),
        ("outcome: not_in_document", "outcome: withheld", "outcome 'withheld' needs the headings that must be named"),
        ("not_in_document", "not_in_document, facts: [[a]]", "shows no statements, so facts cannot be expected"),
        (
            "not_in_document",
            "out_of_scope, withheld: [Therapy]",
            "names no withheld section; is the outcome 'withheld'?",
        ),
        (
            "outcome: not_in_document",
            "outcome: answered, facts: [[]]",
            "expect.facts.0: Tuple should have at least 1 item",
        ),
        (
            "outcome: not_in_document",
            "outcome: answered, facts: [a]",
            "expect.facts.0: 'a': Input should be a valid tuple",
        ),
        (
            "cases:",
            "thresholds: {recall: 0.5}\ncases:",
            "mine.yaml, line 4: thresholds: no metric is called recall; there are ",
        ),
        (
            "cases:",
            "thresholds: {mrr: '0.5'}\ncases:",
            "mine.yaml, line 4: thresholds.mrr: '0.5': Input should be a valid number",
        ),
        ("cases:", "thresholds: {mrr: -1}\ncases:", "thresholds.mrr: -1: Input should be greater than or equal to 0"),
        ("id: one", "id: one, id: two", "mine.yaml, line 5: 'id' is given twice, first on line 5"),
        ("question: How many", "question: How: many", "mine.yaml, line 5: "),
    ],
)
def test_what_is_wrong_is_named_with_file_line_and_case(tmp_path: Path, wrong: str, right: str, expected: str) -> None:
    text = HEAD + ONE
    assert wrong in text
    assert expected in said(tmp_path, text.replace(wrong, right, 1))


def test_a_case_id_given_twice_is_refused(tmp_path: Path) -> None:
    assert said(tmp_path, HEAD + ONE + ONE) == "mine.yaml, line 1: case id 'one' is given twice"


def test_every_fault_is_named_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = HEAD + ONE.replace("tune", "x") + ONE.replace("one", "two").replace("count", "y")
    lines = said(tmp_path, text).split("\n")
    assert [line.split(": ", 3)[:3] for line in lines] == [
        ["mine.yaml, line 5", "case 'one'", "split"],
        ["mine.yaml, line 6", "case 'two'", "kind"],
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "a\n", "[]"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    assert said(tmp_path, text) == "mine.yaml: a suite is a mapping of suite, about, document, thresholds and cases"


def test_an_empty_list_of_cases_is_refused(tmp_path: Path) -> None:
    assert said(tmp_path, HEAD.replace("cases:", "cases: []")).startswith(
        "mine.yaml, line 4: cases: Tuple should have at least 1"
    )


def test_cases_that_are_no_mappings_are_refused(tmp_path: Path) -> None:
    assert said(tmp_path, HEAD + "  - one\n").startswith("mine.yaml, line 5: case number 1: 'one': ")


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no suite at .*absent.yaml"):
        load(tmp_path / "absent.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"suite: caf\xe9")
    with pytest.raises(UserError, match="not readable as UTF-8 text"):
        load(tmp_path / "latin.yaml")


def test_lines_of_cases(tmp_path: Path) -> None:
    path = write(tmp_path, HEAD + ONE + "\n# a comment\n" + ONE.replace("one", "two"))
    assert case_lines(path) == {"one": 5, "two": 8}


def test_select_keeps_the_order_and_refuses_what_is_not_there() -> None:
    suite = load_suite()
    assert [case.id for case in suite.select("hold")] == ["which-cream", "which-gene"]
    assert [case.id for case in suite.select(only=("the-weather", "what-is-it"))] == ["what-is-it", "the-weather"]
    with pytest.raises(UserError, match="split 'hold', has no case 'what-is-it'"):
        suite.select("hold", only=("what-is-it",))
    without_hold = suite.model_copy(update={"cases": suite.select("tune")})
    with pytest.raises(UserError, match="suite 'hives', split 'hold', has no cases"):
        without_hold.select("hold")


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_the_suites_that_come_with_wardbook_are_well_formed(path: Path) -> None:
    assert load(path).cases


def test_the_example_suite_is_what_a_person_would_write(tmp_path: Path) -> None:
    assert load(write(tmp_path, SUITE)) == load_suite()

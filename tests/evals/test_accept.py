"""Cases as they are written: what a person would have written, read back the same; nothing is written that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from eval_fakes import DOCUMENT, RIGHT, SUITE, FakeAnswerer

from assistant.review_cases import case_of, case_writer
from corpus.errors import UserError
from evals.accept import CASES, lines
from evals.cases import Case, load
from evals.run import run_suite

NASTY = [
    "no",
    "a: b # c",
    "- item",
    'it\'s "quoted" \\ back',
    "tab\tand\nline",
    "{a: [b]}",
    "é 👶🏽 µ ≤",
    "\x85\u2028\u2029\ufeff",
    "\x07bell",
    "%TAG !",
]

ANSWERED = {
    "id": "what-is-it",
    "kind": "definition",
    "split": "hold",
    "question": "What are hives?",
    "expect": {"outcome": "answered", "sections": ["Synopsis"], "evidence": ["Hives are itchy wheals."]},
}


def test_the_first_case_makes_a_suite_that_a_person_could_have_written(tmp_path: Path) -> None:
    path, case_id = CASES.write(tmp_path / "suites", DOCUMENT, ANSWERED)
    assert (path.name, case_id) == ("hives-reviewed.yaml", "what-is-it")
    assert path.read_text("utf-8") == (
        "suite: hives-reviewed\n"
        "about: Cases that reviewers accepted from what readers said of answers.\n"
        "document: hives\n"
        "cases:\n"
        "\n"
        "  - id: what-is-it\n"
        "    kind: definition\n"
        "    split: hold\n"
        '    question: "What are hives?"\n'
        "    expect:\n"
        "      outcome: answered\n"
        '      sections: ["Synopsis"]\n'
        "      evidence:\n"
        '        - "Hives are itchy wheals."\n'
    )
    assert run_suite(load(path), FakeAnswerer(dict(RIGHT))).figure("pass_rate").value == 1


def test_a_further_case_leaves_what_stands_there_as_it_is(tmp_path: Path) -> None:
    path, _ = CASES.write(tmp_path, DOCUMENT, ANSWERED)
    path.write_text(path.read_text("utf-8").replace("cases:\n", "# mine\ncases:\n"), encoding="utf-8")
    CASES.write(tmp_path, DOCUMENT, {**ANSWERED, "id": "again"})
    assert "# mine\n" in path.read_text("utf-8")
    assert [case.id for case in load(path).cases] == ["what-is-it", "again"]


@pytest.mark.parametrize("case", yaml.safe_load(SUITE)["cases"], ids=lambda case: str(case["id"]))
def test_every_kind_of_case_reads_back_the_same(case: dict) -> None:  # type: ignore[type-arg]
    (read,) = yaml.safe_load("cases:\n" + "\n".join(lines(case)))["cases"]
    assert Case.model_validate(read) == Case.model_validate(case)


@pytest.mark.parametrize("text", NASTY)
def test_whatever_people_type_reads_back_the_same(text: str) -> None:
    case = {**ANSWERED, "question": text, "history": [{"role": "user", "content": text}]}
    (read,) = yaml.safe_load("cases:\n" + "\n".join(lines(case)))["cases"]
    assert read["question"] == text
    assert read["history"] == [{"role": "user", "content": text}]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "No Slug"}, "'No Slug': String should match pattern"),
        ({"id": ""}, "'': String should match pattern"),
        ({"kind": "riddle"}, "'riddle'"),
        ({"question": " "}, "at least 1 character"),
        ({"expect": {"outcome": "answered"}}, "outcome 'answered' needs evidence or facts"),
        ({"expect": {"outcome": "withheld"}}, "needs the headings that must be named"),
        (
            {"expect": {"outcome": "withheld", "withheld": ["Synopsis"]}},
            "section 'Synopsis' of 'hives' is not withheld",
        ),
        ({"expect": {"outcome": "answered", "evidence": ["Never said."]}}, "has no evidence 'Never said.'"),
    ],
)
def test_a_case_that_is_wrong_is_refused_and_nothing_is_written(tmp_path: Path, changes: dict, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(UserError, match=re.escape(said)):
        CASES.write(tmp_path, DOCUMENT, {**ANSWERED, **changes})
    assert list(tmp_path.iterdir()) == []


def test_an_id_is_given_once(tmp_path: Path) -> None:
    CASES.write(tmp_path, DOCUMENT, ANSWERED)
    with pytest.raises(UserError, match="case id 'what-is-it' is given twice"):
        CASES.write(tmp_path, DOCUMENT, ANSWERED)


def test_a_form_becomes_a_case() -> None:
    form = {
        "id": " what ",
        "kind": "list",
        "split": "hold",
        "question": "What?",
        "outcome": "answered",
        "evidence": "One.\r\n\r\n Two. \n",
        "facts": "a | b\nc\n|",
        "sections": "Synopsis",
    }
    assert case_of(form, [{"role": "user", "content": "Before"}]) == {
        "id": "what",
        "kind": "list",
        "split": "hold",
        "question": "What?",
        "history": [{"role": "user", "content": "Before"}],
        "expect": {
            "outcome": "answered",
            "sections": ["Synopsis"],
            "evidence": ["One.", "Two."],
            "facts": [["a", "b"], ["c"]],
        },
    }


def test_the_writer_is_found_by_its_entry_point() -> None:
    assert case_writer() is CASES

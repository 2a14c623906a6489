"""What the fitted models are given, on a page small enough to count by hand."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from assistant.models import read_models
from evals.fit import close_pairs, pairs
from evals.fit.examples import Example, collect
from evals.fit.questions import PAGES, case, pages
from index.fake_encoder import FakeEncoder

PAGE = """---
id: {id}
title: {title}
---
# {title}

## Synopsis

{title} is harmless. It lasts three weeks.

## Differential Diagnosis

- Gout
- Milia

## Therapy

Subscription required
"""
LINES = [
    {"id": "a", "kind": "how_often", "q": "How long does marsh rash last?", "outcome": "answered",
     "evidence": ["It lasts three weeks."]},
    {"id": "w", "kind": "lay", "q": "Which cream helps?", "outcome": "withheld", "withheld": ["Therapy"]},
    {"id": "o", "kind": "off_topic", "q": "Will it rain?", "outcome": "out_of_scope"},
]  # fmt: skip


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Example]:
    folder = tmp_path_factory.mktemp("pages")
    for name, title in (("marsh-rash", "Marsh rash"), ("quill-fever", "Quill fever")):
        (folder / f"{name}.md").write_text(PAGE.format(id=name, title=title), encoding="utf-8")
        lines = LINES if name == "marsh-rash" else LINES[2:]
        (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return collect(folder, FakeEncoder())


@pytest.mark.real
def test_evidence_is_right_and_everything_else_wrong(examples: list[Example]) -> None:
    found = list(pairs.passage_pairs(examples[:1], random.Random(0)))
    assert [pair.text for pair in found if pair.right] == [
        "Marsh rash > Synopsis: (Marsh rash is harmless.) It lasts three weeks."
    ]
    assert sum(pair.right == 0.0 for pair in found) == 3
    assert {pair.question for pair in found} == {"How long does marsh rash last?"}


@pytest.mark.real
def test_the_close_reader_is_fitted_on_evidence_beside_what_is_likest_to_it(examples: list[Example]) -> None:
    answered, _, off, *_ = examples
    forest = read_models().first
    found = list(close_pairs.asked_pairs([answered], forest, random.Random(0)))
    assert [pair.text for pair in found if pair.right] == [
        "Marsh rash > Synopsis: (Marsh rash is harmless.) It lasts three weeks."
    ]
    # The page has three other passages: the two likeliest, and one that follows.
    assert [pair.weight for pair in found] == [1.0, 0.6, 0.6, 0.6]
    assert [pair.right for pair in close_pairs.asked_pairs([off], forest, random.Random(0))] == [0.0]


@pytest.mark.real
def test_of_the_sections_only_withheld_ones_are_judged_unless_out_of_scope(examples: list[Example]) -> None:
    answered, withheld, off, _ = pairs.inventories(examples)
    assert withheld.headings == ("Synopsis", "Differential Diagnosis", "Therapy")
    assert (answered.right, answered.in_scope) == ((pairs.UNJUDGED, pairs.UNJUDGED, 0.0), 1.0)
    assert (withheld.right, withheld.in_scope) == ((pairs.UNJUDGED, pairs.UNJUDGED, 1.0), 1.0)
    assert (off.right, off.in_scope) == ((0.0, 0.0, 0.0), 0.0)


@pytest.mark.real
def test_a_question_that_names_its_subject_is_out_of_scope_elsewhere(examples: list[Example]) -> None:
    always = random.Random(0)
    always.random = lambda: 0.0  # type: ignore[method-assign]
    (found,) = pairs.asked_elsewhere(examples, always)
    assert (found.question, found.title, found.in_scope) == ("How long does marsh rash last?", "Quill fever", 0.0)


def test_each_topic_stands_beside_headings_of_others() -> None:
    found = list(pairs.by_topic(random.Random(0)))
    assert all(len(one.headings) >= 4 and sum(one.right) <= 3 for one in found)
    assert 0.7 < sum(any(one.right) for one in found) / len(found) < 0.95


def test_a_table_row_is_written_as_in_suites() -> None:
    line = {"id": "t", "kind": "list", "q": "?", "outcome": "answered", "evidence": ["Age | 5 years", "Plain."]}
    assert case(line).expect.evidence == ("| Age | 5 years |", "Plain.")


@pytest.mark.parametrize("folder", ["read", "read-more", "decide"])
def test_every_page_for_fitting_has_questions_of_every_outcome(folder: str) -> None:
    for document, suite in pages(PAGES / folder):
        outcomes = {case.expect.outcome for case in suite.cases}
        assert {"answered", "not_in_document", "out_of_scope"} <= outcomes, document.id


def test_no_page_is_both_fitted_on_and_measured_on() -> None:
    measured = {path.stem for path in (Path(pairs.__file__).parents[1] / "documents").glob("*.md")}
    fitted = [path.stem for path in PAGES.glob("*/*.md")]
    assert not measured & set(fitted)
    assert len(fitted) == len(set(fitted))

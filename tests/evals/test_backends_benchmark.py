"""The comparisons of back ends run, on very little; figures are printed, not asserted."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.settings import Settings
from evals.benchmarks import ask_backends, encoder_backends
from evals.benchmarks.bioasq_retrieval import Pool


def test_a_part_of_the_questions_has_their_snippets_alone() -> None:
    pool = Pool(("one", "two", "three"), ("a", "b", "c", "d"), (frozenset({0, 3}), frozenset({1}), frozenset({3})))
    assert encoder_backends.part_of(pool, 1) == Pool(("one",), ("a", "d"), (frozenset({0, 1}),))
    assert encoder_backends.part_of(pool, 9) == Pool(
        pool.questions, ("a", "b", "d"), (frozenset({0, 2}), frozenset({1}), frozenset({2}))
    )


@pytest.mark.real
def test_a_back_end_starts_in_its_own_process_and_is_held_against_the_first() -> None:
    pool = Pool(("Is gout a disease?",), ("Gout is a disease.", "Mumps."), (frozenset({0}),))
    rows = encoder_backends.measure(pool, [encoder_backends.OURS])
    figures = dict(zip(encoder_backends.COLUMNS, rows[encoder_backends.OURS], strict=True))
    assert figures["vectors differ"] == "0e+00"
    assert figures["nDCG@10 fused"] == "1.0000"


@pytest.mark.real
def test_the_assistant_answers_as_with_pytorch(tmp_path: Path) -> None:
    from assistant.wiring import open_assistant

    assistant = open_assistant(Settings(home=tmp_path), say=lambda _said: None)
    questions = ["Which ossification syndromes are in the differential?", "How is it treated?"]
    rows = {row[0]: row for row in ask_backends.compare(assistant, assistant.documents[0].id, questions)}
    assistant.index.close()
    assert [rows[name][-2:] for name in (ask_backends.OURS, "PyTorch")] == [("2", "2"), ("2", "2")]

"""The questions that a library is asked, and the benchmark over a few made documents; figures are not asserted."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from assistant.asking import read_asking
from assistant.picking import pick, read_picking
from evals.benchmarks import picking
from evals.fit import picking as fit_picking
from evals.fit.collection import Collection, Kept
from evals.fit.picking_questions import half_of, is_left_out, medquad_library, misspelt, questions, written
from index.fake_encoder import FakeEncoder

LEFT_OUT = ("Tinnitus", "Osteoarthritis")
SUBJECTS = ("Gout", "Scabies", "Gaucher disease", "Mumps", "Anthrax", "Measles", "Wilson disease", "Rickets", *LEFT_OUT)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    rows = [
        {
            "id": f"1/{name}",
            "title": name,
            "source": "made",
            "url": "",
            "sections": [
                {"heading": "Overview", "question": f"What is (are) {name} ?", "text": f"{name} is a disease."},
                {"heading": "Treatment", "question": f"How is {name} treated ?", "text": f"Rest helps in {name}."},
            ],
        }
        for name in SUBJECTS
    ]
    with gzip.open(tmp_path / "medquad.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_halves_and_those_left_out_are_the_same_at_every_run(data: Path) -> None:
    kept, left_out, asked = medquad_library(data)
    assert (kept, left_out, asked) == medquad_library(data)
    assert len(kept) + len(left_out) == len(SUBJECTS)
    assert {document.title for document in left_out} >= set(LEFT_OUT)
    assert all(is_left_out(document) for document in left_out)
    names = {document.title for document in kept}
    for half in ("fit", "report"):
        for kind, some in questions(asked, kept, left_out, half, 100).items():
            for question in some:
                named = [name for name in names if name in question.text]
                assert all(half_of(document) == half for document in kept if document.title in named)
                assert bool(question.right) == (kind not in ("name taken out", "left out"))
                assert bool(named) == (kind == "named")


def test_a_misspelt_word_keeps_its_first_letter_and_differs() -> None:
    rng = random.Random(1)
    for _ in range(200):
        wrong = misspelt("gaucher", rng)
        assert wrong != "gaucher"
        assert wrong[0] == "g"
        assert abs(len(wrong) - 7) <= 1


def test_what_people_wrote_for_pages() -> None:
    asked = written(["decide"])
    assert {question.kind for question in asked} == {"written", "of no page"}
    assert all(bool(question.right) == (question.kind == "written") for question in asked)


def test_vectors_are_kept_and_looked_up(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    documents, _, _ = medquad_library(data)
    first = Collection(documents, Kept(FakeEncoder(384), folder))

    class Broken(FakeEncoder):
        def encode_passages(self, *_: object) -> None:  # type: ignore[override]
            raise AssertionError("everything is kept already")

    second = Collection(documents, Kept(Broken(384), folder))
    assert (first.vectors == second.vectors).all()


def test_every_question_is_asked_in_every_way(data: Path) -> None:
    kept = Kept(FakeEncoder(384))
    found = picking.ask_medquad(data, (3, 0), 20, kept, read_picking(), read_asking())
    assert len(found) == 2
    for judged in found.values():
        assert judged
        for one in judged:
            assert set(one.document) == {"dense", "BM25", "fused", "fused + naming"}
            assert one.done in picking.DONE
            assert one.document["fused + naming"] == (one.done == "right document")
            assert one.document["fused + naming"] or not one.section["fused + naming"]
        picking.print_tables("made", judged)


def test_what_is_fitted_can_be_read(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_picking, "SIZES", (4,))
    examples = fit_picking.gather_medquad(data, Kept(FakeEncoder(384)), 8, 20, read_asking())
    assert {one.question.kind for one in examples} >= {"named", "name taken out", "left out"}
    fitted = fit_picking.fit(examples * 12)
    (tmp_path / "model.json").write_text(json.dumps(fitted), encoding="utf-8")
    model = read_picking(tmp_path / "model.json")
    assert model.one.features == model.none.features
    assert 0 < model.answer_from <= 1
    named = next(one for one in examples if one.question.kind == "named")
    assert pick(model, named.seen).choice in ("one", "unclear")


def test_wilsons_interval() -> None:
    assert picking.wilson(0, 0) == (0.0, 1.0)
    low, high = picking.wilson(81, 263)
    # Newcombe 1998, table I: 81 of 263 is 0.2553 to 0.3662.
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)

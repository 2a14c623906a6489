"""Each benchmark on public data runs, on a handful of made documents; figures are printed, not asserted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evals.benchmarks import bioasq_confidence, medquad_sections, plain_pipelines, shared_index
from evals.benchmarks.medquad import read_sample
from index.fake_encoder import FakeEncoder

SUBJECTS = ("gout", "scabies", "rickets", "mumps", "anthrax", "measles")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with both data sets in their own form."""
    medquad = [
        {
            "id": f"1/{name}",
            "title": name.title(),
            "source": "made",
            "url": "",
            "sections": [
                {
                    "heading": "Overview",
                    "question": f"What is {name} ?",
                    "text": f"{name.title()} is a disease.\nIt is called {name}.",
                },
                {
                    "heading": "Treatment",
                    "question": f"How is {name} treated ?",
                    "text": f"Rest is how {name} is treated.",
                },
            ],
        }
        for name in SUBJECTS
    ]
    bioasq = [
        {
            "id": f"5fffffff{number:016x}",
            "question": f"Is {name} a disease?",
            "type": "yesno",
            "snippets": [f"{name.title()} is a disease of the made kind."],
            "ideal_answer": "",
        }
        for number, name in enumerate(SUBJECTS)
    ]
    for file, rows in (("medquad.jsonl.gz", medquad), ("bioasq-7b-9b.jsonl.gz", bioasq)):
        with gzip.open(tmp_path / file, "wt", encoding="utf-8") as out:
            out.writelines(json.dumps(row) + "\n" for row in rows)
    return tmp_path


def test_a_sample_is_the_same_each_time_and_its_questions_know_their_sections(data: Path) -> None:
    documents, asked = read_sample(data, 4)
    assert (documents, asked) == read_sample(data, 4)
    assert (len(documents), len(asked)) == (4, 8)
    sections = {(document.id, section.id): section.heading for document in documents for section in document.sections}
    for one in asked:
        (place,) = one.relevant
        assert sections[place] == ("Treatment" if "treated" in one.question else "Overview")
    assert len(read_sample(data, None)[0]) == 6
    assert len(read_sample(data, None, 5)[1]) == 5


def test_sections_are_ranked_by_their_best_passage(data: Path) -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.2], dtype=np.float32)
    assert medquad_sections.best_sections(scores, np.array([0, 1, 2, 2]), 3) == [1, 2, 0]
    title, judged = medquad_sections.run(data, None, None, FakeEncoder(), bars=False)
    assert title == "MedQuAD: 12 questions, 12 sections of 6 documents, 18 passages"
    assert {len(rows) for rows in judged.values()} == {12}
    by_words = next(rows for way, rows in judged.items() if way.startswith("BM25"))
    assert all(row["hit_rate@10"] == 1 for row in by_words)


@pytest.mark.real
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", list(plain_pipelines.PIPELINES))
def test_every_pipeline_indexes_and_finds_without_a_network(data: Path, name: str) -> None:
    needed = {"LlamaIndex defaults": "llama_index.core", "Haystack hybrid": "haystack"}
    pytest.importorskip(needed.get(name, "langchain_chroma"), reason="the extra 'benchmarks' is not installed")
    documents, asked = read_sample(data, None)
    texts = {document.id: document.text for document in documents}
    with plain_pipelines.PIPELINES[name](documents, FakeEncoder()) as search:
        hits = search("How is gout treated ?")
    assert hits
    for hit in hits:
        assert 0 <= hit.start < hit.end <= len(texts[hit.document_id]) + 1
        assert hit.words == len(texts[hit.document_id][hit.start : hit.end].split())
    rows = plain_pipelines.run(documents, asked, FakeEncoder(), {name: plain_pipelines.PIPELINES[name]})
    assert len(rows[name].section) == len(rows[name].document) == len(rows[name].search_ms) == 12
    assert sum(row["hit_rate@10"] for row in rows[name].document) > 6


def test_the_area_under_the_curve_counts_pairs() -> None:
    there, removed = np.array([0.9, 0.8, 0.3]), np.array([0.5, 0.3])
    # Of 3 x 2 pairs four are in order, one is tied and one is not.
    assert bioasq_confidence.auroc(there, removed) == pytest.approx(4.5 / 6)


@pytest.mark.real
def test_evidence_is_asked_for_with_and_without(data: Path) -> None:
    from index.sentence_transformers_encoder import load

    encoder = load(None)
    documents, asked = bioasq_confidence.read_documents(data, None, encoder)
    assert (len(documents), len(asked)) == (1, 6)
    assert {len(one.own) for one in asked} == {1}
    found = bioasq_confidence.run(documents, asked, encoder)
    assert list(found) == list(bioasq_confidence.WAYS)
    assert found["best cosine"] > 0.5


@pytest.mark.real
def test_an_index_of_ones_own_and_one_on_a_server_take_turns(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shared_index.main(["--documents", "2", "--questions", "2", "--fake", "--data", str(data)])
    printed = capsys.readouterr().out
    assert printed.count("embedded") == printed.count("remote") == 2
    assert "2 questions each way" in printed

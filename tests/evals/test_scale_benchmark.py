"""The benchmark of scale: its documents, and its report; figures are printed, not asserted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_benchmarks import data  # noqa: F401  (a fixture)

from assistant.settings import Settings
from assistant.wiring import build_index
from corpus.passages import split
from evals.benchmarks.scale_library import Remembering, altered, encode_all, read_library
from evals.benchmarks.scale_measures import keep
from evals.benchmarks.scale_repeat import repeat
from evals.benchmarks.scale_report import plots, table
from index.fake_encoder import FakeEncoder
from index.search import Index


def test_an_altered_document_has_other_words_in_the_same_passages(data: Path) -> None:  # noqa: F811
    documents, asked = read_library(data)
    assert len(documents) == len(asked) == 6
    text = "Signs\nResting always helps patients.\n\nTherapy\nPatients should always rest."
    section = replace(documents[0].sections[0], start=text.index("Patients"), end=len(text))
    first = replace(documents[0], text=text, sections=(section,))
    other = altered(first, 3)
    body = other.text[other.sections[0].start : other.sections[0].end]
    assert other.text != first.text
    assert body.replace("xq3", "") == "Patients should always rest."
    assert [one.text.replace("xq3", "") for one in split(other)] == [one.text for one in split(first)]


def test_what_was_encoded_is_remembered_and_the_rest_stands_in(data: Path, tmp_path: Path) -> None:  # noqa: F811
    documents, _ = read_library(data)
    encoder = FakeEncoder()
    encode_all(documents[:3], encoder, tmp_path)
    remembering = Remembering(encoder, tmp_path)
    text = f"{documents[0].title} > {documents[0].sections[0].heading}: {split(documents[0])[0].text}"
    assert np.array_equal(remembering.encode_passages([text]), encoder.encode_passages([text]))
    turned = remembering.encode_passages([text.replace(documents[0].title, f"{documents[0].title} xq2")])[0]
    assert 0.9 < float(turned @ encoder.encode_passages([text])[0]) < 1
    assert remembering.stood_in == 0
    assert np.linalg.norm(remembering.encode_passages(["never seen"])[0]) - 1 < 1e-6
    assert remembering.stood_in == 1


def test_a_report_has_every_size_and_says_what_was_not_measured() -> None:
    kept = {"100": {"passages": 3400, "build_cpu_s": 4.0}, "1000": {"build_cpu_s": 40.0}}
    lines = table(kept).splitlines()
    assert lines[0] == "| documents | 100 | 1,000 |"
    assert "| passages | 3,400 | - |" in lines
    svg = plots(kept)
    assert svg.count("<polyline") == 1
    assert "100 documents: 4" in svg


@pytest.mark.real
def test_segments_are_repeated_under_other_ids(data: Path, tmp_path: Path) -> None:  # noqa: F811
    documents, _ = read_library(data)
    base, larger = Settings(home=tmp_path / "6"), Settings(home=tmp_path / "14")
    keep(base, documents)
    build_index(base, encoder=FakeEncoder())
    manifest = repeat(base, larger, 14)
    assert (len(manifest.documents), len(manifest.parts)) == (14, 3)
    assert build_index(larger, encoder=FakeEncoder()).name == manifest.name
    index = Index.open(larger.index_folder, FakeEncoder())
    assert sorted(one.title for one in index.documents() if "Gout" in one.title) == ["Gout", "Gout (1)", "Gout (2)"]
    assert index.search("gout", document_id=f"{documents[0].id}-1")
    index.close()

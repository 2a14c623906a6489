"""Documents of MedQuAD, laid out in every way, come back with their sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.benchmarks.readers import measure, medquad_texts
from evals.benchmarks.written_files import LAYOUTS

DATA = Path(__file__).parents[3] / "shared" / "data"


@pytest.mark.skipif(not (DATA / "medquad.jsonl.gz").exists(), reason=f"medquad.jsonl.gz is not in {DATA}")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sections_of_medquad_come_back(tmp_path: Path, layout: str) -> None:
    suffix, write = LAYOUTS[layout]
    counts = measure(list(medquad_texts(DATA, 4)), suffix, write, tmp_path)
    assert (counts.right, counts.topics, counts.titles) == (counts.there, counts.there, 4)
    assert counts.words_right > 0.99 * counts.words_there
    assert counts.pages_right == counts.paged

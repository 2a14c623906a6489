from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.cross_encoder import CrossEncoder, load
from assistant.fake_cross_encoder import FakeCrossEncoder
from corpus.errors import UserError


@pytest.fixture(scope="module")
def fitted() -> CrossEncoder:
    return load()


@pytest.mark.real
def test_a_passage_that_answers_is_told_from_one_of_the_same_subject(fitted: CrossEncoder) -> None:
    first, second = fitted.passages(
        "Which body sites does it prefer?",
        ["Marsh rash > Synopsis: The shins and calves are most often affected.", "Marsh rash > Synopsis: It itches."],
    )
    assert first > second + 1.0


@pytest.mark.real
def test_passages_read_together_are_judged_as_alone(fitted: CrossEncoder) -> None:
    texts = ["Gout.", "Marsh rash > Causes: Wading in cold marsh water brings it on within a day or two."]
    together = fitted.passages("What causes it?", texts)
    alone = np.concatenate([fitted.passages("What causes it?", [text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


@pytest.mark.real
def test_nothing_to_read_is_judged_as_nothing(fitted: CrossEncoder) -> None:
    assert fitted.passages("What causes it?", []).shape == (0,)


@pytest.mark.real
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cross_encoder.safetensors"
    with pytest.raises(UserError, match=path.name):
        load(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(UserError, match=path.name):
        load(path)


def test_the_fake_counts_words() -> None:
    fake = FakeCrossEncoder()
    assert fake.passages("cold marsh water", ["Marsh water", "Gout"]).tolist() == [1.5, -0.5]

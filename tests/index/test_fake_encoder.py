from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from index.fake_encoder import FakeEncoder


def test_the_cosine_can_be_worked_out_by_hand() -> None:
    encoder = FakeEncoder()
    question, passage = encoder.encode_questions(["firm heel", "Heel, firm firm heel skin skin"])
    # counts (1, 1, 0) and (2, 2, 2): (2 + 2) / (sqrt 2 * sqrt 12)
    assert float(question @ passage) == pytest.approx(4 / np.sqrt(24))


def test_passages_and_questions_share_one_space_and_are_unit_rows() -> None:
    encoder = FakeEncoder(dimension=64)
    done: list[int] = []
    rows = encoder.encode_passages(["a b", "", "a b"], done.append)
    assert rows.dtype == np.float32
    assert rows.shape == (3, 64)
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1])
    assert rows.tolist()[0] == encoder.encode_questions(["B A"]).tolist()[0]
    assert done == [3]


def test_nothing_in_nothing_out() -> None:
    assert FakeEncoder(dimension=8).encode_questions([]).shape == (0, 8)
    assert FakeEncoder(dimension=8).encode_passages([]).shape == (0, 8)


def test_a_word_has_the_same_axis_in_every_process() -> None:
    code = "from index.fake_encoder import FakeEncoder; print(FakeEncoder().axis('heel'))"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert int(printed) == FakeEncoder().axis("Heel")

from __future__ import annotations

import numpy as np
import pytest

from index.fusion import DENSE_WEIGHT, fuse


def scores(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_each_kind_is_divided_by_its_best_and_weighed() -> None:
    # 0.7 * (0.4, 0.8)/0.8 + 0.3 * (2, 1)/2 = (0.35 + 0.3, 0.7 + 0.15)
    assert fuse(scores(0.4, 0.8), scores(2, 1), 0.7).tolist() == pytest.approx([0.65, 0.85])


@pytest.mark.parametrize(
    ("dense", "lexical", "expected"),
    [
        ([], [], []),
        ([0.5], [0.0], [0.7]),
        ([0.0], [3.0], [0.3]),
        ([0.0], [0.0], [0.0]),
        ([-0.2, -0.4], [0.0, 1.0], [0.0, 0.3]),
        ([0.5, -0.5], [0.0, 0.0], [0.7, -0.7]),
    ],
)
def test_a_kind_without_a_score_above_zero_adds_nothing(
    dense: list[float], lexical: list[float], expected: list[float]
) -> None:
    assert fuse(scores(*dense), scores(*lexical), 0.7).tolist() == pytest.approx(expected)


def test_the_weight_is_a_share() -> None:
    assert 0 < DENSE_WEIGHT < 1

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.forest import forest_from_json
from assistant.models import FOLDER, read_models
from assistant.regression import regression_from_json
from assistant.word_vectors import WordVectors
from corpus.errors import UserError
from evals.fit.export import forest_to_json, regression_to_json
from index.fake_encoder import FakeEncoder


def test_trees_give_what_scikit_learn_gives() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    random = np.random.default_rng(0)
    rows = random.normal(size=(400, 5))
    fitted = HistGradientBoostingClassifier(max_iter=20, max_depth=3, random_state=0)
    fitted.fit(rows, rows[:, 0] * rows[:, 1] > 0.1)
    forest = forest_from_json(json.loads(json.dumps(forest_to_json(fitted, tuple("abcde")))))
    other = random.normal(size=(100, 5))
    assert forest.probability(other) == pytest.approx(fitted.predict_proba(other)[:, 1], abs=1e-3)
    assert forest.probability(np.zeros((0, 5))).shape == (0,)


def test_the_regression_gives_what_scikit_learn_gives() -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(0)
    rows = random.normal(size=(300, 3)) * [1, 10, 0.1]
    classes = np.array(["x", "y", "z"])[np.argmax(rows, axis=1)]
    scaler = StandardScaler().fit(rows)
    fitted = LogisticRegression().fit(scaler.transform(rows), classes)
    regression = regression_from_json(json.loads(json.dumps(regression_to_json(scaler, fitted, ("a", "b", "c")))))
    for row in rows[:20]:
        given = regression.probabilities(dict(zip("abc", row, strict=True)))
        expected = fitted.predict_proba(scaler.transform(row[None, :]))[0]
        assert [given[name] for name in "xyz"] == pytest.approx(expected, abs=1e-4)


def test_a_missing_feature_is_an_error() -> None:
    with pytest.raises(KeyError):
        read_models().outcome.probabilities({})


@pytest.mark.parametrize("text", [None, "no json", "{}"])
def test_a_model_file_that_is_missing_or_broken_is_told(tmp_path: Path, text: str | None) -> None:
    for name in ("evidence_model.json", "outcome_model.json"):
        (tmp_path / name).write_text((FOLDER / name).read_text(encoding="utf-8"), encoding="utf-8")
    if text is None:
        (tmp_path / "outcome_model.json").unlink()
    else:
        (tmp_path / "outcome_model.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="fitted model"):
        read_models(tmp_path)


def test_word_vectors_are_kept_and_a_damaged_file_is_made_again(tmp_path: Path) -> None:
    encoder = FakeEncoder()
    vectors = WordVectors(encoder, tmp_path)
    first = vectors(["gout", "milia"])
    vectors.save()
    again = WordVectors(encoder, tmp_path)
    assert np.array_equal(again(["milia", "gout"]), first[::-1])
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(b"damaged")
    assert np.array_equal(WordVectors(encoder, tmp_path)(["gout", "milia"]), first)
    assert vectors([]).shape == (0, encoder.dimension)

"""A fitted model as plain numbers: gradient-boosted trees, read from JSON and evaluated with numpy.

The trees are those of scikit-learn's `HistGradientBoostingClassifier` (Ke et al. 2017, LightGBM), written out by
`evals/fit/`; here is only what evaluation needs, so that answering imports no scikit-learn and unpickles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UserError


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees for one or several classes."""

    features: tuple[str, ...]
    """Names of the columns, in order."""
    classes: tuple[str, ...]
    """Names of the classes; one raw score each. Two-class models hold one score, for the second class."""
    baseline: np.ndarray
    """float64 (scores,): raw score before any tree."""
    score_of_tree: np.ndarray
    """int (trees,): which score a tree adds to."""
    feature: np.ndarray
    """int (trees, nodes): column compared at a node; leaves repeat 0."""
    threshold: np.ndarray
    """float64 (trees, nodes): go left when the value is at most this; leaves hold +inf."""
    left: np.ndarray
    """int (trees, nodes): a leaf points to itself."""
    right: np.ndarray
    value: np.ndarray
    """float64 (trees, nodes): what a leaf adds; 0 at inner nodes."""
    depth: int

    def raw(self, rows: np.ndarray) -> np.ndarray:
        """Return raw scores, float64 (n, scores), of rows (n, features)."""
        trees = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(trees)), dtype=np.intp)
        row = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[row, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
        added = self.value[trees, node]
        scores = np.tile(self.baseline, (len(rows), 1))
        for column in range(scores.shape[1]):
            scores[:, column] += added[:, self.score_of_tree == column].sum(axis=1)
        return scores

    def probabilities(self, rows: np.ndarray) -> np.ndarray:
        """Return float64 (n, classes); each row sums to 1."""
        scores = self.raw(rows)
        if scores.shape[1] == 1:
            second = 1.0 / (1.0 + np.exp(-scores[:, 0]))
            return np.stack([1.0 - second, second], axis=1)
        scores -= scores.max(axis=1, keepdims=True)
        exponent = np.exp(scores)
        return np.asarray(exponent / exponent.sum(axis=1, keepdims=True))


def forest_from_json(data: Mapping[str, Any]) -> Forest:
    """Make a forest of its JSON form, padding every tree to the same number of nodes."""
    trees = data["trees"]
    nodes = max(len(tree["feature"]) for tree in trees)

    def padded(name: str, kind: type, filler: float) -> np.ndarray:
        table: np.ndarray = np.full((len(trees), nodes), filler, dtype=kind)
        for number, tree in enumerate(trees):
            table[number, : len(tree[name])] = [np.inf if entry is None else entry for entry in tree[name]]
        return table

    return Forest(
        features=tuple(data["features"]),
        classes=tuple(data["classes"]),
        baseline=np.asarray(data["baseline"], dtype=np.float64),
        score_of_tree=np.asarray([tree["score"] for tree in trees]),
        feature=padded("feature", np.intp, 0),
        threshold=padded("threshold", np.float64, np.inf),
        left=padded("left", np.intp, 0),
        right=padded("right", np.intp, 0),
        value=padded("value", np.float64, 0.0),
        depth=data["depth"],
    )


def read_model(path: Path) -> dict[str, Any]:
    """Read a model file.

    Raises:
        UserError: the file is missing or is no JSON.
    """
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise UserError(f"the fitted model {path.name} can't be read: {error}", "reinstall wardbook") from error
    return data

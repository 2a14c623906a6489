"""A fitted model as plain numbers: gradient-boosted trees for one yes-or-no question, evaluated with numpy.

The trees are those of scikit-learn's `HistGradientBoostingClassifier` (Ke et al. 2017, LightGBM), written out by
`evals/fit/export.py`; here is only what evaluation needs: answering imports no scikit-learn and unpickles nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees; all have the same number of nodes, shorter ones being padded."""

    features: tuple[str, ...]
    """Names of the columns, in order."""
    baseline: float
    """Raw score before any tree."""
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

    def probability(self, rows: np.ndarray) -> np.ndarray:
        """Return float64 (n,), the probability of yes for rows (n, features); empty for none."""
        trees = np.arange(len(self.feature))
        node = np.zeros((len(rows), len(trees)), dtype=np.intp)
        row = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_left = rows[row, self.feature[trees, node]] <= self.threshold[trees, node]
            node = np.where(goes_left, self.left[trees, node], self.right[trees, node])
        raw = self.baseline + self.value[trees, node].sum(axis=1)
        return np.asarray(1.0 / (1.0 + np.exp(-raw)))


def forest_from_json(data: Mapping[str, Any]) -> Forest:
    """Make a forest of its JSON form."""
    trees = data["trees"]
    nodes = max(len(tree["feature"]) for tree in trees)

    def padded(name: str, kind: type, filler: float) -> np.ndarray:
        table: np.ndarray = np.full((len(trees), nodes), filler, dtype=kind)
        for number, tree in enumerate(trees):
            table[number, : len(tree[name])] = [np.inf if entry is None else entry for entry in tree[name]]
        return table

    return Forest(
        features=tuple(data["features"]),
        baseline=data["baseline"],
        feature=padded("feature", np.intp, 0),
        threshold=padded("threshold", np.float64, np.inf),
        left=padded("left", np.intp, 0),
        right=padded("right", np.intp, 0),
        value=padded("value", np.float64, 0.0),
        depth=data["depth"],
    )

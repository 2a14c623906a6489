"""Writing fitted scikit-learn models out as the plain numbers that `assistant/` reads."""

from __future__ import annotations

from typing import Any

import numpy as np


def forest_to_json(fitted: Any, features: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON form of a `HistGradientBoostingClassifier` fitted on False and True."""
    trees = []
    for (predictor,) in fitted._predictors:
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        own = np.arange(len(nodes))
        thresholds = zip(leaf, nodes["num_threshold"], strict=True)
        values = zip(leaf, nodes["value"], strict=True)
        trees.append(
            {
                "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
                "threshold": [None if is_leaf else round(float(threshold), 6) for is_leaf, threshold in thresholds],
                "left": np.where(leaf, own, nodes["left"]).tolist(),
                "right": np.where(leaf, own, nodes["right"]).tolist(),
                "value": [round(float(value), 5) if is_leaf else 0.0 for is_leaf, value in values],
                "depth": int(nodes["depth"].max()),
            }
        )
    return {
        "features": list(features),
        "baseline": float(np.ravel(fitted._baseline_prediction)[0]),
        "depth": max(tree.pop("depth") for tree in trees),
        "trees": trees,
    }


def regression_to_json(scaler: Any, fitted: Any, features: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON form of a `StandardScaler` and the `LogisticRegression` fitted on what it gives."""
    weights, intercepts = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:
        # Of two classes scikit-learn keeps only the weights of the second; the first one's raw score is 0.
        weights = np.vstack([np.zeros_like(weights), weights])
        intercepts = np.concatenate([[0.0], intercepts])
    return {
        "features": list(features),
        "classes": [str(name) for name in fitted.classes_],
        "mean": _rounded(scaler.mean_),
        "scale": _rounded(scaler.scale_),
        "weights": [_rounded(row) for row in weights],
        "intercepts": _rounded(intercepts),
    }


def _rounded(numbers: np.ndarray) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]

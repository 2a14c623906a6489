"""Writing scikit-learn's gradient-boosted trees out as the plain numbers that `assistant/forest.py` reads."""

from __future__ import annotations

from typing import Any

import numpy as np


def forest_to_json(fitted: Any, features: tuple[str, ...]) -> dict[str, Any]:
    """Return the JSON form of a fitted `HistGradientBoostingClassifier`.

    Raises:
        ValueError: the written trees do not give what scikit-learn gives, so its internal layout must have changed.
    """
    trees = []
    for iteration in fitted._predictors:
        for score, predictor in enumerate(iteration):
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            own = np.arange(len(nodes))
            trees.append(
                {
                    "score": score,
                    "feature": np.where(leaf, 0, nodes["feature_idx"]).tolist(),
                    "threshold": [
                        None if is_leaf else round(float(t), 6)
                        for is_leaf, t in zip(leaf, nodes["num_threshold"], strict=True)
                    ],
                    "left": np.where(leaf, own, nodes["left"]).tolist(),
                    "right": np.where(leaf, own, nodes["right"]).tolist(),
                    "value": [
                        round(float(v), 5) if is_leaf else 0.0 for is_leaf, v in zip(leaf, nodes["value"], strict=True)
                    ],
                    "depth": int(nodes["depth"].max()),
                }
            )
    return {
        "features": list(features),
        "classes": [str(name) for name in fitted.classes_],
        "baseline": np.ravel(fitted._baseline_prediction).tolist(),
        "depth": max(tree.pop("depth") for tree in trees),
        "trees": trees,
    }

"""A fitted model as plain numbers: multinomial logistic regression over standardised features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Regression:
    """One row of weights for each class."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    mean: np.ndarray
    """float64 (features,)."""
    scale: np.ndarray
    """float64 (features,): standard deviations."""
    weights: np.ndarray
    """float64 (classes, features)."""
    intercepts: np.ndarray
    """float64 (classes,)."""

    def probabilities(self, seen: Mapping[str, float]) -> dict[str, float]:
        """Return class -> probability for features by name; they sum to 1.

        Raises:
            KeyError: a feature is missing.
        """
        row = np.array([[seen[name] for name in self.features]])
        return dict(zip(self.classes, self.table(row)[0].tolist(), strict=True))

    def table(self, rows: np.ndarray) -> np.ndarray:
        """Return float64 (n, classes), the probabilities for rows (n, features) in the order of `features`."""
        raw = ((rows - self.mean) / self.scale) @ self.weights.T + self.intercepts
        exponent = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(exponent / exponent.sum(axis=1, keepdims=True))


def regression_from_json(data: Mapping[str, Any]) -> Regression:
    """Make a regression of its JSON form."""
    return Regression(
        features=tuple(data["features"]),
        classes=tuple(data["classes"]),
        mean=np.asarray(data["mean"]),
        scale=np.asarray(data["scale"]),
        weights=np.asarray(data["weights"]),
        intercepts=np.asarray(data["intercepts"]),
    )

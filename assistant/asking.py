"""What a question asks for, told from its wording alone, before any document is looked at.

Two multinomial logistic regressions over the packaged encoder's vector of the question: which section topic it asks
for, and what became of questions worded like it. "How many years after ...?" is seldom answered by a page, "which
cream helps?" asks for therapy although it names no treatment. `python -m evals.fit.asking` fits both.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UserError

MODEL = Path(__file__).parent / "asking_model.json"


@dataclass(frozen=True, slots=True)
class Linear:
    """One regression."""

    classes: tuple[str, ...]
    weights: np.ndarray
    """float64 (classes, dimension)."""
    intercepts: np.ndarray
    """float64 (classes,)."""

    def log_probabilities(self, vector: np.ndarray) -> dict[str, float]:
        """Return class -> natural logarithm of its probability for a vector (dimension,)."""
        raw = self.weights @ vector + self.intercepts
        return dict(zip(self.classes, (raw - np.logaddexp.reduce(raw)).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question's wording asks for: natural logarithms of probabilities."""

    topics: Mapping[str, float]
    """By section topic, and "none" for a detail of no section, "off_topic" for what no page is about."""
    outcomes: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class AskingModel:
    """Reads the wording of questions."""

    topics: Linear
    outcomes: Linear

    def __call__(self, vector: np.ndarray) -> Asking:
        """Read a question by its vector (dimension,) of the packaged encoder."""
        return Asking(self.topics.log_probabilities(vector), self.outcomes.log_probabilities(vector))


def read_asking(path: Path = MODEL) -> AskingModel:
    """Read the fitted model.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return AskingModel(_linear(data["topics"]), _linear(data["outcomes"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"the fitted model {path} can't be read: {error!r}", "reinstall wardbook") from error


def _linear(data: Mapping[str, Any]) -> Linear:
    return Linear(tuple(data["classes"]), np.asarray(data["weights"]), np.asarray(data["intercepts"]))

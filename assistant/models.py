"""The fitted models, read from the JSON files beside this module; `python -m evals.fit.models` writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.evidence import Bounds
from assistant.forest import Forest, forest_from_json
from assistant.regression import Regression, regression_from_json
from corpus.errors import UserError

FOLDER = Path(__file__).parent
NAMES = ("shortlist", "evidence", "outcome")


@dataclass(frozen=True, slots=True)
class Models:
    """What decides which hits are read, which are evidence, where keeping stops, and the outcome."""

    first: Forest
    """Makes the shortlist."""
    evidence: Regression
    bounds: Bounds
    outcome: Regression
    answer_from: float
    """Probability of `answered` from which a part is answered."""


def read_models(folder: Path = FOLDER) -> Models:
    """Read the model files of a folder.

    Raises:
        UserError: one is missing, no JSON, or lacks a part.
    """
    try:
        first, evidence, outcome = (
            _read(folder / f"{name}_model.json") for name in ("shortlist", "evidence", "outcome")
        )
        return Models(
            forest_from_json(first),
            regression_from_json(evidence),
            Bounds(**evidence["bounds"]),
            regression_from_json(outcome),
            float(outcome["answer_from"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"a fitted model in {folder} is damaged: {error!r}", "reinstall wardbook") from error


def _read(path: Path) -> dict[str, Any]:
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook") from error
    return data

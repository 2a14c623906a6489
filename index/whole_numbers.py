"""Weights as whole numbers, which processors multiply three times as fast as others.

They have seven bits: with eight, the sum of two products may overflow on processors without VNNI, which add them up in
sixteen. What they are multiplied by has eight, and is rounded for each token alone (`evals/fit/transformer_graph.py`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

MOST = 63
"""The largest whole number in size."""


def in_whole_numbers(name: str, rows: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """Return what a graph takes for a weight: of a linear map int8 (given, wanted) and its scale, else the weight.

    What is int8 is so already, and returned as it is.
    """
    if rows.ndim != 2 or rows.dtype == np.int8:
        return {name: rows}
    columns = rows.T.astype(np.float32)
    scale = np.maximum(np.abs(columns).max(axis=0) / MOST, np.finfo(np.float32).tiny).astype(np.float32)
    return {
        name: np.ascontiguousarray(np.round(columns / scale).astype(np.int8)),
        f"{name.removesuffix('.weight')}.scale": scale,
    }

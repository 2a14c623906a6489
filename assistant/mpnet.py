"""all-mpnet-base-v2 in ONNX Runtime: MPNet (Song et al. 2020, arXiv 2004.09297) of twelve layers, in whole numbers.

`mpnet.onnx` is the graph alone, which `python -m evals.fit.transformer_graph` writes. Unlike BERT, it has one kind of
token, and attention looks at how far apart two are.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from index.transformer import MOST_TOKENS, Graph, Layout, Rows, groups_of, session_of

GRAPH = Graph(
    Path(__file__).with_name("mpnet.onnx"),
    "0db1c678f313870fdb34c223105072a9064c185dcfc39c75f626ac4df935c8b6",
    whole_numbers=True,
)
FIRST_PLACE = 2
"""Row of the table of places at which a text begins."""
BUCKETS, EXACT, FARTHEST = 32, 8, 128
"""Classes of distance: those below 8 tokens have their own, in each direction; all from 128 on share one."""


class Mpnet:
    """Reads token ids; may be called from several threads at once, each of which computes by itself."""

    def __init__(self, weights: dict[str, npt.NDArray[Any]], graph: Graph = GRAPH) -> None:
        """Make a session from the graph and the weights; UserError as `session_of`."""
        self._words, self._places = (weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position"))
        nearness = weights["encoder.relative_attention_bias.weight"]
        given = {n: r for n, r in weights.items() if n.startswith(("encoder.layer.", "embeddings.LayerNorm."))}
        self._session = session_of(graph, given)
        places = np.arange(MOST_TOKENS)
        near = nearness[bucket(places[None, :] - places[:, None])]
        # float32 (1, heads, 512, 512): what attention adds for how far apart two tokens are.
        self._near = np.ascontiguousarray(near.transpose(2, 0, 1)[None])

    def read(self, ids: Sequence[Sequence[int]]) -> list[Rows]:
        """Return for each text, of one token or more, float32 (tokens, dimension); beyond the 512th none is read."""
        cut = [one[:MOST_TOKENS] for one in ids]
        read: list[Rows] = [np.zeros((0, 0), dtype=np.float32)] * len(ids)
        for group in groups_of([len(one) for one in cut]):
            layout = Layout.of([cut[number] for number in group])
            embedded = self._words[np.concatenate([cut[number] for number in group])]
            inputs = {**layout.inputs, "embedded": embedded + self._places[layout.places + FIRST_PLACE]}
            longest = inputs["mask"].shape[-1]
            inputs["mask"] = inputs["mask"] + self._near[:, :, :longest, :longest]
            for number, rows in zip(group, layout.split(self._session.run(None, inputs)[0]), strict=True):
                read[number] = rows
        return read


def bucket(distance: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the class of each distance, of what is looked at less what looks; as T5 has them (arXiv 1910.10683)."""
    half = BUCKETS // 2
    far = np.abs(distance)
    beyond = np.log(np.maximum(far, 1) / EXACT) / np.log(FARTHEST / EXACT) * (half - EXACT)
    classes = np.where(far < EXACT, far, np.minimum(EXACT + beyond.astype(np.int64), half - 1))
    return np.asarray(classes + half * (distance > 0), dtype=np.int64)

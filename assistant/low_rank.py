"""The packaged encoder's body (all-MiniLM-L6-v2) with fitted low-rank changes, and linear heads on what it gives.

LoRA (Hu et al. 2021, arXiv 2106.09685): a file of some megabytes holds the changes to every linear map, which are added
to the weights once at loading, and the heads; where all of the body was fitted, what changed in biases and norms too.
`evals/fit/low_rank.py` makes such files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from corpus.errors import UserError
from index.transformer import GRAPH, Change, Graph

LAYERS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "intermediate.dense", "output.dense")  # fmt: skip
"""Linear maps of each layer that are changed."""
LAYER_COUNT = 6
FACTORS = {f"layer.{n}.{name}.weight": f"{n}.{name}" for n in range(LAYER_COUNT) for name in LAYERS}
"""By the name of each changed weight in the body's encoder, under which name its two factors are stored."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """Token ids of a text and of what is read beside it."""

    ids: list[int]
    kinds: list[int]
    """0 for the text's tokens, 1 for the others."""


class Tokens:
    """Turns texts into token ids as the packaged tokenizer does."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        opening, close = self._tokenizer.encode("").ids
        self.marks: tuple[int, int] = (opening, close)
        """What opens a text and what closes it."""

    def of(self, text: str) -> list[int]:
        """Return the ids of a text, without those that open and close."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def joined(self, first: list[int], beside: list[int]) -> Sequences:
        """Return two texts as one sequence."""
        opening, close = self.marks
        told = [opening, *first, close]
        return Sequences([*told, *beside, close], [0] * len(told) + [1] * (len(beside) + 1))


class LowRank:
    """The changed body and its heads."""

    def __init__(self, path: Path, heads: Sequence[str], graph: Graph = GRAPH) -> None:
        """Load the packaged body and a file of changes; `graph` computes it.

        Raises:
            UserError: the packaged weights are missing or not as expected, or the file can't be read.
        """
        from index.sentence_transformers_encoder import check_packaged, packaged_folder
        from index.transformer import Transformer, map_weights

        folder = packaged_folder()
        check_packaged(folder)
        self.tokens = Tokens(folder)
        changed, found = read_changes(path, heads)
        self._heads = found
        self._body = Transformer(map_weights(folder / "model.safetensors"), changed, graph)

    def read(self, sequences: Sequence[Sequences]) -> list[np.ndarray]:
        """Return for each sequence float32 (tokens, dimension)."""
        return list(self._body.read([one.ids for one in sequences], [one.kinds for one in sequences]))

    def head(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Return float32 (rows,): what a head makes of rows (rows, dimension)."""
        weights = self._heads[name]
        return np.asarray(rows @ weights[:-1] + weights[-1], dtype=np.float32)


def read_changes(path: Path, heads: Sequence[str]) -> tuple[Change, dict[str, np.ndarray]]:
    """Read a file of changes: what stands for each weight of the body, and the heads, float32 with their bias last.

    Raises:
        UserError: the file can't be read or lacks something.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = {name: rows.astype(np.float32) for name, rows in load_file(path).items()}
        factors = {name: (found[f"{place}.up"], found[f"{place}.down"]) for name, place in FACTORS.items()}
        linear = {name: found[name] for name in heads}
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook") from error

    def changed(name: str, rows: np.ndarray) -> np.ndarray:
        name = name.removeprefix("encoder.")
        if name not in factors:
            return rows + found[name] if name in found else rows
        up, down = factors[name]
        return np.asarray(rows + up @ down, dtype=np.float32)

    return changed, linear

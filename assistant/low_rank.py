"""The packaged encoder's body (all-MiniLM-L6-v2) with fitted low-rank changes, and linear heads on what it gives.

LoRA (Hu et al. 2021, arXiv 2106.09685): a file of a megabyte or two holds the changes to every linear map, which are
added to the weights once at loading, and the heads. `evals/fit/low_rank.py` makes such files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UserError

LAYERS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "intermediate.dense", "output.dense")  # fmt: skip
"""Linear maps of each layer that are changed."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """Token ids of a text and of what is read beside it."""

    ids: list[int]
    kinds: list[int]
    """0 for the text's tokens, 1 for the others."""
    spans: list[tuple[int, int]]
    """Where each heading stands, when headings are read beside it."""


class Tokens:
    """Turns texts into token ids as the packaged tokenizer does."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._open, self._close = self._tokenizer.encode("").ids

    def of(self, text: str) -> list[int]:
        """Return the ids of a text, without those that open and close."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def joined(self, first: list[int], beside: list[int], spans: Sequence[tuple[int, int]] = ()) -> Sequences:
        """Return two texts as one sequence; `spans` are places in it, where the first text begins at 1."""
        told = [self._open, *first, self._close]
        return Sequences([*told, *beside, self._close], [0] * len(told) + [1] * (len(beside) + 1), list(spans))


class LowRank:
    """The changed body and its heads."""

    def __init__(self, path: Path, heads: Sequence[str]) -> None:
        """Load the packaged body and a file of changes.

        Raises:
            UserError: the packaged weights are missing or not as expected, or the file can't be read.
        """
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import BertModel
        from transformers.utils import logging

        from index.sentence_transformers_encoder import check_packaged, packaged_folder

        folder = packaged_folder()
        check_packaged(folder)
        self._torch = torch
        self.tokens = Tokens(folder)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        # With the pooling layer, which is not read, since without it the loader reports its weights as unexpected.
        body: Any = BertModel.from_pretrained(folder, local_files_only=True)
        try:
            found = load_file(path)
            with torch.inference_mode():
                for number, layer in enumerate(body.encoder.layer):
                    for name in LAYERS:
                        up, down = (found[f"{number}.{name}.{part}"].float() for part in ("up", "down"))
                        layer.get_submodule(name).weight += up @ down
            self._heads = {name: found[name].float() for name in heads}
        except (OSError, KeyError, SafetensorError) as error:
            raise UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook") from error
        # Half the time where the processor multiplies in bfloat16; elsewhere it would be emulated, and slow.
        self._body = body.eval().to(torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32)

    def read(self, sequences: Sequence[Sequences]) -> Any:
        """Return a float32 tensor (sequences, tokens, dimension)."""
        with self._torch.inference_mode():
            return self._body(**padded(sequences)).last_hidden_state.float()

    def head(self, name: str, rows: Any) -> np.ndarray:
        """Return float32 (rows,): what a head makes of rows (rows, dimension)."""
        weights = self._heads[name]
        return np.asarray((rows @ weights[:-1] + weights[-1]).numpy(), dtype=np.float32)


def padded(sequences: Sequence[Sequences]) -> dict[str, Any]:
    """Return what the body takes: int64 tensors (sequences, longest), short ones padded with 0 and masked."""
    import torch

    longest = max(len(one.ids) for one in sequences)
    ids, mask, kinds = (torch.zeros((len(sequences), longest), dtype=torch.long) for _ in range(3))
    for row, one in enumerate(sequences):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        kinds[row, : len(one.ids)] = torch.tensor(one.kinds)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}

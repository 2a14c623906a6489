"""The cross-encoder: reads a question together with a passage, or with a document's list of sections, and judges both.

Its body is the packaged encoder's (all-MiniLM-L6-v2) with low-rank changes to every layer (LoRA: Hu et al. 2021, arXiv
2106.09685), added to the weights once at loading; `cross_encoder.safetensors` holds those changes and three linear
heads, and `python -m evals.fit.cross_encoder` makes it. Raw scores are log-odds: above 0 is more likely than not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from corpus.errors import UserError

WEIGHTS = Path(__file__).parent / "cross_encoder.safetensors"
LAYERS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
          "intermediate.dense", "output.dense")  # fmt: skip
"""Linear maps of each layer that are changed."""
QUESTION_TOKENS = 64
"""Tokens of a question that are read: its last ones, since a vignette asks at its end."""
PASSAGE_TOKENS = 110
TITLE_TOKENS = 24
HEADING_TOKENS = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A question against a document's title and headings."""

    scope: float
    """Log-odds that it is about the document's subject."""
    sections: np.ndarray
    """float32 (headings,): log-odds that a section of that heading, were it here, would answer."""


class CrossEncoder(Protocol):
    """Judges a question beside texts."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question; see `pair_texts.passage_text`."""

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        """Judge a question against a document's title and the headings of its sections, in their order."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """Token ids of a question and what is read beside it."""

    ids: list[int]
    kinds: list[int]
    """0 for the question's tokens, 1 for the others."""
    spans: list[tuple[int, int]]
    """Where each heading stands; empty for a passage."""


class Tokens:
    """Turns texts into token ids as the packaged tokenizer does."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._open, self._close = self._tokenizer.encode("").ids
        self._between = self._of(";")

    def passage(self, question: str, text: str) -> Sequences:
        """Return a question and a passage."""
        return self._joined(question, self._of(text)[:PASSAGE_TOKENS], [])

    def inventory(self, question: str, title: str, headings: Sequence[str]) -> Sequences:
        """Return a question, a title and headings."""
        before = len(self._asked(question)) + 2
        beside = self._of(title)[:TITLE_TOKENS]
        spans = []
        for heading in headings:
            beside = beside + self._between
            start = before + len(beside)
            beside = beside + self._of(heading)[:HEADING_TOKENS]
            spans.append((start, before + len(beside)))
        return self._joined(question, beside, spans)

    def _joined(self, question: str, beside: list[int], spans: list[tuple[int, int]]) -> Sequences:
        asked = [self._open, *self._asked(question), self._close]
        return Sequences([*asked, *beside, self._close], [0] * len(asked) + [1] * (len(beside) + 1), spans)

    def _asked(self, question: str) -> list[int]:
        return self._of(question)[-QUESTION_TOKENS:]

    def _of(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids


def load(path: Path = WEIGHTS) -> CrossEncoder:
    """Load the packaged body and the fitted changes.

    Raises:
        UserError: the packaged weights are missing or not as expected, or the file of changes can't be read.
    """
    return _LowRankCrossEncoder(path)


class _LowRankCrossEncoder:
    def __init__(self, path: Path) -> None:
        import torch
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import BertModel
        from transformers.utils import logging

        from index.sentence_transformers_encoder import check_packaged, packaged_folder

        folder = packaged_folder()
        check_packaged(folder)
        self._torch = torch
        self._tokens = Tokens(folder)
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
            self._heads = {name: found[name].float() for name in ("passage", "scope", "section")}
        except (OSError, KeyError, SafetensorError) as error:
            raise UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook") from error
        # Half the time where the processor multiplies in bfloat16; elsewhere it would be emulated, and slow.
        self._body = body.eval().to(torch.bfloat16 if torch.cpu._is_avx512_bf16_supported() else torch.float32)

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros(0, dtype=np.float32)
        hidden = self._read([self._tokens.passage(question, text) for text in texts])
        return self._head("passage", hidden[:, 0])

    def sections(self, question: str, title: str, headings: Sequence[str]) -> Judged:
        read = self._tokens.inventory(question, title, headings)
        hidden = self._read([read])[0]
        means = [hidden[start:end].mean(0) for start, end in read.spans if end > start]
        scores = self._head("section", self._torch.stack(means)) if means else np.zeros(0, dtype=np.float32)
        return Judged(float(self._head("scope", hidden[:1])[0]), scores)

    def _head(self, name: str, rows: Any) -> np.ndarray:
        weights = self._heads[name]
        return np.asarray((rows @ weights[:-1] + weights[-1]).numpy(), dtype=np.float32)

    def _read(self, sequences: Sequence[Sequences]) -> Any:
        with self._torch.inference_mode():
            return self._body(**padded(sequences)).last_hidden_state.float()


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

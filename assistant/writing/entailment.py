"""Whether quotes support a sentence: what the gate asks of a reader, and an owner's NLI model that may be one.

Where the owner sets none, the close reader (`assistant/close_reader.py`) is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from corpus.errors import UserError


class SupportReader(Protocol):
    """Judges whether quotes support a sentence."""

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the quotes, together, support the sentence."""
        ...


class LocalNli:
    """An owner's cross-encoder for natural language inference, as sentence-transformers and transformers store them."""

    def __init__(self, folder: str) -> None:
        """Load the model.

        Raises:
            UserError: there is none, or none of its classes is called entailment.
        """
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        try:
            self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, local_files_only=True)
            model: Any = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            said = str(error).splitlines()[0][:200]
            raise UserError(
                f"WARDBOOK_ENTAILMENT={folder!r} holds no model: {said}", "unset WARDBOOK_ENTAILMENT"
            ) from None
        names = {name.lower(): number for number, name in model.config.id2label.items()}
        if "entailment" not in names:
            known = ", ".join(map(str, model.config.id2label.values()))
            raise UserError(
                f"WARDBOOK_ENTAILMENT={folder!r} has no class 'entailment', only: {known}", "unset WARDBOOK_ENTAILMENT"
            )
        self._entailment = names["entailment"]
        self._model = model.eval()

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the sentence follows from the quotes."""
        import torch

        read = self._tokenizer(" ".join(quotes), sentence, return_tensors="pt", truncation="only_first")
        with torch.inference_mode():
            raw = self._model(**read).logits[0].float()
        others = torch.cat([raw[: self._entailment], raw[self._entailment + 1 :]])
        return float(raw[self._entailment] - torch.logsumexp(others, 0))

"""Reading a sentence beside its quotes with a model: the fitted reader that comes along, or an owner's NLI model.

`support_reader.safetensors` holds low-rank changes to the packaged encoder (`assistant/low_rank.py`) and a head;
`python -m evals.fit.support_reader` makes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from assistant.low_rank import LowRank, Sequences, Tokens
from corpus.errors import UserError

WEIGHTS = Path(__file__).parent / "support_reader.safetensors"
SENTENCE_TOKENS = 96
QUOTE_TOKENS = 224
"""Tokens of all quotes together; their last ones are not read, and what only they say is then not supported."""


class SupportReader(Protocol):
    """Judges whether quotes support a sentence."""

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the quotes, together, support the sentence."""
        ...


def supported(tokens: Tokens, sentence: str, quotes: Sequence[str]) -> Sequences:
    """Return a sentence and its quotes as the fitted reader reads them."""
    return tokens.joined(tokens.of(sentence)[:SENTENCE_TOKENS], tokens.of(" ".join(quotes))[:QUOTE_TOKENS])


class FittedReader:
    """The reader that comes along."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        """Load it; UserError as `LowRank`."""
        self._body = LowRank(path, ("support",))

    def log_odds(self, sentence: str, quotes: Sequence[str]) -> float:
        """Return the log-odds that the quotes support the sentence."""
        (hidden,) = self._body.read([supported(self._body.tokens, sentence, quotes)])
        return float(self._body.head("support", hidden[:1])[0])


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

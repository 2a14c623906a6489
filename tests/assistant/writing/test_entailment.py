from __future__ import annotations

from pathlib import Path

import pytest

from assistant.writing.entailment import LocalNli
from assistant.writing.gate import Gate, Sources
from corpus.errors import UserError


def save_nli(folder: Path, labels: list[str]) -> str:
    """Save an untrained model of the usual shape: three classes, 16 dimensions."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "stones", "are", "rare", "common", "."]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        num_labels=len(labels), id2label=dict(enumerate(labels)),
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(folder)
    return str(folder)


def test_an_owners_nli_model_decides_in_place_of_the_fitted_check(tmp_path: Path) -> None:
    reader = LocalNli(save_nli(tmp_path, ["contradiction", "entailment", "neutral"]))
    told = reader.log_odds("stones are rare.", ["stones are common."])
    sources = Sources(("rare stones are common.",), ("Stones",))
    english = frozenset({"stones", "are", "rare", "common"})
    verdict = Gate(english, reader, None, told - 1.0).check("common stones are rare.", sources)
    assert (verdict.released, verdict.why) == (True, "supported")
    assert Gate(english, reader, None, 99.0).check("common stones are rare.", sources).why == "unsupported"


def test_a_folder_without_an_nli_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no model"):
        LocalNli(str(tmp_path / "nowhere"))
    with pytest.raises(UserError, match="has no class 'entailment', only: bad, good"):
        LocalNli(save_nli(tmp_path, ["bad", "good"]))

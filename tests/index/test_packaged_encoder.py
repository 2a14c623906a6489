from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from index.encoder import Encoder
from index.sentence_transformers_encoder import load, packaged_folder

TEXTS = [
    "", "  ", "Which joints hurt?\n", "Ünïcödé çalcinosis \u200b naïve 中文 — “quoted”", "[SEP] [MASK] odd",
    "word " * 600, *[f"{'long ' * (40 - number)}text {number}" for number in range(40)],
]  # fmt: skip


@pytest.mark.real
def test_vectors_are_those_of_sentence_transformers_to_within_rounding(packaged: Encoder) -> None:
    reference = load(str(packaged_folder()))
    for ours, theirs in (
        (packaged.encode_questions(TEXTS), reference.encode_questions(TEXTS)),
        (packaged.encode_passages(TEXTS), reference.encode_passages(TEXTS)),
    ):
        assert np.abs(ours - theirs).max() < 1e-6
    assert packaged.whole_words == reference.whole_words


@pytest.mark.real
def test_a_text_has_the_same_vector_beside_whichever_others(packaged: Encoder) -> None:
    together = packaged.encode_passages(TEXTS)
    alone = np.concatenate([packaged.encode_questions([text]) for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-6


@pytest.mark.real
@pytest.mark.parametrize("threads", ["1", "2", "", "many"])
def test_threads_change_nothing(packaged: Encoder, monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    rows = packaged.encode_passages(TEXTS)
    monkeypatch.setenv("OMP_NUM_THREADS", threads)
    done: list[int] = []
    assert np.array_equal(packaged.encode_passages(TEXTS, done.append), rows)
    assert done == [32, len(TEXTS)]


@pytest.mark.real
def test_neither_torch_nor_transformers_is_imported_to_encode_and_to_judge() -> None:
    code = (
        "import sys; from index.sentence_transformers_encoder import load\n"
        "from assistant import close_reader, cross_encoder\n"
        "load().encode_questions(['heel'])\n"
        "[reader.load().passages('heel', ['It is the heel.']) for reader in (cross_encoder, close_reader)]\n"
        "print([name for name in ('torch', 'transformers', 'sentence_transformers', 'scipy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")

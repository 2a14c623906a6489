from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UserError
from index.sentence_transformers_encoder import packaged_folder
from index.transformer import GRAPH, MOST_TOKENS, Transformer, Weights, map_weights
from index.whole_numbers import MOST, in_whole_numbers

HEEL, CREAM, LONG = [101, 9689, 102], [101, 2029, 6949, 7126, 1029, 102, 7242, 102], [101, *[2309] * 60, 102]


@pytest.fixture(scope="module")
def weights() -> Weights:
    return map_weights(packaged_folder() / "model.safetensors")


@pytest.fixture(scope="module")
def transformer(weights: Weights) -> Transformer:
    return Transformer(weights)


def test_a_graph_that_is_damaged_or_gone_is_told_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "transformer.onnx"
    with pytest.raises(UserError, match=r"cannot read the graph .*transformer\.onnx: No such file"):
        Transformer(dict.fromkeys(_TABLES, np.zeros((1, 1), dtype=np.float32)), graph=replace(GRAPH, path=path))
    damaged = bytearray(GRAPH.path.read_bytes())
    damaged[1000] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(UserError) as raised:
        Transformer(dict.fromkeys(_TABLES, np.zeros((1, 1), dtype=np.float32)), graph=replace(GRAPH, path=path))
    found = hashlib.sha256(damaged).hexdigest()
    assert raised.value.message == (f"{path} is not the expected graph: expected sha256 {GRAPH.sha256}, found {found}")
    assert raised.value.hint == "pip install --force-reinstall wardbook"


_TABLES = [f"embeddings.{name}_embeddings.weight" for name in ("word", "token_type", "position")]


@pytest.mark.parametrize(
    "content", [b"", b"no tensors", (5).to_bytes(8, "little") + b"[1,2]", (2).to_bytes(8, "little")]
)
def test_weights_that_are_no_tensors_are_refused_with_their_name(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"cannot read the weights in .*model\.safetensors"):
        map_weights(path)


@pytest.mark.real
def test_weights_are_what_safetensors_reads(weights: Weights) -> None:
    from safetensors.numpy import load_file

    theirs = load_file(packaged_folder() / "model.safetensors")
    names = [name for name, rows in theirs.items() if rows.dtype == np.float32]
    assert sorted(weights) == sorted(names)
    assert all(np.array_equal(weights[name], theirs[name]) for name in names)


@pytest.mark.real
def test_hidden_states_are_those_of_transformers(transformer: Transformer) -> None:
    import torch
    from transformers import BertModel

    kinds = [[0] * 3, [0] * 6 + [1] * 2, [0] * 62]
    ours = transformer.read([HEEL, CREAM, LONG], kinds)
    body = BertModel.from_pretrained(packaged_folder(), local_files_only=True).eval()
    for ids, kind, rows in zip((HEEL, CREAM, LONG), kinds, ours, strict=True):
        with torch.inference_mode():
            theirs = body(input_ids=torch.tensor([ids]), token_type_ids=torch.tensor([kind])).last_hidden_state[0]
        assert np.abs(rows - theirs.numpy()).max() < 1e-5


@pytest.mark.real
def test_texts_read_together_are_read_as_alone_and_in_order(transformer: Transformer) -> None:
    many = [HEEL, LONG, CREAM] * 12
    for ids, rows in zip(many, transformer.read(many), strict=True):
        assert rows.shape == (len(ids), 384)
        assert np.abs(rows - transformer.read([ids])[0]).max() < 1e-5
    assert transformer.read([]) == []


@pytest.mark.real
def test_what_is_beyond_the_last_place_is_not_read(transformer: Transformer) -> None:
    (rows,) = transformer.read([[101, *[2309] * 700]], [[0] * 701])
    assert rows.shape == (MOST_TOKENS, 384)


@pytest.mark.real
def test_a_weight_may_be_changed(weights: Weights, transformer: Transformer) -> None:
    name = "encoder.layer.5.output.LayerNorm.bias"
    changed = Transformer(weights, lambda at, rows: rows + np.float32(at == name))
    assert np.abs(changed.read([HEEL])[0] - transformer.read([HEEL])[0] - 1).max() < 1e-5


def test_the_graphs_are_what_their_script_writes() -> None:
    pytest.importorskip("onnx", reason="the extra 'benchmarks' is not installed")
    from evals.fit.transformer_graph import GRAPHS, make

    assert {hashlib.sha256(make(body)).hexdigest() for body in GRAPHS.values()} == {one.sha256 for one in GRAPHS}


def test_weights_in_whole_numbers_are_near_to_what_they_were() -> None:
    rows = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)
    rows[2] = 0.0
    made = in_whole_numbers("layer.dense.weight", rows)
    whole, scale = made["layer.dense.weight"], made["layer.dense.scale"]
    assert (whole.dtype, whole.shape, int(np.abs(whole).max())) == (np.int8, (7, 5), MOST)
    assert np.abs((whole * scale).T - rows).max() <= scale.max() / 2 + 1e-6
    assert in_whole_numbers("layer.dense.weight", whole) == {"layer.dense.weight": whole}
    assert in_whole_numbers("layer.norm.weight", rows[0])["layer.norm.weight"] is not None

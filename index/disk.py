"""Writes that last: what has returned from here survives a power cut."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import UserError


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a write to `folder` that the disk refuses into an error that says where and what to do."""
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write the index in {folder}: {error.strerror or error}",
            "free some space or make the folder writable, or choose another with --home",
        ) from error


def write(path: Path, text: str) -> None:
    """Write a text file and wait until the disk has it."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, text: str) -> None:
    """Write a file beside and rename it over, so that whoever reads it sees the old one or the new one."""
    aside = path.with_name(f".{path.name}-{secrets.token_hex(3)}")
    try:
        write(aside, text)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def sync(folder: Path) -> None:
    """Wait until the disk has every file under a folder."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
        else:
            sync_folder(path)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder; only POSIX can and must."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

"""Files, folders and patterns become the files that are meant."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UserError
from corpus.readers import SUFFIXES


@dataclass(frozen=True, slots=True)
class Found:
    """The files that were named, once each."""

    files: tuple[Path, ...]
    left_out: tuple[Path, ...]
    """Files of a folder that are of a kind no reader reads."""


def files_of(named: Sequence[Path]) -> Found:
    """Return the files that are named, those in folders (and below) that can be read, and those that patterns match.

    A file that is named by itself is returned whatever its kind, so that its refusal is said. Hidden files and the lock
    files of Word ("~$page.docx") are passed over in folders.

    Raises:
        UserError: a pattern matches nothing, or a folder holds no file that can be read.
    """
    files: dict[Path, Path] = {}
    left_out: dict[Path, None] = {}
    for path in named:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*") if one.is_file() and not _is_hidden(one.relative_to(path)))
            readable = [one for one in inside if one.suffix.lower() in SUFFIXES]
            if not readable:
                raise UserError(
                    f"{path}: no file in it can be read, expected {', '.join(SUFFIXES)}",
                    "Name the files or their folder.",
                )
            left_out.update(dict.fromkeys(one for one in inside if one.suffix.lower() not in SUFFIXES))
            matched = readable
        elif not path.exists() and any(sign in str(path) for sign in "*?["):
            matched = sorted(Path(one) for one in glob.glob(str(path), recursive=True) if _is_visible_file(Path(one)))
            if not matched:
                raise UserError(
                    f"{path}: no file matches this pattern", "Check the pattern; `**` looks in folders below."
                )
        else:
            matched = [path]
        for one in matched:
            files.setdefault(one.resolve(), one)
    return Found(tuple(files.values()), tuple(left_out))


def _is_visible_file(path: Path) -> bool:
    return path.is_file() and not _is_hidden(Path(path.name))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)

"""Reading the public question sets that fitting and benchmarks use."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a gzipped JSON-lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def medquad(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield MedQuAD documents: id, title, source, url, sections."""
    return rows(folder / "medquad.jsonl.gz")


def bioasq(folder: Path, years: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield BioASQ questions of some of the years 7b, 8b and 9b: id, question, type, snippets, ideal_answer."""
    for row in rows(folder / "bioasq-7b-9b.jsonl.gz"):
        if bioasq_year(row["id"]) in years:
            yield row


def bioasq_year(question_id: str) -> str:
    """Tell the task year from the time in a question's id.

    Ids are MongoDB object ids, whose first four bytes are seconds since 1970: questions of 7b were written until spring
    2019, those of 8b until spring 2020, those of 9b after.
    """
    written = int(question_id[:8], 16)
    if written < 0x5D000000:
        return "7b"
    return "8b" if written < 0x5F000000 else "9b"

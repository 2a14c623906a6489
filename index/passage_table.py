"""Where the passages of a segment stand in its documents, as a table of six numbers each.

The text of a passage is that part of its document, so it is not kept a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from corpus.types import Document, Kind, Passage

Table = npt.NDArray[np.int32]
_KINDS: tuple[Kind, ...] = ("sentence", "item")
_COLUMNS = 6


def table_of(pieces: Iterable[tuple[Document, Sequence[Passage]]]) -> Table:
    """Return a row for each passage of some documents: section, number in it, start, end, kind, paragraph.

    Raises:
        ValueError: a passage is not the part of its document that it says it is, or its id is none of ours.
    """
    rows: list[tuple[int, ...]] = []
    for document, passages in pieces:
        sections = {section.id: number for number, section in enumerate(document.sections)}
        for passage in passages:
            number = int(passage.id.rpartition("-")[2])
            row = (
                sections[passage.section_id],
                number,
                passage.start,
                passage.end,
                _KINDS.index(passage.kind),
                passage.paragraph,
            )
            rows.append(row)
            if _passage(document, row) != passage:
                raise ValueError(f"passage {passage.id} is not {document.text[passage.start : passage.end]!r}")
    return np.array(rows, dtype=np.int32).reshape(-1, _COLUMNS)


def passages_of(document: Document, table: Table) -> tuple[Passage, ...]:
    """Return the passages of a document by its rows of the table."""
    return tuple(_passage(document, row) for row in table.tolist())


def load_table(path: Path, passages: int) -> Table:
    """Read a table back.

    Raises:
        ValueError or OSError: the file is not as it was written.
    """
    table: Table = np.load(path, allow_pickle=False)
    if table.shape != (passages, _COLUMNS):
        raise ValueError(f"{path} has the shape {table.shape}, expected {(passages, _COLUMNS)}")
    return table


def _passage(document: Document, row: Sequence[int]) -> Passage:
    section, number, start, end, kind, paragraph = row
    section_id = document.sections[section].id
    return Passage(
        id=f"{document.id}#{section_id}-{number}",
        document_id=document.id,
        section_id=section_id,
        text=document.text[start:end],
        start=start,
        end=end,
        kind=_KINDS[kind],
        paragraph=paragraph,
    )

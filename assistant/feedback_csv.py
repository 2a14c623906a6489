"""Readers' feedback as CSV, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from assistant.feedback import Feedback


def to_csv(rows: Sequence[Feedback]) -> str:
    """Return feedback as CSV, the oldest first; no cell of it is a formula to a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ("id", "created", "verdict", "word", "question", "outcome", "answer", "document", "version", "status", "case")
    )
    for row in reversed(rows):
        cells = (row.created, row.verdict, row.word, row.question, row.answer["outcome"], row.answer["text"])
        more = (row.document_id, row.document_version, row.status, row.case_id)
        writer.writerow((row.id, *(_cell(cell or "") for cell in (*cells, *more))))
    return out.getvalue()


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text

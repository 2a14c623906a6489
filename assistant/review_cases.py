"""The seam to whoever writes cases: the floor above, found by its entry point in the group `wardbook.review`.

No floor imports one to its right, and what a case is belongs to the evaluation; the page only carries what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from corpus.errors import UserError
from corpus.types import Document


class CaseWriter(Protocol):
    """Writes cases that reviewers accept."""

    @property
    def kinds(self) -> Sequence[str]:
        """The kinds of question that there are."""

    def write(self, folder: Path, document: Document, case: Mapping[str, Any]) -> tuple[Path, str]:
        """Check a case and add it to the document's suite in a folder; return the file and the case's id.

        Raises:
            UserError: says what is wrong with the case; nothing is written then.
        """


def case_writer() -> CaseWriter:
    """Return the installed writer.

    Raises:
        UserError: there is none.
    """
    for point in entry_points(group="wardbook.review", name="cases"):
        writer: CaseWriter = point.load()
        return writer
    raise UserError("nothing is installed that writes cases", "pip install wardbook")


def case_of(form: Mapping[str, str], history: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return what a reviewer typed as a case: lines become lists, and " | " parts the wordings of a fact."""
    expect: dict[str, Any] = {"outcome": form.get("outcome", "")}
    for name in ("sections", "withheld", "evidence", "absent"):
        if lines := _lines(form.get(name, "")):
            expect[name] = lines
    facts = [[word for part in line.split("|") if (word := part.strip())] for line in _lines(form.get("facts", ""))]
    if facts:
        expect["facts"] = [fact for fact in facts if fact]
    case: dict[str, Any] = {name: form.get(name, "").strip() for name in ("id", "kind", "split", "question")}
    if history:
        case["history"] = [dict(turn) for turn in history]
    return {**case, "expect": expect}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]

"""Questions for fitting: one page and one file of JSON lines beside it, both in a folder of `evals/fit/pages/`.

A line holds what a case of a suite holds, in short: `id`, `kind`, `q`, `outcome`, and where they apply `history`
(`[role, text]` pairs), `evidence`, `withheld` and `facts`. None of these pages or questions is ever measured on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.readers import read
from corpus.types import Document
from evals.cases import Case, CaseTurn, Expect, Suite

PAGES = Path(__file__).parent / "pages"
"""Folders of pages: those of `READ` are what the readers are fitted on, `decide/` what decides is fitted on."""
READ = ("read", "read-more", "read-third", "read-dense")


def pages(folder: Path) -> Iterator[tuple[Document, Suite]]:
    """Yield each page of a folder with its questions, in the order of their names."""
    for path in sorted(folder.glob("*.md")):
        document = read(path)
        lines = path.with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
        cases = tuple(case(json.loads(line)) for line in lines if line.strip())
        yield document, Suite(suite=path.stem, about="Questions for fitting.", document=document.id, cases=cases)


def case(line: dict[str, Any]) -> Case:
    """Return the case that one line holds.

    Raises:
        pydantic.ValidationError: the line is not as a case must be.
    """
    expect = Expect(
        outcome=line["outcome"],
        evidence=tuple(map(_row, line.get("evidence", ()))),
        withheld=tuple(line.get("withheld", ())),
        facts=tuple(tuple(wordings) for wordings in line.get("facts", ())),
    )
    history = tuple(CaseTurn(role=role, content=content) for role, content in line.get("history", ()))
    return Case(id=line["id"], kind=line["kind"], split="tune", question=line["q"], history=history, expect=expect)


def _row(piece: str) -> str:
    """Return a row of a table, written "cell | cell", as suites write it."""
    return f"| {piece} |" if " | " in piece else piece

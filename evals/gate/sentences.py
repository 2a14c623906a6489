"""Written sentences, true and false, with the evidence that each cites: what the gate is fitted and measured on.

`read.jsonl` (for the close reader), `decide.jsonl` (for what decides) and `kept.jsonl` (only measured on) hold
sentences by hand, each about documents of its own; a line holds `document`, `question`, `evidence`, `text`, `supported`
and `kind`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.abbreviations import harvest
from assistant.writing.gate import Sources
from corpus.passages import split
from corpus.readers import read
from corpus.types import Document
from evals.fit.questions import PAGES, READ
from evals.ideal import occurrences

FOLDER = Path(__file__).parent
_ROOT = FOLDER.parent.parent
DOCUMENTS = (
    _ROOT / "evals" / "documents",
    _ROOT / "corpus" / "documents",
    *(PAGES / name for name in ("decide", *READ)),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence as a chat model might write it."""

    document: str
    text: str
    sources: Sources
    supported: bool
    kind: str


def written(path: Path) -> Iterator[Written]:
    """Yield the sentences of a file."""
    documents: dict[str, Document] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = row["document"]
        if name not in documents:
            documents[name] = _read(name)
        sources = sources_of(tuple(row["evidence"]), documents[name])
        yield Written(name, row["text"], sources, row["supported"], row["kind"])


def for_fitting() -> tuple[list[Written], list[Written]]:
    """Return the sentences to fit on: those for the reader, and those for what decides."""
    return list(written(FOLDER / "read.jsonl")), list(written(FOLDER / "decide.jsonl"))


def _read(name: str) -> Document:
    return read(next(folder / f"{name}.md" for folder in DOCUMENTS if (folder / f"{name}.md").exists()))


def sources_of(evidence: tuple[str, ...], document: Document) -> Sources:
    """Return evidence as the gate is given it: with the title, the headings around and the document's abbreviations.

    The row of a table ("IIC | any size") is given as it is quoted ("Stage: IIC; Tumor: any size"); the line of its
    columns' names, which stand in every row, not at all.
    """
    headings: dict[str, None] = {}
    quotes: dict[str, None] = {}
    for piece in evidence:
        is_row = " | " in piece
        places = occurrences(f"| {piece} |" if is_row else piece, document.text)
        if is_row and len(places) > 1:
            continue
        quote = piece
        for start, end in places:
            headings.update((one.heading, None) for one in document.sections if one.start <= start and end <= one.end)
            if is_row:
                quote = next(one.text for one in split(document) if one.start <= start < one.end)
        quotes[quote] = None
    return Sources(tuple(quotes), (document.title, *headings), harvest(document.text))

"""Write an accepted case into the reviewers' suite of its document, as a person would have written it.

One file a document, `HOME/suites/<document>-reviewed.yaml`. What stands in the file stays as it is, comments and all:
the case is added at its end, the whole is checked as any suite is, and only then the file is replaced.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from corpus.errors import UserError
from corpus.passages import split
from corpus.types import Document
from evals.cases import Kind, load
from evals.ideal import expect


class Cases:
    """What writes cases for the reviewers' page."""

    kinds: Sequence[str] = get_args(Kind)

    def write(self, folder: Path, document: Document, case: Mapping[str, Any]) -> tuple[Path, str]:
        """Check a case and add it to the document's suite in a folder; return the file and the case's id.

        Raises:
            UserError: says what is wrong with the case or with the file; nothing is written then.
        """
        path = folder / f"{document.id}-reviewed.yaml"
        before = path.read_text(encoding="utf-8") if path.is_file() else head(document)
        whole = before.rstrip() + "\n\n" + "\n".join(lines(case)) + "\n"
        # A fault is told with the name and the line that the file will have.
        with tempfile.TemporaryDirectory() as aside:
            draft = Path(aside) / path.name
            draft.write_text(whole, encoding="utf-8")
            added = load(draft).cases[-1]
        expect(added, document, split(document))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            written = path.with_name(f".{path.name}.{os.getpid()}")
            written.write_text(whole, encoding="utf-8")
            written.replace(path)
        except OSError as error:
            raise UserError(f"{path} cannot be written: {error.strerror or error}", "check the folder") from None
        return path, added.id


def head(document: Document) -> str:
    """Return the opening of a new suite."""
    return (
        f"suite: {document.id}-reviewed\n"
        "about: Cases that reviewers accepted from what readers said of answers.\n"
        f"document: {document.id}\n"
        "cases:\n"
    )


def lines(case: Mapping[str, Any]) -> Iterator[str]:
    """Yield a case as lines of YAML, in the style of the suites that come with Wardbook.

    Text of people is put in double quotes, as JSON writes it, which YAML reads alike.
    """
    yield f"  - id: {_plain(case['id'])}"
    yield f"    kind: {_plain(case['kind'])}"
    yield f"    split: {_plain(case['split'])}"
    yield f"    question: {_quoted(case['question'])}"
    if case.get("history"):
        yield "    history:"
        for turn in case["history"]:
            yield f"      - {{role: {_plain(turn['role'])}, content: {_quoted(turn['content'])}}}"
    wanted = case["expect"]
    yield "    expect:"
    yield f"      outcome: {_plain(wanted['outcome'])}"
    for name in ("sections", "withheld"):
        if wanted.get(name):
            yield f"      {name}: [{', '.join(map(_quoted, wanted[name]))}]"
    if wanted.get("evidence"):
        yield "      evidence:"
        yield from (f"        - {_quoted(piece)}" for piece in wanted["evidence"])
    if wanted.get("facts"):
        yield "      facts:"
        yield from (f"        - [{', '.join(map(_quoted, fact))}]" for fact in wanted["facts"])
    if wanted.get("absent"):
        yield f"      absent: [{', '.join(map(_quoted, wanted['absent']))}]"


def _plain(word: str) -> str:
    """Return a word bare where it reads as itself, else in quotes, so that the schema can say what is wrong with it."""
    letters = word.replace("_", "").replace("-", "")
    bare = letters.isascii() and letters.isalnum() and word[0].isalpha() and word not in _NOT_TEXT
    return word if bare else _quoted(word)


_NOT_TEXT = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


def _quoted(text: str) -> str:
    return (
        json.dumps(text, ensure_ascii=False)
        .replace("\x85", "\\x85")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )


CASES = Cases()

"""Where suites and their documents are, and a home in which the assistant holds every document that is asked about."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.settings import Settings
from corpus.errors import UserError
from corpus.library import Library, to_json
from corpus.readers import read
from corpus.types import Document
from evals.cases import Suite

SUITES = Path(__file__).parent / "suites"
DOCUMENTS = Path(__file__).parent / "documents"
"""Documents that suites ask about and that the product does not ship in its library."""


def suite_paths(named: Sequence[str], own: Path | None = None) -> tuple[Path, ...]:
    """Return the files of suites given by name or path; every known suite when none is given.

    `own` is a folder of further suites; of one name its suite comes before the one that comes with Wardbook.

    Raises:
        UserError: a suite that is neither, naming the known ones.
    """
    shipped = {path.stem: path for path in sorted(SUITES.glob("*.yaml"))}
    known = shipped | ({path.stem: path for path in sorted(own.glob("*.yaml"))} if own is not None else {})
    paths = []
    for name in named:
        path = known.get(name, Path(name))
        if not path.is_file():
            raise UserError(
                f"no suite {name!r}, expected the path of a YAML file or one of: {', '.join(known) or 'none'}",
                "wardbook eval check",
            )
        paths.append(path)
    return tuple(dict.fromkeys(paths)) or tuple(known.values())


def documents_of(suites: Sequence[Suite], library: Library) -> dict[str, Document]:
    """Return the documents that suites ask about, by id: from the library, else from `evals/documents`.

    Raises:
        UserError: a document is in neither.
    """
    held = {document.id: document for document in library.documents()}
    found: dict[str, Document] = {}
    for suite in suites:
        if suite.document in found:
            continue
        if suite.document not in held:
            held[suite.document] = _read_aside(suite, held)
        found[suite.document] = held[suite.document]
    return found


@contextmanager
def home_with(documents: Mapping[str, Document], settings: Settings) -> Iterator[Settings]:
    """Yield settings whose library holds these documents: the user's own, or a temporary home when some are not in it.

    The user's home is never changed by asking about documents of the evaluation.
    """
    held = {document.id: document.version for document in Library(settings.documents_folder).documents()}
    if all(held.get(document.id) == document.version for document in documents.values()):
        yield settings
        return
    # On Windows a file still open cannot be deleted; a leftover in the temporary folder is no failed evaluation.
    with tempfile.TemporaryDirectory(prefix="wardbook-eval-", ignore_cleanup_errors=True) as folder:
        aside = settings.model_copy(update={"home": Path(folder), "chroma_url": None})
        aside.documents_folder.mkdir(parents=True)
        for document in documents.values():
            (aside.documents_folder / f"{document.id}.json").write_text(to_json(document), encoding="utf-8")
        yield aside


def _read_aside(suite: Suite, held: Mapping[str, Document]) -> Document:
    path = DOCUMENTS / f"{suite.document}.md"
    if not path.is_file():
        raise UserError(
            f"suite {suite.suite!r} asks about the document {suite.document!r}, which is not in the library"
            f" ({', '.join(sorted(held)) or 'empty'})",
            "wardbook documents add FILE",
        )
    document = read(path)
    if document.id != suite.document:
        raise UserError(f"{path.name} gives its document the id {document.id!r}, expected {suite.document!r}")
    return document

"""`wardbook doctor --repair`: documents and index are mended, and each thing that was done is said in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from corpus.errors import UserError
from corpus.library import Library
from index.manifest import Damaged

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.settings import Settings
    from assistant.wiring import Progress
    from corpus.types import Document


def repair(settings: Settings, progress: Progress | None = None) -> Iterator[str]:
    """Mend what can be mended, and yield a sentence for each thing done; none when nothing was wrong.

    A stored document that can't be read comes back from the index, which has each document's text too; one that the
    index doesn't have is set aside under another name. What a killed process left is removed. Then the index is brought
    up to the documents with every file of it looked at, and built anew if it was made by another encoder, vocabulary or
    reader.

    Raises:
        UserError: the disk does not take it, or another process is changing the index and does not end.
    """
    from assistant.sharing import shared_index
    from assistant.wiring import build_index
    from index.copies import remove_abandoned
    from index.disk import writing

    library = Library(settings.documents_folder)
    shared = shared_index(settings)
    if shared is not None:
        with suppress(Damaged):
            shared.current(settings.index_folder)
    for path in library.unreadable():
        document = _indexed(settings, path.stem)
        if document is not None:
            library.put(document)
            yield f"{path.name}: could not be read, and is back from the index."
        else:
            aside = path.with_suffix(".unreadable")
            with writing(path.parent):
                path.rename(aside)
            yield f"{path.name}: could not be read; it lies in {aside} and its document must be added again."
    if settings.index_folder.is_dir():
        with writing(settings.index_folder):
            abandoned = remove_abandoned(settings.index_folder)
        if abandoned:
            yield f"{abandoned} copy or copies of an index, left by processes that were killed, are removed."
    said: list[str] = []
    before = _served(settings)
    manifest = build_index(settings, progress, thorough=True, say=said.append)
    yield from said
    if before is None or before != manifest.name:
        yield f"The index is made up of {len(manifest.documents)} document(s), {manifest.passages} passages."


def _served(settings: Settings) -> str | None:
    from index.reading import current

    return current(settings.index_folder)


def _indexed(settings: Settings, document_id: str) -> Document | None:
    """Return a document as a generation of the index has it, the newest first; None when none has."""
    from index.reading import current, generation_names, read_generation
    from index.segments import documents_of

    folder: Path = settings.index_folder
    serving = current(folder)
    others = [name for name in reversed(generation_names(folder)) if name != serving]
    for name in ([serving] if serving else []) + others:
        try:
            documents = documents_of(folder, read_generation(folder, name))
        except (UserError, OSError, ValueError):
            continue
        found = next((document for document in documents if document.id == document_id), None)
        if found is not None:
            return found
    return None

"""Where the objects are wired, by hand, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.library import Library

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.settings import Settings
    from index.generations import Manifest

Progress = Callable[[int, int], None]


def open_library(settings: Settings) -> Library:
    """Open the shipped and the added documents."""
    return Library(settings.documents_folder)


def build_index(settings: Settings, progress: Progress | None = None, *, rebuild: bool = False) -> Manifest:
    """Bring the index up to the documents that there are; `progress` is told (done, total) passages.

    With `rebuild` a new generation is built even when the serving one is up to date.
    """
    from index.generations import build, ensure
    from index.sentence_transformers_encoder import load

    make = build if rebuild else ensure
    return make(settings.index_folder, open_library(settings).documents(), load(settings.encoder), progress)


def open_assistant(
    settings: Settings, progress: Progress | None = None, say: Callable[[str], None] | None = None
) -> Assistant:
    """Open the assistant; where the index is missing or lacks documents, say so through `say` and build it.

    Raises:
        UserError: the index was made by another encoder, vocabulary or reader, or the weights are not as expected.
    """
    from assistant.assistant import Assistant
    from index.generations import ensure, exists
    from index.search import Index
    from index.sentence_transformers_encoder import load

    library = open_library(settings)
    documents = library.documents()
    encoder = load(settings.encoder)
    why = None
    if not exists(settings.index_folder):
        why = f"No index in {settings.index_folder} yet: building it once."
    else:
        index = Index.open(settings.index_folder, encoder)
        if not index.manifest.holds(documents):
            index.close()
            why = "The documents have changed: building the index anew."
    if why is not None:
        if say is not None:
            say(why)
        ensure(settings.index_folder, documents, encoder, progress)
        index = Index.open(settings.index_folder, encoder)
    assistant = Assistant(documents, index, encoder, settings.home / "words")
    assistant.warm()
    return assistant


def check_index(settings: Settings) -> Manifest:
    """Return the manifest of the serving index.

    Raises:
        UserError: there is none, it does not fit this installation, or it lacks documents.
    """
    from corpus.errors import UserError
    from index.search import Index
    from index.sentence_transformers_encoder import load

    index = Index.open(settings.index_folder, load(settings.encoder))
    manifest = index.manifest
    index.close()
    if not manifest.holds(open_library(settings).documents()):
        raise UserError("the index does not hold the documents as they are now", "wardbook index")
    return manifest

"""Where the objects are wired, by hand, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from corpus.errors import UserError
from corpus.library import Library

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.settings import Settings
    from assistant.writing.chat_model import ModelOptions
    from assistant.writing.gate import Gate
    from assistant.writing.writers import Writers
    from index.encoder import Encoder
    from index.generations import Manifest

Progress = Callable[[int, int], None]
Say = Callable[[str], None]


def open_library(settings: Settings) -> Library:
    """Open the shipped and the added documents; where machines share an index, they follow it first.

    Raises:
        UserError: the Chroma server can't be reached.
    """
    from assistant.sharing import follow, shared_index

    shared = shared_index(settings)
    if shared is not None:
        follow(settings, shared)
        shared.server.close()
    return Library(settings.documents_folder)


def build_index(
    settings: Settings,
    progress: Progress | None = None,
    *,
    rebuild: bool = False,
    thorough: bool = False,
    wait: bool = True,
    say: Say | None = None,
    encoder: Encoder | None = None,
) -> Manifest:
    """Bring the index up to the documents that there are; `progress` is told (done, total) passages that are new.

    The words of new documents are encoded too, so that nobody's first question about one waits for that.

    With `rebuild` everything is made again, also what is up to date; with `thorough` every file of the index is looked
    at, not only those of documents that have changed. Without `wait` another process at work is an error at once; with
    it, `say` is told in a sentence whom we wait for. The encoder of the settings is loaded unless it is given.
    """
    from assistant.indexing import WAIT_SECONDS
    from assistant.new_words import NewWords
    from assistant.sharing import building
    from index.generations import update
    from index.sentence_transformers_encoder import load

    wait_seconds = WAIT_SECONDS if wait else 0
    encoder = encoder or load(settings.encoder)
    library = Library(settings.documents_folder)
    new_words = NewWords(library, settings, encoder)
    with building(settings, "building the index", wait_seconds, say) as change:
        manifest = update(
            settings.index_folder,
            library.entries(),
            new_words.read,
            encoder,
            progress,
            wait_seconds=wait_seconds,
            say=say,
            anew=rebuild or change.empty,
            thorough=thorough,
            stores=change.stores,
        )
        manifest = change.done(manifest)
    new_words.keep()
    return manifest


def open_assistant(
    settings: Settings, progress: Progress | None = None, say: Say | None = None, *, encoder: Encoder | None = None
) -> Assistant:
    """Open the assistant; where the index is missing, damaged or lacks documents, say so through `say` and mend it.

    What cannot be mended now, because another process is at work or the disk takes nothing, keeps nobody from asking
    as long as a generation can be read: that is said too. The encoder of the settings is loaded unless it is given.

    Raises:
        UserError: the index was made by another encoder, vocabulary or reader, or the weights are not as expected.
    """
    from assistant.assistant import Assistant
    from assistant.indexing import in_order, open_index
    from index.sentence_transformers_encoder import load

    encoder = encoder or load(settings.encoder)
    index = open_index(settings, encoder, progress, say or (lambda _sentence: None))
    writers = open_writers(settings, encoder, say)
    assistant = Assistant(in_order(index.documents()), index, encoder, settings.words_folder, writers)
    assistant.warm()
    return assistant


def open_writers(settings: Settings, encoder: Encoder, say: Callable[[str], None] | None = None) -> Writers:
    """Return who may write; where a model is set, open it, and say when it does not answer: quotes stand meanwhile.

    Raises:
        UserError: the model's name, package or key is wrong, or the owner's NLI model can't be read.
    """
    from assistant.writing.writers import Writers

    allowed = tuple(name.strip() for name in settings.models_allowed.split(",") if name.strip())
    if settings.model is None and not allowed:
        return Writers()
    from assistant.writing.chat_model import open_chat_model, probe
    from assistant.writing.writer import Writer

    gate = open_gate(settings, encoder)

    def open_writer(name: str) -> Writer:
        model = open_chat_model(model_options(settings, name))
        return Writer(
            model,
            gate,
            timeout_seconds=settings.model_timeout_seconds,
            at_once=settings.model_at_once,
            rewrites=settings.model_rewrites,
        )

    writers = Writers(settings.model, allowed, open_writer)
    writer = writers.choose(None)
    if writer is not None and say is not None:
        try:
            probe(writer.model)
        except UserError as error:
            say(f"{error.message}. Answers are quotes until it does. Try: {error.hint}")
    return writers


def open_gate(settings: Settings, encoder: Encoder) -> Gate:
    """Return the gate that written sentences pass.

    Raises:
        UserError: the owner's NLI model can't be read.
    """
    from assistant import close_reader
    from assistant.writing.entailment import LocalNli
    from assistant.writing.gate import Gate, read_gate_model

    if settings.entailment:
        return Gate(encoder.whole_words, LocalNli(settings.entailment), None)
    return Gate(encoder.whole_words, close_reader.shared(), read_gate_model())


def model_options(settings: Settings, name: str) -> ModelOptions:
    """Return how to reach a model."""
    from assistant.writing.chat_model import ModelOptions

    key = settings.model_key.get_secret_value() if settings.model_key else None
    return ModelOptions(name, settings.model_url, key, settings.model_timeout_seconds)


def check_index(settings: Settings) -> Manifest:
    """Return the manifest of the serving index.

    Raises:
        UserError: there is none, it does not fit this installation, or it lacks documents.
    """
    from assistant.sharing import changed_here, shared_index
    from index.search import Index
    from index.sentence_transformers_encoder import load

    shared = shared_index(settings)
    index = Index.open(settings.index_folder, load(settings.encoder), stores=shared)
    manifest = index.manifest
    index.close()
    if shared is not None:
        changed = changed_here(settings, manifest)
        if changed:
            raise UserError(f"the index lacks what was changed here: {', '.join(changed[:5])}", "wardbook index")
    elif not manifest.holds(open_library(settings).entries()):
        raise UserError("the index does not hold the documents as they are now", "wardbook index")
    return manifest

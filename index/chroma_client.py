"""The one file that imports Chroma.

Three habits of Chroma 1.5 are switched off here: its telemetry; its default embedding function, which downloads
weights (vectors are always passed); and its reading of a `.env` file in the working folder, which happens while it is
imported, so that another program's `CHROMA_SERVER_HTTP_PORT=` line would stop Wardbook from starting.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_importing = threading.Lock()


def chroma() -> Any:
    """Import Chroma in the one way that does not read `.env`."""
    with _importing, no_dotenv():
        import chromadb.api
        import chromadb.api.models.Collection
        import chromadb.config
        import chromadb.errors
    return chromadb


def embedded(folder: Path) -> Any:
    """Return Chroma's embedded client of a folder."""
    return chroma().PersistentClient(str(folder), settings=settings("chromadb.api.rust.RustBindingsAPI"))


def settings(implementation: str, **more: Any) -> Any:
    """Return settings of a client that talks to nobody else."""
    # What an environment variable meant for another program could turn is given here.
    return chroma().config.Settings(
        _env_file=None,
        anonymized_telemetry=False,
        allow_reset=False,
        chroma_api_impl=implementation,
        chroma_otel_collection_endpoint="",
        migrations="apply",
        **more,
    )


@contextmanager
def no_dotenv() -> Iterator[None]:
    """Keep Chroma's settings from reading `.env`; every other program's settings still read theirs."""
    from pydantic_settings import DotEnvSettingsSource

    read = DotEnvSettingsSource._read_env_files

    def skipping(source: DotEnvSettingsSource) -> Any:
        return {} if source.settings_cls.__module__.startswith("chromadb.") else read(source)

    DotEnvSettingsSource._read_env_files = skipping  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        DotEnvSettingsSource._read_env_files = read  # type: ignore[method-assign]

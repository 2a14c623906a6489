from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from made import RECIPE, library

from index.encoder import Encoder
from index.fake_encoder import FakeEncoder
from index.generations import build
from index.search import Index


@pytest.fixture(scope="session")
def packaged() -> Encoder:
    from index.sentence_transformers_encoder import load

    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index folder with the made library in it, built by the fake encoder."""
    folder = tmp_path / "index"
    build(folder, library(), FakeEncoder(), recipe=RECIPE)
    return folder


@pytest.fixture
def index(folder: Path) -> Iterator[Index]:
    opened = Index.open(folder, FakeEncoder(), RECIPE)
    yield opened
    opened.close()

"""What the tests of the server and the page share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.register_assert_rewrite("page_browser")

from page_browser import Site, chromium, serving  # noqa: E402
from page_fakes import FakeLibrary, shipped  # noqa: E402

from corpus.types import Document  # noqa: E402


@pytest.fixture(scope="session")
def document() -> Document:
    return shipped()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    # Not for the whole session: while it is open, its event loop runs in this thread.
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(document: Document) -> Iterator[Site]:
    with serving(FakeLibrary(document)) as running:
        yield running

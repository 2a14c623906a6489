"""Shared fixtures. pytest-socket (see pyproject.toml) forbids every connection that is not loopback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TRANSFORMERS_OFFLINE"] = "1"

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def saved_page() -> Path:
    """The real saved page, which lies beside the checkout and is not part of the project."""
    path = CHECKOUT.parent / "shared" / "documents" / "calcinosis-cutis-infant-neonate.txt"
    if not path.exists():
        pytest.skip(f"the real saved page is not at ../shared/documents/{path.name}")
    return path

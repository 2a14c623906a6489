"""The files that the page and the widget are made of, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).with_name("static")


@cache
def text_of(name: str) -> str:
    """Return the text of a file of `static/`."""
    return (FOLDER / name).read_text(encoding="utf-8")

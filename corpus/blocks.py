"""What every reader hands to `build`: blocks in the order of the page, and what the page says about itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

BlockKind = Literal["heading", "paragraph", "item", "caption"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or picture caption."""

    kind: BlockKind
    text: str
    level: int = 0
    """Heading: 1 to 6. Item: 0 for the outermost list. Otherwise 0."""
    page: int | None = None
    """Page of the file on which it begins; a form feed in `text` begins the next one."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file as its reader understood it, before it is a `Document`."""

    title: str
    blocks: tuple[Block, ...]
    source: str
    """Name of the file without its folder."""
    id: str | None = None
    """Only when the file names one."""
    codes: Sequence[str] = ()
    """Lines such as "ICD-10 L94.2 – Calcinosis cutis"."""
    contributors: Sequence[str] = ()
    """One person each, with credentials."""
    dates: Mapping[str, str] = field(default_factory=dict)
    """Label -> date, both as the page writes them."""
    sources: Sequence[str] = ()
    warnings: Sequence[str] = ()
    """Sentences about what of the file may not have been understood."""


def heading(text: str, level: int = 2) -> Block:
    """Make a heading."""
    return Block("heading", text, level)


def paragraph(text: str) -> Block:
    """Make a paragraph."""
    return Block("paragraph", text)


def item(text: str, level: int = 0) -> Block:
    """Make a list item."""
    return Block("item", text, level)


def caption(text: str) -> Block:
    """Make a picture caption."""
    return Block("caption", text)

"""A file becomes a `Document`: which reader, and what is said when it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from corpus.blocks import Page
from corpus.build import build
from corpus.decoding import KINDS, clean, decode
from corpus.errors import UserError
from corpus.types import Document

READER_VERSION = "1"
"""Raised whenever the same file would give another document or other passages, so that old indexes are told apart."""

_TEXT = (".md", ".markdown", ".txt", ".html", ".htm")
SUFFIXES = (*_TEXT, ".pdf", ".docx")
MOST_BYTES = {".pdf": 200_000_000, ".docx": 100_000_000}
MOST_TEXT_BYTES = 50_000_000
_LOCKED = "EncryptedPackage".encode("utf-16-le")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Understood:
    """A file as it was read."""

    document: Document
    warnings: tuple[str, ...]
    """Sentences about what may not have been understood."""


def read(path: Path) -> Document:
    """Read a .md, .markdown, .txt, .html, .htm, .pdf or .docx file.

    Raises:
        UserError: the file is missing, a folder, of another kind than its name says, empty, too large, locked, broken,
            scanned, in no encoding known, or without text.
    """
    return understand(path).document


def understand(path: Path, progress: Progress | None = None) -> Understood:
    """Read a file as `read` does, with what to look at afterwards; `progress` is told (pages read, pages) of a PDF."""
    path = Path(path)
    raw = _bytes_of(path)
    suffix = path.suffix.lower()
    name = re.sub(r"[-_\s]+", " ", path.stem).strip() or path.stem
    page = _page(raw, suffix, path.name, name, progress)
    warnings = list(page.warnings)
    if page.title == name:
        warnings.append(f"No title was found in it, so it is named after the file: “{name}”.")
    if not any(block.kind == "heading" for block in page.blocks):
        warnings.append("No headings were found, so all of it is one section.")
    return Understood(build(page), tuple(warnings))


def _page(raw: bytes, suffix: str, source: str, stem: str, progress: Progress | None) -> Page:
    if suffix == ".pdf":
        from corpus.read_pdf import read_pdf

        return read_pdf(_of_kind(raw, source, ".pdf"), source, stem, progress)
    if suffix == ".docx":
        from corpus.read_docx import read_docx

        return read_docx(_of_kind(raw, source, ".docx"), source, stem)
    text = clean(decode(raw, source, html=suffix.startswith(".htm")))
    if not text.strip():
        raise UserError(f"{source} is empty", "Save the page again, with its text.")
    if suffix in (".md", ".markdown"):
        from corpus.read_markdown import read_markdown

        return read_markdown(text, source, stem)
    if suffix == ".txt":
        from corpus.read_saved_page import read_saved_page

        return read_saved_page(text, source, stem)
    from corpus.read_html import read_html

    return read_html(text, source, stem)


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise UserError(f"{path} is a folder, expected a file", f"wardbook documents add {path}")
    if not path.exists():
        raise UserError(f"{path}: no such file", "Check the path.")
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise UserError(
            f"{path.name}: a file {f'of kind {suffix}' if suffix else 'without a suffix'} cannot be read, "
            f"expected {', '.join(SUFFIXES)}",
            "Save it as PDF, DOCX, text or HTML and add that file.",
        )
    most = MOST_BYTES.get(suffix, MOST_TEXT_BYTES)
    try:
        size = path.stat().st_size
        if size > most:
            raise UserError(
                f"{path.name} has {size / 1e6:,.0f} MB, expected at most {most / 1e6:,.0f} MB",
                "Split it, or save it with smaller pictures.",
            )
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}", "Check the permissions of the file.") from error


def _of_kind(raw: bytes, name: str, suffix: str) -> bytes:
    """Return the bytes of a PDF or DOCX; what is in a file of that name instead is said."""
    if not raw.strip(b" \t\r\n\x00"):
        raise UserError(f"{name} is empty", "Download or save it again.")
    if suffix == ".pdf" and b"%PDF-" in raw[:1024]:
        return raw
    expected = "a PDF" if suffix == ".pdf" else "a Word document"
    kind, right = next((found for magic, found in KINDS.items() if raw.startswith(magic)), (None, None))
    if right == suffix == ".docx":
        return raw
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        if _LOCKED in raw:
            raise UserError(f"{name} is locked with a password", "Save a copy without a password and add that.")
        raise UserError(f"{name} is an old Office file, not {expected}", "Open it in Word and save it as .docx.")
    if kind is None and re.match(
        rb"\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|body)\b", raw[:2000], re.IGNORECASE | re.DOTALL
    ):
        kind, right = "an HTML page", ".html"
    raise UserError(
        f"{name} is {kind or 'of another kind'}, not {expected}",
        f"Name it {Path(name).stem}{right} and add it." if right else "Open it, and save or print it as PDF.",
    )

"""The text of a file's bytes: which encoding it is in, and what the bytes are when they are no text."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from corpus.errors import UserError

KINDS = {
    b"%PDF": ("a PDF", ".pdf"),
    b"PK\x03\x04": ("a DOCX or ZIP archive", ".docx"),
    b"\xd0\xcf\x11\xe0": ("an old Word file, or one with a password", None),
    b"\x89PNG": ("a PNG picture", None),
    b"\xff\xd8\xff": ("a JPEG picture", None),
    b"GIF8": ("a GIF picture", None),
    b"II*\x00": ("a TIFF picture", None),
    b"MM\x00*": ("a TIFF picture", None),
    b"\x1f\x8b": ("a gzip archive", None),
    b"{\\rtf": ("an RTF file", None),
}
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(raw: bytes, name: str, *, html: bool = False) -> str:
    """Return the text of a file's bytes: by byte order mark, UTF-8, the charset an HTML page declares, or by its look.

    Raises:
        UserError: the bytes are no text, or text in no encoding that can be told.
    """
    kind, suffix = next((found for magic, found in KINDS.items() if raw.startswith(magic)), (None, None))
    if kind:
        hint = f"Name it {Path(name).stem}{suffix}" if suffix else "Save the page as text or HTML"
        raise UserError(f"{name} is {kind}, not text", f"{hint} and add that file.")
    encodings = [encoding for bom, encoding in _BOMS if raw.startswith(bom)][:1] or ["utf-8", *_wide(raw)]
    if html and (declared := re.search(rb"charset\s*=\s*[\"']?\s*([\w-]+)", raw[:2048])):
        encodings.append(declared[1].decode("ascii"))
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        if _is_text(text):
            return text
    guessed = _guess(raw) if b"\x00" not in raw else None
    if guessed is not None:
        return guessed
    raise UserError(
        f"{name} is binary or in an encoding that cannot be told, expected text in UTF-8",
        "Save it again as UTF-8 text.",
    )


def clean(text: str) -> str:
    """Return text with plain line ends and spaces, without invisible characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = re.sub(r"[\u2028\u2029\x0b\x0c\x85]", "\n", text)
    text = re.sub(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", " ", text)
    return re.sub(r"[\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2064\u00ad\x00-\x08\x0e-\x1f\x7f]", "", text)


def _wide(raw: bytes) -> list[str]:
    """UTF-16 without a mark: every other byte of Western text is zero."""
    sample = raw[:4096]
    if len(sample) < 4 or b"\x00" not in sample:
        return []
    half = len(sample) // 2
    if sample[1::2].count(0) > 0.6 * half and sample[0::2].count(0) < 0.1 * half:
        return ["utf-16-le"]
    if sample[0::2].count(0) > 0.6 * half and sample[1::2].count(0) < 0.1 * half:
        return ["utf-16-be"]
    return []


def _is_text(text: str) -> bool:
    sample = text[:100_000]
    odd = sum(
        1 for letter in sample if (letter < " " and letter not in "\t\n\r\f\x0b\x1b") or "\x7f" <= letter <= "\x84"
    )
    return odd <= len(sample) * 0.002


def _guess(raw: bytes) -> str | None:
    """Windows' Western encoding where its letters make sense, else what charset-normalizer finds."""
    sample = raw[:200_000]
    high = sum(1 for byte in sample if byte >= 0x80)
    text: str | None = None
    with contextlib.suppress(UnicodeError):
        text = raw.decode("cp1252")
    # A Western text has few letters beyond ASCII; another alphabet has many, and needs more than a rule of thumb.
    if text is not None and high < 0.1 * len(sample) and _is_text(text):
        return text
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None or not best.encoding or best.percent_chaos > 10:
        return None
    try:
        text = raw.decode(best.encoding)
    except (UnicodeError, LookupError):
        return None
    return text if _is_text(text) else None

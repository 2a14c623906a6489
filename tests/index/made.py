"""Small documents with passages made by hand, so that the tests of the index need no reader and no splitter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from corpus.types import Document, Passage, Section
from index.encoder import Vectors
from index.fake_encoder import FakeEncoder
from index.manifest import Recipe

Sections = Mapping[str, Sequence[str]]

HEEL: Sections = {
    "Synopsis": ["Nodules form on the heel.", "They are firm."],
    "Therapy": [],
    "Differential Diagnosis": ["Gout", "Wart – Seen on the finger."],
}
STONES: Sections = {"Symptoms": ["Pain is felt under the ribs.", "Fever may follow."]}


def a_document(name: str, sections: Sections, title: str | None = None) -> Document:
    """Make a document; every section is one paragraph of one sentence a line, an empty one is withheld."""
    text = ""
    made = []
    for heading, sentences in sections.items():
        text += f"{heading}\n"
        start = len(text)
        text += "\n".join(sentences)
        status = "present" if sentences else "withheld"
        made.append(Section(heading.lower().replace(" ", "-"), heading, "other", status, start, len(text)))
        text += "\n\n"
    version = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return Document(name, title or name.title(), text, tuple(made), f"{name}.md", version, {})


def split_lines(document: Document) -> tuple[Passage, ...]:
    """Take every line of a section as a passage; one with a dash is a list item."""
    found = []
    for paragraph, section in enumerate(document.sections):
        at = section.start
        for number, line in enumerate(document.text[section.start : section.end].splitlines(keepends=True), start=1):
            text = line.rstrip("\n")
            found.append(
                Passage(
                    f"{document.id}#{section.id}-{number}",
                    document.id,
                    section.id,
                    text,
                    at,
                    at + len(text),
                    "item" if "–" in text else "sentence",
                    paragraph,
                )
            )
            at += len(line)
    return tuple(found)


RECIPE = Recipe("reader 1", "vocabulary 1", split_lines)


def library() -> list[Document]:
    """The heel (five lines under three headings), the stones (two lines) and a document that is withheld whole."""
    return [a_document("heel", HEEL), a_document("stones", STONES), a_document("hidden", {"Therapy": []})]


class CountingEncoder(FakeEncoder):
    """Remembers how many passages it was asked to encode."""

    def __init__(self) -> None:
        super().__init__()
        self.encoded = 0

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.encoded += len(texts)
        return super().encode_passages(texts, progress)


def names(folder: Path) -> list[str]:
    """Every file under a folder, by its path."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

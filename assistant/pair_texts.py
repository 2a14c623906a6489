"""What the cross-encoder reads beside a question: a passage in its place, or the list of a document's sections."""

from __future__ import annotations

from assistant.lexicon import Lexicon
from corpus.types import Passage

CONTEXT_WORDS = 14
"""Words of the sentence before, so that "they" and "this variant" say whom they mean."""


def passage_text(passage: Passage, lexicon: Lexicon) -> str:
    """Return a passage under its title and heading, led by the opening of the sentence before it."""
    section = lexicon.sections[passage.section_id]
    before = lexicon.places[passage.id].before
    context = ""
    if before is not None and passage.kind == "sentence":
        opening = lexicon.by_id[before].text.split()
        context = f"({' '.join(opening[:CONTEXT_WORDS])}) "
    return f"{lexicon.document.title} > {section.heading}: {context}{passage.text}"

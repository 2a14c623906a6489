"""What the cross-encoder reads beside a question: a passage in its place, or the list of a document's sections."""

from __future__ import annotations

from assistant.abbreviations import written_out
from assistant.lexicon import Lexicon
from corpus.types import Passage

CONTEXT_WORDS = 14
"""Words of the sentence before, so that "they" and "this variant" say whom they mean."""
LEAD_IN_WORDS = 20
"""Last words of the sentence that introduces a list, so that an item says of what it is one."""


def passage_text(passage: Passage, lexicon: Lexicon) -> str:
    """Return a passage under its title and heading, led by the sentence before it or the one that introduces its list.

    Of a sentence before it the opening is given, of one that introduces a list the end. Abbreviations that the document
    writes out elsewhere are written out here.
    """
    section = lexicon.sections[passage.section_id]
    place = lexicon.places[passage.id]
    context = ""
    if place.lead_in is not None:
        context = f"({' '.join(lexicon.by_id[place.lead_in].text.split()[-LEAD_IN_WORDS:])}) "
    elif place.before is not None and passage.kind == "sentence":
        context = f"({' '.join(lexicon.by_id[place.before].text.split()[:CONTEXT_WORDS])}) "
    said = written_out(f"{context}{passage.text}", lexicon.abbreviations)
    return f"{lexicon.document.title} > {section.heading}: {said}"

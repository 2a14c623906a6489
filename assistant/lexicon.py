"""What a document's words are: per passage, per section, per title; and how much of a question they cover.

Coverage is soft: a word of the question is covered by the passage word nearest to it in the encoder's space, so that
"kidney" is covered by "renal". Weights are inverse document frequencies in biomedical text (`word_weights.json`, made
by `evals/fit/word_weights.py`), since one short document can't tell a rare word from a common one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from assistant.abbreviations import common, harvest
from assistant.passage_facts import PassageFacts, read_facts
from assistant.words import Word, stem, words

if TYPE_CHECKING:
    from assistant.word_vectors import WordVectors
    from corpus.types import Document, Passage, Section


@cache
def _weights() -> tuple[dict[str, float], float]:
    data = json.loads((Path(__file__).parent / "word_weights.json").read_text(encoding="utf-8"))
    return data["weights"], data["unseen"]


def weight(word_stem: str) -> float:
    """Return how rare a stem is in biomedical text: 0 for everywhere, 1 for never seen."""
    weights, unseen = _weights()
    return weights.get(word_stem, unseen) / unseen


def is_known(word_stem: str) -> bool:
    """Tell whether a stem is one of those that biomedical text uses again and again."""
    return word_stem in _weights()[0]


@dataclass(frozen=True, slots=True)
class Place:
    """A passage among the others."""

    facts: PassageFacts
    before: str | None
    """Id of the passage before it in its paragraph."""
    after: str | None
    paragraph_size: int
    """Passages of its paragraph or list."""
    opens_section: bool
    lead_in: str | None = None
    """Of an item, the id of the sentence that introduces its list: right before it, ending in a colon."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words of one document."""

    document: Document
    passages: tuple[Passage, ...]
    places: dict[str, Place]
    """By passage id."""
    sections: dict[str, Section]
    vocabulary: tuple[str, ...]
    """All content words of passages, headings and title, sorted, lower case."""
    columns: dict[str, np.ndarray]
    """Passage id -> places in the vocabulary of its words and those of its heading, abbreviations in long form too."""
    vectors: np.ndarray
    """float32 (vocabulary, dimension): the encoder's vector of each word."""
    stems: np.ndarray
    """The stem of each word of the vocabulary."""
    subject: frozenset[str]
    """Stems of the title's content words."""
    abbreviations: dict[str, str]
    """Short form -> long form that the document defines."""

    words: frozenset[str]
    """The vocabulary as a set."""
    stem_set: frozenset[str]
    by_id: dict[str, Passage]

    @property
    def announced(self) -> tuple[Section, ...]:
        """Sections that are present or withheld, in the document's order; empty ones hold and withhold nothing."""
        return tuple(section for section in self.document.sections if section.status != "empty")


def read_lexicon(document: Document, passages: tuple[Passage, ...], vectors: WordVectors) -> Lexicon:
    """Collect the words of a document."""
    sections = {section.id: section for section in document.sections}
    abbreviations = harvest(document.text)
    title = _content(document.title, {})
    headings, per_passage = _words_in(sections, abbreviations, passages)
    vocabulary = tuple(sorted(title.union(*per_passage, *headings.values())))
    place = {word: number for number, word in enumerate(vocabulary)}
    columns = {
        passage.id: np.array(sorted(place[word] for word in found), dtype=np.intp)
        for passage, found in zip(passages, per_passage, strict=True)
    }
    return Lexicon(
        document,
        passages,
        _places(passages),
        sections,
        vocabulary,
        columns,
        vectors(vocabulary),
        np.array([stem(word) for word in vocabulary], dtype=object),
        frozenset(stem(word) for word in title),
        abbreviations,
        frozenset(vocabulary),
        frozenset(stem(word) for word in vocabulary),
        {passage.id: passage for passage in passages},
    )


def texts_to_know(document: Document, passages: tuple[Passage, ...]) -> frozenset[str]:
    """Return what the words of a document and what asks about it are compared with: its words, title and headings."""
    sections = {section.id: section for section in document.sections}
    headings, per_passage = _words_in(sections, harvest(document.text), passages)
    told = (document.title, *(section.heading for section in document.sections))
    return _content(document.title, {}).union(*per_passage, *headings.values(), told)


def _words_in(
    sections: dict[str, Section], abbreviations: dict[str, str], passages: tuple[Passage, ...]
) -> tuple[dict[str, frozenset[str]], list[frozenset[str]]]:
    """Return the words of each heading, and of each passage with its heading."""
    headings = {key: _content(section.heading, {}) for key, section in sections.items()}
    return headings, [_content(one.text, abbreviations) | headings[one.section_id] for one in passages]


def _places(passages: Sequence[Passage]) -> dict[str, Place]:
    sizes = Counter(passage.paragraph for passage in passages)
    places = {}
    lead_in: str | None = None
    for before, passage, after in zip((None, *passages), passages, (*passages[1:], None), strict=False):
        if passage.kind == "sentence" or before is None:
            lead_in = None
        elif before.paragraph != passage.paragraph:
            introduced = before.section_id == passage.section_id and leads_in(before)
            lead_in = before.id if introduced else None
        places[passage.id] = Place(
            read_facts(passage.text),
            before.id if before and before.paragraph == passage.paragraph else None,
            after.id if after and after.paragraph == passage.paragraph else None,
            sizes[passage.paragraph],
            before is None or before.section_id != passage.section_id,
            lead_in,
        )
    return places


def leads_in(passage: Passage) -> bool:
    """Tell whether a sentence announces what follows it ("The signs are:") and says nothing without that."""
    return passage.kind == "sentence" and passage.text.rstrip().endswith(":")


def _content(text: str, abbreviations: dict[str, str]) -> frozenset[str]:
    found = {word.text for word in words(text) if not word.filler}
    for short in found & (abbreviations.keys() | (common().keys() if abbreviations else set())):
        long_form = abbreviations.get(short) or common()[short]
        found |= {word.text for word in words(long_form) if not word.filler}
    return frozenset(found)


def similarity(lexicon: Lexicon, asked: Sequence[Word], vectors: WordVectors) -> np.ndarray:
    """Return float32 (asked, vocabulary): 1 for the same stem, else the encoder's cosine of the two words."""
    if not asked:
        return np.zeros((0, len(lexicon.vocabulary)), dtype=np.float32)
    cosine = vectors([word.text for word in asked]) @ lexicon.vectors.T
    same = np.array([word.stem for word in asked], dtype=object)[:, None] == lexicon.stems[None, :]
    return np.where(same, np.float32(1.0), np.minimum(cosine, np.float32(0.99)))


def nearest(lexicon: Lexicon, similar: np.ndarray, passage_ids: Sequence[str]) -> np.ndarray:
    """Return float32 (passages, asked): how near each asked word is to the nearest word of each passage."""
    table = np.zeros((len(passage_ids), len(similar)), dtype=np.float32)
    for row, passage_id in enumerate(passage_ids):
        columns = lexicon.columns[passage_id]
        if len(columns) and len(similar):
            table[row] = similar[:, columns].max(axis=1)
    return table

"""Reading one part of a question against one document: search, evidence, outcome.

Holds what costs time to make and never changes while an index is open: lexicons of documents and word vectors.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np

from assistant.abbreviations import expand
from assistant.asking import Asking, AskingModel, read_asking
from assistant.close_reader import CloseReader
from assistant.close_reader import shared as shared_close_reader
from assistant.counting import items_to_count
from assistant.cross_encoder import CrossEncoder
from assistant.cross_encoder import load as load_cross_encoder
from assistant.evidence import (
    asked_code,
    asked_definition,
    asked_list,
    asked_long_form,
    choose,
    other_code_system,
)
from assistant.features import passage_features
from assistant.lexicon import Lexicon, read_lexicon, similarity
from assistant.models import Models, read_models
from assistant.outcome import (
    LACKING,
    NOTHING_ASKED,
    Decision,
    Nearness,
    decide,
    outcome_features,
    topic_statuses,
    withheld_headings,
)
from assistant.question import Part, asks_something, metadata_topics, read_part
from assistant.weighing import read_hits, weigh
from assistant.word_vectors import WordVectors
from assistant.words import language
from corpus.collection import Collection
from corpus.types import Document, Passage
from corpus.vocabulary import load as load_vocabulary
from index.encoder import Encoder
from index.search import Index
from index.sentence_transformers_encoder import load as load_encoder
from index.sentence_transformers_encoder import packaged_fingerprint
from index.types import Hit

MOST_HITS = 64
"""Hits weighed as evidence for one part; a short document is weighed whole."""
HELD_LEXICONS = 256
"""Documents whose words are kept in memory: about 0.5 MB each, made anew in some 20 ms."""
WARM_LEXICONS = 16
"""Documents whose words are collected at start, so that it takes no longer with a thousand."""


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a question with the hits for it and what the models see of them."""

    part: Part
    hits: tuple[Hit, ...]
    names: tuple[str, ...]
    rows: np.ndarray
    similar: np.ndarray
    near: Nearness
    question: str
    """The part as it is searched for: what was told before it, then the part, abbreviations written out."""
    asking: Asking


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of a question, decided."""

    part: Part
    decision: Decision
    evidence: tuple[Passage, ...]
    withheld: tuple[str, ...]
    """Headings of withheld sections that the part asks for, the likeliest first; empty when it asks for none."""
    nearest_heading: str | None
    about_subject: bool
    """Whether the part is about the document's subject."""


class Reader:
    """Reads parts of questions against the documents of an index."""

    def __init__(
        self, documents: Sequence[Document], index: Index, encoder: Encoder, cache_folder: Path | None = None
    ) -> None:
        self._documents = Collection.of(documents)
        self._index = index
        self._encoder = encoder
        self.vectors = WordVectors(encoder, cache_folder)
        self._lexicons: OrderedDict[str, Lexicon] = OrderedDict()
        self._lock = Lock()
        self.english: frozenset[str] = getattr(encoder, "whole_words", frozenset())

    @cached_property
    def models(self) -> Models:
        """The fitted models, read at first use, since fitting them starts without them."""
        return read_models()

    @cached_property
    def cross_encoder(self) -> CrossEncoder:
        """The fitted cross-encoder, loaded at first use."""
        return load_cross_encoder()

    @cached_property
    def close_reader(self) -> CloseReader:
        """The fitted close reader, loaded at first use."""
        return shared_close_reader()

    @cached_property
    def _asking_model(self) -> AskingModel:
        return read_asking()

    @cached_property
    def _asking_encoder(self) -> Encoder:
        """The packaged encoder, in whose space the wording of questions is read, whichever one searches."""
        return self._encoder if self._encoder.fingerprint == packaged_fingerprint() else load_encoder(None)

    def _asking(self, text: str, vector: np.ndarray) -> Asking:
        """Read a question's wording; `vector` is its vector of the encoder that searches."""
        packaged = self._asking_encoder
        return self._asking_model(vector if packaged is self._encoder else packaged.encode_questions([text])[0])

    @cached_property
    def _topic_phrases(self) -> tuple[np.ndarray, np.ndarray]:
        """Vectors of all asking phrases, and the number of the topic of each."""
        phrases = [(number, ask) for number, topic in enumerate(load_vocabulary().topics) for ask in topic.asks]
        return self.vectors([ask for _, ask in phrases]), np.array([number for number, _ in phrases])

    @cached_property
    def _to_assistant(self) -> np.ndarray:
        return self.vectors(language()["to_assistant"])

    def document(self, document_id: str) -> Document:
        """Return a document; a UserError names those there are when it is unknown."""
        return self._documents.find(document_id)

    def lexicon(self, document_id: str) -> Lexicon:
        """Return the words of a document, collected at first use, and again when many others were asked since."""
        with self._lock:
            held = self._lexicons.get(document_id)
            if held is not None:
                self._lexicons.move_to_end(document_id)
                return held
        lexicon = read_lexicon(self.document(document_id), self._index.passages(document_id), self.vectors)
        self.vectors.save()
        with self._lock:
            self._lexicons[document_id] = lexicon
            while len(self._lexicons) > HELD_LEXICONS:
                self._lexicons.popitem(last=False)
        return lexicon

    def renewed(self, documents: Sequence[Document], index: Index) -> Reader:
        """Return a reader over another generation of the index that shares with this one all that has not changed."""
        newer = copy(self)
        newer._documents = Collection.of(documents)
        newer._index = index
        with self._lock:
            held = list(self._lexicons.items())
        newer._lexicons = OrderedDict(
            (key, one) for key, one in held if newer._documents.holds(key) and newer._documents.get(key) == one.document
        )
        return newer

    def warm(self) -> None:
        """Do at start what the first question would otherwise wait for."""
        _ = self.models, self.cross_encoder, self.close_reader, self._asking_model, self._asking_encoder
        _ = self._topic_phrases, self._to_assistant
        for document_id in self._documents.ids[:WARM_LEXICONS]:
            self.lexicon(document_id)
        self.vectors.save()

    def wording(self, text: str) -> tuple[np.ndarray, Asking]:
        """Return the vector of a question, and what its wording asks for."""
        vector = self._encoder.encode_questions([text])[0]
        return vector, self._asking(text, vector)

    def find(self, part: Part, setting: str, lexicon: Lexicon) -> Found:
        """Search one document for one part and describe the hits to the models."""
        expanded = read_part(expand(part.text, lexicon.words, lexicon.document.text))
        text = f"{setting} {expanded.text}".strip()
        bare = " ".join(word.text for word in expanded.words if word.stem not in lexicon.subject)
        vectors = self.vectors.encode_beside([text, bare or text], [word.text for word in expanded.content])
        hits = self._index.search(text, vectors[0], document_id=lexicon.document.id, limit=MOST_HITS)
        hits = tuple(hit for hit in hits if hit.passage.id in lexicon.columns)
        phrases, topic_numbers = self._topic_phrases
        likeness = np.full(len(load_vocabulary().topics), -1.0)
        np.maximum.at(likeness, topic_numbers, phrases @ vectors[1])
        topics = {topic.name: float(like) for topic, like in zip(load_vocabulary().topics, likeness, strict=True)}
        headings = self.vectors([section.heading for section in lexicon.sections.values()]) @ vectors[1]
        near = Nearness(
            title=float(vectors[0] @ self.vectors([lexicon.document.title])[0]),
            to_assistant=float((self._to_assistant @ vectors[0]).max()),
            topics=topics,
            sections={
                section.id: max(topics.get(section.topic, -1.0), float(heading))
                for section, heading in zip(lexicon.sections.values(), headings, strict=True)
            },
        )
        similar = similarity(lexicon, expanded.content, self.vectors)
        names, rows = passage_features(expanded, lexicon, hits, similar, topics)
        return Found(expanded, hits, names, rows, similar, near, text, self._asking(text, vectors[0]))

    def read(self, part: Part, setting: str, document_id: str) -> Reading:
        """Decide one part."""
        lexicon = self.lexicon(document_id)
        found = self.find(part, setting, lexicon)
        read = read_hits(found, lexicon, self.models.first, self.cross_encoder, self.close_reader)
        weights = weigh(found, read, self.models.evidence)
        seen = outcome_features(found, read, weights, lexicon, self.models.first.features)
        withheld = withheld_headings(found.part, found.asking, read, lexicon)
        # Codes and contributors are near to nothing that a student asks of the disease.
        told = [place for place, hit in enumerate(found.hits) if not _is_metadata(hit, lexicon)]
        nearest = max(told, key=lambda place: (weights[place], read.first[place]), default=None)
        nearest_heading = None if nearest is None else lexicon.sections[found.hits[nearest].passage.section_id].heading
        likely = choose(found.part, found.hits, weights, read.shortlist, lexicon, self.models.bounds)
        long_form = asked_long_form(found.part, lexicon)
        listed = asked_list(found.part, found.hits, weights, lexicon, likely)
        # Behind a story "what is it?" asks for what the story tells of, not for the document's subject.
        defined = () if setting else asked_definition(found.part, lexicon)
        structural = asked_code(found.part, lexicon) or long_form or listed or defined
        chosen = structural or likely
        likeliest = found.hits[int(weights.argmax())].passage if found.hits else None
        # "Show me what is under Look For" asks for pictures and for a withheld section: the model decides.
        statuses = topic_statuses(lexicon.sections.values())
        plain = not any(statuses.get(topic) == "withheld" for topic in found.part.topics)
        decision = self._decide(found.part, seen, withholds=bool(withheld), structural=bool(structural) and plain)
        if not structural and (() in (long_form, listed) or other_code_system(found.part, lexicon)):
            decision = LACKING
        return Reading(
            part,
            decision,
            items_to_count(found.part, chosen, likeliest, lexicon) or chosen,
            withheld,
            nearest_heading,
            bool(seen["names_subject"]) or not found.part.focus(lexicon.subject),
        )

    def _decide(self, part: Part, seen: Mapping[str, float], *, withholds: bool, structural: bool) -> Decision:
        """Decide the outcome; what is asked for by its topic alone and is there by structure needs no evidence."""
        if not asks_something(part):
            return NOTHING_ASKED
        decision = decide(self.models.outcome, self.models.answer_from, seen, withholds=withholds)
        return replace(decision, outcome="answered") if structural else decision


def _is_metadata(hit: Hit, lexicon: Lexicon) -> bool:
    return lexicon.sections[hit.passage.section_id].topic in metadata_topics()

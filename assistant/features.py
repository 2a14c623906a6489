"""What the fitted models see of a question and the passages found for it. Names stand beside the values they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from assistant.lexicon import Lexicon, nearest, weight
from assistant.question import Part
from assistant.words import Word, contains_phrase, language, stem, words
from corpus.types import Passage
from corpus.vocabulary import load as load_vocabulary
from index.types import Hit

NEAR = 0.55
"""Cosine of two single words from which one begins to stand for the other. Chosen by `make fit` on the tuning split."""

_NUMBER = re.compile(r"\d")
_PERCENT = re.compile(r"\d\s*%|percent|\bin \d|\bper \d|one in ", re.IGNORECASE)


def covered(near: np.ndarray) -> np.ndarray:
    """Map nearness to coverage: 0 below `NEAR`, 1 for the same stem, straight between."""
    return np.clip((near - NEAR) / (1.0 - NEAR), 0.0, 1.0)


def word_weights(asked: Sequence[Word], likeness: np.ndarray) -> np.ndarray:
    """Return the weight of each asked word: its rarity, less the likeness to the document's subject, which is everywhere."""
    rarity = np.array([0.05 + weight(word.stem) for word in asked])
    return rarity * (1.0 - 0.8 * covered(likeness))


def weighted(coverage: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return per passage the weighted share of the asked words that is covered, and the heaviest weight uncovered.

    Nothing asked: share 1, heaviest 0.
    """
    if not len(weights):
        return np.ones(len(coverage)), np.zeros(len(coverage))
    return coverage @ weights / weights.sum(), ((1.0 - coverage) * weights).max(axis=1)


def passage_features(
    part: Part, lexicon: Lexicon, hits: Sequence[Hit], similar: np.ndarray, topic_likeness: Mapping[str, float]
) -> tuple[tuple[str, ...], np.ndarray]:
    """Return names and float64 (hits, features). `similar` is the table of `lexicon.similarity` for `part.content`."""
    content = part.content
    focus = part.focus(lexicon.subject)
    in_focus = [number for number, word in enumerate(content) if word in focus]
    near = nearest(lexicon, similar, [hit.passage.id for hit in hits])
    weights = word_weights(content, subject_likeness(lexicon, similar))
    focus_share, focus_missing = weighted(covered(near[:, in_focus]), weights[in_focus])
    exact_share, exact_missing = weighted((near[:, in_focus] >= 1.0).astype(float), weights[in_focus])
    content_share, _ = weighted(covered(near), weights)
    around = _best_around(near, [hit.passage.paragraph for hit in hits])
    around_share, around_missing = weighted(covered(around[:, in_focus]), weights[in_focus])
    asking = tuple(word for word in content if word.stem in part.asking)
    answered_words = covered(similar).max(axis=0, initial=0.0) if similar.size else np.zeros(len(lexicon.vocabulary))
    best_dense = max((hit.dense for hit in hits), default=0.0)
    best_lexical = max((hit.lexical for hit in hits), default=0.0)
    by_id = {hit.passage.id: hit for hit in hits}
    topics_asked = part.topics
    most_asked = max(topics_asked.values(), default=0.0)
    sizes: dict[int, int] = {}
    first_in_section: dict[str, int] = {}
    for passage in lexicon.passages:
        sizes[passage.paragraph] = sizes.get(passage.paragraph, 0) + 1
        first_in_section.setdefault(passage.section_id, passage.start)
    neighbours = _neighbours(lexicon.passages)
    metadata = {topic.name for topic in load_vocabulary().topics if topic.metadata}
    most_like = max(topic_likeness.values(), default=0.0)
    rows = []
    for number, hit in enumerate(hits):
        passage = hit.passage
        section = lexicon.sections[passage.section_id]
        said = words(passage.text)
        stems = {word.stem for word in said}
        said_content = [word for word in said if not word.filler]
        before, after = (by_id.get(name) if name else None for name in neighbours[passage.id])
        asked_here = topics_asked.get(section.topic, 0.0)
        row = {
            "dense": hit.dense,
            "dense_gap": best_dense - hit.dense,
            "lexical": hit.lexical,
            "lexical_share": hit.lexical / best_lexical if best_lexical else 0.0,
            "score": hit.score,
            "rank": float(hit.rank),
            "focus_share": focus_share[number],
            "focus_missing": focus_missing[number],
            "exact_share": exact_share[number],
            "exact_missing": exact_missing[number],
            "content_share": content_share[number],
            "focus_count": float(len(focus)),
            "content_count": float(len(content)),
            "focus_gap": float(focus_share.max() - focus_share[number]),
            "exact_gap": float(exact_share.max() - exact_share[number]),
            "content_gap": float(content_share.max() - content_share[number]),
            "around_share": around_share[number],
            "around_missing": around_missing[number],
            "asking_share": sum(word.stem in stems for word in asking) / len(asking) if asking else 0.0,
            "new_words": float(np.log1p((answered_words[lexicon.columns[passage.id]] < 0.3).sum())),
            "said_in_question": len({w.stem for w in said_content} & {w.stem for w in content}) / max(1, len(said_content)),
            "topic_asked_here": asked_here,
            "topic_asked_elsewhere": most_asked if asked_here == 0.0 else 0.0,
            "topic_like": topic_likeness.get(section.topic, 0.0),
            "topic_like_gap": most_like - topic_likeness.get(section.topic, 0.0),
            "metadata": float(section.topic in metadata),
            "item": float(passage.kind == "item"),
            "paragraph_size": float(sizes[passage.paragraph]),
            "opens_section": float(first_in_section[passage.section_id] == passage.start),
            "position": passage.start / max(1, len(lexicon.document.text)),
            "length": float(len(said)),
            "has_number": float(bool(_NUMBER.search(passage.text))),
            "has_percent": float(bool(_PERCENT.search(passage.text))),
            "defines": float(_defines(said, stems, lexicon.subject | {word.stem for word in focus})),
            "before_dense": before.dense if before else 0.0,
            "after_dense": after.dense if after else 0.0,
            **_wants(part, passage, said),
        }
        rows.append(row)
    names = tuple(rows[0]) if rows else ()
    return names, np.array([list(row.values()) for row in rows], dtype=np.float64)


@cache
def _class_stems(kind: str) -> frozenset[str]:
    return frozenset(stem(word) for word in language()["word_classes"][kind].split())


def _wants(part: Part, passage: Passage, said: tuple[Word, ...]) -> dict[str, float]:
    texts = tuple(word.text for word in said)
    offers = {
        kind: any(contains_phrase(texts, tuple(phrase.split())) is not None for phrase in phrases)
        for kind, phrases in language()["offers"].items()
    }
    stems = {word.stem for word in said}
    offers |= {kind: not stems.isdisjoint(_class_stems(kind)) for kind in ("place", "time")}
    number = bool(_NUMBER.search(passage.text)) or not stems.isdisjoint(_class_stems("number"))
    wants = part.wants
    return {
        "wants_number": float("number" in wants),
        "wants_number_met": float("number" in wants and number) - float("number" in wants and not number),
        "wants_reason_met": float("reason" in wants and offers["reason"]) - float("reason" in wants and not offers["reason"]),
        "wants_comparison_met": float("comparison" in wants and offers["comparison"]),
        "wants_place": float("place" in wants),
        "wants_place_met": float("place" in wants and offers["place"]) - float("place" in wants and not offers["place"]),
        "wants_time_met": float("time" in wants and (offers["time"] or number)) - float("time" in wants and not offers["time"]),
        "offers_place": float(offers["place"]),
        "wants_list": float("list" in wants),
        "wants_definition": float("definition" in wants),
        "wants_yes_no": float("yes_no" in wants),
        "wants_person": float("person" in wants),
        "wants_time": float("time" in wants),
    }


def subject_likeness(lexicon: Lexicon, similar: np.ndarray) -> np.ndarray:
    """Return how near each asked word is to the nearest word of the document's title."""
    title = np.isin(lexicon.stems, list(lexicon.subject))
    return similar[:, title].max(axis=1, initial=0.0) if similar.size else np.zeros(len(similar))


def _best_around(near: np.ndarray, paragraphs: Sequence[int]) -> np.ndarray:
    """Return for each passage the best nearness within its whole paragraph."""
    best = near.copy()
    number_of = np.array(paragraphs)
    for paragraph in set(paragraphs):
        rows = number_of == paragraph
        best[rows] = near[rows].max(axis=0)
    return best


def _defines(said: tuple[Word, ...], stems: set[str], asked: frozenset[str]) -> bool:
    """Tell whether a passage opens by saying what an asked word is: the word, then a form of to be or to call."""
    opening = [word.stem for word in said[:12]]
    verbs = {"is", "are", "refer", "mean", "call", "known", "describ", "denot", "defin"}
    named = next((place for place, word_stem in enumerate(opening) if word_stem in asked), None)
    return named is not None and any(word_stem in verbs for word_stem in opening[named:]) and bool(stems & asked)


def _neighbours(passages: Sequence[Passage]) -> dict[str, tuple[str | None, str | None]]:
    """Return passage id -> ids of the passages before and after it in the same paragraph."""
    table: dict[str, tuple[str | None, str | None]] = {}
    for number, passage in enumerate(passages):
        before = passages[number - 1] if number else None
        after = passages[number + 1] if number + 1 < len(passages) else None
        table[passage.id] = (
            before.id if before and before.paragraph == passage.paragraph else None,
            after.id if after and after.paragraph == passage.paragraph else None,
        )
    return table

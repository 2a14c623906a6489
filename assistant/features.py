"""What the fitted models see of a question and the passages found for it. Names stand beside the values they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from assistant.lexicon import Lexicon, nearest, weight
from assistant.passage_facts import PassageFacts
from assistant.question import Part, metadata_topics
from assistant.words import Word
from index.types import Hit

NEAR = 0.55
"""Cosine of two single words from which one begins to stand for the other. Chosen on the tuning split of the suites."""


def covered(near: np.ndarray) -> np.ndarray:
    """Map nearness to coverage: 0 below `NEAR`, 1 for the same stem, straight between."""
    return np.clip((near - NEAR) / (1.0 - NEAR), 0.0, 1.0)


def word_weights(asked: Sequence[Word], likeness: np.ndarray) -> np.ndarray:
    """Return the weight of each asked word: its rarity, less where it is like the subject, which is everywhere."""
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
    asked_stems = frozenset(word.stem for word in content)
    defined = lexicon.subject | {word.stem for word in focus}
    metadata = metadata_topics()
    most_like = max(topic_likeness.values(), default=0.0)
    rows = []
    for number, hit in enumerate(hits):
        passage = hit.passage
        section = lexicon.sections[passage.section_id]
        place = lexicon.places[passage.id]
        facts = place.facts
        before, after = (by_id.get(name) if name else None for name in (place.before, place.after))
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
            "asking_share": sum(word.stem in facts.stems for word in asking) / len(asking) if asking else 0.0,
            "new_words": float(np.log1p((answered_words[lexicon.columns[passage.id]] < 0.3).sum())),
            "said_in_question": len(facts.content_stems & asked_stems) / max(1, len(facts.content_stems)),
            "topic_asked_here": asked_here,
            "topic_asked_elsewhere": most_asked if asked_here == 0.0 else 0.0,
            "topic_like": topic_likeness.get(section.topic, 0.0),
            "topic_like_gap": most_like - topic_likeness.get(section.topic, 0.0),
            "metadata": float(section.topic in metadata),
            "item": float(passage.kind == "item"),
            "paragraph_size": float(place.paragraph_size),
            "opens_section": float(place.opens_section),
            "position": passage.start / max(1, len(lexicon.document.text)),
            "length": float(facts.length),
            "has_number": float(facts.has_digit),
            "has_percent": float(facts.has_percent),
            "defines": float(facts.defines(defined)),
            "before_dense": before.dense if before else 0.0,
            "after_dense": after.dense if after else 0.0,
            **_wants(part, facts),
        }
        rows.append(row)
    names = tuple(rows[0]) if rows else ()
    return names, np.array([list(row.values()) for row in rows], dtype=np.float64)


def _wants(part: Part, facts: PassageFacts) -> dict[str, float]:
    def met(kind: str, offered: bool) -> float:
        return 0.0 if kind not in part.wants else 1.0 if offered else -1.0

    offers = facts.offers
    return {
        "wants_number": float("number" in part.wants),
        "wants_number_met": met("number", "number" in offers),
        "wants_reason_met": met("reason", "reason" in offers),
        "wants_comparison_met": max(0.0, met("comparison", "comparison" in offers)),
        "wants_place": float("place" in part.wants),
        "wants_place_met": met("place", "place" in offers),
        "wants_time_met": met("time", "time" in offers or "number" in offers),
        "offers_place": float("place" in offers),
        "wants_list": float("list" in part.wants),
        "wants_definition": float("definition" in part.wants),
        "wants_yes_no": float("yes_no" in part.wants),
        "wants_person": float("person" in part.wants),
        "wants_time": float("time" in part.wants),
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

"""Deciding the outcome of one part of a question, before anything is written.

A fitted model (`outcome_model.json`, made by `python -m evals.fit.models`) sees the best evidence and what the
two readers say of it, how much of the question the whole document covers, which topics are asked for (of present, of
withheld and of missing sections), what became of questions worded like this one, and whether it names another disease.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from assistant.asking import Asking
from assistant.diseases import named
from assistant.features import NEAR, covered, subject_likeness, weighted, word_weights
from assistant.lexicon import Lexicon
from assistant.question import Part
from assistant.regression import Regression
from assistant.types import Outcome
from assistant.weighing import UNREAD, Read
from corpus.types import Section

if TYPE_CHECKING:
    from assistant.answering import Found

OUTCOMES: tuple[Outcome, ...] = ("answered", "withheld", "not_in_document", "out_of_scope")


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of one part, with the model's probability for each."""

    outcome: Outcome
    probabilities: Mapping[Outcome, float]

    @property
    def confidence(self) -> float:
        """Probability of the outcome decided."""
        return self.probabilities[self.outcome]


LEAST_LOG = -7.0
"""Logarithm of a topic's probability below which all are alike."""
NEARLY_AS_MUCH = 1.5
"""Log-odds by which a second withheld section may be asked for less than the first and be named too. Out of fold all
sections are named that should be in 0.933 of 492 withheld questions, in 0.884 without, and two in 0.13 of them."""
NOTHING_ASKED = Decision("out_of_scope", {outcome: float(outcome == "out_of_scope") for outcome in OUTCOMES})
"""What a part that asks for nothing at all gets ("the", "???")."""
LACKING = Decision("not_in_document", {outcome: float(outcome == "not_in_document") for outcome in OUTCOMES})
"""What a part gets that asks for what by structure is not there: a code of another system, a long form."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """Cosines of the part with things that are no passages."""

    title: float
    to_assistant: float
    """With the nearest phrase that is said to an assistant rather than asked of a document."""
    topics: Mapping[str, float]
    """With the nearest asking phrase of each topic, the document's subject taken out of the question."""
    sections: Mapping[str, float]
    """By section id: with the section's heading or its topic's nearest asking phrase, whichever is nearer."""


def decide(model: Regression, answer_from: float, seen: Mapping[str, float], *, withholds: bool) -> Decision:
    """Decide a part from its features by name; `withholds` tells whether the document withholds any section.

    It is answered when the probability of that is at least `answer_from`, a threshold fitted for a stated rate of
    false answers; else the likeliest refusal it is. A document that withholds nothing can't have withheld the answer:
    then it does not say.
    """
    chances = model.probabilities(seen)
    if not withholds:
        chances["not_in_document"] += chances["withheld"]
        chances["withheld"] = 0.0
    answered = chances["answered"] >= answer_from
    refusal = max(OUTCOMES[1:], key=lambda outcome: chances[outcome])
    return Decision("answered" if answered else refusal, {outcome: chances[outcome] for outcome in OUTCOMES})


def outcome_features(
    found: Found, read: Read, evidence: np.ndarray, lexicon: Lexicon, names: Sequence[str]
) -> dict[str, float]:
    """Return what the outcome model sees of a part, by name.

    `evidence` is the probability of each hit; `names` are those of the features of a hit, since a document that
    withholds everything gives no hits.
    """
    return {
        **document_features(found, evidence, lexicon, names),
        **read_features(read, lexicon, found.asking),
        **wording_features(found.part, lexicon, found.asking),
    }


def document_features(found: Found, evidence: np.ndarray, lexicon: Lexicon, names: Sequence[str]) -> dict[str, float]:
    """Return what the outcome model sees of the best hit and of the whole document, by name."""
    part, similar, near, rows = found.part, found.similar, found.near, found.rows
    content, focus = part.content, part.focus(lexicon.subject)
    in_focus = [number for number, word in enumerate(content) if word in focus]
    nearest = similar.max(axis=1, initial=0.0)[None, :] if similar.size else np.zeros((1, len(content)))
    weights = word_weights(content, subject_likeness(lexicon, similar))
    share, missing = weighted(covered(nearest[:, in_focus]), weights[in_focus])
    exact_share, exact_missing = weighted((nearest[:, in_focus] >= 1.0).astype(float), weights[in_focus])
    order = np.argsort(-evidence, kind="stable")
    best = dict(zip(names, rows[order[0]], strict=True)) if len(order) else dict.fromkeys(names, 0.0)
    ranked = [*evidence[order][:3].tolist(), 0.0, 0.0, 0.0]
    asked = dict.fromkeys(("present", "withheld", "absent"), 0.0)
    like = dict.fromkeys(("present", "withheld", "absent"), 0.0)
    statuses = topic_statuses(lexicon.sections.values())
    for topic, strength in part.topics.items():
        status = statuses.get(topic, "absent")
        asked[status] = max(asked[status], strength)
    for topic, likeness in near.topics.items():
        if topic not in statuses:
            like["absent"] = max(like["absent"], likeness)
    for section in lexicon.sections.values():
        if section.status in like:
            like[section.status] = max(like[section.status], near.sections[section.id])
    return {
        "evidence_1": ranked[0],
        "evidence_2": ranked[1],
        "evidence_3": ranked[2],
        "evidence_sum": float(evidence.sum()),
        **{f"best_{name}": value for name, value in best.items()},
        "document_share": float(share[0]),
        "document_missing": float(missing[0]),
        "document_exact_share": float(exact_share[0]),
        "document_exact_missing": float(exact_missing[0]),
        "asked_present": asked["present"],
        "asked_withheld": asked["withheld"],
        "asked_absent": asked["absent"],
        "like_present": like["present"],
        "like_withheld": like["withheld"],
        "like_absent": like["absent"],
        "withheld_over_present": like["withheld"] - like["present"],
        "absent_over_present": like["absent"] - like["present"],
        "near_title": near.title,
        "near_assistant": near.to_assistant,
        "names_subject": float(any(word.stem in lexicon.subject for word in content)),
        "words": float(len(part.words)),
        "missing_words": float(sum(nearest[0, in_focus] < NEAR)),
        "not_exact_words": float(sum(nearest[0, in_focus] < 1.0)),
        "missing_in_best": float(len(focus)) * (1.0 - best["exact_share"]),
        "subject_likeness": float(subject_likeness(lexicon, similar).max(initial=0.0)),
    }


def read_features(read: Read, lexicon: Lexicon, asking: Asking) -> dict[str, float]:
    """Return what the outcome model sees of what was read, by name; there may be nothing to read."""
    ranked = [*sorted(read.pairs.tolist(), reverse=True)[:3], UNREAD, UNREAD, UNREAD]
    close = read.close[~np.isnan(read.close)]
    closest = [*sorted(close.tolist(), reverse=True)[:3], UNREAD, UNREAD, UNREAD]
    asked = sections_asked(read, lexicon, asking)
    best = {"present": UNREAD, "withheld": UNREAD}
    best_asked = dict(best)
    for section, judged in zip(lexicon.announced, read.judged.sections, strict=True):
        best[section.status] = max(best[section.status], float(judged))
        best_asked[section.status] = max(best_asked[section.status], asked[section.id])
    return {
        "pair_1": ranked[0],
        "pair_2": ranked[1],
        "pair_3": ranked[2],
        "pairs_over": float((read.pairs > 0).sum()),
        "close_1": closest[0],
        "close_2": closest[1],
        "close_3": closest[2],
        "close_over": float((close > 0).sum()),
        "scope": read.judged.scope,
        "section_withheld": best["withheld"],
        "section_present": best["present"],
        "section_over_pair": best["withheld"] - ranked[0],
        "section_over_close": best["withheld"] - closest[0],
        "asked_section_withheld": best_asked["withheld"],
        "asked_section_present": best_asked["present"],
    }


def sections_asked(read: Read, lexicon: Lexicon, asking: Asking) -> dict[str, float]:
    """Return how much a part asks for each announced section, by its id: what the close reader says of the heading,
    and the logarithm of the probability that the wording asks for its topic.
    """
    return {
        section.id: float(judged) + max(asking.topics.get(section.topic, LEAST_LOG), LEAST_LOG)
        for section, judged in zip(lexicon.announced, read.judged.sections, strict=True)
    }


def withheld_headings(part: Part, asking: Asking, read: Read, lexicon: Lexicon) -> tuple[str, ...]:
    """Return the heading of the withheld section asked for most, and of others that words ask for too.

    Named is also the second one where it is asked for nearly as much: whether to cut a lump out may stand under Therapy
    or under Management Pearls, and nobody can look.
    """
    strength = sections_asked(read, lexicon, asking)
    statuses = topic_statuses(lexicon.sections.values())
    withheld = [section for section in lexicon.announced if section.status == "withheld"]
    named = [s for s in withheld if s.topic in part.topics and statuses[s.topic] == "withheld"]
    ranked = sorted(withheld, key=lambda section: -strength[section.id])
    also = named if len(named) > 1 else []
    near = [section for section in ranked[1:2] if strength[section.id] >= strength[ranked[0].id] - NEARLY_AS_MUCH]
    return tuple(section.heading for section in ranked if section in (*ranked[:1], *near, *also))


def wording_features(part: Part, lexicon: Lexicon, asking: Asking) -> dict[str, float]:
    """Return what the outcome model sees of the wording, by name."""
    statuses = topic_statuses(lexicon.sections.values())
    mass = dict.fromkeys(("present", "withheld", "absent"), 0.0)
    for topic, chance in asking.topics.items():
        if topic not in ("none", "off_topic"):
            mass[statuses.get(topic, "absent")] += float(np.exp(chance))
    names = named(part, lexicon)
    return {
        **{f"worded_{outcome}": chance for outcome, chance in asking.outcomes.items()},
        **{f"asks_{status}": share for status, share in mass.items()},
        "asks_none": float(np.exp(asking.topics["none"])),
        "asks_off_topic": float(np.exp(asking.topics["off_topic"])),
        "names_known": float(names.known),
        "names_foreign": float(names.foreign),
    }


def topic_statuses(sections: Iterable[Section]) -> dict[str, str]:
    """Return topic -> "present" or "withheld"; present when any section of the topic is, empty ones left out."""
    statuses: dict[str, str] = {}
    for section in sections:
        if section.status == "present":
            statuses[section.topic] = "present"
        elif section.status == "withheld":
            statuses.setdefault(section.topic, "withheld")
    return statuses

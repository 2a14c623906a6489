"""What the two readers are fitted on: a question beside a passage, and a question beside a list of sections.

Beside passages: the evidence of a question counts as right, the best of what else the search finds as wrong, a few
others too. Beside sections: of the withheld ones those that would answer are right; a present one is not judged, since
what it holds is there to be read. Out of scope is what a page's writer called so, and a question that names its own
page's subject asked of another page.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.pair_texts import passage_text
from corpus.vocabulary import load as load_vocabulary
from evals.fit.examples import Example

TOPICS = Path(__file__).parent / "topics.jsonl"
UNJUDGED = -1.0
"""Stands for the label of what is not judged."""
HARD, OTHERS = 5, 1
"""Wrong passages beside a question: the first so many that the search finds, and so many of the rest."""
MOST_RIGHT = 5
"""Right passages beside a question; of a longer list so many are drawn."""
ASKED_ELSEWHERE = 0.35
"""Share of the questions that name their subject which are also asked of another page."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question beside a passage."""

    question: str
    text: str
    right: float
    weight: float


@dataclass(frozen=True, slots=True)
class Inventory:
    """A question beside a title and headings."""

    question: str
    title: str
    headings: tuple[str, ...]
    right: tuple[float, ...]
    """1, 0 or `UNJUDGED` for each heading."""
    in_scope: float


def passage_pairs(examples: Sequence[Example], chance: random.Random) -> Iterator[Pair]:
    """Yield pairs of all questions that were not cut into parts."""
    for example in examples:
        if example.parts > 1:
            continue
        passages = [hit.passage for hit in example.found.hits]
        right = [passage for passage, label in zip(passages, example.labels, strict=True) if label]
        wrong = [passage for passage, label in zip(passages, example.labels, strict=True) if not label]
        if example.outcome == "answered" and not right:
            continue
        right = chance.sample(right, MOST_RIGHT) if len(right) > MOST_RIGHT else right
        hard, others = (2, 1) if example.outcome == "out_of_scope" else (HARD, OTHERS)
        rest = wrong[hard:]
        for passage in right:
            yield Pair(example.question, passage_text(passage, example.lexicon), 1.0, len(right) ** -0.5)
        for passage in wrong[:hard] + chance.sample(rest, min(others, len(rest))):
            weight = 0.5 if example.outcome == "out_of_scope" else 0.6
            yield Pair(example.question, passage_text(passage, example.lexicon), 0.0, weight)


def inventories(examples: Sequence[Example]) -> Iterator[Inventory]:
    """Yield the sections of every question's page, but for a question that is answered only in part."""
    for example in examples:
        if example.parts > 1 and example.whole_outcome == "answered":
            continue
        sections = example.lexicon.announced
        present = 0.0 if example.whole_outcome == "out_of_scope" else UNJUDGED
        right = (present if s.status == "present" else float(s.heading in example.withheld) for s in sections)
        yield Inventory(
            example.question,
            example.lexicon.document.title,
            tuple(section.heading for section in sections),
            tuple(right),
            float(example.whole_outcome != "out_of_scope"),
        )


def asked_elsewhere(examples: Sequence[Example], chance: random.Random) -> Iterator[Inventory]:
    """Yield questions that name their own page's subject beside another page, which does not know it."""
    lexicons = {example.group: example.lexicon for example in examples}
    for example in examples:
        if example.whole_outcome == "out_of_scope" or example.history or chance.random() > ASKED_ELSEWHERE:
            continue
        named = [word for word in example.found.part.content if word.stem in example.lexicon.subject]
        other = lexicons[chance.choice([group for group in lexicons if group != example.group])]
        if not named or any(word.stem in other.subject or word.text in other.words for word in named):
            continue
        headings = tuple(section.heading for section in other.announced)
        yield Inventory(example.question, other.document.title, headings, (0.0,) * len(headings), 0.0)


def by_topic(chance: random.Random, path: Path = TOPICS) -> Iterator[Inventory]:
    """Yield the questions of `topics.jsonl`, each beside headings drawn from the section vocabulary.

    A line holds `topic` (of the vocabulary, "none" or "off_topic"), `q` and perhaps `also`, further topics.
    """
    topics = {topic.name: topic for topic in load_vocabulary().topics}
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    asked = {row["topic"] for row in rows}
    names = [name for name in topics if name in asked]
    for row in rows:
        wanted = {row["topic"], *row.get("also", ())}
        others = [name for name in names if name not in wanted]
        right = dict.fromkeys(chance.sample(others, chance.randint(4, 9)), 0.0)
        if row["topic"] in topics and chance.random() < 0.85:
            right.update({name: 1.0 for name in wanted if name in topics})
        drawn = list(right)
        chance.shuffle(drawn)
        headings = []
        for name in drawn:
            plain = [heading for heading in topics[name].headings if "*" not in heading][:6]
            heading = topics[name].label if chance.random() < 0.6 or not plain else chance.choice(plain)
            headings.append(heading[:1].upper() + heading[1:])
        yield Inventory(
            row["q"],
            chance.choice(["This condition", "The disease", "This disorder"]),
            tuple(headings),
            tuple(right[name] for name in drawn),
            0.0 if row["topic"] == "off_topic" else UNJUDGED,
        )

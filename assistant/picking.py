"""Which document of a library a question is about: one, or unclear which, or none of them.

Small fitted models (`picking_model.json`, made by `python -m evals.fit.picking`) decide it. A regression ranks the
documents by how the question names them (`naming.py`) and by the passages that the search finds in them. Two forests
see the best document, how far the next is behind it, and the question: is it the right one, and is any? Both thresholds
are fitted for stated rates: of answers from a document that is not the right one, and of refusals of what one is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.asking import Asking
from assistant.diseases import disease_names_in
from assistant.forest import Forest, forest_from_json
from assistant.lexicon import weight
from assistant.naming import Names, Stems, heft, telling
from assistant.question import Part, metadata_topics
from assistant.regression import Regression, regression_from_json
from assistant.words import closed_class, words
from corpus.errors import UserError
from index.types import Hit

MODEL = Path(__file__).parent / "picking_model.json"
MOST_HITS = 20
"""Passages of the library that are looked at."""
MOST_NAMED = 6
"""Documents looked at because of their names alone."""
OFFERED = 3
"""Documents offered at most when it is unclear which one is meant."""
MOST_COUNTED = 4
"""Words and documents are counted up to here: beyond, more of them tell nothing more."""
TINY = 1e-4
MOST_BEHIND = 10.0
"""Probabilities and logits are cut here, so that nothing is surer than the fit could tell."""

Choice = Literal["one", "unclear", "none"]


@dataclass(frozen=True, slots=True)
class Pick:
    """What a question without a document is about."""

    choice: Choice
    numbers: tuple[int, ...]
    """Numbers of documents, the likeliest first: the one, or those to choose from; none for "none"."""
    named: tuple[int, ...]
    """Those that the question names by a whole name."""
    probabilities: Mapping[str, float]


NOTHING_SEEN = Pick("none", (), (), {"none": 1.0, "one": 0.0, "unclear": 0.0})


@dataclass(frozen=True, slots=True)
class PickingModel:
    """What was fitted."""

    rank: Regression
    one: Forest
    """Whether the best document is the right one."""
    none: Forest
    """Whether no document is."""
    answer_from: float
    """Least probability that the best document is right from which it is answered from."""
    refuse_from: float
    """Least probability that no document is right from which the question is refused."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The documents that a question may be about, and what the models see of each and of the question."""

    numbers: tuple[int, ...]
    rows: np.ndarray
    """float64 (documents, `RANKED`)."""
    question: Mapping[str, float]
    named: tuple[int, ...]
    """Those named by a whole name."""
    titles: tuple[Stems, ...]
    """The titles of `numbers`, by which documents of one disease are known."""


RANKED = (  # what is seen of a document, in the order of the rows
    "whole",
    "whole_words",
    "share",
    "explained",
    "unexplained",
    "dense",
    "dense_gap",
    "lexical_share",
    "score",
    "hits",
    "covered",
    "first",
    "foreign",
    "uncovered",
)


def see(
    part: Part,
    names: Names,
    hits: Sequence[Hit],
    numbers: Mapping[str, int],
    asking: Asking,
    *,
    mended: bool,
    unlisted: Set[frozenset[str]] = frozenset(),
) -> Seen:
    """Describe a question to the models.

    Args:
        part: the whole question, read.
        names: of the library's documents.
        hits: the best passages of the library for it.
        numbers: document id -> its number in `names`.
        asking: what its wording asks for.
        mended: whether typing errors in it were mended.
        unlisted: disease names that are taken for unknown, as `disease_names_in` takes them.
    """
    told = telling(part.text)
    asked = tuple(word.stem for word in told)
    focus = frozenset(word.stem for word in told if word.stem not in part.asking)
    standing = names.standing(asked)
    found = [numbers[hit.passage.document_id] for hit in hits]
    looked_at = list(dict.fromkeys([*standing, *names.nearest(focus or asked, MOST_NAMED), *found]))
    found_stems = [frozenset(word.stem for word in words(hit.passage.text)) for hit in hits]
    best_dense = max((hit.dense for hit in hits), default=0.0)
    best_lexical = max((hit.lexical for hit in hits), default=0.0)
    diseases = disease_names_in([word.stem for word in part.words], unlisted)
    rows = []
    for number in looked_at:
        naming = names.naming(number, frozenset(asked), focus, standing.get(number, 0))
        own = [hit for hit, home in zip(hits, found, strict=True) if home == number]
        texts = [stems for stems, home in zip(found_stems, found, strict=True) if home == number]
        # What is not among the hits is no better than the last of them.
        dense = max((hit.dense for hit in own), default=min((hit.dense for hit in hits), default=0.0))
        rows.append(
            (
                float(naming.whole > 0),
                float(min(naming.whole, MOST_COUNTED)),
                naming.share,
                naming.explained,
                naming.unexplained,
                dense,
                best_dense - dense,
                max((hit.lexical for hit in own), default=0.0) / best_lexical if best_lexical else 0.0,
                max((hit.score for hit in own), default=min((hit.score for hit in hits), default=0.0)),
                len(own) / max(1, len(hits)),
                max((_covered(stems, focus, names.own(number)) for stems in texts), default=naming.explained),
                float(bool(found) and found[0] == number),
                float(max((len(name) for name in diseases if not name <= names.own(number)), default=0)),
                _heaviest(focus.difference(names.own(number), *texts)),
            )
        )
    titles = {names.titles[number] for number in standing}
    question = {
        "documents": float(np.log(max(1, len(names.titles)))),
        "focus": float(min(len(focus), MOST_COUNTED)),
        "named": float(min(len(titles), MOST_COUNTED)),
        "pronoun": float(any(word.text in closed_class("pronouns") for word in part.words)),
        "comparison": float("comparison" in part.wants),
        "mended": float(mended),
        "off_topic": float(np.exp(asking.topics["off_topic"])),
        "asks_none": float(np.exp(asking.topics["none"])),
        "differential": float(np.exp(asking.topics["differential_diagnosis"])),
        "worded_out_of_scope": float(np.exp(asking.outcomes["out_of_scope"])),
        "absent": _heaviest(focus.difference(*found_stems, *(names.own(number) for number in looked_at))),
        "to_page": float(bool(part.topics) and part.topics.keys() <= metadata_topics()),
    }
    return Seen(
        tuple(looked_at),
        np.array(rows, dtype=np.float64).reshape(-1, len(RANKED)),
        question,
        tuple(standing),
        tuple(names.titles[number] for number in looked_at),
    )


def pick(model: PickingModel, seen: Seen) -> Pick:
    """Decide which document a question is about.

    Two documents that a comparison names are both offered: an answer comes from one of them.
    """
    if not seen.numbers:
        return NOTHING_SEEN
    places, features = ranked(model.rank, seen)
    row = np.array([[features[name] for name in model.one.features]])
    one, none = float(model.one.probability(row)[0]), float(model.none.probability(row)[0])
    chances = {"one": one, "none": none, "unclear": max(0.0, 1.0 - one - none)}
    choice: Choice = "unclear"
    # A question that names nothing tells no document from another, however well one of them happens to answer.
    names_nothing = not seen.question["focus"] and not seen.named
    if one >= model.answer_from and one >= none and not names_nothing:
        choice = "one"
    elif none >= model.refuse_from:
        choice = "none"
    if seen.question["comparison"] and seen.question["named"] > 1:
        choice = "unclear"
        places = [place for place in places if seen.numbers[place] in seen.named]
    chosen = {"one": places[:1], "unclear": distinct(places, seen)[:OFFERED], "none": []}[choice]
    return Pick(choice, tuple(seen.numbers[place] for place in chosen), seen.named, chances)


def ranked(rank: Regression, seen: Seen) -> tuple[list[int], dict[str, float]]:
    """Return the places of the documents seen, the likeliest first, and what the second model sees, by name.

    There must be one.
    """
    chances = np.clip(rank.table(seen.rows)[:, rank.classes.index("yes")], TINY, 1 - TINY)
    logits = np.log(chances / (1 - chances))
    places = [int(place) for place in np.argsort(-logits, kind="stable")]
    best = places[0]
    others = [place for place in places if seen.titles[place] != seen.titles[best]]
    behind = float(logits[best] - logits[others[0]]) if others else MOST_BEHIND
    return places, {
        **seen.question,
        **{f"best_{name}": value for name, value in zip(RANKED, seen.rows[best].tolist(), strict=True)},
        "best_logit": float(logits[best]),
        "behind": min(behind, MOST_BEHIND),
    }


def distinct(places: Sequence[int], seen: Seen) -> list[int]:
    """Return places without those whose title an earlier one has: a reader could not tell these documents apart."""
    first: dict[Stems, int] = {}
    for place in places:
        first.setdefault(seen.titles[place], place)
    return list(first.values())


def read_picking(path: Path = MODEL) -> PickingModel:
    """Read the fitted model.

    Raises:
        UserError: the file is missing or damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return PickingModel(
            regression_from_json(data["rank"]),
            forest_from_json(data["one"]),
            forest_from_json(data["none"]),
            float(data["answer_from"]),
            float(data["refuse_from"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"the fitted model {path} can't be read: {error!r}", "reinstall wardbook") from error


def _heaviest(stems: Iterable[str]) -> float:
    return max(map(weight, stems), default=0.0)


def _covered(stems: frozenset[str], focus: frozenset[str], own: frozenset[str]) -> float:
    """Return how much of what a question names stands in a passage or in the names of its document, 0 to 1."""
    if not focus:
        return 0.0
    return sum(map(heft, focus & (own | stems))) / sum(map(heft, focus))

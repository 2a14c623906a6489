"""Choosing evidence: the sentences and list items that answer one part of a question, all of them and no others.

A fitted model (`evidence_model.json`, made by `python -m evals.fit.models`) gives each hit its probability of being
evidence. Kept are those above a share of the best one's; a list most of whose items are kept is taken whole. What is
asked for by its topic alone, a list or what the disease is, comes by the document's structure; so does what a code
stands for.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np

from assistant.abbreviations import harvest, is_short_form, spelled_beside
from assistant.ages import ages, is_age, tell_of
from assistant.lexicon import Lexicon
from assistant.lists import denies, lead_in, lists_of, named_in, picked_out
from assistant.question import Part, metadata_topics
from assistant.words import Word, closed_class, contains_phrase, phrase_stems, phrase_texts, words
from corpus.types import Passage
from corpus.vocabulary import load as load_vocabulary
from index.types import Hit

LEAST_ITEMS_READ = 2
"""A list of which no more items were read is not taken whole."""
OTHER_SIDE = 0.25
"""Share of the best hit's probability from which a hit is kept for the other side of a comparison."""
LEAST_CODE = 3
"""Characters of the shortest code that is known by itself."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where keeping stops; fitted with the evidence model and stored beside it."""

    least: float
    """Probability below which a hit is never kept, the best one excepted."""
    share_of_best: float
    """Share of the best hit's probability below which a hit is not kept."""
    whole_list: float
    """Share of the items of a list that were read which must be kept for the list to be taken whole."""
    most_sentences: int
    """Sentences of prose kept at most."""


def choose(
    part: Part, hits: Sequence[Hit], evidence: np.ndarray, shortlist: np.ndarray, lexicon: Lexicon, bounds: Bounds
) -> tuple[Passage, ...]:
    """Return the passages to quote, in the document's order; empty only when there are no hits.

    `evidence` is the probability of each hit, `shortlist` the numbers of those that were read.
    """
    if not hits:
        return ()
    best = float(evidence.max())
    least = min(best, max(bounds.least, bounds.share_of_best * best))
    order = np.argsort(-evidence, kind="stable")
    kept: dict[str, Passage] = {}
    sentences = 0
    for number in order:
        passage = hits[number].passage
        if evidence[number] < least:
            break
        if passage.kind == "sentence":
            if sentences == bounds.most_sentences:
                continue
            sentences += 1
        kept[passage.id] = passage
    if "comparison" in part.wants and sentences < bounds.most_sentences:
        likely = [hits[number].passage for number in order if evidence[number] >= OTHER_SIDE * best]
        other = _other_side(part, likely, kept, lexicon)
        if other is not None:
            kept[other.id] = other
    chances = {hits[number].passage.id: float(evidence[number]) for number in shortlist}
    for items in lists_of(lexicon.passages):
        if _whole(part, items, kept, chances, lexicon, bounds):
            kept.update((item.id, item) for item in items)
        named = named_in(part, items)
        if any(item.id in kept for item in named):
            kept.update((item.id, item) for item in named)
    return tuple(sorted(kept.values(), key=lambda passage: passage.start))


def _other_side(part: Part, likely: Sequence[Passage], kept: Iterable[str], lexicon: Lexicon) -> Passage | None:
    """Return the first of the likely passages that has a word of the question that none of those kept has."""
    telling = {word.stem for word in part.focus(lexicon.subject)}
    told = {word for one in kept for word in lexicon.places[one].facts.content_stems}
    others = (passage for passage in likely if (lexicon.places[passage.id].facts.content_stems & telling) - told)
    return next(others, None)


def _whole(
    part: Part,
    items: Sequence[Passage],
    kept: Container[str],
    chances: Mapping[str, float],
    lexicon: Lexicon,
    bounds: Bounds,
) -> bool:
    """Tell whether a list is taken whole: most of it is kept, or the sentence that introduces it is.

    Such a sentence says nothing without the list. Where one item of it is likelier, that one is meant.
    """
    told = lead_in(items, lexicon)
    introduction = told if told in kept else None
    likeliest = max(chances.get(item.id, 0.0) for item in items)
    if introduction is not None and chances[introduction] >= likeliest:
        return True
    inside = sum(item.id in kept for item in items)
    among = sum(item.id in chances for item in items)
    most = among > LEAST_ITEMS_READ and inside >= bounds.whole_list * among
    return inside > 1 and (introduction is not None or most) and not picked_out(part, items, lexicon)


def asked_list(
    part: Part, hits: Sequence[Hit], evidence: np.ndarray, lexicon: Lexicon, chosen: Collection[Passage]
) -> tuple[Passage, ...] | None:
    """Return the list that is asked for as a whole; None when none is.

    It is when the best hit lies in a section whose topic is asked for, and the question names nothing besides ("what
    should I rule out?") but the age that the document is about, unless of the list no more than one item is `chosen`:
    "which test confirms it?" asks for that one; nor when the question denies: "which tests should not be done?".
    Empty when it is asked for another age, of which the list says nothing.
    Of lines about the page some may hold the very words of asking ("ICD", "last reviewed"): those are meant.
    """
    restricted = part.focus(lexicon.subject)
    if not hits or denies(part) or not all(map(is_age, restricted)):
        return None
    home = hits[int(evidence.argmax())].passage.section_id
    items = [passage for passage in lexicon.passages if passage.section_id == home and passage.kind == "item"]
    if lexicon.sections[home].topic not in part.topics or len(items) < 2:
        return None
    if restricted:
        asked, titled = ages([word.stem for word in restricted]), ages(phrase_stems(lexicon.document.title))
        if not titled or tell_of(asked, (one for one in lexicon.passages if one.section_id == home)):
            return None
        if not asked & titled:
            return ()
    if lexicon.sections[home].topic not in metadata_topics():
        return tuple(items) if sum(item in chosen for item in items) > 1 else None
    saying = part.asking
    if lexicon.sections[home].topic == "codes":
        if any(all(given not in item.text.casefold() for item in items) for given in _codes(part.text)):
            return None
        saying |= _code_of(part, lexicon)
    meant = _lines_asked_for(items, saying, lexicon)
    return tuple(sorted([*meant, *_also(part, lexicon.sections[home].topic, lexicon)], key=lambda item: item.start))


def _lines_asked_for(items: Sequence[Passage], asked: Set[str], lexicon: Lexicon) -> list[Passage]:
    """Return the lines that share most words with those that ask, and as many more as it takes to share all of them.

    "The ICD-10 code and the SNOMED code" are two lines; where no line shares a word, all are meant.
    """
    said = {item.id: asked & lexicon.places[item.id].facts.stems for item in items}
    meant: list[Passage] = []
    lacking = frozenset().union(*said.values())
    while lacking or not meant:
        most = max(len(lacking & said[item.id]) for item in items)
        more = [item for item in items if item not in meant and len(lacking & said[item.id]) == most]
        meant += more
        lacking -= frozenset().union(*(said[item.id] for item in more))
    return meant


def other_code_system(part: Part, lexicon: Lexicon) -> bool:
    """Tell whether codes are asked for, and only of systems that the document, which gives codes, has none of.

    A system that is also a word (MeSH, DRG) asks for codes only where the question names nothing besides.
    """
    lines = [words(passage.text) for passage in lexicon.passages if _topic(passage, lexicon) == "codes"]
    asked = [system for system in _systems() if _names(part.words, system)]
    if not lines or not asked or any(_names(line, system) for line in lines for system in asked):
        return False
    if "codes" in part.topics:
        return True
    said = {word for system in asked for word in system}
    named = {word.text for word in part.focus(lexicon.subject)}
    return named <= said | closed_class("identifiers") and said.isdisjoint(lexicon.words)


@cache
def _systems() -> tuple[tuple[str, ...], ...]:
    return tuple(phrase_texts(name) for topic in load_vocabulary().topics for name in topic.systems)


def _names(said: Sequence[Word], system: tuple[str, ...]) -> bool:
    return contains_phrase(tuple(word.text for word in said), system) is not None


def _code_of(part: Part, lexicon: Lexicon) -> frozenset[str]:
    """Return the stems of what one code is asked for ("the code for gout", where others are for its kinds)."""
    several = any(word.text == "codes" for word in part.words)
    return frozenset() if several else lexicon.subject & {word.stem for word in part.content}


def _also(part: Part, home: str, lexicon: Lexicon) -> list[Passage]:
    """Return the lines of other kinds about the page that are asked for too ("who reviewed it, and when?")."""
    topics = part.topics.keys() & metadata_topics()
    if "person" in part.wants:
        topics |= {"contributors"}
    lines = [passage for passage in lexicon.passages if _topic(passage, lexicon) in topics - {home, "review_dates"}]
    if home != "review_dates" and ("time" in part.wants or "review_dates" in topics):
        dates = [passage for passage in lexicon.passages if _topic(passage, lexicon) == "review_dates"]
        named = [date for date in dates if part.asking & lexicon.places[date.id].facts.stems]
        lines += named or dates
    return lines


def asked_code(part: Part, lexicon: Lexicon) -> tuple[Passage, ...]:
    """Return the lines of the codes that a question gives, when it asks for nothing but what they stand for."""
    if part.topics.keys() - {"codes", "synopsis"}:
        return ()
    given = _codes(part.text)
    lines = (passage for passage in lexicon.passages if _topic(passage, lexicon) == "codes")
    # A line is its system, its code, and behind a dash what that stands for.
    codes = ((line, _codes(line.text.partition(" – ")[0])[-1:]) for line in lines)
    return tuple(line for line, code in codes if code and code[0] in given)


def _codes(text: str) -> list[str]:
    """Return what may be a code, or a system of codes, in lower case: tokens with a digit."""
    found = [token.strip(".,;:?!()\"'").casefold() for token in text.split()]
    return [token for token in found if len(token) >= LEAST_CODE and any(letter.isdigit() for letter in token)]


def asked_long_form(part: Part, lexicon: Lexicon) -> tuple[Passage, ...] | None:
    """Return the passage that writes out the abbreviation a question asks the meaning of ("What does DM stand for?").

    Empty when the document uses the abbreviation and nowhere writes beside it what may be its long form; None when
    nothing of the kind is asked or it is not so plain.
    """
    if "long_form" not in part.wants:
        return None
    short = [word.text for word in part.content if is_short_form(word.text, lexicon.document.text)]
    if len(short) != 1:
        return None
    if short[0] in lexicon.abbreviations:
        return tuple(passage for passage in lexicon.passages if short[0] in harvest(passage.text))[:1] or None
    return None if spelled_beside(short[0], lexicon.document.text) else ()


def asked_definition(part: Part, lexicon: Lexicon) -> tuple[Passage, ...]:
    """Return the opening sentence of the synopsis when a question asks what the document's subject is; else nothing."""
    asks = "definition" in part.wants or "synopsis" in part.topics
    if not asks or part.focus(lexicon.subject) or part.topics.keys() - {"synopsis"}:
        return ()
    openings = (
        passage
        for passage in lexicon.passages
        if lexicon.sections[passage.section_id].topic == "synopsis" and passage.kind == "sentence"
    )
    return tuple(islice(openings, 1))


def _topic(passage: Passage, lexicon: Lexicon) -> str:
    return lexicon.sections[passage.section_id].topic

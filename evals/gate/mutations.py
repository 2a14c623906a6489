"""False sentences made by a program from true ones: one thing changed, all else as it was.

The same seed makes the same sentences. `CERTAIN` are the changes after which a sentence is false whatever it said;
the others (two terms exchanged, two facts joined) now and then leave it true, and serve fitting only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.lexicon import weight
from assistant.words import Word, content, words
from assistant.writing.plain import plain
from assistant.writing.quantities import codes
from assistant.writing.wordings import wordings
from evals.gate.sentences import Written

_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w]|[.,]\d)")
_BE = re.compile(r"\b(is|are|was|were|can|may|does|do|did|has|have)\b(?! not)")
_NOT = re.compile(r"\b(?:not|never|without|no) ")
_LINK = re.compile(r",? (?:and|or|,) ")
RARE = 0.45
"""Rarity from which a word counts as a term; see `assistant.lexicon.weight`."""


@dataclass(frozen=True, slots=True)
class Around:
    """What a change may draw on: other sentences of the same document, and its terms."""

    others: Sequence[Written]
    terms: Sequence[str]


Change = Callable[[Written, Around, random.Random], Written | None]


def changed_number(one: Written, _around: Around, chance: random.Random) -> Written | None:
    """Change one number to another of like size, or exchange two."""
    found = list(_NUMBER.finditer(one.text))
    if not found:
        return None
    if len(found) > 1 and chance.random() < 0.4:
        first, second = sorted(chance.sample(found, 2), key=lambda match: match.start())
        if first.group() != second.group() and one.text[first.end() : second.start()].strip() not in ("-", "–", "to"):
            return _exchange(one, first.span(), second.span())
    match = chance.choice(found)
    old = float(match.group())
    near = [old * factor + step for factor in (1, 2, 0.5) for step in (-10, -2, -1, 0, 1, 2, 5, 10)]
    new = chance.choice([value for value in near if value > 0 and value != old])
    written = f"{new:g}" if "." in match.group() or new != int(new) else str(int(new))
    return _put(one, match.span(), written)


def changed_degree(one: Written, _around: Around, chance: random.Random) -> Written | None:
    """Change how sure or how often: "may" to "always", "most" to "few"."""
    swaps = {"may": ("does always", "rarely"), "can": ("must always",), "usually": ("rarely", "always", "sometimes"),
             "often": ("rarely", "always"), "sometimes": ("usually", "always"), "rarely": ("often", "usually"),
             "most": ("few", "all", "some"), "some": ("most", "all"), "many": ("few", "all"), "all": ("some", "most"),
             "commonly": ("rarely",), "mainly": ("only", "rarely"), "mostly": ("rarely", "only"), "few": ("many",),
             "common": ("rare",), "rare": ("common",), "uncommon": ("common",), "typically": ("rarely",),
             "almost": ("not",), "always": ("sometimes",), "never": ("sometimes",), "only": ("also",),
             "frequently": ("rarely",), "generally": ("rarely",), "seldom": ("often",), "about half": ("most",),
             "likely": ("unlikely",), "possible": ("certain",), "suspected": ("proven",)}  # fmt: skip
    return _swap(one, swaps, chance)


def changed_side(one: Written, _around: Around, chance: random.Random) -> Written | None:
    """Put one side of an opposite for the other: "before" for "after", "men" for "women"."""
    swaps: dict[str, tuple[str, ...]] = {}
    for groups in wordings()["opposites"]:
        sides = [group.split() for group in groups]
        for number, side in enumerate(sides):
            for place, word in enumerate(side):
                others = [other[min(place, len(other) - 1)] for n, other in enumerate(sides) if n != number]
                swaps[word] = (*swaps.get(word, ()), *others)
    return _swap(one, swaps, chance)


def changed_denial(one: Written, _around: Around, chance: random.Random) -> Written | None:
    """Take a "not" away, or put one in."""
    found = list(_NOT.finditer(one.text))
    if found:
        match = chance.choice(found)
        return _put(one, match.span(), "with " if match.group() == "without " else "")
    verbs = list(_BE.finditer(one.text))
    return _put(one, (verbs[0].end(), verbs[0].end()), " not") if verbs else None


def other_term(one: Written, around: Around, chance: random.Random) -> Written | None:
    """Put another term of the document for one of the sentence's."""
    known = plain(" ".join((one.text, *one.sources.quotes))).lower()
    terms = [word for word in content(one.text) if weight(word.stem) >= RARE and not word.text[0].isdigit()]
    others = [term for term in around.terms if term not in known]
    if not terms or not others:
        return None
    word = chance.choice(terms)
    alike = [term for term in others if term[-2:] == word.text[-2:]] or others
    return _put(one, (word.start, word.end), _cased(chance.choice(alike), one.text[word.start]))


def other_evidence(one: Written, around: Around, chance: random.Random) -> Written | None:
    """Cite other evidence of the document, which shares no sentence with the right one."""
    own = set(one.sources.quotes)
    others = [other for other in around.others if own.isdisjoint(other.sources.quotes)]
    return replace(one, sources=chance.choice(others).sources) if others else None


def exchanged_terms(one: Written, _around: Around, chance: random.Random) -> Written | None:
    """Exchange two terms that are not links of one chain ("a, b and c")."""
    said = [word for word in content(one.text) if weight(word.stem) >= 0.25]
    pairs = [
        (a, b)
        for place, a in enumerate(said)
        for b in said[place + 2 :]
        if a.stem != b.stem and not _LINK.fullmatch(one.text[a.end : b.start])
    ]
    if not pairs:
        return None
    first, second = chance.choice(pairs)
    return _exchange(one, (first.start, first.end), (second.start, second.end))


def joined_facts(one: Written, around: Around, chance: random.Random) -> Written | None:
    """Begin with this sentence and end with another of the document, its evidence cited too."""
    others = [other for other in around.others if other.text != one.text and other.supported]
    if not others:
        return None
    other = chance.choice(others)
    cuts, ends = _cuts(one.text), _cuts(other.text)
    if not cuts or not ends:
        return None
    text = one.text[: chance.choice(cuts)] + other.text[chance.choice(ends) :]
    quotes = tuple(dict.fromkeys((*one.sources.quotes, *other.sources.quotes)))
    around_both = tuple(dict.fromkeys((*one.sources.around, *other.sources.around)))
    return replace(one, text=text, sources=replace(one.sources, quotes=quotes, around=around_both))


CERTAIN: Mapping[str, Change] = {
    "changed_number": changed_number,
    "changed_denial": changed_denial,
    "other_term": other_term,
    "other_evidence": other_evidence,
}
DOUBTFUL: Mapping[str, Change] = {
    "changed_degree": changed_degree,
    "changed_side": changed_side,
    "exchanged_terms": exchanged_terms,
    "joined_facts": joined_facts,
}


def mutations(sentences: Sequence[Written], changes: Mapping[str, Change], seed: int) -> Iterator[Written]:
    """Yield each change of each true sentence that it can be made to."""
    chance = random.Random(seed)
    by_document: dict[str, list[Written]] = {}
    for one in sentences:
        by_document.setdefault(one.document, []).append(one)
    arounds = {name: Around(own, _terms(own)) for name, own in by_document.items()}
    for one in sentences:
        if not one.supported:
            continue
        for kind, change in changes.items():
            made = change(one, arounds[one.document], chance)
            if made is not None and (made.text, made.sources.quotes) != (one.text, one.sources.quotes):
                yield replace(made, supported=False, kind=kind)


def _terms(sentences: Sequence[Written]) -> list[str]:
    found = {
        word.text
        for one in sentences
        for quote in one.sources.quotes
        for word in content(quote)
        if weight(word.stem) >= RARE and word.text.isalpha() and not codes(word.text)
    }
    return sorted(found)


def _swap(one: Written, swaps: Mapping[str, Sequence[str]], chance: random.Random) -> Written | None:
    found: list[Word] = [word for word in words(one.text) if word.text in swaps]
    if not found:
        return None
    word = chance.choice(found)
    return _put(one, (word.start, word.end), _cased(chance.choice(swaps[word.text]), one.text[word.start]))


def _cuts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r" (?:in|of|is|are|by|with|from|at|after|before|for) ", text)]


def _put(one: Written, span: tuple[int, int], new: str) -> Written:
    return replace(one, text=one.text[: span[0]] + new + one.text[span[1] :])


def _exchange(one: Written, first: tuple[int, int], second: tuple[int, int]) -> Written:
    text = one.text
    a, b = text[slice(*first)], text[slice(*second)]
    return replace(one, text=text[: first[0]] + b + text[first[1] : second[0]] + a + text[second[1] :])


def _cased(word: str, first: str) -> str:
    return word[:1].upper() + word[1:] if first.isupper() else word

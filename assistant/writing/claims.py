"""What a sentence denies, how surely and how often it claims, on which side: beside the clauses that it rests on."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from assistant.words import stem, words
from assistant.writing.aligned import Aligned, Token
from assistant.writing.wordings import degrees, sideless, sides, word_class

_DENYING = ("un", "in", "im", "ir", "il", "non", "dis")
_SENTENCE_ENDS = re.compile(r"[.;:]\s")
_CLAUSE_ENDS = re.compile(r",\s|\s\(")
NEAR_DENIAL = 4
"""Words behind a denial within which stands what it denies."""


def claims(aligned: Aligned, english: Collection[str]) -> dict[str, float]:
    """Return features by name; `english` holds the stems of everyday words."""
    told = aligned.sentence
    rests = _rests_on(aligned)
    given = [token for quote in aligned.quotes for token in quote]
    denials = word_class("negations")
    own_degrees, rest_degrees, all_degrees = map(_degrees, (told, rests, given))
    own_sides = _sides(told)
    # What the quotes say is taken in any form of the words: "preventive" answers for "prevents".
    all_sides = frozenset(side for quote in aligned.quotes for side in _sides(quote))
    stems = {token.stem for token in given}
    answered = frozenset(side for word, found in sides().items() if stem(word) in stems for side in found)
    turned = {pair for pair, side in own_sides if (pair, side) not in answered and any(p == pair for p, _ in all_sides)}
    missed = {pair for pair, side in own_sides if (pair, side) not in answered}
    denied, known = (sum(token.text in denials for token in one) for one in (told, rests))
    return {
        "denials": float(denied),
        "denials_given": float(sum(_is_denial(token, english) for token in given)),
        "denials_resting": float(known),
        "degrees_more": float(len(own_degrees - all_degrees)),
        "degrees_lost": float(len(rest_degrees - own_degrees)),
        "weak_lost": float(len({"some", "few"} & rest_degrees - own_degrees)),
        "strong_more": float(len({"always", "most"} & own_degrees - all_degrees)),
        "sides_turned": float(len(turned) + _negated(told, given, english) + _negated(given, told, english)),
        "sides_missed": float(len(missed)),
        "advice": float(sum(token.text in ("should", "must") for token in told)),
        "to_reader": float(sum(token.text in ("i", "you", "your", "we", "ai") for token in told)),
    }


def denied_word(word: str, english: Collection[str]) -> str | None:
    """Return the stem that a word's form denies, "usual" of "unusual"; None when it denies no word that is known."""
    if word in word_class("undenying"):
        return None
    for prefix in _DENYING:
        rest = word.removeprefix(prefix)
        if rest != word and len(rest) > 3 and stem(rest) in english:
            return stem(rest)
    rest = word.removesuffix("less")
    return stem(rest) if rest != word and stem(rest) in english else None


def drops_denial(aligned: Aligned, english: Collection[str]) -> Token | None:
    """Return a word that a sentence states and that its quotes only deny; None when there is none.

    A sentence that denies anything, or says that it is rare, is not judged.
    """
    told = aligned.sentence
    implied = word_class("negations_implied")
    if any(_is_denial(token, english) or token.text in implied for token in told):
        return None
    denied = {
        (number, place)
        for number, quote in enumerate(aligned.quotes)
        for start, token in enumerate(quote)
        if token.text in word_class("denying")
        for place in _denied_by(quote, start)
    }
    rests = {(number, clause) for number, clause, _ in _clauses(aligned)}
    for place in aligned.content:
        there = aligned.places[place]
        if not denied.issuperset(there) or told[place].joining:
            continue
        if any((quote, aligned.quotes[quote][at].clause) in rests for quote, at in there):
            return told[place]
    return None


def denied_around(before: str, after: str) -> bool:
    """Return whether words cut off a sentence, in lower case, deny, doubt or limit it: "it is a myth that"."""
    head = _SENTENCE_ENDS.split(before)[-1]
    said = [word.text for word in words(_CLAUSE_ENDS.split(head)[-1])]
    if before and not before[-1].isspace():
        return False
    if not word_class("negations").isdisjoint(said):
        return True
    if said[-1:] == ["that"] and not word_class("doubting").isdisjoint(said):
        return True
    behind = [word.text for word in words(after[:20])][:1] if after[:1] == " " else []
    return not word_class("limiting_behind").isdisjoint(behind)


def _denied_by(quote: Sequence[Token], start: int) -> tuple[int, ...]:
    """Return the place of the first word behind a denial that says something, in the same clause; () for none."""
    behind = range(start + 1, min(start + 1 + NEAR_DENIAL, len(quote)))
    if not behind or quote[behind[0]].text in word_class("behind_no_denial"):
        return ()
    for place in behind:
        if quote[place].clause != quote[start].clause:
            return ()
        if not quote[place].filler:
            return (place,)
    return ()


def _is_denial(token: Token, english: Collection[str]) -> bool:
    return (
        token.text in word_class("negations")
        or token.text in word_class("negations_answering")
        or denied_word(token.text, english) is not None
    )


def _negated(one: Sequence[Token], other: Sequence[Token], english: Collection[str]) -> int:
    """Return how many words of one text deny by their form what the other states without a denial."""
    says_no = word_class("negations") | word_class("negations_answering") | word_class("negations_implied")
    if any(token.text in says_no for token in other):
        return 0
    stated = {token.stem for token in other} - {token.stem for token in one}
    denied = {denied_word(token.text, english): token.stem for token in one}
    also = {token.stem for token in other} | {denied_word(token.text, english) for token in other}
    return sum(rest in stated and own not in also and rest not in also - stated for rest, own in denied.items())


def _clauses(aligned: Aligned) -> list[tuple[int, int, int]]:
    """Return (quote, clause, words held) of the clauses with two of the sentence's words, or one of three."""
    held: dict[tuple[int, int], set[int]] = {}
    for place in aligned.content:
        for quote, there in aligned.places[place]:
            held.setdefault((quote, aligned.quotes[quote][there].clause), set()).add(place)
    sizes = {
        (number, clause): sum(token.clause == clause and not token.filler for token in quote)
        for number, quote in enumerate(aligned.quotes)
        for clause in {token.clause for token in quote}
    }
    return [(*where, len(own)) for where, own in held.items() if len(own) >= 2 or 3 * len(own) >= sizes[where]]


def _rests_on(aligned: Aligned) -> list[Token]:
    used = {(number, clause) for number, clause, _ in _clauses(aligned)}
    return [t for number, quote in enumerate(aligned.quotes) for t in quote if (number, t.clause) in used]


def _degrees(said: Sequence[Token]) -> frozenset[str]:
    return frozenset(degrees()[token.text] for token in said if token.text in degrees())


def _sides(said: Sequence[Token]) -> frozenset[tuple[int, int]]:
    texts = [token.text for token in said]
    found: set[tuple[int, int]] = set()
    for place, word in enumerate(texts):
        if word in sides() and not _is_sideless(texts, place):
            found.update(sides()[word])
    return frozenset(found)


def _is_sideless(texts: Sequence[str], place: int) -> bool:
    """Return whether a word stands in a phrase without a side, or is a verb: "may present", "attacks last 2 days"."""
    if texts[place] in word_class("side_or_verb"):
        before, behind = texts[max(0, place - 1) : place], texts[place + 1 : place + 2]
        if {*before} & word_class("before_verb") or {*behind} & word_class("behind_verb"):
            return True
    return any(
        tuple(texts[start : start + len(phrase)]) == phrase
        for phrase in sideless()
        for start in range(max(0, place - len(phrase) + 1), place + 1)
    )

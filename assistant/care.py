"""Whether a question tells of an emergency, or of a person rather than of the disease.

Both are told by the texts of words, never by stems: "dying" is someone's now, "how many die" is a number. Signs that
students ask about too (chest pain, overdose) count only where the question speaks of someone here and now; where that
is in doubt it counts, since a missed emergency is worse than a needless line. The words are data, in `language.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.words import closed_class, language, words

_CLAUSE_END = re.compile(r"[.,;:!?()\n]+|\s[-–—]+\s")
_ANYONE = "PERSON"
"""Stands in a phrase for a word of `persons` or of `subjects`."""
_MAX_BETWEEN = 1
"""Words that may stand between two of a phrase: "lips look blue", "can't even breathe"."""
_MAX_AFTER_OWNER = 4
"""Words after "my" among which a person is looked for: "my 2 year old daughter"."""


def is_urgent(question: str) -> bool:
    """Tell whether the words of a question may be those of an emergency that goes on."""
    clauses = _clauses(question)
    if _says(clauses, "emergencies") or any(map(_is_alarm, clauses)):
        return True
    return _says(clauses, "emergency_signs") and (
        "!" in question
        or any(text in closed_class("someone") or text in closed_class("now") for texts in clauses for text in texts)
        or _says(clauses, "bids")
        or _tells_nothing_else(question, clauses)
    )


def is_personal(question: str) -> bool:
    """Tell whether a question is about the reader or someone of theirs."""
    clauses = _clauses(question)
    return _says(clauses, "personal") or any(map(_names_ones_own, clauses))


def _clauses(question: str) -> list[tuple[str, ...]]:
    return [texts for clause in _CLAUSE_END.split(question) if (texts := _texts(clause))]


def _texts(clause: str) -> tuple[str, ...]:
    """Return the words of a clause without apostrophes; a negated verb is "not", "I'm" and "he'll" their pronoun.

    "Can't", "cant" and "cannot" are thus one; "we're" without its apostrophe would be "were".
    """
    found = []
    for word in words(clause):
        pronoun = word.text.partition("'")[0]
        text = pronoun if pronoun in closed_class("someone") else word.text.replace("'", "")
        found.append("not" if text in closed_class("negated") else text)
    return tuple(found)


def _says(clauses: Sequence[tuple[str, ...]], name: str) -> bool:
    return any(_stands_in(phrase, texts) for texts in clauses for phrase in _phrases(name))


def _stands_in(phrase: tuple[str, ...], texts: tuple[str, ...]) -> bool:
    """Tell whether the words of a phrase stand in a clause in their order, nearly one after the other."""
    ends = {at for at, text in enumerate(texts) if _is(text, phrase[0])}
    for asked in phrase[1:]:
        near = {at for end in ends for at in range(end + 1, end + 2 + _MAX_BETWEEN)}
        ends = {at for at in near if at < len(texts) and _is(texts[at], asked)}
    return bool(ends)


def _is_alarm(texts: tuple[str, ...]) -> bool:
    """Tell whether a clause is nothing but a call for help: "urgent!", "help me please"."""
    left = set(texts) - closed_class("alarms")
    return len(left) < len(set(texts)) and left <= closed_class("beside_alarms")


def _is(text: str, asked: str) -> bool:
    if asked == _ANYONE:
        return text in closed_class("persons") or text in closed_class("subjects")
    return text == asked


def _tells_nothing_else(question: str, clauses: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether a sign is all that is told ("heavy bleeding"), and nothing is asked about it."""
    told = {text for texts in clauses for text in texts}
    asks = "?" in question or told & (closed_class("question_openers") | closed_class("yes_no_openers"))
    return not asks and any(told == set(phrase) for phrase in _phrases("emergency_signs"))


def _names_ones_own(texts: tuple[str, ...]) -> bool:
    """Tell whether "my" or "our" comes with a person, a part of the body or one's own care close behind."""
    breaks = closed_class("prepositions") | closed_class("determiners") | closed_class("helping_verbs")
    for at, owner in enumerate(texts):
        if owner not in ("my", "our"):
            continue
        for text in texts[at + 1 : at + 1 + _MAX_AFTER_OWNER]:
            if text in breaks:
                break
            if text in closed_class("persons") or _is_body_part(text) or text in closed_class("own_care"):
                return True
    return False


def _is_body_part(text: str) -> bool:
    return text in closed_class("body_parts") or text.removesuffix("s") in closed_class("body_parts")


@cache
def _phrases(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in language()[name])

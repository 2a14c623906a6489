"""Cutting a question into the parts that are decided on their own.

"What causes it and how is it treated?" is two questions. A cut is made at a question mark, or at a conjunction when
what follows is a question of its own ("how ...", "is ...") or when both sides ask for different topics.
Sentences before the question, as in a vignette, ask nothing: they are set aside as its setting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.question import Part, read_part
from assistant.words import language, words

_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=\S)|\n+")
_JOINT = re.compile(
    r"\s*(?:[,;]\s*(?:and|but|also|plus)?|\b(?:and|but|also|plus)\b(?:\s+also)?|&|\+)\s+", re.IGNORECASE
)


MOST_NAMED = 2
"""Content words up to which a part with a pronoun is completed."""
MOST_CARRIED = 4
"""Words of an earlier question that are a name; more are a clause, and what comes after is not about all of it."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A question taken apart."""

    asked: tuple[Part, ...]
    """At least one."""
    setting: str
    """What was told before the question, as in a vignette; empty when nothing was."""


def take_apart(text: str) -> Parts:
    """Cut a question into its parts.

    A part that points back ("why do they form?") and names nothing itself is completed with what the part before it, or
    the setting, is about.
    """
    sentences = [sentence.strip() for sentence in _SENTENCE.split(text) if words(sentence)]
    asking = [sentence for sentence in sentences if _asks(sentence)] or sentences[-1:] or [text]
    setting = " ".join(sentence for sentence in sentences if sentence not in asking)
    parts: list[Part] = []
    for part in (part for sentence in asking for part in _cut(sentence)):
        before = about(parts[-1]) if parts else about(read_part(setting))
        clause = bool(parts) and len(before.split()) > MOST_CARRIED
        # "How many develop it, and how is it treated?": it is the same in both, the document's disease.
        same = bool(parts) and _says_it(parts[-1]) and _says_it(part)
        complete = not before or clause or same or not points_back(part, after_question=bool(parts))
        parts.append(part if complete else read_part(f"{part.text.rstrip(' ?')} ({before})?"))
    return Parts(tuple(parts), setting)


def _says_it(part: Part) -> bool:
    return any(word.text in ("it", "its") for word in part.words)


def points_back(part: Part, *, after_question: bool) -> bool:
    """Tell whether a part needs what was said before it.

    After another question every pronoun does ("... and is it painful?"); after a setting only a demonstrative or plural
    one in a part that names little itself: "it" mostly means the document's disease.
    """
    focus = part.focus(frozenset())
    names = language()["pronouns"] if after_question else language()["demonstratives"]
    if any(word.text in names.split() for word in part.words):
        return len(focus) <= MOST_NAMED
    return not focus and not part.topics


def about(part: Part) -> str:
    """Return the words of a part that say what it is about; empty when it names nothing."""
    focus = part.focus(frozenset())
    return part.text[focus[0].start : focus[-1].end] if focus else ""


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or opens_question(sentence)


def opens_question(text: str) -> bool:
    """Tell whether a text begins as a question does: with a question word or a verb such as "is"."""
    first = next((word.text for word in words(text)), "")
    return first in _openers()


def _openers() -> frozenset[str]:
    return frozenset(f"{language()['yes_no_openers']} {language()['question_openers']}".split())


def _cut(sentence: str) -> list[Part]:
    for joint in _JOINT.finditer(sentence):
        left, right = read_part(sentence[: joint.start()]), read_part(sentence[joint.end() :])
        if not left.content and not left.wants:
            continue
        own_question = opens_question(right.text) and len(right.words) > 1 and opens_question(left.text)
        joined = any(word.isalpha() or word in "&+" for word in joint.group().split())
        other_topic = joined and bool(left.topics and right.topics) and not (left.topics.keys() & right.topics.keys())
        if (own_question and (right.content or right.wants)) or other_topic:
            return [left, *_cut(sentence[joint.end() :])]
    return [read_part(sentence)]

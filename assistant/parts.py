"""Cutting a question into the parts that are decided on their own.

"What causes it and how is it treated?" is two questions. A cut is made at a question mark, or at a conjunction when
what follows is a question of its own ("how ...", "is ...") or when both sides ask for different topics.
Sentences before the question, as in a vignette, ask nothing: they are set aside as its setting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.question import Part, asks_something, read_part
from assistant.words import closed_class, words
from corpus.sentences import ends_shortened

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
    sentences = [sentence for sentence in _sentences(text) if words(sentence)]
    telling = [sentence for sentence in sentences if _tells(sentence)] or sentences
    asking = [sentence for sentence in sentences if _asks(sentence)] or telling[-1:] or [text]
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
    names = closed_class("pronouns" if after_question else "demonstratives")
    if any(word.text in names for word in part.words):
        return len(focus) <= MOST_NAMED
    return not focus and not part.topics


def about(part: Part) -> str:
    """Return the words of a part that say what it is about; empty when it names nothing."""
    focus = part.focus(frozenset())
    return part.text[focus[0].start : focus[-1].end] if focus else ""


def _sentences(text: str) -> list[str]:
    """Return the sentences of a question; one may begin in lower case, as people type."""
    found: list[str] = []
    for piece in _SENTENCE.split(text):
        if found and ends_shortened(found[-1], piece):
            found[-1] = f"{found[-1]} {piece.strip()}"
        else:
            found.append(piece.strip())
    return found


def _asks(sentence: str) -> bool:
    return sentence.rstrip().endswith("?") or opens_question(sentence)


def _tells(sentence: str) -> bool:
    """Tell whether a sentence that is no question says what is wanted; "Thank you in advance." does not."""
    part = read_part(sentence)
    return asks_something(part) and part.words[0].text not in closed_class("thanks")


def opens_question(text: str) -> bool:
    """Tell whether a text begins as a question does, "please" apart: with a question word or a verb such as "is"."""
    courtesies = closed_class("courtesies")
    first = next((word.text for word in words(text) if word.text not in courtesies), "")
    return first in _openers()


def _openers() -> frozenset[str]:
    return closed_class("yes_no_openers") | closed_class("question_openers")


def _cut(sentence: str) -> list[Part]:
    compares = "comparison" in read_part(sentence).wants
    for joint in _JOINT.finditer(sentence):
        left, right = read_part(sentence[: joint.start()]), read_part(sentence[joint.end() :])
        if not left.content and not left.wants:
            continue
        asks = opens_question(right.text)
        joined = any(word.isalpha() or word in "&+" for word in joint.group().split())
        own_question = asks and opens_question(left.text) and _stand_apart(left, right, joined=joined)
        disjoint = bool(left.topics and right.topics) and not (left.topics.keys() & right.topics.keys())
        # What is compared may be two topics: "the difference between diagnosis and treatment".
        if own_question or (joined and disjoint and (asks or not compares)):
            return [left, *_cut(sentence[joint.end() :])]
    return [read_part(sentence)]


def _stand_apart(left: Part, right: Part, *, joined: bool) -> bool:
    """Tell whether two texts that begin as questions do are two: not "When" and "where is it?", not "is painful"."""
    verbs = closed_class("yes_no_openers")
    first, second = (word.text for word in right.words[:2]) if len(right.words) > 1 else ("", "")
    if not first or not (right.content or right.wants) or (len(left.words) == 1 and first not in verbs):
        return False
    if first in verbs:
        # "Is it painful?" has a subject, "and is painful" goes on.
        return len(right.words) > len(("is", "painful")) and second != "not"
    goes_on = (first in closed_class("relatives") and second in verbs) or _is_clause(right, verbs)
    return joined or not (goes_on or _is_clause(left, verbs))


def _is_clause(part: Part, verbs: frozenset[str]) -> bool:
    """Tell whether "when" or "where" opens no question: no verb such as "is" follows."""
    first, second = part.words[0].text, part.words[1].text if len(part.words) > 1 else ""
    return first in closed_class("conjunctions") and bool(second) and second not in verbs

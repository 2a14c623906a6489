"""Completing a follow-up from the conversation, without a chat model.

A follow-up is told by its form: it opens with "and ...", "what about ...", it is a bare question word, it points back
with a pronoun, or it points into the last answer ("the second one"). `readings` gives the ways it may be read, the
likeliest first and the words as they stand last; the evidence decides between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from assistant.parts import MOST_CARRIED
from assistant.pointing import pointed_at
from assistant.question import metadata_topics, read_part
from assistant.types import Turn
from assistant.words import Word, language, words

_PREPOSITIONAL = re.compile(
    r"\b(in|among|for|during|after|before|with|without|on|at|by)\s+((?:the\s+|an?\s+)?[\w-]+)", re.IGNORECASE
)
_POINTING = re.compile(
    r"\b(?:(?:that|this|the\s+other)\s+one|these\s+ones|those\s+ones|it|they|them)\b(?!')", re.IGNORECASE
)
LONGEST_FOLLOW_UP = 12
"""Words; a longer question is complete by itself."""


def readings(question: str, history: Sequence[Turn], subject: Set[str]) -> tuple[str, ...]:
    """Return the ways to read a question after `history`: one, the question itself, when it is no follow-up.

    `subject` holds the stems of the document's title, which need no carrying over.
    """
    before = _last_question(history, subject)
    if before is None:
        return (question,)
    pointed = pointed_at(question, history)
    if pointed is not None:
        return tuple(dict.fromkeys((pointed, question)))
    found = words(question)
    bare = _without_opener(question)
    opened = bare != question.strip()
    points_back = any(word.text in language()["pronouns"].split() for word in found)
    part = read_part(bare)
    if len(found) > LONGEST_FOLLOW_UP or _about_the_page(bare) or (part.content and not opened and not points_back):
        return (question,)
    if len(part.content) > 1 and not opened and _about_the_page(before):
        return (question,)
    carried = _carried(before, subject)
    if not part.content:
        return (_naming(bare, carried), question) if carried else (f"{bare.rstrip(' ?')}? {before}", question)
    if part.topics or part.wants - {"definition", "choice", "list"}:
        # It asks for something of its own: only what it is about is carried over.
        return tuple(dict.fromkeys((_naming(bare, carried) if carried else bare, question)))
    # A scrap such as "in adults?" says nothing alone.
    alone = (bare, question) if len(part.content) > 1 else ()
    return tuple(dict.fromkeys((_substituted(before, bare), *alone)))


def _about_the_page(question: str) -> bool:
    """Tell whether a question asks for codes, dates or people: what comes after it is not about them."""
    topics = read_part(question).topics
    return bool(topics) and topics.keys() <= metadata_topics()


def _last_question(history: Sequence[Turn], subject: Set[str]) -> str | None:
    """Return the last question of the reader, itself completed when it was a scrap.

    One that names something itself stands as it is: its "it" was the document's disease as likely as what came before.
    """
    asked = [place for place, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
    if not asked:
        return None
    last = history[asked[-1]].content
    if _without_opener(last) == last.strip() and read_part(last).focus(frozenset(subject)):
        return last
    return readings(last, history[: asked[-1]], subject)[0]


def _without_opener(question: str) -> str:
    openers = sorted((opener.strip() for opener in language()["follow_up_openers"].split(",")), key=len, reverse=True)
    pattern = r"^\s*(?:" + "|".join(re.escape(opener) for opener in openers) + r")\b[\s,:]*"
    return re.sub(pattern, "", question.strip(), count=1, flags=re.IGNORECASE)


def _carried(before: str, subject: Set[str]) -> str:
    """Return the words of the earlier question that name what it was about; nothing where they are a whole clause."""
    part = read_part(before)
    focus = part.focus(frozenset(subject))
    if not focus:
        return ""
    first, last = part.words.index(focus[0]), part.words.index(focus[-1])
    # Of "osteoma cutis" the second word may be the subject's too: a name is carried whole.
    while first > 0 and _of_name(part.words[first - 1], part.asking):
        first -= 1
    while last + 1 < len(part.words) and _of_name(part.words[last + 1], part.asking):
        last += 1
    named = before[part.words[first].start : part.words[last].end]
    return named if len(named.split()) <= MOST_CARRIED else ""


def _of_name(word: Word, asking: Set[str]) -> bool:
    return not word.filler and word.stem not in asking


def _naming(bare: str, carried: str) -> str:
    """Put what is carried over in the place of "it" or "that one", or at the end where nothing points back."""
    pointing = _POINTING.search(bare)
    if pointing is not None:
        return f"{bare[: pointing.start()]}{carried}{bare[pointing.end() :]}"
    return f"{bare.rstrip(' ?')} ({carried})?" if read_part(bare).content else f"{bare.rstrip(' ?')} {carried}?"


def _substituted(before: str, bare: str) -> str:
    """Put what the follow-up names in the place of its like in the earlier question, or at its end."""
    new = _PREPOSITIONAL.match(bare.strip())
    stem = before.rstrip(" ?.")
    if new is not None:
        old = next((m for m in _PREPOSITIONAL.finditer(stem) if m.group(1).lower() == new.group(1).lower()), None)
        phrase = bare.strip().rstrip(" ?.")
        if old is not None:
            return f"{stem[: old.start()]}{phrase}{stem[old.end() :]}?"
        return f"{stem} {phrase}?"
    focus = read_part(before).focus(frozenset())
    phrase = bare.strip().rstrip(" ?.")
    if focus:
        return f"{stem[: focus[-1].start]}{phrase}{stem[focus[-1].end :]}?"
    return f"{stem} {phrase}?"

"""Completing a follow-up from the conversation, without a chat model.

A follow-up is told by its form: it opens with "and ...", "what about ...", it is a bare question word, it points back
with a pronoun, or it points into the last answer ("the second one"). It is read in one way, which the reader is shown.
Asked as it stands besides, where that finds nothing, it finds what nobody asked for: of the follow-ups to the pages for
deciding seven were answered so, none of them rightly.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from assistant.parts import MOST_CARRIED, opens_question
from assistant.pointing import pointed_at
from assistant.question import Part, asks_something, metadata_topics, read_part
from assistant.substitution import Vectors, asked_of
from assistant.types import Turn
from assistant.words import Word, closed_class, language, words

_POINTING = re.compile(
    r"\b(?:(?:that|this|the\s+other)\s+one|these\s+ones|those\s+ones|it|they|them)\b(?!')", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
LONGEST_FOLLOW_UP = 12
"""Words; a longer question is complete by itself."""
NAMES_ITS_OWN = 2
"""Words besides the subject's and those of asking from which a question without a pronoun says what it is about."""


def reading(question: str, history: Sequence[Turn], subject: Set[str], vectors: Vectors) -> str:
    """Return a question completed from `history`; the question itself when it is no follow-up.

    `subject` holds the stems of the document's title, which need no carrying over; `vectors` tells which words are like
    each other.
    """
    before = _last_question(history, subject, vectors)
    if before is None:
        return question
    pointed = pointed_at(question, history)
    if pointed is not None:
        return pointed
    found = words(question)
    bare = _without_opener(question)
    opened = bare != question.strip() or _is_phrase(found)
    points_back = any(word.text in closed_class("pronouns") for word in found) or _is_scrap(found)
    part = read_part(bare)
    if (
        not part.words
        or len(found) > LONGEST_FOLLOW_UP
        or _about_the_page(bare)
        or not (opened or points_back or (asks_something(part) and not part.content))
    ):
        return question
    if len(part.content) > 1 and not opened and _about_the_page(before):
        return question
    if _means_the_subject(bare, before, subject):
        return bare
    if _means_what_was_asked_for(bare, before):
        return _beside(bare, before)
    carried = _carried(before, subject)
    if not part.content or _is_scrap(part.words):
        # "Where?" after "What is X?" is asked of X; "why?" after any other question is asked of all it says.
        if carried and (_POINTING.search(bare) or "definition" in read_part(before).wants):
            return _naming(bare, carried)
        return _beside(bare, before)
    if part.topics or part.wants - {"definition", "choice", "list"} or _is_clause(bare):
        # It asks for something of its own: only what it is about is carried over, where it does not say that itself.
        stands_alone = not points_back and len(part.focus(frozenset(subject))) >= NAMES_ITS_OWN
        return _naming(bare, carried) if carried and not stands_alone else bare
    return asked_of(before, bare, vectors)


def _means_the_subject(bare: str, before: str, subject: Set[str]) -> bool:
    """Tell whether "it" is the document's disease: the earlier question named that, or said "it" of it, too.

    Beside another word, as in "calcinosis universalis", the disease's is part of the name of something narrower.
    """
    pointing = _POINTING.search(bare)
    if pointing is None or pointing.group().lower() != "it":
        return False
    said = words(before)
    narrower = [not word.filler and word.stem not in subject for word in said]
    return any(
        word.text == "it" or (word.stem in subject and not any(narrower[max(0, place - 1) : place + 2]))
        for place, word in enumerate(said)
    )


def _means_what_was_asked_for(bare: str, before: str) -> bool:
    """Tell whether "it" is what the earlier question asked for and did not name: "Which form is the most severe?"."""
    pointing = _POINTING.search(bare)
    if pointing is None or pointing.group().lower() != "it":
        return False
    part = read_part(before)
    if len(part.words) < 2:
        return False
    first, second = part.words[:2]
    asks = before[first.start : first.end].lower() in closed_class("asking_determiners")
    return asks and _of_name(second, part.asking)


def _beside(bare: str, before: str) -> str:
    """Put the earlier question behind a follow-up that is asked of all it says."""
    return f"{bare.rstrip(' ?')} ({_SENTENCE_END.split(before.strip())[-1].rstrip(' ?.')})?"


def _is_scrap(found: Sequence[Word]) -> bool:
    """Tell whether a question has no verb of its own: "within what time?", "at what stage?"."""
    first = [word.text for word in found[:2]]
    return len(first) > 1 and first[0] in closed_class("prepositions") and first[1] in closed_class("question_openers")


def _is_phrase(found: Sequence[Word]) -> bool:
    """Tell whether a question is a noun behind a preposition and no more: "in children?", "without surgery?"."""
    said = [word.text for word in found]
    return said[:1] != [] and said[0] in closed_class("prepositions") and not any(map(opens_question, said[1:]))


def _is_clause(bare: str) -> bool:
    """Tell whether what a follow-up says is a question of its own, or a condition, and not just a noun."""
    return opens_question(bare) or words(bare)[0].text in closed_class("conditions")


def _about_the_page(question: str) -> bool:
    """Tell whether a question asks for codes, dates or people: what comes after it is not about them."""
    topics = read_part(question).topics
    return bool(topics) and topics.keys() <= metadata_topics()


def _last_question(history: Sequence[Turn], subject: Set[str], vectors: Vectors) -> str | None:
    """Return the last question of the reader, itself completed when it was a scrap.

    One that names something itself stands as it is: its "it" was the document's disease as likely as what came before.
    """
    asked = [place for place, turn in enumerate(history) if turn.role == "user" and turn.content.strip()]
    if not asked:
        return None
    last = history[asked[-1]].content
    if _without_opener(last) == last.strip() and read_part(last).focus(frozenset(subject)):
        return last
    return reading(last, history[: asked[-1]], subject, vectors)


def _without_opener(question: str) -> str:
    openers = sorted((opener.strip() for opener in language()["follow_up_openers"].split(",")), key=len, reverse=True)
    pattern = r"^\s*(?:" + "|".join(re.escape(opener) for opener in openers) + r")\b[\s,:]*"
    return re.sub(pattern, "", question.strip(), count=1, flags=re.IGNORECASE)


def _carried(before: str, subject: Set[str]) -> str:
    """Return the words of the earlier question that name what it was about; nothing where they are a whole clause.

    They begin at the first word that names something and go on over prepositions ("deposits in the skin") to a verb.
    """
    part = read_part(before)
    focus = part.focus(frozenset(subject))
    if not focus:
        return ""
    first = part.words.index(focus[0])
    # Of "osteoma cutis" the second word may be the subject's too: a name is carried whole.
    while first > 0 and _of_name(part.words[first - 1], part.asking):
        first -= 1
    end = _end_of_name(part, first)
    while end + 1 < len(part.words) and part.words[end].text in closed_class("prepositions"):
        after = end + 1 + (part.words[end + 1].text in closed_class("determiners"))
        if after == len(part.words) or not _of_name(part.words[after], part.asking):
            break
        end = _end_of_name(part, after)
    named = before[part.words[first].start : part.words[end - 1].end]
    return named if len(named.split()) <= MOST_CARRIED else ""


def _end_of_name(part: Part, first: int) -> int:
    """Return the number of the word behind a name; a verb that follows the name right away is none of it.

    In "does the acne scar?" and "did the drug work in children?" the last word of those that stand together is the verb
    of "does" and "did", in "is wine allowed?" what "is" is about.
    """
    end = first
    while end < len(part.words) and _of_name(part.words[end], part.asking):
        end += 1
    ends = end == len(part.words)
    helped = any(word.text in closed_class("helping_verbs") for word in part.words[:first])
    asked = ends and part.words[0].text in closed_class("yes_no_openers")
    verb_last = (helped and (ends or part.words[end].text in closed_class("prepositions"))) or asked
    return end - 1 if verb_last and end - first > 1 else end


def _of_name(word: Word, asking: Set[str]) -> bool:
    return not word.filler and word.stem not in asking


def _naming(bare: str, carried: str) -> str:
    """Put what is carried over in the place of "it" or "that one", or at the end where nothing points back."""
    pointing = _POINTING.search(bare)
    if pointing is not None:
        return f"{bare[: pointing.start()]}{carried}{bare[pointing.end() :]}"
    return f"{bare.rstrip(' ?')} ({carried})?" if read_part(bare).content else f"{bare.rstrip(' ?')} {carried}?"

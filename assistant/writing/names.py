"""The names and clinical terms of a sentence that its quotes do not hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from assistant.words import words
from assistant.writing.aligned import Aligned
from assistant.writing.wordings import is_term, word_class

_NAME = re.compile(r"(?<=[^\s.!?:]\s)(?:[A-Z][\w-]*|\w+[A-Z][\w-]*)")
_WORD = re.compile(r"[^\W_]+")
_ROMAN = ("I", "V", "X")


def unknown_terms(sentence: str, aligned: Aligned, english: Collection[str], around: Sequence[str]) -> Sequence[str]:
    """Return names and clinical terms that stand neither in the quotes nor around them.

    A name has a capital within the sentence; a clinical term is listed as one, or no word of everyday English
    has its stem. A name that is also a word of grammar ("US", "WHO", "May", the "A" of "Hepatitis A") is looked for
    with its capital, and a letter of a name behind the same word.
    """
    names = {match.group().lower() for match in _NAME.finditer(sentence)}
    strangers = [
        token.text
        for token in aligned.strangers()
        if token.text in names
        or is_term(token.senses)
        or token.text in word_class("bare_terms")
        or token.stem not in english
    ]
    return [*strangers, *_unknown_fillers(sentence, aligned, around)]


def _unknown_fillers(sentence: str, aligned: Aligned, around: Sequence[str]) -> Iterator[str]:
    written = (sentence[word.start : word.end] for word in words(sentence) if word.filler)
    fillers = {word for word in written if word[0].isupper()}
    if not fillers:
        return
    known = {word for text in around for word in _capitalised(text, quoted=True)} | {
        one for text in around for one in _initials(text)
    }
    letters = {pair for text in around for name in _letters(text) for pair in name}
    senses = frozenset(sense for quote in aligned.quotes for token in quote for sense in token.senses)
    named = {token.written for token in aligned.sentence if token.senses & senses}
    for name in _capitalised(sentence):
        if name in fillers and name not in known and name not in named:
            yield name
    for before, behind in _letters(sentence):
        if before[0] and before[1] not in named and before not in letters and behind not in letters:
            yield " ".join(before)


def _capitalised(text: str, *, quoted: bool = False) -> Iterator[str]:
    """Yield the words with a capital that begin no sentence.

    Of quotes, those too that begin a cell of a table, and those that a number follows ("May 29").
    """
    for match in _WORD.finditer(text):
        if not match.group()[0].isupper():
            continue
        before = text[: match.start()].rstrip(" \"'([")
        begins = not before or before[-1] in (".!?" if quoted else ".!?:")
        if not begins or (quoted and text[match.end() :].lstrip(" ")[:1].isdigit()):
            yield match.group()


def _letters(text: str) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    """Yield single capitals with the word before and with the word behind, over others of a list ("A, D, and K")."""
    said = [
        (text[word.start : word.end], "" if word.filler or word.text.isdigit() else word.stem, word.start)
        for word in words(text)
    ]
    single = [len(written) == 1 and written.isupper() for written, _, _ in said]
    linked = [written in ("and", "or", "to") for written, _, _ in said]
    for place, (letter, _, start) in enumerate(said):
        if not single[place] or letter in _ROMAN:
            continue
        # At the beginning of a sentence there is none before.
        head = place - 1 if text[:start].rstrip()[-1:] not in (".", ":", ";", "?", "!") else -1
        while head > 0 and (single[head] or (linked[head] and single[head - 1])):
            head -= 1
        behind = said[place + 1][1] if place + 1 < len(said) else ""
        yield (said[head][1] if head >= 0 else "", letter), (letter, behind)


def _initials(text: str) -> Iterator[str]:
    """Yield what the words with a capital in a row are shortened to: "World Health Organization" to "WHO"."""
    for match in re.finditer(r"[A-Z][\w]*(?:[ -](?:of |the |and )?[A-Z][\w]*)+", text):
        letters = "".join(word[0] for word in _WORD.findall(match.group()) if word[0].isupper())
        yield from (letters[a:b] for a in range(len(letters)) for b in range(a + 2, len(letters) + 1))

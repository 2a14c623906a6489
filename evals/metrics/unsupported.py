"""Unsupported sentences: the share of an answer's sentences that their own citations don't carry.

SourceCheckup (Wu et al. 2025, Nature Communications 16:3615) counts statements that no cited source supports; its
judge is a language model. Ours is lexical and errs on the side of "unsupported". A sentence is supported when one of
its citations holds and either it stands in the quotes word for word, or every number and every word stem of it does
(small words and the words that name a place, "listed under", apart), the headings cited counting as quoted, and it
denies neither more nor less than the quotes do. A number may also be the count of the list items quoted. It is
measured on what was shown: a refusal shows nothing, which is why n may be smaller here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from evals.metrics.metric import Metric, always
from evals.metrics.wording import fold, stands_in
from evals.types import Cited, Expected, Given

_SMALL_WORDS = """
a an and also are as at be been being but by can could do does for from had has have he her his i if in into
is it its may might of on or our she should so such than that the their them there these they this those to
was we were what when where which who will with would you your list listed lists under section sections named
names mentioned document
"""
SMALL = frozenset(_SMALL_WORDS.split())
NEGATIONS = frozenset(("no", "not", "never", "none", "neither", "nor", "without", "cannot"))
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def is_supported(sentence: str, citations: Sequence[Cited]) -> bool:
    """Return whether a sentence is carried by those of its citations that hold."""
    holding = [cited for cited in citations if cited.characters]
    if not holding:
        return False
    quotes = "\n".join(cited.quote for cited in holding)
    told = fold(sentence)
    if told.removeprefix("• ") in fold(quotes):
        return True
    sections = "\n".join(cited.section for cited in holding)
    evidence = fold(f"{quotes}\n{sections}")
    counted = {str(quotes.count("•")), str(len(quotes.splitlines()))}
    numbers = _NUMBER.findall(told)
    if not all(number in counted or stands_in(number, evidence) for number in numbers):
        return False
    words, known = _words(told), _words(evidence)
    if numbers and counted.issuperset(numbers) and words - SMALL <= _words(fold(sections)):
        # It tells how many there are and under which heading, and nothing of what they say.
        return True
    if bool(words & NEGATIONS) != bool(_words(fold(quotes)) & NEGATIONS):
        return False
    return _stems(words - SMALL) <= _stems(known)


def unsupported(expected: Expected, given: Given) -> float | None:
    """Return sentences that aren't supported / sentences shown; None when none was shown."""
    wrong = unsupported_sentences(given)
    return len(wrong) / len(given.statements) if given.statements else None


def unsupported_sentences(given: Given) -> tuple[str, ...]:
    """Return the sentences that aren't supported, in their order."""
    own = (*given.citations, *((),) * len(given.statements))
    return tuple(
        sentence for sentence, cited in zip(given.statements, own, strict=False) if not is_supported(sentence, cited)
    )


def _words(folded: str) -> frozenset[str]:
    found = _WORD.findall(folded.replace("n't", " not"))
    return frozenset(word.removesuffix("'s") for word in found)


def _stems(words: frozenset[str]) -> frozenset[str]:
    return frozenset(_stemmer().stemWords(sorted(words)))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english")


METRICS = (Metric("unsupported", "Unsupported sentences", always, unsupported, crashed=None, better="lower"),)

"""Whether a wording stands in a text: the one comparison that facts and forbidden strings share.

Letter case, white space and the kinds of dash and quotation mark don't matter. A wording that begins or ends with a
digit must not stand inside a longer number: "5" is not in "15" or "5.2", "10%" is in "10%-20%".
"""

from __future__ import annotations

import re

_SAME = str.maketrans({"–": "-", "—": "-", "‑": "-", "−": "-", "’": "'", "‘": "'", "“": '"', "”": '"'})


def fold(text: str) -> str:
    """Return the text as it is compared."""
    return " ".join(text.translate(_SAME).casefold().split())


def places_of(wording: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return where a wording stands in a text, by the same rule as `stands_in`."""
    words = wording.translate(_SAME).split()
    if not words:
        return ()
    before, after = _ends("".join(words))
    pattern = before + r"\s+".join(map(re.escape, words)) + after
    return tuple(match.span() for match in re.finditer(pattern, text.translate(_SAME), re.IGNORECASE))


def stands_in(wording: str, text: str) -> bool:
    """Return whether the wording stands in the text."""
    folded = fold(wording)
    before, after = _ends(folded)
    return re.search(before + re.escape(folded) + after, fold(text)) is not None


def _ends(folded: str) -> tuple[str, str]:
    before = r"(?<!\d)(?<!\d[.,])" if folded[:1].isdigit() else ""
    after = r"(?!\d|[.,]\d)" if folded[-1:].isdigit() else ""
    return before, after

"""Words that were broken at the end of a printed line are made whole."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"(?P<left>[^\W_]+(?:-[^\W_]+)*)[-\u2010\u00ad]$")


_COMPOUNDS = frozenset({
    "all", "cross", "follow", "half", "high", "ill", "long", "low", "self", "short", "well",
})  # fmt: skip
"""First parts that are written with a hyphen ("well-lit"), whatever else the document says."""


class Joiner:
    """Joins printed lines; the words that the document has within its lines say which hyphens are its own."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: set[str] = set()
        for line in lines:
            # The last word of a line may be half of one, and so may the first of the next.
            self._words.update(word.casefold() for word in _WORD.findall(line)[1:-1])

    def join(self, before: str, after: str, space: str = " ") -> str:
        """Return two lines as one; `space` stands where a line or a page ends."""
        broken = _BROKEN.search(before)
        if broken is None or not after or not after[0].isalnum():
            return f"{before}{space}{after}" if before else after
        first, rest = re.match(r"(\S+)(.*)", after, re.DOTALL).groups()  # type: ignore[union-attr]
        hyphen = "-" if before[-1] != "\u00ad" and self._keeps(broken["left"], first) else ""
        # The page turns behind a word that stands on both.
        turn = space if space.strip(" ") else ""
        return f"{before[:-1]}{hyphen}{first}{turn}{rest}"

    def _keeps(self, left: str, after: str) -> bool:
        found = _WORD.match(after)
        if found is None or after[0].isupper() or left[-1].isdigit():
            return True
        left, right = left.casefold(), found[0].casefold()
        if f"{left}{right}" in self._words:
            return False
        if f"{left}-{right}" in self._words or len(left) == 1 or "-" in left or left in _COMPOUNDS:
            return True
        return left in self._words and right in self._words and len(right) > 3

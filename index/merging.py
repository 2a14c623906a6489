"""Which segments are rewritten when others come or go, so that there are never many and none is mostly dead.

Every segment costs a search over the library some 2 ms, and rewriting costs 1 ms a passage, encoding nothing. So small
ones are merged when there are several of a size, as Lucene's `LogMergePolicy` does, and large ones are left alone: what
changing one document may cost is bounded by `MOST_PASSAGES`, however large the collection is, and on the average a
passage is rewritten at most four times before its segment is large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_PASSAGES = 16_384
"""Passages of one segment that merging makes, unless one document has more."""
_SEGMENTS_OF_A_BUILD = 6
_MOST_OF_A_BUILD = 131_072
"""Searching one graph of 32,000 passages takes little longer than one of 4,000, so that a large collection built at
once gets few segments; but a graph takes the longer a passage the larger it is, and a builder holds one in memory."""
LARGE = 4096
"""Segments with so many passages are not merged any more."""
_TIERS = ((256, 8), (1024, 4), (LARGE, 4))
"""Segments with fewer passages than the first number are merged as soon as there are as many as the second."""


def portion_size(passages: int) -> int:
    """Return how many passages go into one segment where so many are written at once."""
    return min(max(MOST_PASSAGES, -(-passages // _SEGMENTS_OF_A_BUILD)), _MOST_OF_A_BUILD)


@dataclass(frozen=True, slots=True)
class Size:
    """How many passages a segment holds, and how many of these are still looked for."""

    held: int
    live: int


def to_rewrite(sizes: Sequence[Size], added: int) -> set[int]:
    """Return the numbers of the segments whose live documents go into a new segment, in a change that adds passages.

    Args:
        sizes: of the segments there are, in any order; none of them empty of live documents.
        added: passages that the change adds, for which there will be a new segment; 0 when it only removes.
    """
    chosen = {
        number
        for number, size in enumerate(sizes)
        if size.held - size.live > size.live and size.live <= MOST_PASSAGES // 2
    }
    lowest = 0
    for below, most in _TIERS:
        of_tier = [n for n, size in enumerate(sizes) if n not in chosen and lowest <= size.live < below]
        moved = added + sum(sizes[number].live for number in chosen)
        joins = moved > 0 and lowest <= moved < below
        if len(of_tier) + joins >= most:
            of_tier.sort(key=lambda number: sizes[number].live)
            room = MOST_PASSAGES - moved
            for number in of_tier:
                room -= sizes[number].live
                if room < 0:
                    break
                chosen.add(number)
        lowest = below
    return chosen

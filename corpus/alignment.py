"""Bodies whose heading line is missing find their heading by order.

Between two headings that a page does print stand one or more bodies, and the inventory says which headings belong
there. Bodies and headings are both in order, so this is an alignment, solved by dynamic programming: a heading may stay
without a body, and bodies may share a heading, each at a cost; a body that looks like codes belongs to that topic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_EMPTY_HEADING = 2.0
_SHARED_AFTER_MARKER = 4.0
_SHARED_AFTER_GAP = 0.5
_RIGHT_KIND = 3.0
_NONE = float("-inf")


@dataclass(frozen=True, slots=True)
class Body:
    """Lines of a page that belong together."""

    start: int
    """Index of its first line."""
    end: int
    kind: str
    """"codes" when its lines are codes, "text" otherwise."""
    after_marker: bool
    """The body before it ended in a withheld marker, or was of another kind: a border that is hardly ever wrong."""


def align(bodies: Sequence[Body], topics: Sequence[str], *, anchored: bool) -> list[list[Body]]:
    """Return the bodies of each heading, in order.

    `topics` are the topics of the headings; with `anchored` the first of them is printed right above the first body,
    which it therefore owns. Ties go to the earlier heading.
    """
    if not topics:
        return []
    result: list[list[Body]] = [[] for _ in topics]
    if not bodies:
        return result
    # best[j]: score with the bodies so far placed and the last of them under heading j.
    steps: list[list[int]] = []
    best = [
        _fit(bodies[0], topic) - _EMPTY_HEADING * index if index == 0 or not anchored else _NONE
        for index, topic in enumerate(topics)
    ]
    for body in bodies[1:]:
        shared = _SHARED_AFTER_MARKER if body.after_marker else _SHARED_AFTER_GAP
        scores, came = [], []
        for index, topic in enumerate(topics):
            options = [(best[index] - shared, index)]
            options += [(best[earlier] - _EMPTY_HEADING * (index - earlier - 1), earlier) for earlier in range(index)]
            score, before = max(options, key=lambda option: (option[0], -option[1]))
            scores.append(score + _fit(body, topic))
            came.append(before)
        best = scores
        steps.append(came)
    finals = [score - _EMPTY_HEADING * (len(topics) - 1 - index) for index, score in enumerate(best)]
    at = max(range(len(topics)), key=lambda index: (finals[index], -index))
    for place in range(len(bodies) - 1, -1, -1):
        result[at].append(bodies[place])
        if place:
            at = steps[place - 1][at]
    for found in result:
        found.reverse()
    return result


def _fit(body: Body, topic: str) -> float:
    if body.kind == "codes":
        return _RIGHT_KIND if topic == "codes" else -_RIGHT_KIND
    return -_RIGHT_KIND if topic == "codes" and body.kind == "text" else 0.0

"""Where the sentences of a paragraph begin and end, with offsets that hold exactly.

sentencex (the segmenter of the Wikimedia Foundation) knows "e.g.", "Dr.", "vs." and decimals. It breaks after some
abbreviations of clinical prose ("sp.", "approx."); a break is taken back where the next piece could begin no sentence or
the piece before ends in an abbreviation that is never last. Its pieces are parts of the text, so that offsets are
their lengths.
"""

from __future__ import annotations

import re

_NEVER_LAST = re.compile(
    r"(?:^|[\s(\[/–—-])(?:approx|ca|cf|vs|v|e\.g|i\.e|viz|incl|resp|esp|fig|figs|tab|no|nos|vol|ed|eds|pp|p|ch|sect|eq|ref|refs|dr|drs|mr|mrs|ms|prof|st|"
    r"gen|sp|spp|ssp|subsp|var|cv|serov|subtyp|dept|max|min|temp|wt|ht|mt|ft|inj|tabl|caps|susp|soln|conc|std|avg|est|al)\.$",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"(?:^|\s|\.)[A-Z]\.$")
_STARTS_LOW = re.compile(r"[\s\"'“‘(\[]*[a-zµα-ω%,;:)\]–—/=<>≤≥±+]")
_STARTS_NUMBER = re.compile(r"\s*\d")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the half-open span of each sentence, in order, without the white space around it."""
    from sentencex import segment

    spans: list[tuple[int, int]] = []
    at = 0
    for piece in segment("en", text):
        end = at + len(piece)
        if text[at:end] != piece:
            at = text.find(piece, at)
            if at < 0:
                raise ValueError("sentencex returned a piece that is not in the text")
            end = at + len(piece)
        if spans and _continues(text, spans[-1], at):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((at, end))
        at = end
    return [span for start, end in spans if (span := _trim(text, start, end)) is not None]


def _continues(text: str, before: tuple[int, int], at: int) -> bool:
    head = text[before[0] : before[1]].rstrip()
    rest = text[at : at + 40]
    if head.endswith(("!", "?")):
        return False
    if _STARTS_LOW.match(rest):
        return True
    return _NEVER_LAST.search(head[-24:]) is not None and not head.endswith(" al.")


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None

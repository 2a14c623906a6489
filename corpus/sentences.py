"""Where the sentences of a paragraph begin and end, with offsets that hold exactly.

sentencex (the segmenter of the Wikimedia Foundation) knows "e.g.", "Dr." and decimals. On clinical prose it errs in
two ways. It breaks after abbreviations it does not know ("Candida sp. are"): a break is taken back where the next piece
cannot begin a sentence, or the piece before ends in an abbreviation that is never last. And it takes a short word in
capitals for one ("relapsing MS. The", "vitamin D. A child"): a break is added there. Its pieces are parts of the text
in order, so that offsets are sums of their lengths.
"""

from __future__ import annotations

import itertools
import re

_NEVER_LAST = re.compile(
    r"(?:^|[\s(\[/–—-])(?:[Aa]pprox|[Cc]a|[Cc]f|vs|[Ee]\.g|[Ii]\.e|viz|[Ii]ncl|[Rr]esp|[Ee]sp|Drs?|Mr|Mrs|Ms|Prof|St)\.$"
)
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(\[])(?:[Ff]igs?|[Tt]ab|[Nn]os?|[Vv]ol|[Ee]ds?|pp?|[Cc]h|[Ee]q|[Rr]efs?|[Ss]ect|[Cc]a)\.$"
)
_GENUS = re.compile(r"(?:^|\s)[A-Z]\.$")
_NO_BEGINNING = re.compile(r"[\s\"'“‘(\[]*[a-zµα-ω%,;:)\]–—/=<>≤≥±+]")
_OPENERS = (
    "The|A|An|In|It|Its|This|These|Those|That|They|There|Their|He|She|We|You|If|When|While|Where|Whereas|As|At|On|By|But|"
    "And|Or|For|From|To|With|Without|However|Although|Though|Because|Since|Some|Most|Many|Several|Other|Another|Both|Each|"
    "All|Any|No|Not|One|Two|Patients|People|Children|Adults|Infants|Women|Men|Treatment|Symptoms|Signs|Lesions|Diagnosis|"
    "After|Before|During|Also|Such|Common|Rarely|Usually|Often|Approximately|About|See|What|How|Who|Why|Is|Are|Do|Does|Can"
)
_MISSED = re.compile(
    r"(?<=[a-z]\.\))\s+(?=[A-Z])"
    r"|(?<=\s[A-Z]{2}\.)\s+(?=[A-Z][a-z])|(?<=\s[A-Z]{3}\.)\s+(?=[A-Z][a-z])|(?<=\s[A-Z]{4}\.)\s+(?=[A-Z][a-z])"
    rf"|(?<=[a-z]\s[A-Z0-9]\.)\s+(?=(?:{_OPENERS})\s)|(?<=[A-Z]\.[A-Z]\.)\s+(?=(?:{_OPENERS})\s)"
)
_YES_OR_NO = re.compile(r"(?:Yes|No)\.(?=\s+[A-Z])")


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the half-open span of each sentence, in order, without the white space around it."""
    from sentencex import segment

    borders = [0]
    for piece in segment("en", text):
        at = borders[-1]
        end = at + len(piece)
        if text[at:end] != piece:
            # Pieces have always been the text cut up; a later version that drops something must not shift the rest.
            at = text.find(piece, at)
            if at < 0:
                raise ValueError("sentencex returned a piece that is not in the text")
            end = at + len(piece)
        if at and _continues(text[max(borders[-1] - 24, 0) : borders[-1]], text[at : at + 40]):
            borders[-1] = end
        else:
            borders.append(end)
    if first := _YES_OR_NO.match(text):
        borders.append(first.end())
    borders.extend(missed.end() for missed in _MISSED.finditer(text) if _outside_brackets(text, missed.start()))
    borders = sorted({*borders, len(text)})
    return [span for start, end in itertools.pairwise(borders) if (span := trim(text, start, end)) is not None]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the span without the white space around it, None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if end > start else None


def _continues(before: str, rest: str) -> bool:
    """Tell whether a break between two pieces is none."""
    before = before.rstrip()
    if before.endswith(("!", "?")):
        return False
    return _NO_BEGINNING.match(rest) is not None or ends_shortened(before, rest)


def ends_shortened(before: str, rest: str) -> bool:
    """Tell whether a text ends in an abbreviation that goes on with the next: "vs." with anything, "Fig." with 2."""
    if _NEVER_LAST.search(before):
        return True
    genus = rest[:1].islower() and _GENUS.search(before) is not None
    return genus or (rest.lstrip()[:1].isdigit() and _BEFORE_NUMBER.search(before) is not None)


def _outside_brackets(text: str, at: int) -> bool:
    near = text[max(0, at - 400) : at]
    return near.count("(") <= near.count(")")

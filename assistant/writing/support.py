"""What the gate's model sees of a sentence beside its quotes: numbers by name, each about one way to say too much."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence

import numpy as np
from rapidfuzz.distance import LCSseq

from assistant.lexicon import weight
from assistant.words import words
from assistant.writing.aligned import Aligned, Token
from assistant.writing.claims import claims
from assistant.writing.quantities import Quantity, quantities, unlike

FAR = 12
"""Words; a greater distance counts as this."""
NEAR_NUMBER = 5
"""Words on each side of a number that say what it counts."""


def support_features(
    sentence: str, quotes: Sequence[str], aligned: Aligned, english: Collection[str]
) -> dict[str, float]:
    """Return the features by name; `english` holds the stems of everyday words."""
    return {
        **_coverage(aligned),
        **_order(aligned),
        **_cutting(aligned),
        **_binding(sentence, quotes),
        **claims(aligned, english),
        "quotes": float(len(quotes)),
    }


def _coverage(aligned: Aligned) -> dict[str, float]:
    told, content = aligned.sentence, aligned.content
    weights = np.array([0.05 + weight(told[place].stem) for place in content])
    inside = np.array([bool(aligned.places[place]) for place in content], dtype=bool)
    known = np.array([aligned.known[place] for place in content], dtype=bool)
    literal = np.array([_literal(aligned, place) for place in content], dtype=bool)
    total = weights.sum() or 1.0
    strangers = aligned.strangers()
    best = [_share(aligned, content, number) for number in range(len(aligned.quotes))]
    return {
        "words": float(len(told)),
        "share_in_quotes": float(weights[inside].sum() / total),
        "share_known": float(weights[known].sum() / total),
        "share_literal": float(weights[literal].sum() / total),
        "strangers": float(len(strangers)),
        "stranger_weight": max((weight(token.stem) for token in strangers), default=0.0),
        "joining_strangers": float(sum(told[place].joining and not aligned.known[place] for place in content)),
        "share_of_best_quote": max(best, default=0.0),
        "quote_used": max((_used(aligned, number) for number in range(len(aligned.quotes))), default=0.0),
        "length_to_quotes": len(told) / max(1, sum(map(len, aligned.quotes))),
    }


def _literal(aligned: Aligned, place: int) -> bool:
    stem = aligned.sentence[place].stem
    return any(aligned.quotes[quote][there].stem == stem for quote, there in aligned.places[place])


def _share(aligned: Aligned, content: Sequence[int], number: int) -> float:
    found = sum(any(quote == number for quote, _ in aligned.places[place]) for place in content)
    return found / len(content) if content else 0.0


def _used(aligned: Aligned, number: int) -> float:
    """Return the share of a quote's words that say something which the sentence uses."""
    quote = aligned.quotes[number]
    content = [place for place, token in enumerate(quote) if not token.filler]
    used = {place for places in aligned.places for other, place in places if other == number}
    return len(used.intersection(content)) / len(content) if content else 0.0


def _order(aligned: Aligned) -> dict[str, float]:
    """How far the sentence keeps the quotes' order, their neighbourhoods and their clauses."""
    stems = [token.stem for token in aligned.sentence]
    known = [[token.stem for token in quote] for quote in aligned.quotes]
    pairs = {pair for quote in known for pair in itertools.pairwise(quote)}
    triples = {triple for quote in known for triple in zip(quote, quote[1:], quote[2:], strict=False)}
    own_pairs = list(itertools.pairwise(stems))
    own_triples = list(zip(stems, stems[1:], stems[2:], strict=False))
    placed = [place for place in aligned.content if aligned.places[place]]
    gaps = [_gap(aligned, one, other) for one, other in itertools.pairwise(placed)]
    clauses = [_clause_share(aligned, clause) for clause in {aligned.sentence[place].clause for place in placed}]
    return {
        "pairs": sum(pair in pairs for pair in own_pairs) / max(1, len(own_pairs)),
        "triples": sum(triple in triples for triple in own_triples) / max(1, len(own_triples)),
        "common_run": max((LCSseq.similarity(stems, quote) for quote in known), default=0) / max(1, len(stems)),
        "gap_mean": float(np.mean(gaps)) if gaps else 0.0,
        "gap_most": float(max(gaps, default=0)),
        "backward": sum(gap < 0 for gap in (_step(aligned, a, b) for a, b in itertools.pairwise(placed)))
        / max(1, len(placed) - 1),
        "clause_least": min(clauses, default=1.0),
        "clause_mean": float(np.mean(clauses)) if clauses else 1.0,
    }


def _cutting(aligned: Aligned) -> dict[str, float]:
    """How the sentence could be cut from the quotes: runs that keep their order, and what is left out or put in.

    What is left out is ragged when it begins within one clause of the quote and ends within another: then the words on
    its two sides did not speak of each other.
    """
    stems = [token.stem for token in aligned.sentence]
    quote = max(aligned.quotes, key=lambda one: LCSseq.similarity(stems, [token.stem for token in one]), default=())
    ragged, inside, put_in, joined = 0, 0, 0, 0
    last = -1
    steps = LCSseq.opcodes(stems, [token.stem for token in quote])
    for step in steps:
        if step.tag == "equal":
            left_out = quote[last + 1 : step.dest_start] if last >= 0 else ()
            said = sum(not token.filler for token in left_out)
            before, after = quote[last], quote[step.dest_start]
            if said and before.clause != after.clause:
                whole = _ends_clause(quote, last) and _begins_clause(quote, step.dest_start)
                ragged += not whole
            elif said:
                inside += said
            last = step.dest_end - 1
        else:
            new = aligned.sentence[step.src_start : step.src_end]
            put_in += sum(not token.filler for token in new)
            joined += sum(token.filler for token in new)
    first = next((step.dest_start for step in steps if step.tag == "equal"), 0)
    content = len(aligned.content)
    return {
        "runs": float(_runs(aligned)),
        "runs_share": _runs(aligned) / max(1, content),
        "ragged": float(ragged),
        "left_out_inside": float(inside),
        "put_in": put_in / max(1, content),
        "joined_in": float(joined),
        "starts_clause": float(_begins_clause(quote, first)) if quote else 0.0,
        "ends_clause": float(_ends_clause(quote, last)) if quote else 0.0,
    }


def _begins_clause(quote: Sequence[Token], place: int) -> bool:
    clause = quote[place].clause
    return all(token.filler or token.clause != clause for token in quote[:place])


def _ends_clause(quote: Sequence[Token], place: int) -> bool:
    clause = quote[place].clause
    return all(token.filler or token.clause != clause for token in quote[place + 1 :])


def _runs(aligned: Aligned) -> int:
    """Return into how many runs of the quotes' own order the sentence falls; two facts exchanged make four."""
    runs = 0
    here: tuple[int, int] | None = None
    for place in aligned.content:
        places = aligned.places[place]
        if not places:
            continue
        forward = [p for p in places if here is not None and p[0] == here[0] and 0 < p[1] - here[1] <= FAR]
        if not forward:
            runs += 1
        here = min(forward) if forward else min(places)
    return runs


def _gap(aligned: Aligned, one: int, other: int) -> int:
    """Return how far apart two words of the sentence stand in a quote, at the least; `FAR` when in none together."""
    distances = [abs(a - b) for quote, a in aligned.places[one] for same, b in aligned.places[other] if same == quote]
    return min(min(distances, default=FAR), FAR)


def _step(aligned: Aligned, one: int, other: int) -> int:
    """Return the step from one word to the next in the quotes, the nearest; negative when it goes back."""
    steps = [b - a for quote, a in aligned.places[one] for same, b in aligned.places[other] if same == quote]
    return min(steps, key=abs, default=0)


def _clause_share(aligned: Aligned, clause: int) -> float:
    """Return the most of a clause's placed words that one clause of a quote holds."""
    own = [p for p in aligned.content if aligned.sentence[p].clause == clause and aligned.places[p]]
    held: dict[tuple[int, int], int] = {}
    for place in own:
        for where in {(quote, aligned.quotes[quote][there].clause) for quote, there in aligned.places[place]}:
            held[where] = held.get(where, 0) + 1
    return max(held.values(), default=0) / len(own) if own else 1.0


def _binding(sentence: str, quotes: Sequence[str]) -> dict[str, float]:
    """Whether each number counts what it counts in the quotes."""
    stated = quantities(sentence)
    known = [(quantity, quote) for quote in quotes for quantity in quantities(quote)]
    shares = [
        _bound_share(one, sentence, [(k, t) for k, t in known if (k.low, k.high) == (one.low, one.high)])
        for one in stated
    ]
    return {
        "numbers": float(len(stated)),
        "numbers_unlike": float(len(unlike(stated, [quantity for quantity, _ in known]))),
        "number_bound_least": min(shares, default=1.0),
        "numbers_in_quotes": float(len(known)),
    }


def _bound_share(one: Quantity, told: str, same: Sequence[tuple[Quantity, str]]) -> float:
    """Return the share of the words next to a number that stand next to the same number in a quote, the best."""
    own = _beside(told, one)
    if not own or not same:
        return 1.0 if same else 0.0
    return max(len(own & _beside(text, quantity, 2 * NEAR_NUMBER)) / len(own) for quantity, text in same)


def _beside(text: str, quantity: Quantity, reach: int = NEAR_NUMBER) -> frozenset[str]:
    said = [word for word in words(text) if not word.filler and not any(c.isdigit() for c in word.text)]
    before = [word.stem for word in said if word.end <= quantity.start][-reach:]
    after = [word.stem for word in said if word.start >= quantity.end][:reach]
    return frozenset(before + after)


def feature_row(features: Mapping[str, float], names: Sequence[str]) -> np.ndarray:
    """Return float64 (1, names)."""
    return np.array([[features[name] for name in names]])

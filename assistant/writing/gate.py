"""The gate: a written sentence is released only when the quotes that it cites support it.

Rules first, each of which blocks alone: numbers, units, ranges, dates and codes stand in the quotes as stated;
names and clinical terms stand there or are listed synonyms; denials and opposites agree. What passes them is weighed
by a forest over lexical and alignment features and read beside the quotes by the close reader; a regression over both
decides (`gate_model.json`, `python -m evals.fit.gate`). An owner's NLI model may decide instead (`entailment.py`).
`wardbook eval gate` measures both errors.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from assistant.forest import Forest, forest_from_json
from assistant.regression import Regression, regression_from_json
from assistant.words import stem
from assistant.writing.aligned import Aligned, align
from assistant.writing.claims import denied_around, drops_denial
from assistant.writing.entailment import SupportReader
from assistant.writing.names import unknown_terms
from assistant.writing.plain import plain
from assistant.writing.quantities import codes, miscounted, turned_signs
from assistant.writing.spelling import spelled, without_thousands
from assistant.writing.support import feature_row, support_features
from assistant.writing.wordings import word_class

MODEL = Path(__file__).parent / "gate_model.json"
VERBATIM = "verbatim"
MOST_WORDS = 60
_MARKUP = re.compile(
    r"<(?!\s?\d)|^\s*>|>(?!\s?\d)|\*(?!\d)|(?<!\w)\*|[{}`#\\|]|https?:|www\.|\]\(|[\x00-\x08\x0b-\x1f\x7f‪-‮⁦-⁩]"
)
"""Not "<50" and "HLA-B*27"."""
_CELL = re.compile(r"(?:^|; )([^:;]+): ([^;]+)")
"""Of a table's row in words: "Stage: IIC; Tumor: any size"."""
_CLAUSE_ENDS = re.compile(r"(?:[.;:–]|, (?:and|but))\s+")
_GOES_ON = re.compile(r", (?:and|or|but) |; (?:(?:and|or|but) )?")
_BREAKS = re.compile(r"[,;:]")


@dataclass(frozen=True, slots=True)
class Sources:
    """What a sentence is checked against."""

    quotes: tuple[str, ...]
    """The quotes that it cites."""
    around: tuple[str, ...]
    """The document's title and the headings of the quotes."""
    long_forms: Mapping[str, str] = field(default_factory=dict)
    """Abbreviation in lower case -> long form, as the document defines them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of a sentence."""

    released: bool
    why: str
    """"verbatim", a whole quote, or "supported"; else the rule that blocked it."""
    support: float
    """Probability that the quotes support it; 0 when a rule blocked it, 1 when it stands there word for word."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence and its quotes as the rules saw them."""

    sentence: str
    quotes: tuple[str, ...]
    """Like the sentence with quantities written in one way."""
    fault: str | None
    """The rule that blocks it, `VERBATIM` when it is a quote, None when the model is to decide."""
    features: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class GateModel:
    """The fitted check."""

    first: Forest
    """Over what `support.py` describes."""
    last: Regression
    """Over the forest's log-odds and the reader's."""
    release_from: float
    """The support from which a sentence is released."""

    def support(self, features: Mapping[str, float], read: float) -> float:
        """Return the probability that a sentence is supported; `read` is the reader's log-odds."""
        return self.last.probabilities({"first": self.log_odds(features), "read": read})["yes"]

    def log_odds(self, features: Mapping[str, float]) -> float:
        """Return the forest's log-odds."""
        chance = float(self.first.probability(feature_row(features, self.first.features))[0])
        return math.log(chance / (1.0 - chance))


@cache
def read_gate_model(path: Path = MODEL) -> GateModel:
    """Read the fitted check."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return GateModel(forest_from_json(data["first"]), regression_from_json(data["last"]), data["release_from"])


class Gate:
    """Checks sentences."""

    def __init__(
        self, english: Collection[str], reader: SupportReader, model: GateModel | None, least_log_odds: float = 0.0
    ) -> None:
        """Take the words of everyday English, a reader, and the model that was fitted with it.

        Without a model, for a reader of the owner's, what it says decides: a sentence is released from
        `least_log_odds` on.
        """
        self._english = frozenset(map(stem, english))
        self._reader = reader
        self._model = model
        self._least_log_odds = least_log_odds

    def check(self, sentence: str, sources: Sources) -> Verdict:
        """Say whether the sources support a sentence; without a quote none is supported."""
        fault = form_fault(sentence) or (None if sources.quotes else "no citation")
        if fault and not (fault == "markup" and _is_copied(sentence, sources.quotes)):
            return Verdict(False, fault, 0.0)
        seen = self.see(sentence, sources)
        if seen.fault == VERBATIM:
            return Verdict(True, VERBATIM, 1.0)
        if seen.fault:
            return Verdict(False, seen.fault, 0.0)
        read = self._reader.log_odds(seen.sentence, seen.quotes)
        if self._model is None:
            support, released = 1.0 / (1.0 + math.exp(-read)), read >= self._least_log_odds
        else:
            support = self._model.support(seen.features, read)
            released = support >= self._model.release_from
        return Verdict(released, "supported" if released else "unsupported", support)

    def see(self, sentence: str, sources: Sources) -> Seen:
        """Apply the rules, and describe what they let pass to the model."""
        told, quotes = plain(sentence), tuple(map(plain, sources.quotes))
        if any(_folded(sentence) == _folded(quote) for quote in sources.quotes):
            return Seen(told, quotes, VERBATIM, {})
        if any(_is_cut_short(_lower(told), _lower(quote)) for quote in quotes):
            return Seen(told, quotes, "cut", {})
        aligned = align(told, quotes, sources.around, sources.long_forms)
        features = support_features(told, quotes, aligned, self._english)
        around = (*quotes, *sources.around)
        return Seen(told, quotes, self._fault(told, quotes, around, aligned, features), features)

    def _fault(
        self,
        sentence: str,
        quotes: Sequence[str],
        around: Sequence[str],
        aligned: Aligned,
        features: Mapping[str, float],
    ) -> str | None:
        """Return the rule that blocks a sentence, None when none does."""
        if features["numbers_unlike"] or miscounted(sentence, quotes):
            return "number"
        told = " ".join(around)
        if not codes(sentence) <= codes(told) or turned_signs(sentence, told):
            return "code"
        if unknown_terms(sentence, aligned, self._english, around):
            return "term"
        if (features["denials"] and not features["denials_given"]) or drops_denial(aligned, self._english):
            return "negation"
        if features["sides_turned"]:
            return "opposite"
        return "addressed" if features["to_reader"] and not _says_so(aligned) else None


def _is_cut_short(sentence: str, quote: str) -> bool:
    """Return whether a sentence leaves out what limits its quote ("In one of four, ..."), part of a list or cell."""
    before, found, after = quote.partition(sentence)
    left_out = _CLAUSE_ENDS.split(before)[-1].split()
    if found and (denied_around(before, after) or (not before and _goes_on_cut(after))):
        return True
    if found and left_out and (not after or after.startswith(". ")):
        return left_out[0] in word_class("limiting")
    cells = dict(_CELL.findall(quote))
    return len(cells) > 1 and any(cells.get(name, value) != value for name, value in _CELL.findall(sentence))


def _goes_on_cut(after: str) -> bool:
    """Return whether what a quote says behind its beginning belongs to that: a limit ("; only in ..."), more of a list.

    A main clause of its own does not: it begins with what it is about, and has a verb before the next comma.
    """
    rest = _GOES_ON.match(after)
    if not rest:
        return False
    clause = _BREAKS.split(after[rest.end() :])[0].split()
    return not clause or clause[0] in word_class("limiting") or not word_class("finite") & set(clause[1:])


def form_fault(sentence: str) -> str | None:
    """Return what is wrong with a sentence as such: nothing said, asked, too much said, markup; None for nothing."""
    if not any(character.isalpha() for character in sentence):
        return "empty"
    if sentence.rstrip().endswith("?"):
        return "question"
    if len(sentence.split()) > MOST_WORDS:
        return "too long"
    return "markup" if _MARKUP.search(sentence) else None


def _says_so(aligned: Aligned) -> bool:
    """Return whether the quotes themselves speak of "you"."""
    speaking = {"i", "you", "your", "we", "ai"}
    own = {token.text for token in aligned.sentence} & speaking
    return own <= {token.text for quote in aligned.quotes for token in quote}


def _is_copied(sentence: str, quotes: Sequence[str]) -> bool:
    """Return whether a sentence is a quote to the letter; only so may it have what could be markup."""
    return any(sentence.strip(" .") == quote.strip(" .") for quote in quotes)


def _folded(text: str) -> str:
    """Return what a quote keeps when it is copied: all but its first letter's case, its end and its spaces."""
    told = " ".join(without_thousands(spelled(text)).replace("’", "'").rstrip(".! ").split())
    return told[:1].lower() + told[1:]


def _lower(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").rstrip(".!? ").split())

"""`wardbook eval gate`: how often the gate releases a false sentence and blocks a true one, with intervals.

Measured on sentences by hand about documents that nothing was fitted on (`kept.jsonl`), and on certain mutations of
the true ones (`mutations.py`). Intervals are Wilson's (1927), at 95 %.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.writing.gate import Gate, Verdict
from evals.gate.mutations import CERTAIN, mutations
from evals.gate.sentences import FOLDER, Written, written

SEED = 2
"""Of the mutations that are measured on."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something happened."""

    happened: int
    n: int

    @property
    def share(self) -> float:
        """Return the share, 0 for none of none."""
        return self.happened / self.n if self.n else 0.0

    def interval(self) -> tuple[float, float]:
        """Return the bounds of the share at 95 %."""
        from scipy.stats import binomtest

        if not self.n:
            return 0.0, 1.0
        bounds = binomtest(self.happened, self.n).proportion_ci(0.95, method="wilson")
        return float(bounds.low), float(bounds.high)


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence and what the gate said of it."""

    sentence: Written
    verdict: Verdict
    elapsed_ms: float

    @property
    def wrong(self) -> bool:
        """Return whether a false sentence was released or a true one blocked."""
        return self.sentence.supported != self.verdict.released


def kept() -> tuple[Written, ...]:
    """Return the sentences that are only measured on."""
    by_hand = list(written(FOLDER / "kept.jsonl"))
    return (*by_hand, *mutations(by_hand, CERTAIN, SEED))


def judge(sentences: Sequence[Written], gate: Gate, told: Callable[[], object] = lambda: None) -> tuple[Judged, ...]:
    """Let the gate judge sentences."""
    judged = []
    for one in sentences:
        began = time.perf_counter()
        verdict = gate.check(one.text, one.sources)
        judged.append(Judged(one, verdict, 1000.0 * (time.perf_counter() - began)))
        told()
    return tuple(judged)


def rates(judged: Sequence[Judged]) -> dict[str, Rate]:
    """Return the rate of each error, and of each kind of sentence; a kind of true sentences begins with "true: "."""
    found = {"false released": _rate(judged, False), "true blocked": _rate(judged, True)}
    for supported in (False, True):
        kinds = dict.fromkeys(one.sentence.kind for one in judged if one.sentence.supported == supported)
        for kind in sorted(kinds):
            of_kind = [one for one in judged if one.sentence.kind == kind]
            found[f"{'true' if supported else 'false'}: {kind}"] = _rate(of_kind, supported)
    return found


def _rate(judged: Sequence[Judged], supported: bool) -> Rate:
    own = [one for one in judged if one.sentence.supported == supported]
    return Rate(sum(one.wrong for one in own), len(own))

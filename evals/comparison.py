"""What changed between two runs, case by case, and whether it is more than chance.

Cases are paired by suite and id. Passing before and after is tested by McNemar's exact test (McNemar 1947; the binomial
form of Fagerland et al. 2013, BMC Med Res Methodol 13:91): under the null hypothesis each case that changed was as
likely to be fixed as to be broken. Differences of means carry the paired bootstrap interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal

from evals.document_diff import SectionDiff, diff
from evals.kept import KeptCase, KeptRun, RunFile
from evals.metrics import METRICS
from evals.metrics.wording import fold
from evals.scoring import bootstrap

Kind = Literal["broken", "fixed", "drifted", "moved", "same"]
KINDS: tuple[Kind, ...] = ("broken", "fixed", "drifted", "moved", "same")
SAID: dict[Kind, str] = {
    "broken": "passed before, fails now",
    "fixed": "failed before, passes now",
    "drifted": "another answer, passing or failing as before",
    "moved": "the same words, cited from another place",
    "same": "unchanged",
}


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One case in both runs."""

    suite: str
    kind: Kind
    before: KeptCase
    after: KeptCase

    @property
    def name(self) -> str:
        """The case's id."""
        return self.after.case.id


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric's mean over the cases of both runs."""

    metric: str
    before: float
    after: float
    n: int
    low: float
    """Lower end of the paired bootstrap 95 % interval of after - before."""
    high: float


@dataclass(frozen=True, slots=True)
class SuiteChange:
    """One suite in both runs."""

    suite: str
    before: KeptRun
    after: KeptRun
    cases: tuple[CaseChange, ...]
    only_before: tuple[str, ...]
    """Ids of cases that only the earlier run has."""
    only_after: tuple[str, ...]
    differences: tuple[Difference, ...]
    sections: tuple[SectionDiff, ...]
    """What changed in the document; empty when its version is the same."""

    @property
    def document_changed(self) -> bool:
        """Whether the two runs asked different versions of the document."""
        return self.before.document.version != self.after.document.version

    def of(self, kind: Kind) -> tuple[CaseChange, ...]:
        """Return the cases of one kind."""
        return tuple(case for case in self.cases if case.kind == kind)

    def moved_by(self, section: SectionDiff) -> tuple[CaseChange, ...]:
        """Return the changed cases that quote, name or expect something of a section that differs."""
        return tuple(case for case in self.cases if case.kind != "same" and _touches(case, section))

    @property
    def elsewhere(self) -> tuple[CaseChange, ...]:
        """The changed cases that no changed section explains."""
        told = {case.name for section in self.sections for case in self.moved_by(section)}
        return tuple(case for case in self.cases if case.kind != "same" and case.name not in told)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two run files."""

    suites: tuple[SuiteChange, ...]

    def of(self, kind: Kind) -> tuple[CaseChange, ...]:
        """Return the cases of one kind, of all suites."""
        return tuple(case for suite in self.suites for case in suite.of(kind))

    @property
    def regressed(self) -> bool:
        """Whether any case that passed fails now."""
        return bool(self.of("broken"))

    @property
    def p_value(self) -> float:
        """Probability of a split between fixed and broken at least this uneven, were both as likely."""
        return mcnemar(len(self.of("fixed")), len(self.of("broken")))


def compare(before: RunFile, after: RunFile) -> Comparison:
    """Pair two run files; a suite that only one of them holds is left out."""
    old = {run.suite: run for run in before.runs}
    pairs = [(old[run.suite], run) for run in after.runs if run.suite in old]
    return Comparison(tuple(_suite(one, other, before, after) for one, other in pairs))


def mcnemar(fixed: int, broken: int) -> float:
    """Return the two-sided exact p value; 1 when nothing changed."""
    changed = fixed + broken
    tail = sum(comb(changed, number) for number in range(min(fixed, broken) + 1))
    return float(min(1.0, 2 * tail / 2**changed))


def kind_of(before: KeptCase, after: KeptCase, *, same_document: bool) -> Kind:
    """Tell what became of a case.

    Offsets count only within one version of the document: in another one they move with whatever was put before them.
    """
    if before.passed != after.passed:
        return "fixed" if after.passed else "broken"
    if _told(before) != _told(after):
        return "drifted"
    return "same" if _places(before, same_document) == _places(after, same_document) else "moved"


def _suite(before: KeptRun, after: KeptRun, old: RunFile, new: RunFile) -> SuiteChange:
    same = before.document.version == after.document.version
    earlier = {case.case.id: case for case in before.cases}
    later = {case.case.id: case for case in after.cases}
    both = [(earlier[name], case) for name, case in later.items() if name in earlier]
    cases = tuple(CaseChange(after.suite, kind_of(a, b, same_document=same), a, b) for a, b in both)
    return SuiteChange(
        suite=after.suite,
        before=before,
        after=after,
        cases=tuple(sorted(cases, key=lambda case: KINDS.index(case.kind))),
        only_before=tuple(name for name in earlier if name not in later),
        only_after=tuple(name for name in later if name not in earlier),
        differences=_differences(both),
        sections=() if same else diff(old.document(before.document.id), new.document(after.document.id)),
    )


def _differences(both: Sequence[tuple[KeptCase, KeptCase]]) -> tuple[Difference, ...]:
    found = []
    for metric in METRICS:
        if metric.summary != "mean" or metric.timing:
            continue
        pairs = [
            (a.scores[metric.name], b.scores[metric.name])
            for a, b in both
            if metric.name in a.scores and metric.name in b.scores
        ]
        if pairs:
            n = len(pairs)
            low, high = bootstrap([b - a for a, b in pairs])
            means = (sum(a for a, _ in pairs) / n, sum(b for _, b in pairs) / n)
            found.append(Difference(metric.name, *means, n, low, high))
    return tuple(found)


def _told(case: KeptCase) -> object:
    if case.answer is None:
        return None
    return case.outcome, tuple(one.text for one in case.answer.statements), case.answer.withheld


def _places(case: KeptCase, same_document: bool) -> object:
    citations = case.answer.citations if case.answer else ()
    return tuple((one.section, one.quote, (one.start, one.end) if same_document else None) for one in citations)


def _touches(case: CaseChange, section: SectionDiff) -> bool:
    answers = [one.answer for one in (case.before, case.after) if one.answer is not None]
    named = {heading for answer in answers for heading in answer.withheld}
    named |= set(case.after.case.expect.sections) | set(case.after.case.expect.withheld)
    named |= {citation.section for answer in answers for citation in answer.citations}
    if section.said != "changed":
        return fold(section.heading) in {fold(heading) for heading in named}
    changed = [fold(text) for passage in section.passages for text in (passage.before, passage.after) if text]
    quoted = [fold(one.quote) for answer in answers for one in answer.citations if one.section == section.heading]
    expected = [fold(piece) for piece in case.after.case.expect.evidence]
    return any(one in other or other in one for one in (*quoted, *expected) for other in changed)

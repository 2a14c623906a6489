"""Check suites against their documents without asking anything: what is wrong, in which file, line and case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import UserError
from corpus.passages import split
from corpus.types import Document
from evals.cases import Case, Suite, case_lines
from evals.ideal import expect
from evals.metrics.wording import stands_in
from evals.types import Expected


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in a suite."""

    path: Path
    line: int | None
    said: str
    """Names the case."""

    def __str__(self) -> str:
        return f"{self.path.name}{f', line {self.line}' if self.line else ''}: {self.said}"


def faults(path: Path, suite: Suite, document: Document) -> tuple[Fault, ...]:
    """Return each case whose evidence or headings its document doesn't hold, in the suite's order."""
    passages = split(document)
    found: dict[str, str] = {}
    for case in suite.cases:
        try:
            expect(case, document, passages)
        except UserError as error:
            found[case.id] = error.message
    lines = case_lines(path) if found else {}
    return tuple(Fault(path, lines.get(case_id), said) for case_id, said in found.items())


def doubts(path: Path, suite: Suite, document: Document) -> tuple[Fault, ...]:
    """Return what is allowed and yet looks wrong, of a suite without faults: the ideal quotes would fail the case."""
    passages = split(document)
    lines = case_lines(path)
    return tuple(
        Fault(path, lines.get(case.id), f"case {case.id!r}: {said}")
        for case in suite.cases
        for said in _doubts(case, _ideal_text(expect(case, document, passages), document))
    )


def _ideal_text(expected: Expected, document: Document) -> str:
    places = [piece[0] for piece in expected.evidence if piece[0]]
    return "\n".join(document.text[min(place) : max(place) + 2] for place in places)


def _doubts(case: Case, ideal: str) -> list[str]:
    # The facts of a count are numbers that an answer works out and no sentence has to say.
    facts = case.expect.facts if ideal and case.kind != "count" else ()
    missing = [fact for fact in facts if not any(stands_in(wording, ideal) for wording in fact)]
    shown = [text for text in case.expect.absent if stands_in(text, ideal)]
    return [
        *(f"no wording of the fact {' | '.join(fact)!r} stands in the evidence" for fact in missing),
        *(f"{text!r} must be absent and stands in the evidence" for text in shown),
    ]


def tally(suites: Sequence[Suite]) -> str:
    """Count cases by split, expected outcome and kind, in a few lines."""
    cases = [case for suite in suites for case in suite.cases]
    lines = [f"{len(cases)} cases in {len(suites)} suites"]
    for name, counts in (
        ("split", Counter(case.split for case in cases)),
        ("outcome", Counter(case.expect.outcome for case in cases)),
        ("kind", Counter(case.kind for case in cases)),
    ):
        lines.append(f"  {name}: " + ", ".join(f"{key} {count}" for key, count in sorted(counts.items())))
    return "\n".join(lines)

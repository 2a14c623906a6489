"""A run as one self-contained HTML file: no request to anywhere, readable on screen and on paper, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals.comparison import KINDS, SAID, Comparison
from evals.kept import KeptCase, KeptRun, RunFile
from evals.metrics import METRICS
from evals.metrics.metric import Metric
from evals.metrics.wording import places_of, stands_in
from evals.pooled import confusion_of_all, pooled
from evals.report import show
from evals.reports import plots
from evals.reports.places import places
from evals.types import Figure

_HERE = Path(__file__).parent
_NAMES = {"crashed": "crashed", **plots.NAMES}


def render(kept: RunFile, *, written: str, against: Comparison | None = None, against_name: str = "") -> str:
    """Return the page; `written` is the moment that it tells, `against` what changed since an earlier run."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    # Everything from outside is escaped: documents and answers are other people's text.
    environment = Environment(
        loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(show=show, name_of=lambda outcome: _NAMES[outcome], percent=_percent, said=SAID)
    cases = [(run, case) for run in kept.runs for case in run.cases]
    right = [case.right for _, case in cases]
    sure = [case.confidence for _, case in cases]
    times = [value for timing in kept.timings for value in timing.elapsed_ms.values()]
    changes = {(one.suite, one.name): one for suite in against.suites for one in suite.cases} if against else {}
    return environment.get_template("report.html.j2").render(
        style=_read("report.css"),
        script=_read("report.js"),
        written=written,
        kept=kept,
        total=len(cases),
        passed=sum(case.passed for _, case in cases),
        verdicts=[(run, _verdicts(run, kept)) for run in kept.runs],
        figures=[(metric, one) for metric, one in zip(METRICS, pooled(kept), strict=True)],
        plots=(
            ("Outcomes", plots.outcomes(confusion_of_all(kept)), "What was given for each expected outcome."),
            (
                "Risk and coverage",
                plots.risk_and_coverage(right, sure),
                "Share of wrong outcomes, if only the most confident answers were given.",
            ),
            (
                "Reliability",
                plots.reliability(right, sure),
                "On the dashed line confidence says how often the outcome is right; below it, too sure.",
            ),
            ("Latency", plots.latency(times) if times else None, "How long the answers took, on a logarithmic axis."),
        ),
        suites=[
            (run, [_case(run, case, kept, changes.get((run.suite, case.case.id))) for case in run.cases])
            for run in kept.runs
        ],
        kinds=sorted({case.case.kind for _, case in cases}),
        against=against,
        against_name=against_name,
        change_kinds=KINDS[:-1],
        metric_of={metric.name: metric for metric in METRICS},
        address=address,
    )


def address(suite: str, case_id: str) -> str:
    """Return the fragment that links to one case."""
    slug = "".join(letter if letter.isalnum() else "-" for letter in suite.casefold())
    return f"{slug}--{case_id}"


def _case(run: KeptRun, case: KeptCase, kept: RunFile, change: Any) -> dict[str, Any]:
    document = kept.document(run.document.id)
    shown = "\n".join(
        (*(one.text for one in case.answer.statements), *(one.quote for one in case.answer.citations))
        if case.answer
        else ()
    )
    timing = kept.timing(run.suite)
    return {
        "address": address(run.suite, case.case.id),
        "kept": case,
        "case": case.case,
        "change": change.kind if change and change.kind != "same" else None,
        "before": change.before if change and change.kind != "same" else None,
        "places": places(case, document),
        "facts": [(fact, any(stands_in(wording, shown) for wording in fact)) for fact in case.case.expect.facts],
        "statements": [
            (_marked(one.text, case), one.citations) for one in (case.answer.statements if case.answer else ())
        ],
        "scores": [(metric, case.scores[metric.name]) for metric in METRICS if metric.name in case.scores],
        "elapsed_ms": timing.elapsed_ms.get(case.case.id) if timing else None,
    }


def _marked(text: str, case: KeptCase) -> list[tuple[str, str]]:
    """Divide a statement into (words, "fact", "absent" or "")."""
    spans = [(*place, "fact") for fact in case.case.expect.facts for word in fact for place in places_of(word, text)]
    spans += [(*place, "absent") for word in case.case.expect.absent for place in places_of(word, text)]
    cuts = sorted({0, len(text), *(cut for span in spans for cut in span[:2])})
    return [
        (text[a:b], next((kind for x, y, kind in reversed(spans) if x <= a and b <= y), "")) for a, b in pairwise(cuts)
    ]


def _verdicts(run: KeptRun, kept: RunFile) -> list[tuple[Metric, Figure, float, bool]]:
    """Return each threshold of a suite with its figure and whether it is met, those missed first."""
    timing = kept.timing(run.suite)
    below: Sequence[str] = (*run.below, *(timing.below if timing else ()))
    rows = []
    for metric in METRICS:
        if metric.name in run.thresholds and not run.only:
            held = run.figures.get(metric.name) or (timing.figures.get(metric.name) if timing else None)
            values = (held.value, held.n, held.low, held.high) if held else (None, 0)
            rows.append((metric, Figure(metric.name, *values), run.thresholds[metric.name], metric.name not in below))
    return sorted(rows, key=lambda row: row[3])


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _read(name: str) -> Any:
    from markupsafe import Markup

    return Markup((_HERE / name).read_text(encoding="utf-8"))

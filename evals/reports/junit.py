"""A run as JUnit XML, the form of test results that build servers read: a suite, a case, its failure or crash.

https://github.com/testmoapp/junitxml describes the elements that the common readers agree on. Thresholds are a suite of
their own, so that a figure below one fails the build also where single cases may fail.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from evals.kept import RunFile

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(kept: RunFile) -> str:
    """Return the report."""
    root = ET.Element("testsuites", name="wardbook eval")
    for run in kept.runs:
        timing = kept.timing(run.suite)
        elapsed = timing.elapsed_ms if timing else {}
        crashed = [case for case in run.cases if case.answer is None]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=_plain(run.suite),
            tests=str(len(run.cases)),
            failures=str(len(run.failed) - len(crashed)),
            errors=str(len(crashed)),
            time=f"{sum(elapsed.values()) / 1000:.3f}",
        )
        for case in run.cases:
            one = ET.SubElement(
                suite,
                "testcase",
                classname=_plain(run.suite),
                name=_plain(f"{case.case.id}: {case.case.question}"),
                time=f"{elapsed.get(case.case.id, 0.0) / 1000:.3f}",
            )
            if case.answer is None:
                error = ET.SubElement(one, "error", message=_plain((case.error or "crashed").strip().splitlines()[-1]))
                error.text = _plain(case.error or "")
            elif not case.passed:
                failure = ET.SubElement(one, "failure", message=_plain("; ".join(case.failures)))
                given = "\n".join(statement.text for statement in case.answer.statements)
                failure.text = _plain(given or case.answer.notice or "")
        missed = {*run.below, *(timing.below if timing else ())}
        if run.thresholds and not run.only:
            name = f"{run.suite} thresholds"
            judged = ET.SubElement(
                root, "testsuite", name=name, tests=str(len(run.thresholds)), failures=str(len(missed)), errors="0"
            )
            for metric, bound in run.thresholds.items():
                one = ET.SubElement(judged, "testcase", classname=name, name=metric)
                if metric in missed:
                    held = run.figures.get(metric) or (timing.figures.get(metric) if timing else None)
                    got = "not measured" if held is None or held.value is None else f"{held.value:.3f}"
                    ET.SubElement(one, "failure", message=f"{metric} is {got}, the threshold is {bound:g}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _plain(text: str) -> str:
    """Take out the characters that no XML may hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

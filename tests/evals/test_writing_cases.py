"""The page on writing cases: its example is a suite that passes the check, with one case of each kind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from corpus.library import shipped
from corpus.passages import split
from evals.cases import Case, Expect, Kind, load
from evals.check import faults
from evals.ideal import expect

PAGE = (Path(__file__).parents[2] / "docs" / "writing-cases.md").read_text(encoding="utf-8")


def test_the_examples_are_one_case_of_each_kind_and_fit_their_document(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    path = tmp_path / "examples.yaml"
    path.write_text(block, encoding="utf-8")
    suite = load(path)
    document = next(one for one in shipped() if one.id == suite.document)
    assert [case.kind for case in suite.cases] == list(get_args(Kind))
    assert {case.expect.outcome for case in suite.cases} == {
        "answered",
        "withheld",
        "not_in_document",
        "out_of_scope",
    }
    assert faults(path, suite, document) == ()
    assert all(expect(case, document, split(document)).gone == () for case in suite.cases)


def test_every_field_is_described() -> None:
    fields = {*Case.model_fields, *(f"expect: {name}" for name in Expect.model_fields)} - {"expect"}
    assert [name for name in sorted(fields) if f"`{name}`" not in PAGE] == []

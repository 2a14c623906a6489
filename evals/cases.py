"""Suites of cases as a person writes them in YAML, checked by a schema that refuses what it doesn't know."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from assistant.types import Outcome, Role
from corpus.errors import UserError
from evals.metrics import METRICS
from evals.yaml_lines import line_of, parse

Kind = Literal[
    "definition", "yes_no", "either_or", "comparison", "where", "how_often", "cause", "named_item", "list", "count",
    "metadata", "codes", "keywords", "vignette", "two_part", "false_premise", "typo", "abbreviation", "lay",
    "second_language", "follow_up", "personal", "urgent", "near_miss", "injection", "off_topic", "withheld_topic",
]  # fmt: skip
Split = Literal["tune", "hold"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
CaseId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CaseTurn(_Strict):
    """One earlier message."""

    role: Role
    content: Text


class Expect(_Strict):
    """What a right answer is."""

    outcome: Outcome
    sections: tuple[Text, ...] = ()
    """Headings that the citations should come from."""
    withheld: tuple[Text, ...] = ()
    """Headings of withheld sections that must be named."""
    evidence: tuple[Text, ...] = ()
    """The ideal quotes: whole sentences or items of the document; of an item a part is enough to name it."""
    facts: tuple[Annotated[tuple[Text, ...], Field(min_length=1)], ...] = ()
    """Each fact in its accepted wordings, one of which must appear."""
    absent: tuple[Text, ...] = ()
    """What must not appear in the answer's statements."""

    @model_validator(mode="after")
    def _agrees_with_its_outcome(self) -> Expect:
        if self.outcome == "answered":
            if not (self.evidence or self.facts):
                raise ValueError("outcome 'answered' needs evidence or facts to be scored by")
        else:
            given = [name for name in ("sections", "evidence", "facts") if getattr(self, name)]
            if given:
                raise ValueError(
                    f"outcome {self.outcome!r} shows no statements, so {' and '.join(given)} cannot be expected"
                )
        if self.outcome == "withheld" and not self.withheld:
            raise ValueError("outcome 'withheld' needs the headings that must be named: withheld: [...]")
        if self.outcome in ("not_in_document", "out_of_scope") and self.withheld:
            raise ValueError(f"outcome {self.outcome!r} names no withheld section; is the outcome 'withheld'?")
        return self


class Case(_Strict):
    """One question and what a right answer is."""

    id: CaseId
    kind: Kind
    split: Split
    question: Text
    history: tuple[CaseTurn, ...] = ()
    expect: Expect


class Suite(_Strict):
    """Cases about one document, with the thresholds they are held to."""

    suite: Text
    about: Text
    document: Text
    thresholds: dict[str, Annotated[float, Field(strict=True, ge=0)]] = {}
    """By metric: the least it may be, or the most for a metric of which less is better."""
    cases: Annotated[tuple[Case, ...], Field(min_length=1)]

    @field_validator("thresholds")
    @classmethod
    def _thresholds_name_metrics(cls, thresholds: dict[str, float]) -> dict[str, float]:
        names = [metric.name for metric in METRICS]
        unknown = [name for name in thresholds if name not in names]
        if unknown:
            raise ValueError(f"no metric is called {', '.join(unknown)}; there are {', '.join(names)}")
        return thresholds

    @model_validator(mode="after")
    def _ids_are_unique(self) -> Suite:
        seen: set[str] = set()
        for case in self.cases:
            if case.id in seen:
                raise ValueError(f"case id {case.id!r} is given twice")
            seen.add(case.id)
        return self

    def select(self, split: Literal["tune", "hold", "all"] = "all", only: Sequence[str] = ()) -> tuple[Case, ...]:
        """Return the cases of a split, in order; of these only the named ones when `only` names any.

        Raises:
            UserError: `only` names a case that the suite doesn't hold in that split.
        """
        cases = tuple(case for case in self.cases if split in ("all", case.split))
        unknown = sorted(set(only) - {case.id for case in cases})
        where = f"suite {self.suite!r}" + ("" if split == "all" else f", split {split!r},")
        if unknown:
            raise UserError(
                f"{where} has no case {', '.join(map(repr, unknown))}", "look the id up in the suite's file"
            )
        if not cases:
            raise UserError(f"{where} has no cases", "choose another split or suite")
        return tuple(case for case in cases if not only or case.id in only)


def load(path: Path) -> Suite:
    """Read a suite.

    Raises:
        UserError: names the file and, for each thing that is wrong, the line, the case and what was expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"no suite at {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not readable as UTF-8 text: {error}") from None
    values, tree = parse(text, path.name)
    if not isinstance(values, dict):
        raise UserError(f"{path.name}: a suite is a mapping of suite, about, document, thresholds and cases")
    try:
        return Suite.model_validate(values)
    except ValidationError as error:
        # Pydantic counts a list's length without the entries it has refused: a fault of its own making.
        own = [fault for fault in error.errors() if not (fault["type"] == "too_short" and fault["input"])]
        faults = sorted({_fault(fault, values, tree) for fault in own})
        lines = [f"{path.name}{f', line {line}' if line else ''}: {said}" for line, said in faults]
        raise UserError("\n".join(lines), "mend the suite, then run: wardbook eval check") from None


def case_lines(path: Path) -> dict[str, int | None]:
    """Return the line on which each case of a readable suite begins, by case id."""
    values, tree = parse(path.read_text(encoding="utf-8"), path.name)
    return {case["id"]: line_of(tree, ("cases", number)) for number, case in enumerate(values["cases"])}


def _fault(fault: Any, values: dict[str, Any], tree: yaml.Node | None) -> tuple[int, str]:
    """Return the line (0: unknown) and the sentence for one of pydantic's errors."""
    path = [step for step in fault["loc"] if step != "[key]"]
    case = ""
    if path[:1] == ["cases"] and len(path) > 1:
        entry = values["cases"][path[1]]
        name = entry.get("id") if isinstance(entry, dict) else None
        case = f"case {name!r}: " if name else f"case number {path[1] + 1}: "
    where = ".".join(str(step) for step in (path[2:] if case else path))
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        said = "unknown key"
    elif fault["type"] == "missing":
        said = "missing"
    elif fault["type"] == "string_type":
        said = f"{fault['input']!r} is read by YAML as {type(fault['input']).__name__}; put it in quotes"
    elif fault["type"] not in ("value_error", "too_short"):
        said = f"{fault['input']!r}: {said}"
    return line_of(tree, path) or 0, f"{case}{where + ': ' if where else ''}{said}"

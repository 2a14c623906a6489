from __future__ import annotations

import pytest

from corpus.inventory import headings_of, named
from corpus.vocabulary import load


@pytest.mark.parametrize(
    ("line", "headings"),
    [
        ("SynopsisCodesBest TestsTherapy", ("Synopsis", "Codes", "Best Tests", "Therapy")),
        (
            "SynopsisDifferential Diagnosis & PitfallsZebra NotesTherapyReferences",
            ("Synopsis", "Differential Diagnosis & Pitfalls", "Zebra Notes", "Therapy", "References"),
        ),
        ("SYNOPSISCODESLOOK FORTHERAPY", ("SYNOPSIS", "CODES", "LOOK FOR", "THERAPY")),
        ("OverviewDDxWorkupICD-10Treatment", ("Overview", "DDx", "Workup", "ICD-10", "Treatment")),
        ("Overview | Symptoms | Zebra | Treatment", ("Overview", "Symptoms", "Zebra", "Treatment")),
        ("On this page: Overview, Symptoms, Treatment", ("Overview", "Symptoms", "Treatment")),
        ("Overview\tSymptoms\tTreatment", ("Overview", "Symptoms", "Treatment")),
        ("Diagnosis and treatment", None),
        ("Treatment", None),
        ("Symptoms, causes and treatment of milia are given.", None),
        ("McCune AlbrightMarfanTurner", None),
        ("", None),
    ],
)
def test_headings_of(line: str, headings: tuple[str, ...] | None) -> None:
    assert headings_of(line, load()) == headings


def test_named() -> None:
    assert named("best tests:", ("Codes", "Best Tests")) == "Best Tests"
    assert named("tests", ("Codes", "Best Tests")) is None
    assert named("–", ("Codes",)) is None

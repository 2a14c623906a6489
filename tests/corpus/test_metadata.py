from __future__ import annotations

import pytest

from corpus.metadata import code_line, dates_of, is_snomed, iso_date, iso_dates, people


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020-05-23", "2020-05-23"),
        ("2020-05", "2020-05"),
        ("05/23/2020", "2020-05-23"),
        ("23/05/2020", "2020-05-23"),
        ("05/06/2020", "2020-05-06"),
        ("May 3, 2020", "2020-05-03"),
        ("3rd of May 2020", "2020-05-03"),
        ("Sept. 2020", "2020-09"),
        ("2020", "2020"),
        ("2020-05-23T10:00:00Z", "2020-05-23"),
        ("13/13/2020", None),
        ("soon", None),
        ("", None),
    ],
)
def test_iso_date(text: str, iso: str | None) -> None:
    assert iso_date(text) == iso


def test_one_day_first_date_tells_the_others() -> None:
    assert iso_dates({"Reviewed": "05/06/2020", "Updated": "23/06/2020"}) == {
        "Reviewed": "2020-06-05",
        "Updated": "2020-06-23",
    }


@pytest.mark.parametrize(
    ("line", "dates"),
    [
        ("Last Reviewed:05/23/2020", {"Last Reviewed": "05/23/2020"}),
        ("Updated on 1 May 2020 | Published: 2019", {"Updated": "1 May 2020", "Published": "2019"}),
        ("Literature review current through: Mar 2024.", {"Literature review current through": "Mar 2024"}),
        ("Review of 5 cases in 2019", None),
        ("Updated guidelines from 2019", None),
        ("Last updated 2 days ago", None),
        ("In 2019, reviewed data were published", None),
        ("Onset: 2019", None),
    ],
)
def test_dates_of(line: str, dates: dict[str, str] | None) -> None:
    assert dates_of(line) == dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ann Lee MD, PhD, Bo S. Ek MD, FAAD", ["Ann Lee MD, PhD", "Bo S. Ek MD, FAAD"]),
        ("Ann Lee, MD; Bo Ek, PhD", ["Ann Lee, MD", "Bo Ek, PhD"]),
        ("Ann Lee, MD, and Bo Ek, PhD", ["Ann Lee, MD", "Bo Ek, PhD"]),
        ("Ann Lee and Bo Ek", ["Ann Lee", "Bo Ek"]),
        ("Dr Ann Lee, University of Uppsala, Bo Ek", ["Dr Ann Lee, University of Uppsala", "Bo Ek"]),
        ("", []),
    ],
)
def test_people(text: str, expected: list[str]) -> None:
    assert people(text) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("L72.0 – Epidermal cyst", "ICD-10 L72.0 – Epidermal cyst"),
        ("21323007 – Calcinosis cutis", "SNOMED CT 21323007 – Calcinosis cutis"),
        ("709.3 Degenerative skin disorder", "ICD-9 709.3 Degenerative skin disorder"),
        ("EB90.4Z Calcinosis", "ICD-11 EB90.4Z Calcinosis"),
        ("ICD-10-CM: L72.0", "ICD-10-CM: L72.0"),
        ("OMIM #123456", "OMIM #123456"),
        ("12345678 – no such identifier", None),
        ("B12 deficiency", None),
        ("T4 – Thyroxine", None),
        ("100 mg daily", None),
        ("2020", None),
        ("CPT I deficiency is rare; fewer than 50 cases.", None),
    ],
)
def test_code_line(line: str, expected: str | None) -> None:
    assert code_line(line) == expected


def test_snomed_identifiers_by_partition_and_check_digit() -> None:
    assert is_snomed("21323007")
    assert is_snomed("73211009")  # diabetes mellitus
    assert not is_snomed("73211008")  # wrong check digit
    assert not is_snomed("73211029")  # no concept partition
    assert not is_snomed("7321")

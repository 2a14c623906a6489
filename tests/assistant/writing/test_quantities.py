from __future__ import annotations

import pytest

from assistant.writing.plain import plain
from assistant.writing.quantities import codes, miscounted, quantities, turned_signs, unlike


def told(text: str) -> list[tuple[float, float, str | None, str | None]]:
    return [(q.low, q.high, q.unit, q.bound) for q in quantities(plain(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50%–70% of children", [(50, 70, "%", None)]),
        ("50 to 70 percent", [(50, 70, "%", None)]),
        ("between 5 and 10 years", [(5, 10, "year", None)]),
        ("in 2019 and 2021", [(2019, 2019, None, None), (2021, 2021, None, None)]),
        ("two of 1,497 patients", [(2, 2, None, None), (1497, 1497, None, None)]),
        ("more than 3.5 mg", [(3.5, 3.5, "milligram", "over")]),
        ("at least six weeks", [(6, 6, "week", "least")]),
        ("12 years of age or older", [(12, 12, "year", "least")]),
        ("3 or more lesions", [(3, 3, None, "least")]),
        ("4 in every 100 adults", [(4, 4, "%", None)]),
        ("three out of four children", [(75, 75, "%", None)]),
        ("no more than one patient in twenty", [(5, 5, "%", "most")]),
        ("a quarter to a third of them", [(25, 33.33, "%", None)]),
        ("half of the patients", [(50, 50, "%", None)]),
        ("the other half of the body", []),
        ("in the third trimester", []),
        ("40 mg in 2 days", [(40, 40, "milligram", None), (2, 2, "day", None)]),
        ("12 in 2019", [(12, 12, None, None), (2019, 2019, None, None)]),
        ("one month to six", [(1, 6, "month", None)]),
        ("one year to two years", [(1, 2, "year", None)]),
        ("2 days to 3 weeks", [(2, 2, "day", None), (3, 3, "week", None)]),
        ("seventy-five", [(75, 75, None, None)]),
        ("twice as common", [(2, 2, "times", None)]),
        ("a tenfold risk", [(10, 10, "times", None)]),
        ("5 cm or larger", [(5, 5, "centimeter", "least")]),
        ("126 mg/dL or higher", [(126, 126, "milligram", "least")]),
        ("should not exceed 4 g", [(4, 4, "gram", "most")]),
        ("no greater than 5 mm", [(5, 5, "millimeter", "most")]),
        ("≤5 cm", [(5, 5, "centimeter", "most")]),
        ("p<0.001", [(0.001, 0.001, None, "under")]),
        ("2½ years", [(2.5, 2.5, "year", None)]),
        ("½ tablet", [(1, 1, None, None)]),
        ("1 1/2 tablets", [(1.5, 1.5, None, None)]),
        ("a strength of 5/5", [(5, 5, None, None)]),
        ("a scale of 3 out of 15", [(3, 3, None, None), (15, 15, None, None)]),
        ("pain rated as 8 out of 10.", [(8, 8, None, None), (10, 10, None, None)]),
        ("about one out of four.", [(25, 25, "%", None)]),
        ("-2.5", [(-2.5, -2.5, None, None)]),
        ("−2.5 to −1", [(-2.5, -1, None, None)]),
        ("minus 2", [(-2, -2, None, None)]),
        (".5 mg", [(0.5, 0.5, "milligram", None)]),
        ("0,125 mg and 1,500 mg", [(0.125, 0.125, "milligram", None), (1500, 1500, "milligram", None)]),
        ("150 × 10⁹/L", [(150e9, 150e9, None, None)]),
        ("10^5 cells", [(1e5, 1e5, None, None)]),
        ("5mg, 5 mM and 5 mm", [(5, 5, "milligram", None), (5, 5, "millimolar", None), (5, 5, "millimeter", None)]),
        ("3.5 mmol/L", [(3.5, 3.5, "millimole", None)]),
        ("65+ years", [(65, 65, "year", "least")]),
        ("under the age of 5", [(5, 5, None, "under")]),
        ("within 24 hours", [(24, 24, "hour", "within")]),
        ("not before 6 weeks", [(6, 6, "week", "after")]),
        ("after 20 patients", [(20, 20, None, None)]),
        ("twenty-five-year-olds", [(25, 25, "year", None)]),
        ("one in ten thousand", [(0.01, 0.01, "%", None)]),
        ("1 in 10 000", [(0.01, 0.01, "%", None)]),
        ("between 1 in 2,000,000 and 1 in 1,000,000", [(0.00005, 0.0001, "%", None)]),
        ("two hundred thousand people", [(200000, 200000, None, None)]),
        ("1 to 2 in 10", [(10, 20, "%", None)]),
        ("one to two thirds of them", [(33.33, 66.67, "%", None)]),
        ("one-third to one-half", [(33.33, 50, "%", None)]),
        ("About one third have fever", [(33.33, 33.33, "%", None)]),
        ("a third or fourth dose", []),
        ("half-life, half an hour, the first half", []),
        ("one second-line drug", []),
        ("Last reviewed: 2024-01-29", [(29, 29, None, None), (2024, 2024, None, None)]),
        ("HLA-B27 and L94.2", []),
        ("one of these", []),
        ("a p of 0·12", [(0.12, 0.12, None, None)]),
    ],
)
def test_quantities_are_read_with_range_unit_and_bound(
    text: str, expected: list[tuple[float, float, str | None, str | None]]
) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    ("stated", "known", "agrees"),
    [
        ("50%-70%", "50 to 70 percent of children", True),
        ("50%-80%", "50%-70%", False),
        ("50%", "50%-70%", False),
        ("5 months", "5 years", False),
        ("aged 5 to 10", "aged 5 to 10 years", True),
        ("50 children", "50% of children", False),
        ("more than 50%", "50%", False),
        ("less than 50%", "more than 50%", False),
        ("January 29, 2024", "2024-01-29", True),
        ("twelve", "12 patients", True),
        ("one in three", "about a third of patients", True),
        ("one in three", "32% of patients", False),
        ("three quarters of them", "one in four", False),
        ("10%", "1 in 10 000", False),
        ("1 in 30,000", "1 in 30,001", False),
        ("50%", "one in two hundred", False),
        ("12%", "12 per 100 000", False),
        ("5%", "5 per 100 mL", False),
        ("10 to 20 mg", "10 mg to 20 patients", False),
        ("2 to 10 weeks", "for 2 weeks to 10 patients", False),
        ("1 to 20%", "1 to 2 in 10", False),
        ("25 mg", "20–5 mg", False),
        ("1 to 2 decades", "1 year to 2 decades", False),
        ("two years", "two decades", False),
        ("38 °C", "38 °F", False),
        ("67% of patients", "grade 2 in 3 patients", False),
        ("30%", "a score of 3 out of 10", False),
        ("more than 5 mm", "no more than 5 mm", False),
        ("two million", "two thousand", False),
        ("5/5", "3/3", False),
        ("1", "5/5", False),
        ("3:1", "1:3", False),
        ("140/90", "90/140", False),
        ("3/10 patients", "3 of 10 patients", True),
        ("3 of 10 patients", "3/10 patients", True),
        ("3/10 patients", "10 of 3 patients", False),
        ("4 out of 5", "her pain was 8 out of 10", False),
        ("one third of patients", "1 of 3 patients", True),
        ("2 of 3 patients", "1 of 3 patients", False),
        ("1 of 3 patients", "one third of patients", False),
        ("2.5", "-2.5", False),
        (".5 mg", "5 mg", False),
        ("0,125 mg", "125 mg", False),
        ("150 × 10⁹/L", "150 × 10¹²/L", False),
        ("150 x 10^9/L", "150 × 10⁹/L", True),
        ("1/2 tablets", "1 1/2 tablets", False),
        ("1½ tablets", "1 1/2 tablets", True),
        ("10 mg/day", "10 mg/kg/day", False),
        ("10 mg per kg daily", "10 mg/kg/day", True),
        ("10 mg a day", "10 mg/week", False),
        ("10 mg", "10 mg a day", True),
        ("5 mg/m²", "5 mg/m2", True),
        ("5 mg/kg", "5mg/kg", True),
        ("10 mcg", "10 µg", True),
        ("10 μg", "10 µg", True),
        ("10 mg", "10 units", False),
        ("10 mg", "10 IU", False),
        ("3.5 mEq/L", "3.5 mmol/L", False),
        ("5 mm", "5 mM", False),
        ("10 doses", "10 mg", False),
        ("10", "10 mg", True),
        ("over the age of 5 years", "under the age of 5 years", False),
        ("older than 65", "over the age of 65", True),
        ("aged 65", "over the age of 65", False),
        ("65", "65+", False),
        ("65 or older", "65+", True),
        ("after 24 hours", "within 24 hours", False),
        ("at 24 hours", "within 24 hours", True),
        ("less than 24 hours", "within 24 hours", True),
        ("after age 5", "by age 5", False),
        ("after the first 5 years", "in the first 5 years", False),
        ("May 29, 2024", "March 29, 2024", False),
        ("in 2024", "March 29, 2024", True),
    ],
)
def test_a_quantity_agrees_only_as_it_is_stated(stated: str, known: str, agrees: bool) -> None:
    assert (unlike(quantities(plain(stated)), quantities(plain(known))) == ()) is agrees


def test_codes_mix_letters_and_digits() -> None:
    assert codes(plain("L94.2 – Calcinosis cutis, HLA-B27, 5mg, age 7")) == {"l94.2", "hla-b27"}


@pytest.mark.parametrize(
    ("sentence", "known", "turned"),
    [
        ("ER- and HER2+", "ER+ and HER2-", {"er", "her2"}),
        ("Rh-positive", "Rh-negative mothers", {"rh"}),
        ("ER+", "ER-positive", set()),
        ("ER+", "ER+ or ER-", set()),
        ("T- and B-cell", "B- and T-cell", set()),
    ],
)
def test_the_sign_behind_a_name_is_not_turned(sentence: str, known: str, turned: set[str]) -> None:
    assert turned_signs(sentence, known) == turned


@pytest.mark.parametrize(
    ("sentence", "known", "miscounts"),
    [
        ("One dose is needed.", "Two doses are needed.", {"dose"}),
        ("A single drug is needed.", "Two drugs are needed.", {"drug"}),
        ("One dose is needed.", "One dose is needed, or two doses.", set()),
        ("One dose is needed.", "Two drugs are needed in 1 dose.", set()),
        ("One of them is needed.", "Two drugs are needed.", set()),
    ],
)
def test_one_is_not_said_where_there_are_several(sentence: str, known: str, miscounts: set[str]) -> None:
    assert miscounted(plain(sentence), [plain(known)]) == miscounts

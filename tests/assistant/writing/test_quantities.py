from __future__ import annotations

import pytest

from assistant.writing.quantities import codes, plain, quantities, unlike


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
    ],
)
def test_a_quantity_agrees_only_as_it_is_stated(stated: str, known: str, agrees: bool) -> None:
    assert (unlike(quantities(plain(stated)), quantities(plain(known))) == ()) is agrees


def test_codes_mix_letters_and_digits() -> None:
    assert codes(plain("L94.2 – Calcinosis cutis, HLA-B27, 5mg, age 7")) == {"l94.2", "hla-b27"}

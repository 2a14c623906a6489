from __future__ import annotations

from dataclasses import replace

import pytest
from eval_fakes import DOCUMENT, PASSAGES, answer, quote

from assistant.types import Citation, Statement
from corpus.errors import UserError
from evals.cases import Case, Expect
from evals.ideal import characters, expect, give, occurrences, section_of
from evals.types import Cited, Expected, Given
from index.types import Hit


def case(**wanted: object) -> Case:
    expected = Expect.model_validate({"outcome": "answered", "facts": [["x"]], **wanted})
    return Case(id="c", kind="list", split="tune", question="q", expect=expected)


def place(**wanted: object) -> Expected:
    return expect(case(**wanted), DOCUMENT, PASSAGES)


def of(number: int) -> frozenset[int]:
    """Letters and digits of a passage."""
    return characters(DOCUMENT.text, PASSAGES[number].start, PASSAGES[number].end)


@pytest.mark.parametrize(
    ("wording", "text", "expected"),
    [
        ("a  b", "x a\n b a b", ((2, 6), (7, 10))),
        ("gout", "gouty gout", ((6, 10),)),
        ("L50.9", "L50.9 x, L50.91", ((0, 5),)),
        ("(x)", "a(x)b", ((1, 4),)),
        ("| a | b |", "• one: a; two: b", ((7, 16),)),
        ("| a | | b |", "a, b", ((0, 4),)),
        ("| a | b |", "a\nb", ()),
        ("| | |", "a", ()),
        (" ", "a", ()),
        ("a", "", ()),
    ],
)
def test_where_a_wording_stands(wording: str, text: str, expected: tuple[tuple[int, int], ...]) -> None:
    assert occurrences(wording, text) == expected


def test_characters_are_letters_and_digits_only() -> None:
    assert characters("• a–1. b", 0, 6) == {2, 4}


def test_a_case_is_placed_whole() -> None:
    assert place(sections=["look for"], evidence=["Wheals", "Milia – Small  white cysts."], absent=["y"]) == Expected(
        case_id="c",
        outcome="answered",
        sections=("Look For",),
        evidence=((of(3),), (of(4),)),
        evidence_words=6,
        facts=(("x",),),
        absent=("y",),
        relevant=frozenset({"hives#look-for-1", "hives#look-for-2"}),
    )


def test_a_part_of_an_item_stands_for_the_item() -> None:
    placed = place(sections=["Look For"], evidence=["L50.9"])
    assert (placed.evidence, placed.evidence_words, placed.relevant) == (((of(5),),), 3, {"hives#look-for-3"})


def test_two_parts_of_one_item_are_its_words_once() -> None:
    placed = place(evidence=["L50.9", "Urticaria, unspecified"])
    assert (placed.evidence, placed.evidence_words) == (((of(5),), (of(5),)), 3)


def test_of_several_places_those_in_the_sections_of_the_case_count() -> None:
    # "Milia" stands in the third sentence and in the second item.
    assert place(sections=["Look For"], evidence=["Milia"]).relevant == {"hives#look-for-2"}
    placed = place(evidence=["Milia"])
    start = PASSAGES[2].start
    assert placed.evidence == ((characters(DOCUMENT.text, start, start + 5), of(4)),)


def test_a_place_that_holds_nothing_else_comes_first() -> None:
    # "wheals" ends the first sentence and, in capitals, is a whole item.
    assert place(evidence=["Wheals"]).evidence == ((of(3),),)


def test_a_clause_of_a_sentence_stays_a_clause() -> None:
    placed = place(evidence=["within 24 hours"])
    start = DOCUMENT.text.index("within")
    assert placed.evidence == ((characters(DOCUMENT.text, start, start + 15),),)
    assert placed.relevant == {"hives#synopsis-2"}


def test_no_evidence_is_no_relevant_passage() -> None:
    assert (place().evidence, place().relevant, place().evidence_words) == ((), frozenset(), 0)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"evidence": ["Never said."]}, "case 'c': document 'hives' has no evidence 'Never said.'"),
        (
            {"evidence": ["they fade within 24 hours."]},
            "case 'c': document 'hives' has no evidence 'they fade within 24 hours.'",
        ),
        ({"sections": ["Prognosis"]}, "case 'c': document 'hives' has no section 'Prognosis'"),
        ({"withheld": ["Prognosis"]}, "case 'c': document 'hives' has no section 'Prognosis'"),
        ({"withheld": ["Look For"]}, "case 'c': section 'Look For' of 'hives' is not withheld"),
    ],
)
def test_what_the_document_does_not_hold_is_refused(wanted: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        place(**wanted)
    assert caught.value.message == message


def test_a_heading_that_leads_a_paragraph_stands_for_its_section() -> None:
    text = DOCUMENT.text.replace("Hives are itchy wheals.", "Creams: cool the itches.")
    assert section_of("creams", replace(DOCUMENT, text=text)) == DOCUMENT.sections[0]
    assert section_of("Milia may", DOCUMENT) is None


def test_an_answer_becomes_what_is_scored() -> None:
    given = give(
        answer("q", "answered", quote(PASSAGES[0]), ("Therapy",)),
        DOCUMENT,
        [Hit(PASSAGES[4], 1.0, 1, "both", 0.0, 0.0)],
        7.0,
    )
    assert given == Given(
        outcome="answered",
        statements=("Hives are itchy wheals.",),
        cited=(Cited("Synopsis", of(0), "Hives are itchy wheals."),),
        withheld=("Therapy",),
        found=("hives#look-for-2",),
        elapsed_ms=7.0,
        citations=((Cited("Synopsis", of(0), "Hives are itchy wheals."),),),
        confidence=0.5,
    )


@pytest.mark.parametrize(
    "wrong", [{"document_id": "other"}, {"start": 0}, {"end": 10_000}, {"quote": "They never fade."}, {"quote": ""}]
)
def test_a_citation_that_does_not_hold_keeps_no_characters(wrong: dict[str, object]) -> None:
    (statement,) = quote(PASSAGES[1])
    broken: Citation = replace(statement.citations[0], **wrong)  # type: ignore[arg-type]
    given = give(answer("q", "answered", (Statement("x", (broken,)),)), DOCUMENT, (), 0.0)
    assert given.cited == (Cited("Synopsis", frozenset(), broken.quote),)

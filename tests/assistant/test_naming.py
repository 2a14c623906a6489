"""Names of documents, and which of them a question names."""

from __future__ import annotations

import pytest

from assistant.naming import Names, name_stems, names_of
from corpus.blocks import Page, heading, paragraph
from corpus.build import build
from corpus.types import Document


def document(title: str, text: str = "Something.", key: str = "") -> Document:
    return build(Page(title=title, source=f"{key or title}.md", blocks=(heading("Overview"), paragraph(text))))


@pytest.mark.parametrize(
    ("title", "text", "names"),
    [
        ("Gout", "Gout hurts.", ["Gout"]),
        (
            "Calcinosis cutis in infants and neonates",
            "",
            ["Calcinosis cutis in infants and neonates", "Calcinosis cutis"],
        ),
        ("Paget disease of bone", "", ["Paget disease of bone"]),
        ("Cystic fibrosis", "", ["Cystic fibrosis", "CF"]),
        ("Neurofibromatosis (type 1)", "", ["Neurofibromatosis (type 1)", "Neurofibromatosis", "type 1"]),
        (
            "Mowat-Wilson syndrome",
            "Mowat-Wilson syndrome (MWS) is rare. Its neighbour is Goldberg-Shprintzen syndrome (GSS).",
            ["Mowat-Wilson syndrome", "MWS"],
        ),
        (
            "Systemic sclerosis",
            "Systemic sclerosis (SSc), also called scleroderma or progressive sclerosis, is a rare thrombosis.",
            ["Systemic sclerosis", "scleroderma", "progressive sclerosis", "SSC"],
        ),
        ("Lupus", "Lupus brings a rash on the cheeks, also called a butterfly rash.", ["Lupus"]),
        ("Tumor", "A tumor, also called a growth, is common.", ["Tumor"]),
    ],
)
def test_the_names_of_a_document(title: str, text: str, names: list[str]) -> None:
    assert list(names_of(document(title, text or "Something."))) == names


def test_a_name_is_compared_by_what_it_says() -> None:
    assert name_stems("the diseases of Gaucher") == name_stems("Disease, Gaucher's")
    assert name_stems("ALL") == ("all",)  # an abbreviation, in capitals
    assert name_stems("All of us") == ("all", "of", "us")  # says nothing, so by all of its words


def asked(text: str) -> tuple[str, ...]:
    return name_stems(text)


def test_the_longest_name_counts_and_those_inside_it_do_not() -> None:
    names = Names([document("Gaucher disease"), document("Gaucher disease type 1"), document("Gout")])
    assert names.standing(asked("How is Gaucher disease type 1 treated?")) == {1: 4}
    assert names.standing(asked("How is Gaucher disease treated?")) == {0: 2}
    assert names.standing(asked("Gout or Gaucher disease?")) == {2: 1, 0: 2}
    assert names.standing(asked("How is malaria treated?")) == {}
    assert names.standing(()) == {}


def test_documents_of_one_disease_share_its_name() -> None:
    names = Names([document("Gout", key="a"), document("Gout (disease)", key="b")])
    assert names.standing(asked("what is gout")) == {0: 1, 1: 1}
    assert names.titles[0] == names.titles[1]


def test_part_of_a_name_finds_the_documents_that_have_most_of_it() -> None:
    names = Names([document("Gaucher disease"), document("Wilson disease"), document("Gout")])
    assert names.nearest(asked("is Gaucher inherited"), 2)[0] == 0
    assert names.nearest(asked("is malaria inherited"), 2) == []


def test_how_a_document_is_named() -> None:
    names = Names([document("Gaucher disease")])
    whole = names.naming(0, frozenset(asked("gaucher disease")), frozenset(asked("gaucher disease")), 2)
    assert (whole.whole, whole.share, whole.explained, whole.unexplained) == (2, 1.0, 1.0, 0.0)
    part = names.naming(0, frozenset(asked("gaucher malaria")), frozenset(asked("gaucher malaria")), 0)
    assert 0.5 < part.share < 1
    assert 0.3 < part.explained < 0.7
    assert part.unexplained > 0.5
    assert names.naming(0, frozenset(), frozenset(), 0).explained == 0.0


def test_a_title_without_a_word_that_says_something_names_nothing() -> None:
    names = Names([document("What is it?"), document("Gout")])
    naming = names.naming(0, frozenset({"gout"}), frozenset({"gout"}), 0)
    assert (naming.whole, naming.share, naming.explained) == (0, 0.0, 0.0)
    assert names.standing(asked("what is gout")) == {1: 1}


def test_a_name_can_be_taken_out_of_a_text() -> None:
    names = Names([document("Gaucher disease"), document("Gout")])
    assert names.unnamed("How common is Gaucher disease, and is Gaucher disease treated?", 0) == (
        "How common is it, and is it treated?"
    )
    assert names.unnamed("How common is Gaucher disease?", 1) == "How common is Gaucher disease?"


def test_names_of_unchanged_documents_are_taken_over() -> None:
    first = Names([document("Gout"), document("Lupus")])
    second = Names([document("Lupus"), document("Wilson disease")], first)
    assert second.standing(asked("lupus or wilson disease")) == {0: 1, 1: 2}
    assert second.standing(asked("gout")) == {}
    assert Names([]).standing(asked("gout")) == {}
    assert Names([]).nearest(asked("gout"), 3) == []

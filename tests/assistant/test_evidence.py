from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from assistant.counting import count_statement, items_to_count
from assistant.evidence import Bounds, asked_code, asked_list, asked_long_form, choose, other_code_system
from assistant.lexicon import Lexicon, read_lexicon
from assistant.lists import denies, lead_in, leaves_out, lists_of, named_in, picked_out
from assistant.question import read_part
from assistant.types import Statement
from assistant.word_vectors import WordVectors
from corpus.passages import split
from corpus.readers import read
from index.fake_encoder import FakeEncoder
from index.types import Hit

PAGE = """---
title: Lumps
codes:
  - {system: ICD-10, code: L1.0, label: Lumps}
  - {system: ICD-10, code: L1.1, label: Gout}
---
# Lumps

## Synopsis

Lumps are firm. They hurt. They grow. They burst.

## Signs

See a doctor at once with any of these signs:

- Fever
- Chills
- A red eye
- A red streak

## Differential Diagnosis

Each of these looks alike.

- Gout, in the toe
- Milia
- Wart
- Cyst
- Abscess, in the toe

## Therapy

- Amoxicillin 50 mg – for 10 days
- Amoxicillin 25 mg – for 20 days

## Contributors

- Ann Lee
- Bo Ray
"""
TWO_SYSTEMS = """---
title: Lumps
codes:
  - {system: ICD-10, code: L1.0, label: Lumps}
  - {system: SNOMED CT, code: 123456, label: Lumps}
---
# Lumps
"""
LONG_FORMS = """---
title: Lumps
---
# Lumps

## Synopsis

Lumps come with dermatomyositis (DM). They come with CREST too. An EMG (electromyography) shows it.
"""
BOUNDS = Bounds(least=0.2, share_of_best=0.5, whole_list=0.6, most_sentences=2)
SIGNS = ["Fever", "Chills", "A red eye", "A red streak"]
ALIKE = ["Gout, in the toe", "Milia", "Wart", "Cyst", "Abscess, in the toe"]
LEAD_IN = "See a doctor at once with any of these signs:"


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("page") / "lumps.md"
    path.write_text(PAGE, encoding="utf-8")
    document = read(path)
    return read_lexicon(document, split(document), WordVectors(FakeEncoder()))


def chosen(lexicon: Lexicon, chances: Mapping[str, float], question: str = "What is it?") -> list[str]:
    """Choose among all passages, each with its chance, 0 where none is given."""
    hits = [Hit(passage, 1.0, number + 1, "both", 0.5, 1.0) for number, passage in enumerate(lexicon.passages)]
    evidence = np.array([chances.get(hit.passage.text, 0.0) for hit in hits])
    part = read_part(question)
    return [passage.text for passage in choose(part, hits, evidence, np.arange(len(hits)), lexicon, BOUNDS)]


def counted(lexicon: Lexicon, question: str, likeliest: str, *others: str) -> Statement | None:
    """Count as the assistant does when so much was chosen."""
    by_text = {passage.text: passage for passage in lexicon.passages}
    part, kept = read_part(question), [by_text[text] for text in (likeliest, *others)]
    return count_statement(part, items_to_count(part, kept, kept[0], lexicon) or kept, lexicon)


def test_evidence_is_kept_down_to_a_share_of_the_best(lexicon: Lexicon) -> None:
    assert chosen(lexicon, {"They grow.": 0.5, "Lumps are firm.": 0.9}) == ["Lumps are firm.", "They grow."]
    assert chosen(lexicon, {"They grow.": 0.4, "Lumps are firm.": 0.9}) == ["Lumps are firm."]
    # The best one is kept however weak, since the outcome is decided elsewhere.
    assert chosen(lexicon, {"They grow.": 0.1}) == ["They grow."]
    assert len(chosen(lexicon, {"Lumps are firm.": 0.9, "They hurt.": 0.9, "They grow.": 0.9})) == 2


def test_a_list_is_taken_whole_when_most_of_it_is_kept(lexicon: Lexicon) -> None:
    most = {"Gout, in the toe": 0.9, "Milia": 0.8, "Wart": 0.7}
    assert chosen(lexicon, most) == ALIKE
    assert chosen(lexicon, {"Milia": 0.9, "Wart": 0.8}) == ["Milia", "Wart"]
    # The question shares words with some of the items: they are meant, and no more than what was chosen is shown.
    assert chosen(lexicon, most, "Which of them is in the toe?") == ["Gout, in the toe", "Milia", "Wart"]


def test_a_sentence_that_introduces_a_list_brings_it_along(lexicon: Lexicon) -> None:
    assert chosen(lexicon, {LEAD_IN: 0.9}) == [LEAD_IN, *SIGNS]
    assert chosen(lexicon, {LEAD_IN: 0.9, "Chills": 0.6}) == [LEAD_IN, *SIGNS]
    assert chosen(lexicon, {LEAD_IN: 0.6, "Chills": 0.9, "Fever": 0.7}) == [LEAD_IN, *SIGNS]
    # Of what is likelier than it, only that is meant.
    assert chosen(lexicon, {LEAD_IN: 0.3, "Chills": 0.9}) == ["Chills"]
    assert chosen(lexicon, {"Each of these looks alike.": 0.9}) == ["Each of these looks alike."]


def test_only_a_sentence_with_a_colon_introduces_the_list_below_it(lexicon: Lexicon) -> None:
    signs, alike, *_ = lists_of(lexicon.passages)
    told = lead_in(signs, lexicon)
    assert told is not None
    assert lexicon.by_id[told].text == LEAD_IN
    assert lead_in(alike, lexicon) is None
    assert all(lexicon.places[passage.id].lead_in is None for passage in lexicon.passages if passage.kind == "sentence")


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("Which red signs are there?", ["A red eye", "A red streak"]),
        ("Is a red streak a sign?", ["A red streak"]),
        ("Which signs are there?", []),
        ("Which signs of lumps send one to a doctor?", []),
        ("Fever, chills, an eye or a streak?", []),
    ],
)
def test_a_question_picks_out_the_items_that_share_most_words_with_it(
    lexicon: Lexicon, question: str, meant: list[str]
) -> None:
    signs, *_ = lists_of(lexicon.passages)
    assert [item.text for item in picked_out(read_part(question), signs, lexicon)] == meant


def test_a_count_is_of_the_whole_list_however_little_of_it_was_chosen(lexicon: Lexicon) -> None:
    for likeliest, *others in ([LEAD_IN], [LEAD_IN, "Fever"], ["Fever", "Chills"]):
        given = counted(lexicon, "How many signs are listed?", likeliest, *others)
        assert given is not None
        assert given.text == "4 are listed under “Signs”."
        (citation,) = given.citations
        assert citation.quote.splitlines() == ["Fever", *(f"• {sign}" for sign in SIGNS[1:])]
    given = counted(lexicon, "How many are listed?", "Each of these looks alike.", "Milia", "Wart")
    assert given is not None
    assert given.text == "5 are listed under “Differential Diagnosis”."


def test_a_count_may_be_of_the_items_that_the_question_means(lexicon: Lexicon) -> None:
    given = counted(lexicon, "How many of them are in the toe?", "Gout, in the toe")
    assert given is not None
    assert given.text == "2 such are listed under “Differential Diagnosis”."
    assert [citation.quote for citation in given.citations] == ["Gout, in the toe", "Abscess, in the toe"]


def test_what_is_no_list_is_not_counted(lexicon: Lexicon) -> None:
    assert counted(lexicon, "Compare the number of toes in gout and abscess", "Gout, in the toe", "Milia") is None
    assert counted(lexicon, "How many grow?", "They grow.", "They burst.") is None
    assert counted(lexicon, "How many have a fever?", "Fever") is None
    assert counted(lexicon, "Which signs are listed?", LEAD_IN) is None
    assert items_to_count(read_part("How many?"), (), None, lexicon) == ()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many drugs are listed?", "2 are listed under “Therapy”."),
        ("How many patient groups are listed?", "2 are listed under “Therapy”."),
        ("How many are listed for children?", "2 are listed under “Therapy”."),
        ("How many drugs, and for how many days?", "2 are listed under “Therapy”."),
        ("For how many days is amoxicillin given?", None),
        ("How many mg per day?", None),
        ("In how many of the treated patients?", None),
        ("The number of new cases?", None),
        ("How many person get it?", None),
    ],
)
def test_measures_and_people_are_not_counted_in_a_list(lexicon: Lexicon, question: str, said: str | None) -> None:
    given = counted(lexicon, question, "Amoxicillin 50 mg – for 10 days", "Amoxicillin 25 mg – for 20 days")
    assert (None if given is None else given.text) == said


def test_the_people_who_made_the_page_are_counted(lexicon: Lexicon) -> None:
    given = counted(lexicon, "How many people contributed?", "Ann Lee", "Bo Ray")
    assert given is not None
    assert given.text == "2 are listed under “Contributors”."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How many are not contagious?", None),
        ("How many have no note?", None),
        ("How many are there except the abscess and the gout?", None),
        ("How many are there besides those in the toe?", None),
        ("How many others are there, besides the signs?", "5 are listed under “Differential Diagnosis”."),
        ("I don't know how many are listed", "5 are listed under “Differential Diagnosis”."),
    ],
)
def test_what_is_denied_or_left_out_is_not_counted(lexicon: Lexicon, question: str, said: str | None) -> None:
    given = counted(lexicon, question, "Gout, in the toe", "Abscess, in the toe")
    assert (None if given is None else given.text) == said


@pytest.mark.parametrize(
    ("question", "denied", "left_out"),
    [
        ("Which tests should not be done?", True, False),
        ("Which heal without treatment?", True, False),
        ("All tests except biopsy?", True, True),
        ("Which look-alikes other than gout are there?", False, True),
        ("Besides that, what else should I rule out?", False, True),
        ("I don't know which tests to do", False, False),
        ("Isn't it gout?", False, False),
        ("Is it gout or not?", False, False),
        ("How many pieces of advice for not catching it?", False, False),
        ("What sets gout apart from milia?", False, False),
    ],
)
def test_a_question_may_deny_or_leave_out(question: str, denied: bool, left_out: bool) -> None:
    part = read_part(question)
    assert (denies(part), leaves_out(part)) == (denied, left_out)


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("What is the ICD-10 code for lumps?", ["ICD-10 L1.0 – Lumps"]),
        ("What are the ICD-10 codes for lumps?", ["ICD-10 L1.0 – Lumps", "ICD-10 L1.1 – Gout"]),
        ("Which ICD-10 code?", ["ICD-10 L1.0 – Lumps", "ICD-10 L1.1 – Gout"]),
        ("Which ICD-11 code?", []),
    ],
)
def test_one_code_is_asked_for_by_what_it_stands_for(lexicon: Lexicon, question: str, lines: list[str]) -> None:
    hits = [Hit(passage, 1.0, number + 1, "both", 0.5, 1.0) for number, passage in enumerate(lexicon.passages)]
    best = np.array([float(hit.passage.text.startswith("ICD")) for hit in hits])
    assert [passage.text for passage in asked_list(read_part(question), hits, best, lexicon, ()) or ()] == lines


def test_a_comparison_brings_what_is_said_of_the_other_side(lexicon: Lexicon) -> None:
    chances = {"They grow.": 0.9, "They burst.": 0.3}
    assert chosen(lexicon, chances, "Do they burst later than they grow?") == ["They grow.", "They burst."]
    assert chosen(lexicon, chances, "Do they burst when they grow?") == ["They grow."]
    assert chosen(lexicon, {**chances, "They burst.": 0.2}, "Do they burst later than they grow?") == ["They grow."]


def test_items_that_are_named_come_together(lexicon: Lexicon) -> None:
    assert chosen(lexicon, {"Milia": 0.9}, "Is it milia, an abscess or a wart?") == ["Milia", "Wart"]
    assert chosen(lexicon, {"They grow.": 0.9}, "Do milia and warts grow?") == ["They grow."]
    assert chosen(lexicon, {"Milia": 0.9}, "Which are there other than milia and warts?") == ["Milia"]
    assert chosen(lexicon, {"Milia": 0.9}, "Which of milia and warts is not itchy?") == ["Milia", "Wart"]


def test_the_name_of_a_row_is_its_first_cell(lexicon: Lexicon) -> None:
    signs, *_ = lists_of(lexicon.passages)
    rows = [
        replace(item, text=f"Stage: {name}; Size: {name}")
        for item, name in zip(signs, ("IA", "IB", "IIA", "IIB"), strict=True)
    ]
    assert named_in(read_part("How does stage IB differ from stage IIB?"), rows) == [rows[1], rows[3]]
    assert named_in(read_part("Which stage is it?"), rows) == []


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("What is L1.1?", ["ICD-10 L1.1 – Gout"]),
        ("What is the ICD-10 code for milia?", []),
        ("What does ICD-10 stand for?", []),
        ("What does L9 mean?", []),
    ],
)
def test_a_code_is_known_by_itself_and_its_system_is_none(lexicon: Lexicon, question: str, lines: list[str]) -> None:
    assert [passage.text for passage in asked_code(read_part(question), lexicon)] == lines


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("ICD-11 code?", True),
        ("And the ICD 9 code?", True),
        ("ICD-10 or ICD-11?", False),
        ("ICD-10-CM?", False),
        ("Which codes are there?", False),
        ("OMIM number", True),
        ("OMIM?", True),
        ("MeSH ID?", True),
        ("What is the MeSH code?", True),
        # Names of systems that are words too.
        ("Is surgical mesh safe?", False),
        ("Where is the mesh placed?", False),
        ("Does the virus stay in the DRG?", False),
    ],
)
def test_a_code_of_a_system_that_the_document_has_none_of_is_not_there(
    lexicon: Lexicon, question: str, other: bool
) -> None:
    assert other_code_system(read_part(question), lexicon) is other


def test_lines_that_are_asked_for_by_different_words_come_together(tmp_path: Path) -> None:
    path = tmp_path / "lumps.md"
    path.write_text(TWO_SYSTEMS, encoding="utf-8")
    document = read(path)
    lexicon = read_lexicon(document, split(document), WordVectors(FakeEncoder()))
    hits = [Hit(passage, 1.0, number + 1, "both", 0.5, 1.0) for number, passage in enumerate(lexicon.passages)]

    def asked(question: str) -> list[str]:
        return [line.text for line in asked_list(read_part(question), hits, np.ones(len(hits)), lexicon, ()) or ()]

    lines = ["ICD-10 L1.0 – Lumps", "SNOMED CT 123456 – Lumps"]
    assert asked("What are the ICD-10 code and the SNOMED code?") == lines
    assert asked("ICD-10 code?") == lines[:1]
    assert asked("Which codes?") == lines


@pytest.mark.parametrize(
    ("title", "items", "question", "found"),
    [
        ("Lumps in child", ["Gout", "Milia"], "What should I rule out?", ["Gout", "Milia"]),
        ("Lumps in child", ["Gout", "Milia"], "What should I rule out in a newborn?", ["Gout", "Milia"]),
        ("Lumps in child", ["Gout", "Milia"], "What should I rule out in adults?", []),
        ("Lumps in child", ["Gout, in adults", "Milia"], "What should I rule out in adults?", None),
        ("Lumps in child", ["Gout", "Milia"], "What should I rule out in adults with fever?", None),
        ("Lumps in infants", ["Gout", "Milia"], "What should I rule out in children?", ["Gout", "Milia"]),
        ("Lumps in infants", ["Gout", "Milia"], "What should I rule out in older children?", ["Gout", "Milia"]),
        ("Lumps in children", ["Gout", "Milia"], "What should I rule out in a child?", ["Gout", "Milia"]),
        ("Lumps in children", ["Gout", "Milia"], "What should I rule out in teens?", ["Gout", "Milia"]),
        ("Lumps in children", ["Gout", "Milia"], "What should I rule out in adults?", []),
        ("Lumps in older children", ["Gout", "Milia"], "What should I rule out in adults?", []),
        ("Lumps in children", ["Gout, in older people", "Milia"], "What should I rule out in adults?", None),
        ("Lumps in children", ["Gout, in older girls", "Milia"], "What should I rule out in women?", None),
        ("Lumps", ["Gout", "Milia"], "What should I rule out in adults?", None),
        ("Lumps", ["Gout", "Milia"], "What should I not rule out?", None),
        ("Lumps", ["Gout", "Milia"], "I don't know what to rule out", ["Gout", "Milia"]),
    ],
)
def test_a_list_is_for_the_age_that_its_document_is_about(
    tmp_path: Path, title: str, items: list[str], question: str, found: list[str] | None
) -> None:
    path = tmp_path / "lumps.md"
    listed = "\n".join(f"- {item}" for item in items)
    path.write_text(f"# {title}\n\n## Differential Diagnosis\n\n{listed}\n", encoding="utf-8")
    document = read(path)
    lexicon = read_lexicon(document, split(document), WordVectors(FakeEncoder()))
    hits = [Hit(passage, 1.0, number + 1, "both", 0.5, 1.0) for number, passage in enumerate(lexicon.passages)]
    best = np.ones(len(hits))
    asked = asked_list(read_part(question), hits, best, lexicon, lexicon.passages)
    assert (None if asked is None else [item.text for item in asked]) == found
    # Where one item is chosen, that one is meant.
    assert not asked_list(read_part(question), hits, best, lexicon, lexicon.passages[:1])


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What does DM stand for?", ["Lumps come with dermatomyositis (DM)."]),
        ("What is CREST short for?", []),
        # Its long form stands beside it in a way that no pair is found in: what was read decides.
        ("What does EMG stand for?", None),
        ("What do lumps stand for?", None),
        ("What is CREST?", None),
    ],
)
def test_a_long_form_is_shown_where_it_is_written(tmp_path: Path, question: str, found: list[str] | None) -> None:
    path = tmp_path / "lumps.md"
    path.write_text(LONG_FORMS, encoding="utf-8")
    document = read(path)
    lexicon = read_lexicon(document, split(document), WordVectors(FakeEncoder()))
    shown = asked_long_form(read_part(question), lexicon)
    assert (shown if shown is None else [passage.text for passage in shown]) == found

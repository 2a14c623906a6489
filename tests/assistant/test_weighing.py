"""What is read beside a question, and how it is weighed, by a cross-encoder that only counts words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.asking import Asking
from assistant.close_reader import Judged
from assistant.diseases import named
from assistant.fake_cross_encoder import FakeCrossEncoder
from assistant.lexicon import Lexicon, read_lexicon
from assistant.outcome import (
    LEAST_LOG,
    NEARLY_AS_MUCH,
    read_features,
    sections_asked,
    withheld_headings,
    wording_features,
)
from assistant.pair_texts import CONTEXT_WORDS, passage_text
from assistant.question import read_part
from assistant.weighing import UNREAD, Read
from assistant.word_vectors import WordVectors
from corpus.passages import split
from corpus.readers import read
from index.fake_encoder import FakeEncoder

PAGE = """---
title: Marsh rash
---
# Marsh rash

## Synopsis

Marsh rash is a harmless rash of the shins that one gets while wading in cold water in spring and autumn. It itches.

It fades within three weeks.

## Differential Diagnosis

- Gout
- Milia

## Therapy

Subscription required
"""


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("weighing") / "marsh-rash.md"
    path.write_text(PAGE, encoding="utf-8")
    document = read(path)
    return read_lexicon(document, split(document), WordVectors(FakeEncoder()))


def asking(**topics: float) -> Asking:
    """A wording that asks for topics with these probabilities, and for nothing else."""
    chances = {"none": 0.01, "off_topic": 0.01, **topics}
    return Asking(
        {topic: float(np.log(chance)) for topic, chance in chances.items()},
        {"answered": -1.0, "withheld": -2.0, "not_in_document": -3.0, "out_of_scope": -4.0},
    )


def test_a_passage_is_read_under_its_heading_with_the_opening_of_the_one_before(lexicon: Lexicon) -> None:
    first, second, other, item, _ = lexicon.passages
    opening = " ".join(first.text.split()[:CONTEXT_WORDS])
    assert passage_text(first, lexicon) == f"Marsh rash > Synopsis: {first.text}"
    assert passage_text(second, lexicon) == f"Marsh rash > Synopsis: ({opening}) It itches."
    assert passage_text(other, lexicon) == "Marsh rash > Synopsis: It fades within three weeks."
    assert passage_text(item, lexicon) == "Marsh rash > Differential Diagnosis: Gout"


def test_a_section_is_asked_for_by_its_heading_and_by_the_wording(lexicon: Lexicon) -> None:
    judged = Judged(0.5, np.array([0.0, -1.0, 2.0], dtype=np.float32))
    nothing = np.zeros(0)
    seen = Read(nothing, nothing.astype(int), nothing.astype(np.float32), nothing.astype(np.float32), judged)
    asked = sections_asked(seen, lexicon, asking(therapy=0.5))
    assert asked["therapy"] == pytest.approx(2.0 + np.log(0.5))
    assert asked["synopsis"] == pytest.approx(0.0 + LEAST_LOG)
    features = read_features(seen, lexicon, asking(therapy=0.5))
    assert (features["section_withheld"], features["section_present"], features["pair_1"]) == (2.0, 0.0, UNREAD)
    assert features["section_over_pair"] == 2.0 - UNREAD


def test_the_wording_is_weighed_by_what_the_document_has(lexicon: Lexicon) -> None:
    asked = asking(therapy=0.5, synopsis=0.25, prognosis=0.125)
    seen = wording_features(read_part("is malaria like it?"), lexicon, asked)
    assert (seen["asks_withheld"], seen["asks_present"]) == (pytest.approx(0.5), pytest.approx(0.25))
    assert seen["asks_absent"] == pytest.approx(0.125)
    assert (seen["names_known"], seen["names_foreign"], seen["worded_withheld"]) == (0.0, 1.0, -2.0)


@pytest.mark.parametrize(
    ("question", "known", "foreign"),
    [("is gout listed?", 1, 0), ("how is malaria treated?", 0, 1), ("what is it?", 0, 0), ("", 0, 0)],
)
def test_diseases_of_the_document_are_told_from_others(
    lexicon: Lexicon, question: str, known: int, foreign: int
) -> None:
    found = named(read_part(question), lexicon)
    assert (found.known, found.foreign) == (known, foreign)


def test_the_fake_reads_what_the_real_one_reads(lexicon: Lexicon) -> None:
    texts = [passage_text(passage, lexicon) for passage in lexicon.passages]
    assert int(FakeCrossEncoder().passages("is gout listed?", texts).argmax()) == 3


@pytest.mark.parametrize(
    ("behind", "named"), [(NEARLY_AS_MUCH + 1, ("Therapy",)), (0.5, ("Therapy", "Management Pearls"))]
)
def test_a_second_withheld_section_is_named_where_it_is_asked_for_nearly_as_much(
    tmp_path: Path, behind: float, named: tuple[str, ...]
) -> None:
    path = tmp_path / "marsh-rash.md"
    path.write_text(f"{PAGE}\n## Management Pearls\n\nSubscription required\n", encoding="utf-8")
    document = read(path)
    lexicon = read_lexicon(document, split(document), WordVectors(FakeEncoder()))
    judged = Judged(0.5, np.array([0.0, -1.0, 2.0, 2.0 - behind], dtype=np.float32))
    nothing = np.zeros(0)
    seen = Read(nothing, nothing.astype(int), nothing.astype(np.float32), nothing.astype(np.float32), judged)
    asked = withheld_headings(read_part("Should it be cut out?"), asking(), seen, lexicon)
    assert asked == named

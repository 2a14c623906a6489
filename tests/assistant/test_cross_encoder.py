from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.cross_encoder import QUESTION_TOKENS, CrossEncoder, Tokens, load
from assistant.fake_cross_encoder import FakeCrossEncoder
from assistant.low_rank import Tokens as WordPieces
from corpus.errors import UserError
from index.sentence_transformers_encoder import packaged_folder


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(WordPieces(packaged_folder()))


@pytest.fixture(scope="module")
def fitted() -> CrossEncoder:
    return load()


@pytest.mark.real
def test_each_heading_stands_where_its_span_says(tokens: Tokens) -> None:
    read = tokens.inventory("how is it treated?", "Marsh rash", ["Therapy", "Look For"])
    treated = tokens.passage("how is it treated?", "").ids[:-1]
    assert read.ids[: len(treated)] == treated
    assert [read.ids[start:end] for start, end in read.spans] == [
        tokens.passage("", heading).ids[2:-1] for heading in ("Therapy", "Look For")
    ]
    assert read.kinds == [0] * len(treated) + [1] * (len(read.ids) - len(treated))


@pytest.mark.real
def test_of_a_long_question_the_end_is_read(tokens: Tokens) -> None:
    long = " ".join(["fever"] * 200) + " and then what?"
    asked = tokens.passage(long, "").ids[1:-2]
    assert len(asked) == QUESTION_TOKENS
    assert asked[-4:] == tokens.passage("and then what?", "").ids[1:-2]


@pytest.mark.real
def test_a_passage_that_answers_is_told_from_one_of_the_same_subject(fitted: CrossEncoder) -> None:
    first, second = fitted.passages(
        "Which body sites does it prefer?",
        ["Marsh rash > Synopsis: The shins and calves are most often affected.", "Marsh rash > Synopsis: It itches."],
    )
    assert first > second + 1.0


@pytest.mark.real
def test_the_section_asked_for_and_the_subject_are_told(fitted: CrossEncoder) -> None:
    headings = ["Look For", "Best Tests", "Therapy"]
    asked = fitted.sections("Which cream helps?", "Marsh rash", headings)
    assert asked.sections.argmax() == 2
    assert asked.scope > fitted.sections("What is the capital of France?", "Marsh rash", headings).scope


@pytest.mark.real
def test_passages_read_together_are_judged_as_alone(fitted: CrossEncoder) -> None:
    texts = ["Gout.", "Marsh rash > Causes: Wading in cold marsh water brings it on within a day or two."]
    together = fitted.passages("What causes it?", texts)
    alone = np.concatenate([fitted.passages("What causes it?", [text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


@pytest.mark.real
def test_a_list_of_headings_longer_than_is_read_at_once_is_read_in_parts(fitted: CrossEncoder, tokens: Tokens) -> None:
    headings = [*(f"Chapter {number}" for number in range(300)), "Therapy"]
    parts = tokens.inventories("Which cream helps?", "Marsh rash", headings)
    assert len(parts) > 1
    assert max(len(part.ids) for part in parts) <= 512
    asked = fitted.sections("Which cream helps?", "Marsh rash", headings)
    assert asked.sections.shape == (301,)
    assert asked.sections.argmax() == 300


@pytest.mark.real
def test_a_heading_that_has_no_words_is_judged_all_the_same(fitted: CrossEncoder) -> None:
    asked = fitted.sections("Which cream helps?", "Marsh rash", ["Look For", "\u200b", "Therapy"])
    assert asked.sections.shape == (3,)
    assert asked.sections.argmax() == 2


@pytest.mark.real
def test_nothing_to_read_is_judged_as_nothing(fitted: CrossEncoder) -> None:
    assert fitted.passages("What causes it?", []).shape == (0,)
    assert fitted.sections("What causes it?", "Marsh rash", []).sections.shape == (0,)


@pytest.mark.real
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cross_encoder.safetensors"
    with pytest.raises(UserError, match=path.name):
        load(path)
    path.write_bytes(b"no tensors")
    with pytest.raises(UserError, match=path.name):
        load(path)


def test_the_fake_counts_words() -> None:
    fake = FakeCrossEncoder()
    assert fake.passages("cold marsh water", ["Marsh water", "Gout"]).tolist() == [1.5, -0.5]
    judged = fake.sections("marsh rash therapy", "Marsh rash", ["Therapy"])
    assert (judged.scope, judged.sections.tolist()) == (1.5, [0.5])

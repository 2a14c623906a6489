from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from bm25s import BM25

from index.lexical import K1, B, Lexical, Words, scores_of

TEXTS = ["heel nodule firm", "nodules on the heel of the hand", "", "calcium stone"]


def bm25(times: int, length: int, average: float, having: int, texts: int) -> float:
    """One word's BM25 as Lucene has it."""
    rarity = math.log(1 + (texts - having + 0.5) / (having + 0.5))
    return rarity * times / (times + K1 * (1 - B + B * length / average))


def test_stop_words_go_and_words_are_stemmed() -> None:
    assert Words().stems("What are the Nodules of a heel, and how do they itch? X") == ["nodul", "heel", "itch"]


def test_scores_are_the_formula() -> None:
    # Lengths 3, 3, 0, 2: 2 on average. "heel" stands in two of four texts.
    expected = bm25(1, 3, 2, 2, 4)
    assert Lexical.build(TEXTS).scores("Heels").tolist() == pytest.approx([expected, expected, 0, 0])


def test_a_word_weighs_by_its_rarity_among_the_texts_searched() -> None:
    # Among texts 1 and 2 "heel" stands in one of two; the average length stays that of all four.
    scores = Lexical.build(TEXTS).scores_within("heel", 1, 2)
    assert scores.tolist() == pytest.approx([bm25(1, 3, 2, 1, 2), 0])


def test_all_texts_are_one_way_of_searching_within() -> None:
    lexical = Lexical.build(TEXTS)
    assert lexical.scores("firm heel stone").tolist() == lexical.scores_within("firm heel stone", 0, 4).tolist()


def test_the_scores_are_those_of_bm25s() -> None:
    lexical = Lexical.build(TEXTS)
    theirs = BM25(method="lucene", k1=K1, b=B)
    theirs.index([Words().stems(text) for text in TEXTS], show_progress=False)
    expected = theirs.get_scores(["firm", "heel", "nodul"])
    assert lexical.scores("firm heel nodules").tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize("texts", [[], [""], ["the of", "a"]])
def test_texts_without_words_score_nothing(texts: list[str], tmp_path: Path) -> None:
    lexical = Lexical.build(texts)
    lexical.save(tmp_path / "words.npz")
    for one in (lexical, Lexical.load(tmp_path / "words.npz", len(texts))):
        assert one.scores("heel").tolist() == [0] * len(texts)


@pytest.mark.parametrize("question", ["", "the of", "zebra"])
def test_a_question_without_known_words_scores_nothing(question: str) -> None:
    assert Lexical.build(TEXTS).scores(question).tolist() == [0, 0, 0, 0]


def test_saved_and_loaded_scores_are_equal_and_nothing_is_pickled(tmp_path: Path) -> None:
    built = Lexical.build(TEXTS)
    built.save(tmp_path / "words.npz")
    loaded = Lexical.load(tmp_path / "words.npz", 4)
    assert loaded.scores("firm heel").tolist() == built.scores("firm heel").tolist()
    with np.load(tmp_path / "words.npz", allow_pickle=False) as stored:
        assert sorted(stored) == ["counts", "lengths", "starts", "stems", "texts"]


def test_a_saved_index_of_another_size_is_refused(tmp_path: Path) -> None:
    Lexical.build(TEXTS).save(tmp_path / "words.npz")
    with pytest.raises(ValueError, match="counts 4 texts, expected 5"):
        Lexical.load(tmp_path / "words.npz", 5)


@pytest.mark.parametrize("cut", [0, 1, 2, 4])
def test_parts_score_as_if_they_were_one(cut: int) -> None:
    parts = [Lexical.build(TEXTS[:cut]), Lexical.build(TEXTS[cut:])]
    for question in ("heel", "firm heel heel nodules", "zebra", ""):
        found = np.concatenate(scores_of(parts, [None, None], question))
        assert found.tolist() == pytest.approx(Lexical.build(TEXTS).scores(question).tolist())


def test_texts_that_are_not_live_score_nothing_and_weigh_nothing() -> None:
    part = Lexical.build(TEXTS)
    live = np.array([True, False, True, True])
    found = scores_of([part], [live], "heel nodule stone")[0]
    alone = Lexical.build([TEXTS[0], TEXTS[2], TEXTS[3]]).scores("heel nodule stone")
    assert found.tolist() == pytest.approx([alone[0], 0, alone[1], alone[2]])
    assert scores_of([], [], "heel") == []

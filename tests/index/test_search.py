"""Real Chroma, fake encoder: scores are worked out by hand."""

from __future__ import annotations

import dataclasses
import math
import threading
from pathlib import Path

import numpy as np
import pytest
from made import HEEL, RECIPE, STONES, a_document, library

from corpus.errors import UserError
from index.fake_encoder import FakeEncoder
from index.generations import build
from index.manifest import Damaged
from index.search import Index

pytestmark = pytest.mark.real


def texts(hits: tuple) -> list[str]:  # type: ignore[type-arg]
    return [hit.passage.text for hit in hits]


def test_a_hit_carries_both_scores_and_their_fusion(index: Index) -> None:
    hits = index.search("fever", document_id="stones")
    # Encoded as "Stones > Symptoms: Fever may follow.": five words, one of them asked for.
    # Counted as "symptom fever may follow" of four stems; the other as "symptom pain felt rib", four stems.
    assert texts(hits) == ["Fever may follow.", "Pain is felt under the ribs."]
    best, other = hits
    assert (best.rank, other.rank) == (1, 2)
    assert best.dense == pytest.approx(1 / math.sqrt(5))
    assert other.dense == pytest.approx(0, abs=1e-6)
    assert best.score == pytest.approx(1)
    assert other.score == pytest.approx(0, abs=1e-6)
    assert (best.via, other.via) == ("both", "dense")
    assert best.lexical > other.lexical == 0


def test_every_passage_of_a_document_is_a_hit_when_the_limit_allows(index: Index) -> None:
    hits = index.search("firm nodules", document_id="heel", limit=64)
    assert {hit.passage for hit in hits} == set(index.passages("heel"))
    assert [hit.rank for hit in hits] == [1, 2, 3, 4]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_equal_scores_stand_in_the_order_of_the_passages(tmp_path: Path) -> None:
    build(tmp_path, [a_document("d", {"S": ["Alpha one.", "Beta two.", "Gamma six."]})], FakeEncoder(), recipe=RECIPE)
    index = Index.open(tmp_path, FakeEncoder(), RECIPE)
    for document_id in ("d", None):
        assert texts(index.search("zebra", document_id=document_id)) == ["Alpha one.", "Beta two.", "Gamma six."]
    index.close()


def test_a_search_is_the_same_every_time(index: Index) -> None:
    assert index.search("heel pain") == index.search("heel pain")


def test_a_given_vector_is_used_instead_of_encoding(index: Index) -> None:
    vector = FakeEncoder().encode_questions(["gout"])[0]
    hits = index.search("fever", vector, document_id="heel", limit=1)
    assert texts(hits) == ["Gout"]
    assert hits[0].lexical == 0


def test_the_library_is_searched_when_no_document_is_named(index: Index) -> None:
    assert texts(index.search("Where is pain felt?", limit=1)) == ["Pain is felt under the ribs."]
    assert texts(index.search("Which wart is on the finger?", limit=1)) == ["Wart – Seen on the finger."]


def test_what_is_held_in_memory_changes_no_result(index: Index) -> None:
    before = index.search("heel pain", limit=6)
    index.passages("heel")
    with_one_held = index.search("heel pain", limit=6)
    index.passages("stones")
    assert before == with_one_held == index.search("heel pain", limit=6)


def test_a_document_without_passages_has_no_hit(index: Index) -> None:
    assert index.search("anything", document_id="hidden") == ()
    assert index.passages("hidden") == ()


def test_an_unknown_document_is_named_with_the_known_ones(index: Index) -> None:
    with pytest.raises(UserError, match="no document 'gout' in the index; it holds: heel, stones, hidden"):
        index.search("fever", document_id="gout")
    with pytest.raises(UserError):
        index.passages("gout")


@pytest.mark.parametrize("question", ["", "   ", "?", "the of", "😀", "a\x00b", "heel " * 2000])
def test_any_question_is_searched(index: Index, question: str) -> None:
    assert len(index.search(question, document_id="heel")) == 4
    assert len(index.search(question)) == 6


@pytest.mark.parametrize("limit", [0, 1, 3, 1000])
def test_at_most_the_limit_is_returned(index: Index, limit: int) -> None:
    assert len(index.search("heel", document_id="heel", limit=limit)) == min(limit, 4)
    assert len(index.search("heel", limit=limit)) == min(limit, 6)


def test_a_sentence_is_found_by_the_words_of_the_one_it_points_back_to(index: Index) -> None:
    # "They are firm." is read with "Nodules form on the heel." before it.
    hits = {hit.passage.text: hit for hit in index.search("nodules", document_id="heel", limit=4)}
    assert hits["They are firm."].lexical > 0
    assert hits["Gout"].lexical == 0


def test_the_heading_of_a_passage(index: Index) -> None:
    assert {index.heading(passage) for passage in index.passages("heel")} == {"Synopsis", "Differential Diagnosis"}


def test_many_threads_search_one_index(index: Index) -> None:
    expected = index.search("heel pain", document_id="heel")
    found = []

    def ask() -> None:
        for _ in range(20):
            found.append(index.search("heel pain", document_id="heel"))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 80


def test_more_documents_than_are_held_in_memory(tmp_path: Path) -> None:
    documents = [a_document(f"d{number}", {"S": [f"Word{number} is here."]}) for number in range(70)]
    build(tmp_path, documents, FakeEncoder(4096), recipe=RECIPE)
    index = Index.open(tmp_path, FakeEncoder(4096), RECIPE)
    for number in range(70):
        assert texts(index.search(f"word{number}", document_id=f"d{number}")) == [f"Word{number} is here."]
        assert texts(index.search(f"word{number}", limit=1)) == [f"Word{number} is here."]
    index.close()


@pytest.mark.parametrize("document_id", ["many", None])
def test_a_passage_found_by_words_alone_has_its_cosine_too(tmp_path: Path, document_id: str | None) -> None:
    near = ["Alpha beta gamma delta.", *(f"Alpha beta common n{number}." for number in range(60))]
    build(tmp_path, [a_document("many", {"S": [*near, "Alpha zebra far away."]})], FakeEncoder(4096), recipe=RECIPE)
    index = Index.open(tmp_path, FakeEncoder(4096), RECIPE)
    vector = FakeEncoder(4096).encode_questions(["alpha beta gamma"])[0]
    best, found, *others = index.search("zebra", vector, document_id=document_id, limit=10)
    # Six words each with "Many > S:"; three, one and two of them are in the question's three.
    assert (best.passage.text, best.via, best.lexical) == ("Alpha beta gamma delta.", "dense", 0)
    assert (found.passage.text, found.via) == ("Alpha zebra far away.", "lexical")
    assert {(hit.via, hit.lexical) for hit in others} == {("dense", 0)}
    assert [hit.dense * math.sqrt(18) for hit in (best, found, others[0])] == pytest.approx([3, 1, 2], abs=1e-5)
    assert [hit.score for hit in (best, found, others[0])] == pytest.approx([0.7, 0.7 / 3 + 0.3, 1.4 / 3], abs=1e-5)
    index.close()


# What cannot be opened


def test_a_missing_index_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        Index.open(tmp_path / "none", FakeEncoder(), RECIPE)
    assert (raised.value.message, raised.value.hint) == (f"there is no index in {tmp_path / 'none'}", "wardbook index")
    assert not (tmp_path / "none").exists()


def test_an_index_of_another_encoder_is_refused(folder: Path) -> None:
    with pytest.raises(UserError) as raised:
        Index.open(folder, FakeEncoder(name="other"), RECIPE)
    assert raised.value.message == "index was built with encoder 'fake', settings ask for 'other'"
    assert raised.value.hint == "wardbook index --rebuild"


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"vocabulary_fingerprint": "vocabulary 2"}, "index was built with section vocabulary 'vocabulary 1'"),
        ({"reader_version": "reader 2"}, "index was built with readers 'reader 1'"),
    ],
)
def test_an_index_of_another_vocabulary_or_reader_is_refused(folder: Path, change: dict[str, str], what: str) -> None:
    with pytest.raises(UserError, match=what) as raised:
        Index.open(folder, FakeEncoder(), dataclasses.replace(RECIPE, **change))  # type: ignore[arg-type]
    assert raised.value.hint == "wardbook index --rebuild"


@pytest.mark.parametrize(
    "pattern",
    ["generations/*", *(f"segments/*/{name}" for name in ("segment.json", "chroma/chroma.sqlite3", "words.npz"))],
)
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00damage"])
def test_a_damaged_generation_says_what_to_run(folder: Path, pattern: str, content: bytes | None) -> None:
    (path,) = folder.glob(pattern)
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(Damaged, match="damaged") as raised:
        Index.open(folder, FakeEncoder(), RECIPE)
    assert raised.value.hint == "wardbook index"
    build(folder, library(), FakeEncoder(), recipe=RECIPE)
    Index.open(folder, FakeEncoder(), RECIPE).close()


@pytest.mark.parametrize("pointer", [b"", b"gone\n", b"\xff\xfe"])
def test_a_damaged_pointer_says_what_to_run(folder: Path, pointer: bytes) -> None:
    (folder / "current").write_bytes(pointer)
    with pytest.raises(Damaged, match="damaged") as raised:
        Index.open(folder, FakeEncoder(), RECIPE)
    assert raised.value.hint == "wardbook index"
    build(folder, library(), FakeEncoder(), recipe=RECIPE)
    Index.open(folder, FakeEncoder(), RECIPE).close()


def test_closing_twice_is_allowed(folder: Path) -> None:
    index = Index.open(folder, FakeEncoder(), RECIPE)
    index.close()
    index.close()


# With the packaged weights


def test_the_packaged_weights_find_by_meaning(tmp_path: Path, packaged) -> None:  # type: ignore[no-untyped-def]
    documents = [a_document("heel", HEEL), a_document("stones", STONES)]
    build(tmp_path, documents, packaged, recipe=RECIPE)
    index = Index.open(tmp_path, packaged, RECIPE)
    assert texts(index.search("Does the person have a raised temperature?", limit=1)) == ["Fever may follow."]
    hit = index.search("Does the person have a raised temperature?", document_id="stones", limit=1)[0]
    vector = packaged.encode_questions(["Does the person have a raised temperature?"])[0]
    stored = packaged.encode_passages(["Stones > Symptoms: Fever may follow."])[0]
    assert hit.dense == pytest.approx(float(np.dot(vector, stored)), abs=1e-5)
    index.close()

from __future__ import annotations

import pytest

from index.retriever import retriever
from index.search import Index

pytestmark = pytest.mark.real


def test_a_retriever_gives_langchain_documents_with_their_place_and_score(index: Index) -> None:
    hit = index.search("fever", limit=1)[0]
    (found,) = retriever(index, limit=1).invoke("fever")
    assert found.id == "stones#symptoms-2"
    assert found.page_content == "Fever may follow."
    assert found.metadata == {
        "document_id": "stones",
        "section": "Symptoms",
        "passage_id": "stones#symptoms-2",
        "start": 38,
        "end": 55,
        "score": hit.score,
    }


def test_a_retriever_for_one_document_finds_nothing_else(index: Index) -> None:
    found = retriever(index, document_id="heel").invoke("fever")
    assert {one.metadata["document_id"] for one in found} == {"heel"}
    assert len(found) == 4

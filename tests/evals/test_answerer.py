from __future__ import annotations

from pathlib import Path

import pytest

from assistant.assistant import Assistant
from corpus.library import Library
from corpus.passages import split
from evals.answerer import AssistantAnswerer
from index.fake_encoder import FakeEncoder


@pytest.mark.real
def test_the_assistant_is_searched_as_it_is_indexed(tmp_path: Path) -> None:
    from index.generations import build
    from index.search import Index

    (document,) = Library(tmp_path / "documents").documents()
    encoder = FakeEncoder()
    build(tmp_path / "index", [document], encoder)
    index = Index.open(tmp_path / "index", encoder)
    try:
        answerer = AssistantAnswerer(Assistant([document], index, encoder))
        passages = answerer.passages(document)
        hits = answerer.search(passages[3].text, document_id=document.id, limit=10)
    finally:
        index.close()
    assert tuple(passages) == split(document)
    assert answerer.document(document.id) == document
    assert (len(hits), hits[0].passage) == (10, passages[3])

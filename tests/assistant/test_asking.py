from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from assistant.asking import read_asking
from corpus.errors import UserError
from corpus.vocabulary import load as load_vocabulary

PLAIN = {
    "topics": {"classes": ["therapy", "codes"], "weights": [[1.0, 0.0], [0.0, 1.0]], "intercepts": [0.0, 0.0]},
    "outcomes": {"classes": ["answered"], "weights": [[0.0, 0.0]], "intercepts": [3.0]},
}


def test_probabilities_are_those_of_the_softmax(tmp_path: Path) -> None:
    path = tmp_path / "asking.json"
    path.write_text(json.dumps(PLAIN), encoding="utf-8")
    asked = read_asking(path)(np.array([np.log(3.0), 0.0]))
    assert asked.topics == {"therapy": pytest.approx(np.log(0.75)), "codes": pytest.approx(np.log(0.25))}
    assert asked.outcomes == {"answered": pytest.approx(0.0)}


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"topics": {}})])
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "asking.json"
    with pytest.raises(UserError, match=r"asking\.json"):
        read_asking(path)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"asking\.json"):
        read_asking(path)


def test_the_shipped_model_knows_topics_of_the_vocabulary_only() -> None:
    topics = {topic.name for topic in load_vocabulary().topics}
    assert set(read_asking().topics.classes) - topics == {"none", "off_topic"}


@pytest.mark.real
@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("which cream helps?", "therapy"),
        ("will it go away by itself?", "prognosis"),
        ("who wrote this", "contributors"),
    ],
)
def test_a_topic_is_understood_without_its_name(question: str, topic: str) -> None:
    from index.sentence_transformers_encoder import load

    asked = read_asking()(load(None).encode_questions([question])[0])
    assert max(asked.topics, key=lambda name: asked.topics[name]) == topic

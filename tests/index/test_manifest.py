from __future__ import annotations

import dataclasses
import json

import pytest
from made import RECIPE, library

from corpus.errors import UserError
from index.fake_encoder import FakeEncoder
from index.manifest import IndexedDocument, Manifest, current_recipe


def a_manifest() -> Manifest:
    return Manifest(
        format="1",
        name="20260101T000000-abcdef",
        created="2026-01-01T00:00:00+00:00",
        encoder_name="fake",
        encoder_fingerprint="fake:fake:512",
        dimension=512,
        vocabulary_fingerprint="vocabulary 1",
        reader_version="reader 1",
        documents=tuple(IndexedDocument(one.id, one.title, one.version, 2) for one in library()),
        files={"bm25/vocab.index.json": "00"},
    )


def test_a_manifest_survives_being_written() -> None:
    assert Manifest.from_json(a_manifest().to_json(), "manifest.json") == a_manifest()


def test_it_counts_passages_and_knows_its_documents() -> None:
    manifest = a_manifest()
    first, *others = library()
    assert manifest.passages == 6
    assert manifest.holds([*others, first])
    assert not manifest.holds(others)
    assert not manifest.holds([dataclasses.replace(first, title="Another"), *others])
    assert not manifest.holds([dataclasses.replace(first, version="sha256:0"), *others])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoder_name": "other"}, "index was built with encoder 'other', settings ask for 'fake'"),
        ({"encoder_fingerprint": "x"}, "index was built with weights 'x', the encoder has 'fake:fake:512'"),
        ({"vocabulary_fingerprint": "x"}, "index was built with section vocabulary 'x', now it is 'vocabulary 1'"),
        ({"reader_version": "0"}, "index was built with readers '0', now they are 'reader 1'"),
    ],
)
def test_an_index_made_another_way_is_refused(change: dict[str, str], message: str) -> None:
    manifest = dataclasses.replace(a_manifest(), **change)  # type: ignore[arg-type]
    with pytest.raises(UserError) as raised:
        manifest.check(FakeEncoder(), RECIPE)
    assert (raised.value.message, raised.value.hint) == (message, "wardbook index --rebuild")


def test_an_index_made_the_same_way_is_accepted() -> None:
    a_manifest().check(FakeEncoder(), RECIPE)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"format": "1"}', '{"format": "1", "documents": [1]}'])
def test_a_damaged_manifest_is_an_error_that_says_what_to_run(text: str) -> None:
    with pytest.raises(UserError, match=r"manifest\.json is damaged") as raised:
        Manifest.from_json(text, "manifest.json")
    assert raised.value.hint == "wardbook index --rebuild"


def test_another_format_is_refused_before_its_fields_are_read() -> None:
    with pytest.raises(UserError, match="in format '99', this version of Wardbook reads '1'"):
        Manifest.from_json(json.dumps({"format": "99"}), "manifest.json")


def test_this_installation_has_a_recipe() -> None:
    recipe = current_recipe()
    assert recipe.reader_version
    assert recipe.vocabulary_fingerprint

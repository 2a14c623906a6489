from __future__ import annotations

import dataclasses

import pytest
from made import RECIPE, library

from corpus.errors import UserError
from corpus.library import entry_of
from index.fake_encoder import FakeEncoder
from index.manifest import Damaged, IndexedDocument, Manifest, Part, Seal, SegmentFacts, current_recipe

ENTRIES = [entry_of(one) for one in library()]


def a_segment(name: str, which: slice) -> SegmentFacts:
    documents = tuple(
        IndexedDocument(one.id, one.title, one.version, entry_of(one).digest, 2) for one in library()[which]
    )
    return SegmentFacts(name, "fake:fake:512", 512, documents, {"words.npz": Seal("00", 3)})


def a_manifest() -> Manifest:
    return Manifest(
        created="2026-01-01T00:00:00.000001+00:00",
        encoder_name="fake",
        encoder_fingerprint="fake:fake:512",
        dimension=512,
        vocabulary_fingerprint="vocabulary 1",
        reader_version="reader 1",
        parts=(
            Part(a_segment("one", slice(0, 2)), "01"),
            Part(a_segment("two", slice(1, 3)), "02", frozenset({"stones"})),
        ),
    )


def read(text: str, name: str) -> Manifest:
    parts = {part.segment.name: part for part in a_manifest().parts}
    return Manifest.from_json(text, name, lambda segment, sha256, removed: parts[segment])


def test_a_manifest_survives_being_written() -> None:
    assert read(a_manifest().to_json(), a_manifest().name) == a_manifest()


def test_facts_of_a_segment_survive_being_written() -> None:
    facts = a_segment("one", slice(0, 3))
    assert SegmentFacts.from_json(facts.to_json()) == facts
    with pytest.raises(ValueError, match="another format"):
        SegmentFacts.from_json('{"format": "1"}')


def test_its_name_tells_when_and_every_byte() -> None:
    assert a_manifest().name.startswith("20260101T000000.000001-")
    assert dataclasses.replace(a_manifest(), dimension=3).name != a_manifest().name


def test_a_part_that_is_not_found_is_left_out() -> None:
    found = Manifest.from_json(
        a_manifest().to_json(),
        a_manifest().name,
        lambda segment, sha256, removed: None if segment == "one" else a_manifest().parts[1],
    )
    assert [document.id for document in found.documents] == ["hidden"]


def test_it_counts_passages_and_knows_its_documents() -> None:
    manifest = a_manifest()
    first, *others = ENTRIES
    assert [document.id for document in manifest.documents] == ["heel", "stones", "hidden"]
    assert manifest.passages == 6
    assert manifest.holds([*others, first])
    assert not manifest.holds(others)
    assert not manifest.holds([dataclasses.replace(first, digest="0"), *others])


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


@pytest.mark.parametrize("text", ["", "{", "[]", "null", a_manifest().to_json() + " "])
def test_a_changed_byte_is_damage(text: str) -> None:
    with pytest.raises(Damaged, match="is not as it was written") as raised:
        read(text, a_manifest().name)
    assert raised.value.hint == "wardbook index"


def test_this_installation_has_a_recipe() -> None:
    recipe = current_recipe()
    assert recipe.reader_version
    assert recipe.vocabulary_fingerprint

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import corpus
from corpus.errors import UserError
from corpus.library import Library, entry_of, from_json, shipped, to_json
from corpus.readers import read
from corpus.types import PageStart

SHIPPED = Path(corpus.__file__).parent / "documents" / "calcinosis-cutis-infant-neonate.md"
SHIPPED_ID = "calcinosis-cutis-infant-neonate"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "documents")


def ids(library: Library) -> list[str]:
    return [document.id for document in library.documents()]


def test_shipped_documents_are_there_before_any_folder(library: Library) -> None:
    assert SHIPPED_ID in ids(library)
    assert not library.folder.exists()


def test_json_gives_the_same_document_back() -> None:
    for document in shipped():
        assert from_json(to_json(document)) == document


def test_json_of_something_else() -> None:
    with pytest.raises(ValueError, match="not a document"):
        from_json("{}")


def test_add_get_remove(library: Library, tmp_path: Path) -> None:
    document = library.add(write(tmp_path / "milia.txt", "Zebra milia\n\nTherapy\nA needle.\n"))
    assert document.id == "zebra-milia"
    assert library.get("zebra-milia") == document
    assert ids(library)[-1] == "zebra-milia"
    assert sorted(path.name for path in library.folder.glob("[!.]*")) == ["zebra-milia.json"]
    library.remove("zebra-milia")
    assert "zebra-milia" not in ids(library)


def test_added_documents_come_after_the_shipped_by_title(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "b.md", "# banana\n\nText."))
    library.add(write(tmp_path / "a.md", "# Apple\n\nText."))
    assert ids(library)[-2:] == ["apple", "banana"]
    assert ids(library)[:-2] == [document.id for document in shipped()]


def test_unknown_documents_are_named_with_the_known(library: Library) -> None:
    with pytest.raises(UserError, match=f"unknown document 'nope', expected one of: .*{SHIPPED_ID}"):
        library.get("nope")
    with pytest.raises(UserError, match="unknown document"):
        library.remove("../nope")


def test_the_same_file_name_again_replaces(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    again = library.add(write(tmp_path / "other" / "a.md", "# Milia of adults\n\nOther text."))
    assert ids(library)[len(shipped()) :] == ["milia-of-adults"]
    assert library.get("milia-of-adults") == again


def test_another_file_of_the_same_title_gets_a_number(library: Library, tmp_path: Path) -> None:
    first = library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    second = library.add(write(tmp_path / "b.md", "# Milia\n\nOther text."))
    third = library.add(write(tmp_path / "c.md", "# Milia\n\nThird text."))
    assert [first.id, second.id, third.id] == ["milia", "milia-2", "milia-3"]
    assert library.add(write(tmp_path / "b.md", "# Milia\n\nNewer text.")).id == "milia-2"
    assert library.get("milia-2").text == "Text\nNewer text.\n\n"


def test_an_added_document_never_takes_a_shipped_id(library: Library, tmp_path: Path) -> None:
    added = library.add(write(tmp_path / "mine.md", f"---\nid: {SHIPPED_ID}\ntitle: Mine\n---\nText."))
    assert added.id == f"{SHIPPED_ID}-2"
    assert library.get(SHIPPED_ID).title != "Mine"


def test_a_shipped_document_is_hidden_and_shown_again(library: Library) -> None:
    library.remove(SHIPPED_ID)
    assert SHIPPED_ID not in ids(library)
    with pytest.raises(UserError, match="unknown document"):
        library.get(SHIPPED_ID)
    assert library.add(SHIPPED).id == SHIPPED_ID
    assert SHIPPED_ID in ids(library)
    assert json.loads((library.folder / ".hidden.json").read_text()) == []


def test_a_changed_copy_of_a_shipped_document_stands_in_for_it(library: Library, tmp_path: Path) -> None:
    copy = write(tmp_path / SHIPPED.name, SHIPPED.read_text() + "\n## Prognosis\n\nUnknown.\n")
    assert library.add(copy).id == SHIPPED_ID
    assert [d.sections[-1].heading for d in library.documents() if d.id == SHIPPED_ID] != []
    assert ids(library).count(SHIPPED_ID) == 1
    assert "Prognosis" in library.get(SHIPPED_ID).text
    library.add(SHIPPED)
    assert "Prognosis" not in library.get(SHIPPED_ID).text


def test_an_unreadable_file_changes_nothing(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    before = library.documents()
    with pytest.raises(UserError):
        library.add(write(tmp_path / "a.md", ""))
    assert library.documents() == before


def test_a_broken_store_is_named(library: Library, tmp_path: Path) -> None:
    write(library.folder / "milia.json", "{")
    with pytest.raises(UserError, match=r"milia\.json: a stored document cannot be read") as error:
        library.documents()
    assert error.value.hint


def test_no_half_written_files_stay(library: Library, tmp_path: Path) -> None:
    library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    assert not list(library.folder.glob(".writing-*"))


def test_names_that_collide_are_told(library: Library, tmp_path: Path) -> None:
    first = library.keep(read(write(tmp_path / "a.md", "# Milia\n\nText.")))
    assert first.notes == ()
    other = library.keep(read(write(tmp_path / "b.md", "# Milia\n\nOther text.")))
    assert other.notes == ("Another file's document has the id milia, so this one's is milia-2.",)
    again = library.keep(read(write(tmp_path / "a.md", "# Milia of adults\n\nText.")))
    assert again.notes == ("It replaces what was read from a file of this name, “Milia”.",)
    assert ids(library)[-2:] == ["milia-2", "milia-of-adults"]


def test_pages_are_kept_and_may_be_missing() -> None:
    document = replace(shipped()[0], pages=(PageStart(0, 1), PageStart(40, None)))
    assert from_json(to_json(document)) == document
    older = {key: value for key, value in json.loads(to_json(document)).items() if key != "pages"}
    assert from_json(json.dumps(older)).pages == ()


def test_entries_tell_of_each_document_without_reading_it_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    library.add(write(tmp_path / "b.md", "# Hives\n\nText."))
    documents = library.documents()
    assert library.entries() == tuple(entry_of(document) for document in documents)

    def never(_self: Library, path: Path) -> None:
        raise AssertionError(path)

    with monkeypatch.context() as unread:
        unread.setattr(Library, "_read", never)
        assert Library(library.folder).entries() == tuple(entry_of(document) for document in documents)
    library.add(write(tmp_path / "a.md", "# Milia\n\nOther text."))
    assert {entry.digest for entry in library.entries()} != {entry_of(document).digest for document in documents}
    write(library.folder / ".entries.json", "[")
    assert library.entries() == tuple(entry_of(document) for document in library.documents())


def test_a_library_matches_what_it_held_before(library: Library, tmp_path: Path) -> None:
    before = library.documents()
    milia = library.add(write(tmp_path / "a.md", "# Milia\n\nText."))
    with_milia = library.documents()
    library.remove(before[0].id)
    library.add(write(tmp_path / "b.md", "# Hives\n\nText."))
    library.match(with_milia)
    assert library.documents() == with_milia
    assert not (library.folder / f"{before[0].id}.json").exists()
    library.match(before)
    assert library.documents() == before
    assert not (library.folder / f"{milia.id}.json").exists()

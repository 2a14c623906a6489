from __future__ import annotations

from pathlib import Path

import pytest
from eval_fakes import load_suite

from assistant.settings import Settings
from corpus.errors import UserError
from corpus.library import Library
from evals.cases import load
from evals.check import faults
from evals.find import DOCUMENTS, SUITES, documents_of, home_with, suite_paths


def test_suites_are_found_by_name_and_path_each_once(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("", encoding="utf-8")
    known = SUITES / "gallstones.yaml"
    assert suite_paths([str(mine), "gallstones", str(mine), str(known)]) == (mine, known)
    assert suite_paths([]) == tuple(sorted(SUITES.glob("*.yaml")))


@pytest.mark.parametrize("path", sorted(SUITES.glob("*.yaml")), ids=lambda path: str(path.stem))
def test_every_suite_that_comes_with_wardbook_fits_its_document(path: Path, tmp_path: Path) -> None:
    suite = load(path)
    document = documents_of([suite], Library(tmp_path))[suite.document]
    assert [str(fault) for fault in faults(path, suite, document)] == []


def test_a_document_of_the_library_comes_before_one_of_the_evaluation(tmp_path: Path) -> None:
    suite = load(SUITES / "gallstones.yaml")
    page = tmp_path / "gallstones.md"
    page.write_text("---\nid: gallstones\ntitle: Mine\n---\n\n# Mine\n\n## Overview\n\nOwn words.\n", encoding="utf-8")
    library = Library(tmp_path / "documents")
    assert documents_of([suite], library)["gallstones"].source == "gallstones.md"
    library.add(page)
    assert documents_of([suite], library)["gallstones"].title == "Mine"


def test_a_document_in_neither_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="suite 'hives' asks about the document 'hives', which is not in the library"):
        documents_of([load_suite()], Library(tmp_path))


def test_the_home_is_used_as_it_is_when_it_holds_all(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    shipped = Library(settings.documents_folder).documents()[0]
    with home_with({shipped.id: shipped}, settings) as used:
        assert used is settings
    assert not settings.home.exists()


def test_a_temporary_home_holds_the_missing_and_the_own_documents_and_is_gone_afterwards(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    page = tmp_path / "own.md"
    page.write_text("# Own\n\n## Overview\n\nOwn words.\n", encoding="utf-8")
    own = Library(settings.documents_folder).add(page)
    gallstones = documents_of([load(SUITES / "gallstones.yaml")], Library(settings.documents_folder))["gallstones"]
    with home_with({own.id: own, gallstones.id: gallstones}, settings) as used:
        held = Library(used.documents_folder)
        assert (held.get(own.id), held.get(gallstones.id)) == (own, gallstones)
        assert used.model_copy(update={"home": settings.home}) == settings
    assert not used.home.exists()
    assert "gallstones" not in [document.id for document in Library(settings.documents_folder).documents()]


def test_a_temporary_home_never_goes_to_the_server_that_machines_share(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", chroma_url="http://127.0.0.1:9")
    gallstones = documents_of([load(SUITES / "gallstones.yaml")], Library(settings.documents_folder))["gallstones"]
    with home_with({gallstones.id: gallstones}, settings) as used:
        assert used.chroma_url is None
        assert used.index_folder == used.home / "index"


def test_the_documents_of_the_evaluation_are_the_ones_that_suites_ask_about() -> None:
    asked = {load(path).document for path in SUITES.glob("*.yaml")}
    assert {path.stem for path in DOCUMENTS.glob("*.md")} - asked == set()

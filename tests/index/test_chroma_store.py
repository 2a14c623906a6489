from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made import library, split_lines

from index.chroma_store import ChromaStore
from index.fake_encoder import FakeEncoder

pytestmark = pytest.mark.real

HEEL, STONES, _ = library()


def the_texts() -> list[str]:
    return [passage.text for one in (HEEL, STONES) for passage in split_lines(one)]


def filled(folder: Path) -> ChromaStore:
    store = ChromaStore.create(folder)
    store.add(FakeEncoder().encode_passages(the_texts()))
    return store


def test_what_was_stored_comes_back_whole_after_reopening(tmp_path: Path) -> None:
    filled(tmp_path / "chroma").close()
    store = ChromaStore.open(tmp_path / "chroma")
    vectors = store.read_vectors(range(4, 6))
    assert store.count() == 6
    assert np.allclose(vectors, FakeEncoder().encode_passages(the_texts()[4:]), atol=1e-6)
    assert vectors.dtype == np.float32
    store.close()


def test_rows_come_back_in_the_order_of_the_rows(tmp_path: Path) -> None:
    store = filled(tmp_path / "chroma")
    vectors = FakeEncoder().encode_passages([the_texts()[row] for row in (1, 3, 5)])
    assert np.allclose(store.read_vectors([5, 1, 3]), vectors, atol=1e-6)
    store.close()


def test_more_rows_are_read_than_are_asked_for_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.chroma_store.MOST_IDS", 2)
    store = filled(tmp_path / "chroma")
    assert np.allclose(store.read_vectors(range(6)), FakeEncoder().encode_passages(the_texts()), atol=1e-6)
    assert np.allclose(store.read_vectors([4]), FakeEncoder().encode_passages(the_texts()[4:5]), atol=1e-6)
    store.close()


def test_the_nearest_come_first_with_their_cosines(tmp_path: Path) -> None:
    store = filled(tmp_path / "chroma")
    question = FakeEncoder().encode_questions(["fever may follow the wart"])[0]
    # Cosines by shared words: "Fever may follow." 3/sqrt(15); "Wart – Seen on the finger." 2/sqrt(25);
    # "Nodules form on the heel." and "Pain is felt under the ribs." 1/sqrt(25) and 1/sqrt(30).
    rows, cosines = store.query(question, 4)
    assert rows == [5, 3, 0, 4]
    assert cosines.tolist() == pytest.approx([3 / 15**0.5, 2 / 5, 1 / 5, 1 / 30**0.5], abs=1e-6)
    store.close()


def test_more_passages_than_fit_one_batch(tmp_path: Path) -> None:
    rows = np.eye(3, dtype=np.float32)[np.arange(5500) % 3]
    store = ChromaStore.create(tmp_path / "chroma")
    store.add(rows)
    assert store.count() == 5500
    assert store.read_vectors([5400]).tolist() == [[1, 0, 0]]
    store.close()
    # What Chroma kept of the vectors in its log until they were in the graph takes no room any more.
    assert (tmp_path / "chroma" / "chroma.sqlite3").stat().st_size < 2_000_000


def test_reading_writes_to_nothing_but_the_database(tmp_path: Path) -> None:
    filled(tmp_path / "chroma").close()
    graph = {path: path.read_bytes() for path in (tmp_path / "chroma").rglob("*.*") if path.suffix != ".sqlite3"}
    assert len(graph) == 5
    store = ChromaStore.open(tmp_path / "chroma")
    store.query(FakeEncoder().encode_questions(["fever"])[0], 3)
    store.read_vectors([0, 1])
    store.close()
    assert {path: path.read_bytes() for path in graph} == graph


def test_closing_twice_is_allowed(tmp_path: Path) -> None:
    store = filled(tmp_path / "chroma")
    store.close()
    store.close()


@pytest.mark.parametrize("line", ["CHROMA_SERVER_HTTP_PORT=abc", "ALLOW_RESET=true", "CHROMA_API_IMPL=nothing"])
def test_a_dotenv_of_another_program_in_the_working_folder_is_not_read(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(line + "\n", encoding="utf-8")
    code = (
        "from pathlib import Path; from index.chroma_store import ChromaStore; "
        "store = ChromaStore.create(Path('chroma')); "
        "import chromadb; print(store.count(), chromadb.get_settings().allow_reset)"
    )
    checkout = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": checkout},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "0 False\n"), done.stderr


def test_settings_of_other_programs_still_read_their_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pydantic_settings import BaseSettings

    from index.chroma_client import no_dotenv

    class Theirs(BaseSettings):
        model_config = {"env_file": ".env"}
        flavour: str = "plain"

    (tmp_path / ".env").write_text("FLAVOUR=sweet\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with no_dotenv():
        assert Theirs().flavour == "sweet"
    assert Theirs().flavour == "sweet"

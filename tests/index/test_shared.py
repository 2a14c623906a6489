"""An index on a real `chroma run`: shared, taken away, brought back, emptied, damaged, and used by strangers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from chroma_servers import ChromaProcess, chroma_server
from made import RECIPE, CountingEncoder, a_document, library

import index.server_lock
from corpus.errors import UserError
from corpus.types import Document
from index import kept_files
from index.chroma_server import Server
from index.encoder import Encoder
from index.fake_encoder import FakeEncoder
from index.generations import ensure, restore
from index.lock import BusyIndex
from index.manifest import Damaged, Manifest
from index.search import Index
from index.server_lock import held_on, holder
from index.shared import SharedIndex
from index.unavailable import Unavailable

pytestmark = pytest.mark.real

Folders = Callable[[str], Path]
WARTS = {"Synopsis": ["Warts form on the finger.", "They are rough."]}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChromaProcess]:
    with chroma_server(tmp_path_factory.mktemp("chroma") / "data") as process:
        yield process


@pytest.fixture
def chroma(running: ChromaProcess) -> ChromaProcess:
    """The server, with nothing on it."""
    if not running.runs:
        running.start()
    server = Server(running.url)
    for name in server.names(""):
        server.delete(name)
    server.close()
    return running


def shared(chroma: ChromaProcess, **more: float) -> SharedIndex:
    return SharedIndex(Server(chroma.url), **more)  # type: ignore[arg-type]


def put(
    chroma: ChromaProcess, folder: Path, documents: Sequence[Document], encoder: Encoder | None = None, **more: float
) -> Manifest:
    """What a builder on another machine does."""
    with shared(chroma, **more).changing("building the index", 20, None) as stores:
        if stores.look() is not None:
            stores.current(folder)
        return _put(folder, documents, encoder or FakeEncoder(), stores)


def _put(folder: Path, documents: Sequence[Document], encoder: Encoder, stores: SharedIndex) -> Manifest:
    from corpus.library import entry_of
    from index.generations import update

    by_id = {document.id: document for document in documents}
    entries = [entry_of(document) for document in documents]
    anew = stores.look() is None
    return update(folder, entries, by_id.__getitem__, encoder, recipe=RECIPE, stores=stores, anew=anew)


def opened(chroma: ChromaProcess, folder: Path) -> Index:
    return Index.open(folder, FakeEncoder(), RECIPE, stores=shared(chroma))


def found(index: Index, question: str, **more: str) -> list[tuple[str, str]]:
    return [(hit.passage.document_id, hit.passage.text) for hit in index.search(question, **more, limit=3)]  # type: ignore[arg-type]


def test_what_one_machine_builds_another_answers_from_as_if_it_were_its_own(
    chroma: ChromaProcess, tmp_path: Path
) -> None:
    manifest = put(chroma, tmp_path / "builder", library())
    ensure(tmp_path / "own", library(), FakeEncoder(), recipe=RECIPE)
    own = Index.open(tmp_path / "own", FakeEncoder(), RECIPE)
    other = opened(chroma, tmp_path / "reader")
    assert other.manifest == manifest
    assert other.documents() == own.documents()
    for question in ("Which nodules form?", "fever", "wart on the finger", "nothing of that"):
        assert other.search(question) == own.search(question)
        assert other.search(question, document_id="stones") == own.search(question, document_id="stones")
    assert np.array_equal(other.vectors("heel"), own.vectors("heel"))
    assert other.passages("hidden") == ()
    other.verify()
    # Of Chroma's own files there is none on the reader's disk.
    assert [path.name for path in (tmp_path / "reader").rglob("chroma*")] == []
    own.close()
    other.close()


def test_a_change_encodes_what_is_new_and_a_reader_swaps_to_it(chroma: ChromaProcess, tmp_path: Path) -> None:
    put(chroma, tmp_path / "one", library())
    reader = opened(chroma, tmp_path / "reader")
    encoder = CountingEncoder()
    # Another machine adds; what the first has encoded it finds on the server.
    put(chroma, tmp_path / "two", [*library(), a_document("warts", WARTS)], encoder)
    assert encoder.encoded == 2
    assert found(reader, "rough warts")[0] == ("heel", "Wart – Seen on the finger.")
    newer = Index.open(tmp_path / "reader", FakeEncoder(), RECIPE, shared=reader)
    assert found(newer, "rough warts")[0][0] == "warts"
    assert newer.manifest.parts[0] == reader.manifest.parts[0]
    reader.close()
    newer.close()


def test_the_server_goes_and_comes_back_under_an_open_index(chroma: ChromaProcess, tmp_path: Path) -> None:
    put(chroma, tmp_path / "builder", library())
    reader = opened(chroma, tmp_path / "reader")
    before = found(reader, "fever", document_id="stones")
    chroma.stop()
    assert found(reader, "fever", document_id="stones") == before  # held in memory
    with pytest.raises(Unavailable, match=f"the Chroma server at {chroma.url} can't be reached"):
        reader.search("fever")
    with pytest.raises(Unavailable):
        reader.stores.current(tmp_path / "reader")
    with pytest.raises(Unavailable):
        opened(chroma, tmp_path / "reader")
    chroma.start()
    assert found(reader, "fever")[0] == ("stones", "Fever may follow.")
    reader.close()


def test_a_server_that_hangs_is_not_waited_for_without_end(chroma: ChromaProcess, tmp_path: Path) -> None:
    put(chroma, tmp_path / "builder", library())
    reader = Index.open(tmp_path / "r", FakeEncoder(), RECIPE, stores=SharedIndex(Server(chroma.url, None, 1.0)))
    assert chroma._process is not None
    os.kill(chroma._process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(Unavailable, match="it takes too long"):
            reader.search("fever")
    finally:
        os.kill(chroma._process.pid, signal.SIGCONT)
    assert found(reader, "fever")
    reader.close()


def test_a_server_that_was_emptied_is_filled_again_and_readers_follow(chroma: ChromaProcess, tmp_path: Path) -> None:
    put(chroma, tmp_path / "builder", library())
    reader = opened(chroma, tmp_path / "reader")
    chroma.stop()
    chroma.empty()
    chroma.start()
    with pytest.raises(Unavailable, match="there is no index on the Chroma server"):
        reader.stores.current(tmp_path / "reader")
    with pytest.raises(Unavailable, match=r"does not have collection wardbook-.* any more"):
        reader.search("fever")
    put(chroma, tmp_path / "builder", library())
    newer = Index.open(tmp_path / "reader", FakeEncoder(), RECIPE, shared=reader)
    assert found(newer, "fever")[0] == ("stones", "Fever may follow.")
    reader.close()
    newer.close()


def test_collections_of_others_are_left_alone(chroma: ChromaProcess, tmp_path: Path) -> None:
    server = Server(chroma.url)
    server.create("recipes", {"of": "somebody"})
    server.create("wardbook-notes", {"of": "somebody"})
    put(chroma, tmp_path / "a", library(), grace_seconds=-1)
    put(chroma, tmp_path / "a", library()[:1], grace_seconds=-1)
    put(chroma, tmp_path / "a", library()[1:], grace_seconds=-1)
    assert {"recipes", "wardbook-notes"} <= server.names("").keys()
    server.close()


@pytest.mark.parametrize(
    ("name", "metadata", "why"),
    [
        ("wardbook-index", None, "not made by Wardbook"),
        ("wardbook-index", {"wardbook": "index", "format": "0"}, "format 0, expected 1"),
        ("wardbook-lock", {"of": "somebody"}, "is not of Wardbook's making"),
    ],
)
def test_what_lies_there_under_our_name_and_is_not_ours_is_refused(
    chroma: ChromaProcess, tmp_path: Path, name: str, metadata: dict[str, str] | None, why: str
) -> None:
    server = Server(chroma.url)
    server.create(name, metadata or {"of": "somebody"})
    with pytest.raises(UserError, match=why) as refused:
        put(chroma, tmp_path / "a", library())
    assert "delete that collection" in (refused.value.hint or "")
    assert server.names("wardbook-").keys() == {name}
    server.close()


def test_what_no_generation_names_is_removed_after_a_while_and_not_before(
    chroma: ChromaProcess, tmp_path: Path
) -> None:
    def segments() -> set[str]:
        return set(server.names("wardbook-2"))

    server = Server(chroma.url)
    put(chroma, tmp_path / "a", library()[:1])
    first = segments()
    put(chroma, tmp_path / "a", library()[1:2])
    put(chroma, tmp_path / "a", library()[2:])
    assert first < segments()  # no generation has it any more; a reader may
    server.close()
    put(chroma, tmp_path / "a", library()[:1], grace_seconds=0)
    left = segments()
    assert not first & left
    # The serving one and the one before are whole.
    with shared(chroma).changing("restoring the index", 5, None) as stores:
        pointer = stores.look()
        assert pointer is not None
        stores.mirror(tmp_path / "a", pointer, pointer.before)
        restored = restore(tmp_path / "a", stores=stores)
    assert [one.id for one in restored.documents] == ["hidden"]
    index = opened(chroma, tmp_path / "b")
    assert [one.id for one in index.documents()] == ["hidden"]
    index.close()


@pytest.mark.parametrize("name", ["words.npz", "documents.jsonl", "segment.json", "generation", "current"])
def test_a_damaged_file_of_the_mirror_is_fetched_again(chroma: ChromaProcess, tmp_path: Path, name: str) -> None:
    put(chroma, tmp_path / "builder", library())
    opened(chroma, tmp_path / "r").close()
    paths = {"generation": "generations/*.json", "current": "current"}
    (path,) = (tmp_path / "r").glob(paths.get(name, f"segments/*/{name}"))
    content = path.read_bytes()
    path.write_bytes(content[:-9])
    stores = shared(chroma)
    if name in ("generation", "segment.json"):
        with pytest.raises(Damaged):
            opened(chroma, tmp_path / "r")
        pointer = stores.look()
        assert pointer is not None
        stores.mirror(tmp_path / "r", pointer)
    index = opened(chroma, tmp_path / "r")
    assert found(index, "fever")
    assert path.read_bytes() == content
    index.close()


def test_what_is_missing_on_the_server_is_damage_and_is_made_again(chroma: ChromaProcess, tmp_path: Path) -> None:
    server = Server(chroma.url)
    for missing in ("", "-files", "-files/words.npz/00000"):
        manifest = put(chroma, tmp_path / "builder", library())
        name = f"wardbook-{manifest.parts[0].segment.name}{missing.partition('/')[0]}"
        if "/" in missing:
            files = server.find(name)
            assert files is not None
            files.delete(ids=[missing.partition("/")[2]])
        else:
            server.delete(name)
        with pytest.raises(Damaged, match=name.removesuffix("-files").removeprefix("wardbook-")):
            opened(chroma, tmp_path / f"reader{len(missing)}")
        with shared(chroma).changing("building the index", 5, None) as stores:
            by_id = {document.id: document for document in library()}
            from corpus.library import entry_of
            from index.generations import update

            entries = [entry_of(document) for document in library()]
            update(
                tmp_path / "builder",
                entries,
                by_id.__getitem__,
                FakeEncoder(),
                recipe=RECIPE,
                stores=stores,
                thorough=True,
            )
        index = opened(chroma, tmp_path / f"reader{len(missing)}")
        assert found(index, "fever")
        index.close()
    server.close()


# The lock


def test_a_second_builder_waits_for_the_first_or_leaves_with_its_name(chroma: ChromaProcess) -> None:
    server, said = Server(chroma.url), list[str]()
    with held_on(server, "building the index", 0, said.append):
        assert f"process {os.getpid()}" in str(holder(server))
        busy = r"is busy: process \d+ \(.*\) on .* is building the index since"
        with pytest.raises(BusyIndex, match=busy), held_on(server, "building the index", 0, said.append):
            pass
        with pytest.raises(BusyIndex), held_on(server, "building the index", 0.1, said.append):
            pass
    assert [sentence[:17] for sentence in said] == ["Waiting: process "]
    assert holder(server) is None
    with held_on(server, "building the index", 0, said.append):
        pass
    assert server.names("wardbook-lock") == {}
    server.close()


def test_a_holder_that_is_not_heard_of_loses_the_lock_and_finds_that_out(
    chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, said = Server(chroma.url), list[str]()
    monkeypatch.setattr(index.server_lock, "BEAT_SECONDS", 600)
    monkeypatch.setattr(index.server_lock, "DEAD_SECONDS", 0.3)
    with ExitStack() as first, ExitStack() as second:
        sleeper = first.enter_context(held_on(server, "building the index", 0, said.append))
        sleeper.check()
        time.sleep(0.5)
        other = second.enter_context(held_on(server, "building the index", 0, said.append))
        assert said[0].startswith("Not heard of for ")
        assert "taken for dead" in said[0]
        assert other.killed is not None
        with pytest.raises(BusyIndex, match="has lost the index"):
            sleeper.check()
        first.close()  # the sleeper lets go of what it no longer has
        other.check()
    assert server.names("wardbook-lock") == {}
    server.close()


def test_a_holder_that_works_long_is_heard_of(chroma: ChromaProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(chroma.url)
    monkeypatch.setattr(index.server_lock, "BEAT_SECONDS", 0.05)
    with held_on(server, "building the index", 0, None) as lock:
        first = server.find("wardbook-lock")
        time.sleep(1)
        later = server.find("wardbook-lock")
        assert first is not None
        assert later is not None
        assert later.metadata["beat"] > first.metadata["beat"]
        lock.check()
    server.close()


BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from test_shared import _put, shared, RECIPE
from made import library, a_document
from index.fake_encoder import FakeEncoder
from index.chroma_server import Server
from index.shared import SharedIndex
with SharedIndex(Server(sys.argv[1])).changing("building the index", 100, None) as stores:
    stores.current(Path(sys.argv[2]))
    print("begun", flush=True)
    _put(Path(sys.argv[2]), [a_document("new" + sys.argv[4], {"Synopsis": ["It is new."] * 50})], FakeEncoder(), stores)
"""


def test_a_builder_that_is_killed_harms_nobody(
    chroma: ChromaProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.server_lock, "DEAD_SECONDS", 0.1)
    put(chroma, tmp_path / "builder", library())
    reader = opened(chroma, tmp_path / "reader")
    here = str(Path(__file__).parent)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([here, str(Path(here).parent), str(Path(here).parents[1])])}
    for number in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", BUILDER, chroma.url, str(tmp_path / "builder"), here, str(number)],
            stdout=subprocess.PIPE,
            env=env,
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.1 * number)
        process.kill()
        process.wait(20)
        process.stdout.close()
        assert found(reader, "fever")[0] == ("stones", "Fever may follow.")
        fresh = opened(chroma, tmp_path / f"fresh{number}")
        fresh.verify()
        fresh.close()
        time.sleep(0.2)
        put(chroma, tmp_path / "builder", library())
    reader.close()


# The address


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("127.0.0.1:8000", "is no address"),
        ("ftp://host", "is no address"),
        ("http://", "is no address"),
        ("http://host:x", "is no address"),
        ("http://me:secret@host:8000", "holds a password"),
    ],
)
def test_what_is_no_address_is_said(url: str, why: str) -> None:
    with pytest.raises(UserError, match=why) as refused:
        Server(url)
    assert "secret" not in str(refused.value)


def test_an_address_at_which_nobody_listens_is_said(tmp_path: Path) -> None:
    nobody = ChromaProcess(tmp_path)
    with pytest.raises(Unavailable, match=f"the Chroma server at {nobody.url} can't be reached: "):
        Server(nobody.url).now()


def test_proxies_of_the_environment_and_dotenv_are_not_used(
    chroma: ChromaProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_SERVER_HOST=elsewhere\nCHROMA_SERVER_HTTP_PORT=abc\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("CHROMA_CLIENT_AUTH_PROVIDER", "chromadb.auth.token_authn.TokenAuthClientProvider")
    server = Server(chroma.url + "/")
    assert server.url == chroma.url
    assert abs(server.now() - time.time()) < 60
    assert server.find("wardbook-index") is None
    server.close()
    server.close()


# Files


@pytest.mark.parametrize("size", [0, 1, 200_000, 9_000_000])
def test_a_file_comes_back_as_it_was(chroma: ChromaProcess, size: int) -> None:
    server = Server(chroma.url)
    made = server.create("wardbook-test-files", {"wardbook": "files"})
    assert made is not None
    content = np.random.default_rng(1).bytes(size)
    kept_files.put(made, "a/b.npz", content)
    kept_files.put(made, "other", b"x")
    assert kept_files.get(made, "a/b.npz") == content
    assert kept_files.paths(made) == ["a/b.npz", "other"]
    assert kept_files.get(made, "none") is None
    kept_files.remove(made, "a/b.npz")
    assert kept_files.get(made, "a/b.npz") is None
    assert kept_files.get(made, "other") == b"x"
    server.close()


def test_a_file_of_which_a_piece_is_missing_is_not_there(chroma: ChromaProcess) -> None:
    server = Server(chroma.url)
    made = server.create("wardbook-test-files", {"wardbook": "files"})
    assert made is not None
    kept_files.put(made, "big", np.random.default_rng(1).bytes(1_000_000))
    made.delete(ids=["big/00003"])
    assert kept_files.get(made, "big") is None
    server.close()

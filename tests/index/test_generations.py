"""Real Chroma, fake encoder: what matters here is what is on the disk after a build, a kill or a refusal."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from made import HEEL, RECIPE, STONES, CountingEncoder, a_document, library, names

from corpus.errors import UserError
from corpus.library import entry_of
from index.copies import remove_abandoned
from index.fake_encoder import FakeEncoder
from index.generations import build, current, ensure, exists, restore, update
from index.lock import held
from index.search import Index

pytestmark = pytest.mark.real

HERE = Path(__file__).parent
PATHS = os.pathsep.join([str(HERE), str(HERE.parents[1])])


def run(code: str, folder: Path) -> subprocess.Popen[str]:
    """Start a Python process that has the made library and `folder` at hand."""
    opening = f"""
    import time
    from pathlib import Path
    from made import *
    from index.generations import *
    from index.search import Index
    folder = Path({str(folder)!r})
    """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(opening) + textwrap.dedent(code)],
        env={**os.environ, "PYTHONPATH": PATHS},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


SLOW_BUILD = """
class Slow(CountingEncoder):
    def encode_passages(self, texts, progress=None):
        print("encoding", flush=True)
        time.sleep(60)

build(folder, [a_document("new", HEEL)], Slow(), recipe=RECIPE)
"""


def found(folder: Path, question: str = "Where is pain felt?") -> list[str]:
    index = Index.open(folder, FakeEncoder(), RECIPE)
    hits = index.search(question, limit=1)
    index.close()
    return [hit.passage.text for hit in hits]


def test_a_build_makes_one_sealed_generation_and_points_to_it(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    manifest = build(tmp_path, library(), FakeEncoder(), lambda done, total: told.append((done, total)), recipe=RECIPE)
    assert told == [(0, 6), (6, 6)]
    assert [(one.id, one.passages) for one in manifest.documents] == [("heel", 4), ("stones", 2), ("hidden", 0)]
    assert (manifest.encoder_name, manifest.dimension, manifest.reader_version) == ("fake", 512, "reader 1")
    assert current(tmp_path) == manifest.name
    assert exists(tmp_path)
    assert names(tmp_path / "generations") == [f"{manifest.name}.json"]
    (part,) = manifest.parts
    assert names(tmp_path / "segments") == sorted(
        f"{part.segment.name}/{n}" for n in [*part.segment.files, "segment.json"]
    )
    assert list((tmp_path / "open").iterdir()) == []


def test_the_generation_before_is_kept_and_older_ones_go(tmp_path: Path) -> None:
    made = [build(tmp_path, library(), FakeEncoder(), recipe=RECIPE).name for _ in range(3)]
    assert names(tmp_path / "generations") == sorted(f"{name}.json" for name in made[1:])
    assert len(list((tmp_path / "segments").iterdir())) == 2
    assert current(tmp_path) == made[2]


def test_nothing_is_there_before_the_first_build(tmp_path: Path) -> None:
    assert not exists(tmp_path)
    assert current(tmp_path) is None


@pytest.mark.parametrize("documents", [[], [a_document("hidden", {"Therapy": []})]])
def test_an_index_without_passages_finds_nothing(tmp_path: Path, documents: list) -> None:  # type: ignore[type-arg]
    manifest = build(tmp_path, documents, FakeEncoder(), recipe=RECIPE)
    assert manifest.passages == 0
    assert found(tmp_path) == []


def test_two_documents_of_one_id_are_a_bug(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="two documents have one id"):
        build(tmp_path, [library()[0], library()[0]], FakeEncoder(), recipe=RECIPE)
    assert not exists(tmp_path)


def test_a_build_that_fails_leaves_the_previous_index_serving(folder: Path) -> None:
    class Failing(FakeEncoder):
        def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
            raise RuntimeError("no")

    before = current(folder)
    with pytest.raises(RuntimeError, match="no"):
        build(folder, library(), Failing(), recipe=RECIPE)
    assert current(folder) == before
    assert names(folder / "generations") == [f"{before}.json"]
    assert found(folder) == ["Pain is felt under the ribs."]


def test_a_killed_build_leaves_the_previous_index_serving_and_the_next_build_cleans_up(folder: Path) -> None:
    before = current(folder)
    builder = run(SLOW_BUILD, folder)
    assert builder.stdout is not None
    assert builder.stdout.readline() == "encoding\n"
    builder.send_signal(signal.SIGKILL)
    builder.communicate()
    assert current(folder) == before
    assert found(folder) == ["Pain is felt under the ribs."]
    said: list[str] = []
    documents = {document.id: document for document in library()}
    entries = [entry_of(document) for document in library()]
    after = update(folder, entries, documents.__getitem__, FakeEncoder(), recipe=RECIPE, say=said.append, anew=True)
    assert said == [said[0]]
    assert said[0].startswith(f"A build was cut short: process {builder.pid} (-c) on ")
    assert names(folder / "generations") == sorted([f"{before}.json", f"{after.name}.json"])


def test_a_second_builder_is_told_who_builds(folder: Path) -> None:
    builder = run(SLOW_BUILD, folder)
    assert builder.stdout is not None
    builder.stdout.readline()
    with pytest.raises(UserError, match=rf"process {builder.pid} \(-c\) on .* is building the index since"):
        build(folder, library(), FakeEncoder(), recipe=RECIPE)
    builder.kill()
    builder.communicate()


def test_an_index_that_is_open_goes_on_through_two_rebuilds(folder: Path) -> None:
    index = Index.open(folder, FakeEncoder(), RECIPE)
    for _ in range(2):
        build(folder, [a_document("new", HEEL)], FakeEncoder(), recipe=RECIPE)
    assert [hit.passage.text for hit in index.search("fever", limit=1)] == ["Fever may follow."]
    assert [passage.text for passage in index.passages("stones")] == STONES["Symptoms"]
    index.close()
    assert found(folder, "fever") != ["Fever may follow."]


def test_two_processes_have_one_index_open_and_neither_waits(folder: Path) -> None:
    code = """
    from index.fake_encoder import FakeEncoder
    index = Index.open(folder, FakeEncoder(), RECIPE)
    print(index.search("Where is pain felt?", limit=1)[0].passage.text, flush=True)
    time.sleep(60)
    """
    other = run(code, folder)
    assert other.stdout is not None
    assert other.stdout.readline() == "Pain is felt under the ribs.\n"
    begun = time.monotonic()
    assert found(folder) == ["Pain is felt under the ribs."]
    assert time.monotonic() - begun < 5
    assert len(list((folder / "open").glob("*.lock"))) == 1
    other.kill()
    other.communicate()
    assert remove_abandoned(folder) == 1
    assert list((folder / "open").iterdir()) == []


def test_a_process_that_never_closes_leaves_nothing_behind(folder: Path) -> None:
    code = """
    from index.fake_encoder import FakeEncoder
    index = Index.open(folder, FakeEncoder(), RECIPE)
    """
    output, errors = run(code, folder).communicate()
    assert (output, errors) == ("", "")
    assert list((folder / "open").iterdir()) == []


def test_ensure_builds_once_and_then_only_looks(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = ensure(tmp_path, library(), encoder, recipe=RECIPE)
    again = ensure(tmp_path, library(), encoder, recipe=RECIPE)
    assert (again, encoder.encoded) == (first, 6)


def test_ensure_encodes_only_what_is_new(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    ensure(tmp_path, library(), encoder, recipe=RECIPE)
    told: list[tuple[int, int]] = []
    more = [a_document("wart", {"Synopsis": ["Warts are rough."]}), *library()]
    manifest = ensure(tmp_path, more, encoder, lambda *progress: told.append(progress), recipe=RECIPE)
    assert [one.id for one in manifest.documents] == ["heel", "stones", "hidden", "wart"]
    assert (encoder.encoded, told) == (7, [(0, 1), (1, 1)])
    one, anew = Index.open(tmp_path, encoder, RECIPE), tmp_path / "anew"
    build(anew, more, encoder, recipe=RECIPE)
    other = Index.open(anew, encoder, RECIPE)
    question = "Where is pain felt in the heel?"
    for document_id in (None, "heel", "wart"):
        hits, same = (
            {
                hit.passage: (hit.score, hit.dense, hit.lexical)
                for hit in index.search(question, document_id=document_id)
            }
            for index in (one, other)
        )
        assert hits.keys() == same.keys()
        for passage, scores in hits.items():
            assert scores == pytest.approx(same[passage], abs=1e-6)
    one.close()
    other.close()


def test_ensure_encodes_a_document_again_when_its_title_or_text_changed(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    ensure(tmp_path, library(), encoder, recipe=RECIPE)
    ensure(tmp_path, [a_document("heel", HEEL, "New title"), a_document("stones", STONES)], encoder, recipe=RECIPE)
    assert encoder.encoded == 6 + 4
    ensure(tmp_path, [a_document("heel", STONES, "New title")], encoder, recipe=RECIPE)
    assert encoder.encoded == 6 + 4 + 2


def test_ensure_encodes_only_the_passages_of_a_document_that_changed(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    ensure(tmp_path / "one", [a_document("stones", STONES)], encoder, recipe=RECIPE)
    changed = a_document("stones", {"Symptoms": ["Pain is felt under the ribs.", "It is worse at night."]})
    ensure(tmp_path / "one", [changed], encoder, recipe=RECIPE)
    assert encoder.encoded == 2 + 1
    build(tmp_path / "two", [changed], encoder, recipe=RECIPE)
    one, two = (Index.open(tmp_path / name, encoder, RECIPE) for name in ("one", "two"))
    assert (one.vectors("stones") == two.vectors("stones")).all()
    one.close()
    two.close()


@pytest.mark.parametrize(("pattern", "encoded"), [("generations/*", 0), ("segments/*/words.npz", 6)])
def test_ensure_makes_again_what_is_damaged(folder: Path, pattern: str, encoded: int) -> None:
    (path,) = folder.glob(pattern)
    path.write_text("{", encoding="utf-8")
    encoder = CountingEncoder()
    ensure(folder, library(), encoder, recipe=RECIPE)
    # Of a segment that is whole the vectors are taken, also when no generation names it any more.
    assert encoder.encoded == encoded
    assert found(folder) == ["Pain is felt under the ribs."]


def test_ensure_waits_for_another_builder(tmp_path: Path) -> None:
    with held(tmp_path, "building the index"), pytest.raises(UserError, match="is busy"):
        ensure(tmp_path, library(), FakeEncoder(), recipe=RECIPE, wait_seconds=0.1)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a file")
@pytest.mark.parametrize("most_bytes", [500, 100_000])
def test_a_disk_that_takes_no_more_is_an_error_that_says_where(folder: Path, most_bytes: int) -> None:
    before = current(folder)
    code = f"""
    import resource, signal
    from corpus.errors import UserError
    from index.fake_encoder import FakeEncoder
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, ({most_bytes}, {most_bytes}))
    try:
        build(folder, library(), FakeEncoder(), recipe=RECIPE)
    except UserError as error:
        print(error.message.split(":")[0] == f"cannot write the index in {{folder}}", error.hint[:4])
    """
    output, errors = run(code, folder).communicate()
    assert (output, errors) == ("True free\n", "")
    assert current(folder) == before
    assert found(folder) == ["Pain is felt under the ribs."]


def test_a_change_touches_no_segment_that_stays(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    first = ensure(tmp_path, library(), encoder, recipe=RECIPE)
    segment = tmp_path / "segments" / first.parts[0].segment.name
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in segment.rglob("*")}
    more = ensure(tmp_path, [*library(), a_document("wart", STONES)], encoder, recipe=RECIPE)
    assert more.parts[0].segment.name == segment.name
    assert len(more.parts) == 2
    less = ensure(tmp_path, [*library()[1:], a_document("wart", STONES)], encoder, recipe=RECIPE)
    # Four of six passages of the first segment are not looked for any more: what is left of it moves.
    assert [sorted(one.id for one in part.documents) for part in less.parts] == [["wart"], ["hidden", "stones"]]
    gone = ensure(tmp_path, [library()[1], library()[2]], encoder, recipe=RECIPE)
    assert [part.segment.name for part in gone.parts] == [less.parts[1].segment.name]
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in segment.rglob("*")} == {} != before
    assert encoder.encoded == 6 + 2
    assert found(tmp_path) == ["Pain is felt under the ribs."]


def test_removed_passages_are_not_found_though_their_segment_has_them(tmp_path: Path) -> None:
    three = [a_document(name, STONES) for name in ("one", "two", "three")]
    ensure(tmp_path, three, FakeEncoder(), recipe=RECIPE)
    manifest = ensure(tmp_path, three[1:], FakeEncoder(), recipe=RECIPE)
    assert [sorted(part.removed) for part in manifest.parts] == [["one"]]
    index = Index.open(tmp_path, FakeEncoder(), RECIPE)
    hits = index.search("Where is pain felt?", limit=50)
    index.close()
    anew = tmp_path / "anew"
    build(anew, three[1:], FakeEncoder(), recipe=RECIPE)
    other = Index.open(anew, FakeEncoder(), RECIPE)
    assert hits == other.search("Where is pain felt?", limit=50)
    other.close()


def test_many_small_changes_leave_few_segments(tmp_path: Path) -> None:
    documents = [a_document(f"d{number}", {"S": [f"Word{number} is here.", "It stays."]}) for number in range(30)]
    encoder = CountingEncoder()
    most = 0
    for number in range(1, 31):
        most = max(most, len(ensure(tmp_path, documents[:number], encoder, recipe=RECIPE).parts))
    assert most <= 8
    assert encoder.encoded == 60
    index = Index.open(tmp_path, encoder, RECIPE)
    assert {one.id for one in index.documents()} == {one.id for one in documents}
    assert sorted(index.documents(), key=lambda one: one.id) == sorted(documents, key=lambda one: one.id)
    for number in range(30):
        assert [hit.passage.text for hit in index.search(f"word{number}", limit=1)] == [f"Word{number} is here."]
    index.close()


def test_what_was_removed_and_comes_back_is_not_encoded_again(tmp_path: Path) -> None:
    encoder = CountingEncoder()
    for documents in (library(), library()[1:], library()):
        ensure(tmp_path, documents, encoder, recipe=RECIPE)
    assert encoder.encoded == 6


def test_another_reader_or_vocabulary_encodes_only_texts_that_changed(folder: Path) -> None:
    encoder = CountingEncoder()
    ensure(folder, library(), encoder, recipe=dataclasses.replace(RECIPE, reader_version="reader 2"))
    assert encoder.encoded == 0


def test_an_open_index_lends_what_stays_to_the_next(folder: Path) -> None:
    old = Index.open(folder, FakeEncoder(), RECIPE)
    ensure(folder, [*library(), a_document("wart", STONES)], FakeEncoder(), recipe=RECIPE)
    new = Index.open(folder, FakeEncoder(), RECIPE, shared=old)
    copies = len(list((folder / "open").glob("*.lock")))
    assert copies == 2
    old.close()
    assert len(new.search("pain", limit=20)) == 8
    new.close()
    assert list((folder / "open").iterdir()) == []


def test_the_generation_before_comes_back_and_goes_again(folder: Path) -> None:
    first = current(folder)
    second = ensure(folder, [a_document("new", HEEL)], FakeEncoder(), recipe=RECIPE).name
    assert found(folder) != ["Pain is felt under the ribs."]
    assert restore(folder).name == first == current(folder)
    assert found(folder) == ["Pain is felt under the ribs."]
    assert restore(folder).name == second == current(folder)


def test_without_a_generation_before_there_is_nothing_to_restore(folder: Path) -> None:
    with pytest.raises(UserError, match="there is no generation before the current one"):
        restore(folder)


def test_a_build_that_was_killed_need_not_encode_again_what_it_had_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.merging.MOST_PASSAGES", 2)
    documents = [a_document(f"d{number}", {"S": [f"Word{number} is here.", "It stays."]}) for number in range(4)]

    class Killed(CountingEncoder):
        def encode_passages(self, texts, progress=None):  # type: ignore[no-untyped-def]
            if self.encoded == 6:
                raise KeyboardInterrupt
            return super().encode_passages(texts, progress)

    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, documents, Killed(), recipe=RECIPE)
    assert not exists(tmp_path)
    encoder = CountingEncoder()
    manifest = ensure(tmp_path, documents, encoder, recipe=RECIPE)
    assert encoder.encoded == 2
    assert len(list((tmp_path / "segments").iterdir())) == len(manifest.parts) == 4

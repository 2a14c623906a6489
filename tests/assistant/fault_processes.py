"""A process that has everything imported and forks one child a task: a builder to kill, a reader, costs milliseconds.

Run as a script it reads a task a line, as JSON, answers with the child's number, and with `{"wait": number}` reaps it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import Any

from assistant.settings import Settings
from assistant.wiring import build_index
from corpus.errors import UserError
from corpus.library import Library, entry_of
from corpus.readers import read
from corpus.types import Document
from index.fake_encoder import FakeEncoder
from index.generations import update
from index.search import Index

NAMES = ("heel", "stones", "marsh")
QUESTION = "In which revision does it form?"


def revision(number: int) -> list[Document]:
    """Make three documents whose every sentence tells their revision."""
    documents = []
    with tempfile.TemporaryDirectory() as folder:
        for name in NAMES:
            path = Path(folder) / f"{name}.md"
            lines = (f"It forms on the {name} in revision {number}.", f"The {name} is firm in revision {number}.")
            path.write_text(
                f"# {name.title()}\n\n## Synopsis\n\n{' '.join(lines)}\n\n## Therapy\n\nSubscription required\n"
            )
            documents.append(read(path))
    return documents


def change(home: Path, number: int) -> None:
    """What `wardbook documents add` does: the library first, then the index."""
    settings = Settings(home=home)
    Library(settings.documents_folder).match(revision(number))
    build_index(settings, encoder=FakeEncoder())


def put_index(home: Path, number: int) -> None:
    """Index a revision, whatever the library holds."""
    documents = {one.id: one for one in revision(number)}
    entries = [entry_of(one) for one in documents.values()]
    update(Settings(home=home).index_folder, entries, documents.__getitem__, FakeEncoder(), wait_seconds=100)


def revision_of(index: Index) -> int:
    """Return the one revision that an index answers from; AssertionError when it answers from two or loses one."""
    found = {
        int(word.strip(".")) for one in index.documents() for word in one.text.split() if word.strip(".").isdigit()
    }
    assert len(found) == 1, found
    (number,) = found
    expected = [f"revision {number}." in hit.passage.text for hit in index.search(QUESTION, limit=6)]
    assert expected == [True] * 6
    for name in NAMES:
        best = index.search(QUESTION, document_id=name, limit=1)[0].passage.text
        assert best == f"It forms on the {name} in revision {number}."
    return number


def read_on(home: Path) -> None:
    """Open, ask, close, again and again until there is a file `written`; what was read is kept in another."""
    read_ones: list[int] = []
    while not read_ones or not (home / "written").exists():
        index = Index.open(Settings(home=home).index_folder, FakeEncoder())
        read_ones.append(revision_of(index))
        index.close()
        time.sleep(0.2)
    (home / f"read-{os.getpid()}").write_text(json.dumps(read_ones))


def write_on(home: Path, numbers: list[int]) -> None:
    """Index one revision after the other."""
    for number in numbers:
        put_index(home, number)


TASKS = {"change": change, "put_index": put_index, "read_on": read_on, "write_on": write_on}


class Children:
    """The children of one such process."""

    def __init__(self) -> None:
        paths = [str(Path(__file__).parent), str(Path(__file__).parents[2])]
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._read()

    def start(self, task: str, home: Path, *more: Any) -> int:
        """Start a task and return the number of its process."""
        self._write([task, str(home), *more])
        return self._read()

    def wait(self, process: int) -> int:
        """Wait for a process and return its exit code, or minus the signal that killed it."""
        self._write(["wait", process])
        return self._read()

    def end(self) -> None:
        """End the process; its children have ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _write(self, task: list[Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def main() -> None:
    """Import what a child would, then fork on demand."""
    from corpus.vocabulary import load
    from index.chroma_client import chroma
    from index.lexical import Words

    load()
    chroma()
    Words()
    revision(0)
    print(0, flush=True)
    for line in sys.stdin:
        task, *arguments = json.loads(line)
        if task == "wait":
            print(os.waitstatus_to_exitcode(os.waitpid(arguments[0], 0)[1]), flush=True)
            continue
        child = os.fork()
        if child:
            print(child, flush=True)
            continue
        code = 0
        try:
            TASKS[task](Path(arguments[0]), *arguments[1:])
        except UserError as error:
            print(error.message, file=sys.stderr)
            code = 2
        except BaseException:  # noqa: BLE001 a child that goes on would read the tasks of its parent
            traceback.print_exc()
            code = 1
        finally:
            sys.stderr.flush()
            os._exit(code)


if __name__ == "__main__":
    main()

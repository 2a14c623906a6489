"""Questions asked of a library: as written, with the name worded otherwise or taken out, of documents left out.

MedQuAD's diseases are parted by their titles: one half is fitted on, the other measured on; a tenth of each half is
left out of every library, and questions about those must be refused. All of it is the same at every run.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.lexicon import weight
from assistant.naming import bare_title, name_stems, names_of
from corpus.types import Document
from evals.benchmarks.medquad import Asked, Place, read_sample
from evals.fit.questions import PAGES, pages

Half = Literal["fit", "report"]
Kind = Literal["named", "partly named", "other name", "misspelt", "name taken out", "left out", "written", "of no page"]
SHUFFLED = 20
LEFT_OUT = 10
"""Of so many diseases one is left out."""
INSTEAD = ("it", "this", "the disease", "this condition")
"""What stands in a question in place of the name that is taken out, in turn."""
SHORTEST_MISSPELT = 6


@dataclass(frozen=True, slots=True)
class PickQuestion:
    """A question and what it is about."""

    text: str
    kind: Kind
    right: frozenset[Place]
    """Documents and sections that answer it; empty when no document of the library does."""

    @property
    def documents(self) -> frozenset[str]:
        """Ids of the documents that are right."""
        return frozenset(document for document, _ in self.right)


def number_of(document: Document) -> int:
    """Return a number that depends on the name of a document's disease alone."""
    name = " ".join(name_stems(bare_title(document.title)))
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=4).digest(), "big")


def half_of(document: Document) -> Half:
    """Tell which half a document's disease is in."""
    return "fit" if number_of(document) % 2 else "report"


def is_left_out(document: Document) -> bool:
    """Tell whether a document's disease is left out of every library."""
    return number_of(document) // 2 % LEFT_OUT == 0


def medquad_library(data: Path) -> tuple[list[Document], list[Document], list[Asked]]:
    """Return the documents of libraries, of which the first n make one of n; those left out; and all questions."""
    documents, asked = read_sample(data, None)
    random.Random(SHUFFLED).shuffle(documents)
    kept = [document for document in documents if not is_left_out(document)]
    return kept, [document for document in documents if is_left_out(document)], asked


def questions(
    asked: Sequence[Asked], library: Sequence[Document], left_out: Sequence[Document], half: Half, most: int
) -> dict[Kind, list[PickQuestion]]:
    """Return the questions of a half about a library's diseases and about those left out, at most so many of a kind."""
    there = {document.id: document for document in library}
    gone = {document.id: document for document in left_out}
    names = {document.id: [name_stems(name) for name in names_of(document)] for document in library}
    shared: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for document in library:
        for name in names[document.id]:
            shared.setdefault(name, set()).add(name_stems(bare_title(document.title)))
    found: dict[Kind, list[PickQuestion]] = {}
    for number, one in enumerate(asked):
        right = frozenset(place for place in one.relevant if place[0] in there)
        for document in (there[place[0]] for place in sorted(right)[:1]):
            if half_of(document) == half:
                for question in _worded(one.question, number, document, right, shared):
                    found.setdefault(question.kind, []).append(question)
        if not right:
            for document in (gone[place[0]] for place in sorted(one.relevant) if place[0] in gone):
                # A disease that a document of the library names too, as a short or another name, is not unknown.
                if half_of(document) == half and not any(name_stems(name) in shared for name in names_of(document)):
                    found.setdefault("left out", []).append(PickQuestion(one.question, "left out", frozenset()))
                    break
    return {kind: random.Random(SHUFFLED).sample(some, min(most, len(some))) for kind, some in found.items()}


def _worded(
    question: str,
    number: int,
    document: Document,
    right: frozenset[Place],
    shared: dict[tuple[str, ...], set[tuple[str, ...]]],
) -> Iterator[PickQuestion]:
    title = bare_title(document.title)
    place = re.search(re.escape(title), question, re.IGNORECASE)
    yield PickQuestion(question, "named", right)
    if place is None:
        return

    def put(name: str) -> str:
        return question[: place.start()] + name + question[place.end() :]

    yield PickQuestion(put(INSTEAD[number % len(INSTEAD)]), "name taken out", frozenset())
    rng = random.Random(number)
    own = {name_stems(title)}
    part = _part(title)
    if part and shared.get(name_stems(part), own) == own:
        yield PickQuestion(put(part), "partly named", right)
    others = [
        name for name in names_of(document)[1:] if shared[name_stems(name)] == own and name_stems(name) not in own
    ]
    if others:
        yield PickQuestion(put(others[0]), "other name", right)
    long = [word for word in re.findall(r"[a-z]+", title.lower()) if len(word) >= SHORTEST_MISSPELT]
    if long:
        word = max(long, key=len)
        yield PickQuestion(put(title.lower().replace(word, misspelt(word, rng), 1)), "misspelt", right)


def misspelt(word: str, rng: random.Random) -> str:
    """Return a word with one typing error: a letter left out, doubled, or two exchanged; never the first."""
    at = rng.randrange(1, len(word) - 1)
    way = rng.randrange(3)
    if way == 0 or (way == 2 and word[at] == word[at + 1]):
        return word[:at] + word[at + 1 :]
    if way == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _part(title: str) -> str:
    """Return a title without its commonest word, as people say "Gaucher" for "Gaucher disease"; empty for one word."""
    pieces = title.split()
    if len(pieces) < 2:
        return ""
    light = min(range(len(pieces)), key=lambda at: sum(map(weight, name_stems(pieces[at]))))
    return " ".join(piece for at, piece in enumerate(pieces) if at != light)


def page_documents() -> list[Document]:
    """Return every page of `evals/fit/pages/`, which make a library together."""
    return [document for folder in ("read", "read-more", "decide") for document, _ in pages(PAGES / folder)]


def written(folders: Sequence[str]) -> list[PickQuestion]:
    """Return the questions that people wrote for the pages of some folders, most of which do not name their page.

    Those that a page answers or withholds are about it. Those that are about no page's subject are about none, unless
    they name another page's.
    """
    all_names = {stem for document in page_documents() for stem in map(name_stems, names_of(document))}
    longest = max(map(len, all_names))
    found = []
    for folder in folders:
        for document, suite in pages(PAGES / folder):
            for case in suite.cases:
                if case.history:
                    continue
                if case.expect.outcome in ("answered", "withheld"):
                    found.append(PickQuestion(case.question, "written", frozenset({(document.id, "")})))
                elif case.expect.outcome == "out_of_scope":
                    stems = name_stems(case.question)
                    runs = (
                        stems[a:b] for a in range(len(stems)) for b in range(a + 1, min(len(stems), a + longest) + 1)
                    )
                    if not any(run in all_names for run in runs):
                        found.append(PickQuestion(case.question, "of no page", frozenset()))
    return found

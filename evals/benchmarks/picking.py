"""Which document a question is answered from, in libraries of many: MedQuAD, on diseases that nothing was fitted on.

    python -m evals.benchmarks.picking                              100 and 1,000 documents
    python -m evals.benchmarks.picking --documents 0 --vectors DIR  all of them; what was encoded is kept in DIR

The first table: is the right document, and the right section of it, first? By the cosine alone, by BM25 alone (its
texts with the title), by the fused search, and as the assistant does it: first the document that the question names or
is about (`assistant/picking.py`), then the fused search inside it; where that asks back, it counts as wrong here.
The second: what the assistant does with each kind of question. A question whose name was taken out should be asked
back; one about a disease that no document of the library is about should be refused. The list of disease names that
the assistant has is taken to lack those of the documents left out.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from assistant.asking import AskingModel, read_asking
from assistant.picking import PickingModel, pick, read_picking
from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.medquad import Place
from evals.fit.collection import Collection, Kept
from evals.fit.picking import Asker, Unlisted, unlisted_of
from evals.fit.picking_questions import Kind, PickQuestion, medquad_library, page_documents, questions, written
from index.sentence_transformers_encoder import load
from index.types import Hit

SIZES = (100, 1_000)
NAMED: tuple[Kind, ...] = ("named", "partly named", "other name", "misspelt")
Z = 1.96
"""Of a normal distribution's middle 95 %."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One question: for each way whether document and section are right, and what the assistant does."""

    kind: Kind
    document: Mapping[str, bool]
    section: Mapping[str, bool]
    within: Mapping[str, bool]
    """Whether the right section comes first inside the right document."""
    done: str
    """One of `DONE`."""


DONE = ("right document", "wrong document", "asked back, right one offered", "asked back", "refused")


def wilson(right: int, count: int) -> tuple[float, float]:
    """Return the ends of Wilson's 95 % interval of a share (Wilson 1927); 0 and 1 for none of none."""
    if not count:
        return 0.0, 1.0
    share = right / count
    middle = share + Z * Z / (2 * count)
    half = Z * math.sqrt(share * (1 - share) / count + Z * Z / (4 * count * count))
    return max(0.0, middle - half) / (1 + Z * Z / count), (middle + half) / (1 + Z * Z / count)


class Judge:
    """Asks questions of a collection in every way."""

    def __init__(self, asker: Asker, model: PickingModel, kept: Kept, unlisted: Unlisted) -> None:
        self._asker = asker
        self._model = model
        self._kept = kept
        self._unlisted = unlisted

    def __call__(self, questions: Sequence[PickQuestion], some: Sequence[int] | None) -> list[Judged]:
        """Ask questions of some documents, or of all."""
        names = self._asker.names(some)
        self._asker.prepare([question.text for question in questions], names)
        collection = self._asker.collection
        live = collection.live(some)
        judged = []
        for question in questions:
            seen, mended = self._asker.see(question.text, names, some, self._unlisted)
            (vector,) = self._kept.questions([question.text])
            dense = collection.dense(vector, live)
            firsts = {
                "dense": _first(collection.by_cosine(dense, 1)),
                "BM25": _first(collection.by_words(question.text, live, 1)),
                "fused": _first(collection.search(question.text, dense, live, 1)),
            }
            picked = pick(self._model, seen)
            numbers = picked.numbers if some is None else tuple(some[number] for number in picked.numbers)
            ours = None
            if picked.choice == "one":
                (vector,) = self._kept.questions([mended])
                ours = _first(collection.search_in(numbers[0], mended, vector, 1))
            firsts["fused + naming"] = ours
            within = {}
            for document in sorted(question.documents)[:1]:
                number = collection.numbers[document]
                inside = {
                    "dense": collection.by_cosine(collection.dense(vector, collection.live([number])), 1),
                    "BM25": collection.by_words(question.text, collection.live([number]), 1),
                    "fused": collection.search_in(number, question.text, vector, 1),
                }
                within = {way: _first(hits) in question.right for way, hits in inside.items()}
            ids = [collection.documents[number].id for number in numbers]
            judged.append(
                Judged(
                    question.kind,
                    {way: place is not None and place[0] in question.documents for way, place in firsts.items()},
                    {way: place in question.right for way, place in firsts.items()},
                    within,
                    _done(picked.choice, ids, question),
                )
            )
        return judged


def _first(hits: Sequence[Hit]) -> Place | None:
    return (hits[0].passage.document_id, hits[0].passage.section_id) if hits else None


def _done(choice: str, ids: Sequence[str], question: PickQuestion) -> str:
    if choice == "none":
        return "refused"
    if choice == "one":
        return "right document" if ids[0] in question.documents else "wrong document"
    return "asked back, right one offered" if question.documents.intersection(ids) else "asked back"


def ask_medquad(
    data: Path, sizes: Sequence[int], most: int, kept: Kept, model: PickingModel, asking: AskingModel
) -> dict[str, list[Judged]]:
    """Ask the questions of the half that nothing was fitted on, of libraries of some sizes (0: all documents)."""
    library, left_out, asked = medquad_library(data)
    sizes = [min(size or len(library), len(library)) for size in sizes]
    asker = Asker(Collection(library[: max(sizes)], kept), kept, asking)
    judge = Judge(asker, model, kept, unlisted_of(left_out))
    found = {}
    for size in sizes:
        per_kind = questions(asked, library[:size], left_out, "report", most)
        everything = [question for some in per_kind.values() for question in some]
        found[f"MedQuAD, {size:,} documents"] = judge(everything, None if size == max(sizes) else range(size))
    return found


def ask_pages(most: int, kept: Kept, model: PickingModel, asking: AskingModel) -> dict[str, list[Judged]]:
    """Ask what people wrote for pages that nothing here was fitted on, of libraries of a few pages and of all."""
    documents = page_documents()
    collection = Collection(documents, kept)
    judge = Judge(Asker(collection, kept, asking), model, kept, frozenset())
    asked = written(["decide"])
    asked = random.Random(8).sample(asked, min(most, len(asked)))
    found: dict[str, list[Judged]] = {}
    for size in (4, len(documents)):
        rng = random.Random(size)
        title = f"written for pages, {size} documents"
        if size == len(documents):
            found[title] = judge(asked, None)
            continue
        for question in asked:
            right = [collection.numbers[one] for one in question.documents]
            others = [number for number in range(len(documents)) if number not in right]
            found.setdefault(title, []).extend(
                judge([question], sorted([*right, *rng.sample(others, size - len(right))]))
            )
    return found


def print_tables(title: str, judged: Sequence[Judged]) -> None:
    """Print what is first in each way, and what is done with each kind of question."""
    from rich.console import Console
    from rich.table import Table

    console = Console(width=150)
    about = [one for one in judged if one.within]
    if any(one.kind in NAMED for one in judged):
        table = Table(title=f"{title}: first of all, {len(about):,} questions", title_justify="left")
        for heading in ("way", "right document", "right section", "right section within the right document"):
            table.add_column(heading, justify="left" if heading == "way" else "right")
        for way in ("dense", "BM25", "fused", "fused + naming"):
            within = [one.within[way] for one in about] if way in about[0].within else []
            figures = ([one.document[way] for one in about], [one.section[way] for one in about], within)
            table.add_row(way, *map(_share, figures))
        console.print(table)
    table = Table(title=f"{title}: what is done", title_justify="left")
    for heading in ("kind of question", "n", *DONE):
        table.add_column(heading, justify="left" if heading == "kind of question" else "right")
    for kind in dict.fromkeys(one.kind for one in judged):
        own = [one.done for one in judged if one.kind == kind]
        table.add_row(kind, f"{len(own):,}", *(_share([done == name for done in own]) for name in DONE))
    console.print(table)


def _share(flags: Sequence[bool]) -> str:
    if not flags:
        return ""
    low, high = wilson(sum(flags), len(flags))
    return f"{fmean(flags):.3f} ({low:.3f}-{high:.3f})"


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.picking", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--documents", type=int, nargs="*", default=SIZES, help="sizes of libraries; 0: all documents")
    parser.add_argument("--questions", type=int, default=500, help="questions of a kind at most")
    parser.add_argument("--vectors", type=Path, help="folder where what was encoded is kept between runs")
    given = parser.parse_args()
    kept = Kept(load(None), given.vectors)
    model, asking = read_picking(), read_asking()
    found = ask_pages(given.questions, kept, model, asking)
    found |= ask_medquad(given.data, given.documents, given.questions, kept, model, asking)
    for title, judged in found.items():
        print_tables(title, judged)


if __name__ == "__main__":
    main()

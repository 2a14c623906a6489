"""Fit which document a question is about: `python -m evals.fit.picking --vectors FOLDER` (some minutes).

Fitted on one half of MedQuAD's diseases, in libraries of 10, 100 and more documents, and on the questions of the pages
of `evals/fit/pages/read-more/`, in libraries of 2 to all pages. Measured on the rest by
`python -m evals.benchmarks.picking`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.asking import AskingModel, read_asking
from assistant.diseases import disease_names_in
from assistant.forest import forest_from_json
from assistant.naming import Names, bare_title
from assistant.picking import MODEL, MOST_HITS, RANKED, Seen, ranked, see
from assistant.question import read_part
from assistant.regression import regression_from_json
from assistant.spelling import mend
from assistant.words import words
from corpus.types import Document
from evals.benchmarks.bioasq_retrieval import DATA
from evals.fit.collection import Collection, Kept
from evals.fit.export import forest_to_json, regression_to_json
from evals.fit.picking_questions import PickQuestion, medquad_library, page_documents, questions, written
from index.sentence_transformers_encoder import load as load_encoder

COMMAND = "python -m evals.fit.picking"
RANK_C = 1.0
"""Inverse strength of the regression's ridge penalty."""
FOLDS = 5
FALSE_PICKS, FALSE_REFUSALS = 0.05, 0.1
"""The stated rates, out of fold: of the questions that should not be answered from the document that seems best, at
most so many are; of those that a document is about and that are not answered at once, at most so many are refused."""
SIZES = (10, 100)
PAGE_SIZES = (2, 4, 8, 30)


Unlisted = frozenset[frozenset[str]]
"""Disease names that are taken for unknown."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question as the models see it."""

    question: PickQuestion
    seen: Seen
    right: np.ndarray
    """bool (documents seen,)."""


class Asker:
    """Describes questions asked of a collection, or of some of its documents."""

    def __init__(self, collection: Collection, kept: Kept, asking: AskingModel) -> None:
        self.collection = collection
        self._kept = kept
        self._english = kept.encoder.whole_words
        self._asking = asking
        self._all: Names | None = None

    def names(self, some: Sequence[int] | None) -> Names:
        """Return the names of some documents, in their order."""
        documents = self.collection.documents
        if self._all is None:
            self._all = Names(documents)
        return self._all if some is None else Names([documents[number] for number in some], self._all)

    def prepare(self, questions: Sequence[str], names: Names) -> None:
        """Encode questions together, which takes far less time than one by one."""
        self._kept.questions([mend(question, names.words, self._english) for question in questions])

    def see(
        self, question: str, names: Names, some: Sequence[int] | None, unlisted: Unlisted = frozenset()
    ) -> tuple[Seen, str]:
        """Describe a question, and return it with its spelling mended."""
        mended = mend(question, names.words, self._english)
        (vector,) = self._kept.questions([mended])
        live = self.collection.live(some)
        hits = self.collection.search(mended, self.collection.dense(vector, live), live, MOST_HITS)
        documents = self.collection.documents
        numbers = {
            documents[number].id: place for place, number in enumerate(range(len(documents)) if some is None else some)
        }
        asking = self._asking(vector)
        return see(
            read_part(mended), names, hits, numbers, asking, mended=mended != question, unlisted=unlisted
        ), mended


def unlisted_of(documents: Sequence[Document]) -> Unlisted:
    """Return the disease names that titles hold: left-out diseases are to be told although no list names them."""
    return frozenset(
        name
        for document in documents
        for name in disease_names_in([word.stem for word in words(bare_title(document.title))])
    )


def example(
    asker: Asker, names: Names, some: Sequence[int] | None, question: PickQuestion, unlisted: Unlisted
) -> Example:
    """Return one example."""
    seen, _ = asker.see(question.text, names, some, unlisted)
    documents = asker.collection.documents
    ids = [documents[number if some is None else some[number]].id for number in seen.numbers]
    return Example(question, seen, np.array([one in question.documents for one in ids], dtype=bool))


def gather_medquad(data: Path, kept: Kept, largest: int, most: int, asking: AskingModel) -> list[Example]:
    """Ask the questions of the half that is fitted on, of libraries of several sizes."""
    library, left_out, asked = medquad_library(data)
    collection = Collection(library[:largest], kept)
    asker = Asker(collection, kept, asking)
    unlisted = unlisted_of(left_out)
    found: list[Example] = []
    for size in (*SIZES, largest):
        some = None if size == largest else range(size)
        names = asker.names(some)
        there = library[:size]
        per_kind = questions(asked, there, left_out, "fit", most)
        all_questions = [question for kind in per_kind.values() for question in kind]
        asker.prepare([question.text for question in all_questions], names)
        with click.progressbar(all_questions, label=f"asking a library of {size}") as bar:
            found += [example(asker, names, some, question, unlisted) for question in bar]
    return found


def gather_pages(kept: Kept, folders: Sequence[str], most: int, asking: AskingModel) -> list[Example]:
    """Ask the questions that people wrote for pages, each of a library of another size that has its page."""
    documents = page_documents()
    collection = Collection(documents, kept)
    asker = Asker(collection, kept, asking)
    rng = random.Random(7)
    asked = written(folders)
    asked = rng.sample(asked, min(most, len(asked)))
    asker.prepare([question.text for question in asked], asker.names(None))
    found = []
    with click.progressbar(asked, label="asking pages") as bar:
        for number, question in enumerate(bar):
            size = (*PAGE_SIZES, len(documents))[number % (len(PAGE_SIZES) + 1)]
            right = [collection.numbers[one] for one in question.documents]
            others = [one for one in range(len(documents)) if one not in right]
            some = sorted([*right, *rng.sample(others, min(size, len(documents)) - len(right))])
            found.append(example(asker, asker.names(some), some, question, frozenset()))
    return found


def fit_rank(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the JSON form of the regression that ranks documents."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    some = [one for one in examples if one.right.any() and not one.right.all()]
    rows = np.vstack([one.seen.rows for one in some])
    right = np.where(np.concatenate([one.right for one in some]), "yes", "no")
    weights = np.concatenate([np.where(one.right, 1 / one.right.sum(), 1 / (~one.right).sum()) for one in some])
    scaler = StandardScaler().fit(rows)
    model = LogisticRegression(C=RANK_C, max_iter=5_000).fit(scaler.transform(rows), right, sample_weight=weights)
    return regression_to_json(scaler, model, RANKED)


def choice_of(one: Example, order: Sequence[int]) -> str:
    """Return what a right decision is: to answer where the best document is right, and to refuse, or else to ask."""
    if one.question.kind in ("left out", "of no page"):
        return "none"
    return "one" if one.right[order[0]] else "unclear"


def fit(examples: Sequence[Example]) -> dict[str, Any]:
    """Fit the regression, both forests and both thresholds; what the forests see is described by the regression."""
    examples = [one for one in examples if one.seen.numbers]
    rank_json = fit_rank(examples)
    described = [ranked(regression_from_json(rank_json), one.seen) for one in examples]
    features = tuple(sorted(described[0][1]))
    rows = np.array([[seen[name] for name in features] for _, seen in described])
    truth = np.array([choice_of(one, order) for one, (order, _) in zip(examples, described, strict=True)])
    kinds = np.array([one.question.kind for one in examples])
    weights = np.array([1 / np.sqrt((kinds == kind).sum()) for kind in kinds])
    chances = {name: np.zeros(len(rows)) for name in ("one", "none")}
    groups = np.random.default_rng(0).integers(0, FOLDS, len(rows))
    for name, given in chances.items():
        for fold in range(FOLDS):
            out = groups == fold
            forest = _fit_forest(rows[~out], truth[~out] == name, weights[~out], features)
            given[out] = forest_from_json(forest).probability(rows[out])
    one, none = chances["one"], chances["none"]
    answer_from = _least(one[truth != "one"], FALSE_PICKS)
    refuse_from = _least(none[(truth != "none") & (one < answer_from)], FALSE_REFUSALS)
    click.echo(f"answered from {answer_from}, refused from {refuse_from}; out of fold:")
    answered = (one >= answer_from) & (one >= none)
    done = np.where(answered, "one", np.where(none >= refuse_from, "none", "unclear"))
    for kind in dict.fromkeys(kinds):
        mask = kinds == kind
        shares = ", ".join(f"{name} {(done[mask] == name).mean():.3f}" for name in ("one", "unclear", "none"))
        wrong = ((done == "one") & (truth != "one"))[mask].mean()
        first = [one.right[order[0]] for one, (order, _) in zip(examples, described, strict=True)]
        right = np.array(first)[mask].mean()
        click.echo(f"  {kind:14} {mask.sum():5}: {shares}; from a wrong one {wrong:.3f}; right one first {right:.3f}")
    whole = {name: _fit_forest(rows, truth == name, weights, features) for name in chances}
    return {"answer_from": answer_from, "refuse_from": refuse_from, "rank": rank_json, **whole}


def _fit_forest(rows: np.ndarray, yes: np.ndarray, weights: np.ndarray, features: tuple[str, ...]) -> dict[str, Any]:
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.12, max_depth=3, min_samples_leaf=20, l2_regularization=3.0, random_state=0
    )
    return forest_to_json(model.fit(rows, yes, sample_weight=weights * len(weights) / weights.sum()), features)


def _least(chances: np.ndarray, rate: float) -> float:
    """Return the least threshold, in hundredths, that at most this share of some probabilities reaches."""
    return next(at / 100 for at in range(1, 101) if (chances >= at / 100).mean() <= rate)


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=DATA, show_default=True)
@click.option("--vectors", type=click.Path(path_type=Path), help="Folder where vectors are kept between runs.")
@click.option("--largest", default=600, show_default=True, help="Documents of the largest library.")
@click.option("--most", default=200, show_default=True, help="Questions of a kind at most, for each library.")
def main(data: Path, vectors: Path | None, largest: int, most: int) -> None:
    """Ask, fit, write."""
    kept = Kept(load_encoder(None), vectors)
    asking = read_asking()
    examples = gather_medquad(data, kept, largest, most, asking)
    examples += gather_pages(kept, ["read-more"], 8 * most, asking)
    numbers = fit(examples)
    data_ = {"command": COMMAND, "fitted_on": f"{len(examples)} questions", **numbers}
    MODEL.write_text(json.dumps(data_, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"{MODEL.name}: {MODEL.stat().st_size / 1000:.1f} kB")


if __name__ == "__main__":
    main()

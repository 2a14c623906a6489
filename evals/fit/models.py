"""Fit what decides: `python -m evals.fit.models` (an hour, most of it reading).

Three models, each a small file of plain numbers in `assistant/`: the forest that makes the shortlist, fitted on the
pages that the readers were fitted on; the regressions that weigh evidence and decide the outcome, fitted on those
of `evals/fit/pages/decide/` and on the tuning split of the suites, none of which the readers have seen. The
outcome is fitted on pages of BioASQ's snippets too (`snippet_pages.py`), whose titles and headings say nothing.
What is printed is measured out of fold: of seven groups of pages, each is left out in turn.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.close_reader import load as load_close_reader
from assistant.cross_encoder import load as load_cross_encoder
from assistant.evidence import Bounds, choose
from assistant.forest import Forest, forest_from_json
from assistant.outcome import OUTCOMES, outcome_features
from assistant.regression import regression_from_json
from assistant.weighing import Read, read_hits, shortlist_rows, weigh
from corpus.library import shipped
from corpus.readers import read
from corpus.types import Document
from evals.cases import Suite, load
from evals.fit.examples import Example, collect, gather
from evals.fit.export import forest_to_json, regression_to_json
from evals.fit.questions import PAGES, READ
from evals.fit.snippet_pages import snippet_examples
from index.sentence_transformers_encoder import load as load_encoder

ROOT = Path(__file__).parent.parent
ASSISTANT = ROOT.parent / "assistant"
COMMAND = "python -m evals.fit.models"
FOLDS = 7
FALSE_ANSWERS = 0.1
"""The stated rate: of the questions that should be refused, at most so many are answered, out of fold."""
SNIPPET_QUESTIONS = 300
"""Questions of BioASQ that are asked of pages of snippets, each with its evidence and without."""
WEIGHTS = {"page": 1.0, "suite": 1.0, "snippets": 0.1}
"""What all examples of a kind weigh together. The suites weigh as much as the pages, whose questions were written to
mislead (near misses worded like the page, answers worded unlike it)."""
EVIDENCE_C, OUTCOME_C = 0.05, 0.03
"""Inverse strengths of the two regressions' ridge penalties; three times more or less changes little out of fold."""


def weights_of(labels: Sequence[np.ndarray]) -> np.ndarray:
    """Return the weight of each hit: each question weighs the same whatever its number of quotes."""
    return np.concatenate([np.where(one, 1 / np.sqrt(max(1, one.sum())), 1.0) for one in labels])


def fit_shortlist(examples: Sequence[Example]) -> dict[str, Any]:
    """Return the JSON form of the forest that takes the first look."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    labels = [example.labels for example in examples]
    model = HistGradientBoostingClassifier(
        max_iter=240, learning_rate=0.08, max_depth=6, min_samples_leaf=60, l2_regularization=3.0, random_state=0
    )
    # A million rows.
    rows = np.vstack([example.found.rows for example in examples], dtype=np.float32)
    model.fit(rows, np.concatenate(labels), sample_weight=weights_of(labels))
    return forest_to_json(model, next(e.found.names for e in examples if e.found.names))


def fit_evidence(asked: Sequence[tuple[Example, Read]]) -> dict[str, Any]:
    """Return the JSON form of the regression that weighs what is on the shortlist.

    Boosted trees on the same rows do no better: mean F1 of what is kept 0.736 against 0.747, out of fold.
    """
    some = [(example, read) for example, read in asked if len(read.shortlist)]
    rows = [shortlist_rows(example.found, read) for example, read in some]
    labels = [example.labels[read.shortlist] for example, read in some]
    answers = np.where(np.concatenate(labels), "yes", "no")
    fitted = _regression(np.vstack([row for _, row in rows]), answers, EVIDENCE_C, weights_of(labels))
    return regression_to_json(*fitted, rows[0][0])


def fit_outcome(rows: np.ndarray, outcomes: np.ndarray, kinds: np.ndarray) -> tuple[Any, Any]:
    """Return a fitted scaler and the regression on what it gives; `kinds` are those of `WEIGHTS`."""
    total = (kinds == "page").sum()
    weights = np.ones(len(rows))
    for kind, weight in WEIGHTS.items():
        weights[kinds == kind] = weight * total / max(1, (kinds == kind).sum())
    return _regression(rows, outcomes, OUTCOME_C, weights)


def _regression(rows: np.ndarray, classes: np.ndarray, c: float, weights: np.ndarray | None = None) -> tuple[Any, Any]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    return scaler, LogisticRegression(C=c, max_iter=5_000).fit(scaler.transform(rows), classes, sample_weight=weights)


def fit_bounds(asked: Sequence[tuple[Example, Read]], evidence: Sequence[np.ndarray]) -> Bounds:
    """Choose where keeping stops, on answered examples.

    The best mean of two figures: F1 of the evidence kept, and the share of examples in which none is missing and at
    least half of what is kept belongs, as a reader would have it.
    """
    answered = [(e, r, p) for (e, r), p in zip(asked, evidence, strict=True) if e.labels.any()]

    def quality(bounds: Bounds) -> tuple[float, float]:
        f1, whole = [], []
        for example, seen, weights in answered:
            kept = {
                p.id
                for p in choose(
                    example.found.part, example.found.hits, weights, seen.shortlist, example.lexicon, bounds
                )
            }
            wanted = {hit.passage.id for hit, label in zip(example.found.hits, example.labels, strict=True) if label}
            right = len(kept & wanted)
            f1.append(2 * right / (len(kept) + len(wanted)))
            whole.append(right == len(wanted) and 2 * right >= len(kept))
        return float(np.mean(f1)), float(np.mean(whole))

    grid = [
        Bounds(least, share, whole, most)
        for least in (0.05, 0.1, 0.15, 0.2, 0.3)
        for share in (0.3, 0.4, 0.5, 0.6, 0.7)
        for whole in (0.5, 0.65, 0.8)
        for most in (2, 3, 4)
    ]
    best = max(grid, key=lambda bounds: sum(quality(bounds)))
    f1, whole = quality(best)
    click.echo(f"evidence kept: mean F1 {f1:.3f}, whole in {whole:.3f} of {len(answered)} with {best}")
    return best


def suites() -> list[tuple[Document, Suite]]:
    """Return the suites that come with Wardbook and their documents, with the tuning split of their cases."""
    documents = [*shipped(), *(read(path) for path in sorted((ROOT / "documents").glob("*.md")))]
    known = {document.id: document for document in documents}
    found = [load(path) for path in sorted((ROOT / "suites").glob("*.yaml"))]
    return [(known[s.document], s.model_copy(update={"cases": s.select("tune")})) for s in found if _tuned(s)]


def _tuned(suite: Suite) -> bool:
    return any(case.split == "tune" for case in suite.cases)


def folds(groups: Sequence[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (fitted on, left out) as bool masks; a group is left out whole."""
    names = sorted(set(groups))
    for number in range(FOLDS):
        out = np.isin(groups, names[number::FOLDS])
        yield ~out, out


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
def main(data: Path) -> None:
    """Collect, fit, measure out of fold, write the model files."""
    encoder = load_encoder(None)
    shortlist = fit_shortlist([example for folder in READ for example in collect(PAGES / folder, encoder)])
    _write("shortlist_model.json", shortlist, f"the questions of evals/fit/pages/{', '.join(READ)}")
    readers, first = (load_cross_encoder(), load_close_reader()), forest_from_json(shortlist)

    def asked(examples: Sequence[Example]) -> list[tuple[Example, Read]]:
        with click.progressbar(examples, label="reading") as bar:
            return [(e, read_hits(e.found, e.lexicon, first, *readers)) for e in bar]

    pages = asked([*collect(PAGES / "decide", encoder), *gather(suites(), encoder)])
    decide(pages, asked(snippet_examples(data, encoder, SNIPPET_QUESTIONS)), first)


def decide(asked: Sequence[tuple[Example, Read]], snippets: Sequence[tuple[Example, Read]], first: Forest) -> None:
    """Fit and measure the evidence and the outcome model, and write them."""
    evidence: list[np.ndarray] = [np.zeros(0)] * len(asked)
    for fitted_on, out in folds([example.group for example, _ in asked]):
        model = regression_from_json(fit_evidence([pair for pair, use in zip(asked, fitted_on, strict=True) if use]))
        for place in np.flatnonzero(out).tolist():
            evidence[place] = weigh(asked[place][0].found, asked[place][1], model)
    right = [e.labels[w.argmax()] for (e, _), w in zip(asked, evidence, strict=True) if e.labels.any()]
    click.echo(f"out of fold: the best hit is evidence in {np.mean(right):.3f} of {len(right)} answered parts")
    bounds = fit_bounds(asked, evidence)
    final = fit_evidence(asked)
    _write("evidence_model.json", {"bounds": asdict(bounds), **final}, f"{len(asked)} parts of questions")

    # What snippets hold is not fitted on: an expert's snippet is not the one sentence that answers.
    model = regression_from_json(final)
    evidence += [weigh(example.found, read, model) for example, read in snippets]
    told = [(e, r, w) for (e, r), w in zip([*asked, *snippets], evidence, strict=True) if e.outcome]
    seen = [outcome_features(e.found, r, w, e.lexicon, first.features) for e, r, w in told]
    names, rows = tuple(seen[0]), np.array([list(one.values()) for one in seen])
    truth = np.array([e.outcome for e, _, _ in told])
    of_snippets = {example.group for example, _ in snippets}
    kinds = np.array([_kind(e.group, of_snippets) for e, _, _ in told])
    chances = np.zeros((len(told), len(OUTCOMES)))
    for fitted_on, out in folds([e.group for e, _, _ in told]):
        scaler, fitted = fit_outcome(rows[fitted_on], truth[fitted_on], kinds[fitted_on])
        chances[out] = fitted.predict_proba(scaler.transform(rows[out]))
    classes = [str(name) for name in fitted.classes_]
    answer_from = _report(chances, classes, truth, kinds != "snippets")
    numbers = {"answer_from": answer_from, **regression_to_json(*fit_outcome(rows, truth, kinds), names)}
    _write("outcome_model.json", numbers, f"{len(told)} parts of questions")


def _kind(group: str, of_snippets: Set[str]) -> str:
    if group in of_snippets:
        return "snippets"
    return "page" if (PAGES / "decide" / f"{group}.md").exists() else "suite"


def _report(chances: np.ndarray, classes: list[str], truth: np.ndarray, told: np.ndarray) -> float:
    """Print how well outcomes are decided out of fold, of pages and suites (`told`) and of snippets.

    Returns the threshold for an answer that pages and suites give.
    """
    from sklearn.metrics import roc_auc_score

    given, answer_from = _given(chances[told], classes, truth[told])
    right = truth[told]
    click.echo(f"out of fold: outcome right in {(given == right).mean():.3f} of {len(right)} parts, {answer_from=:.2f}")
    false = given[right != "answered"] == "answered"
    click.echo(f"  false answers    {false.mean():.3f} of {len(false)}")
    for outcome in OUTCOMES:
        mask = right == outcome
        click.echo(f"  {outcome:16} {(given[mask] == outcome).mean():.3f} of {mask.sum()}")
    click.echo(f"  mean confidence {chances[told].max(axis=1).mean():.3f}")
    there = chances[~told, classes.index("answered")]
    area = roc_auc_score(truth[~told] == "answered", there)
    click.echo(f"  snippets there or removed: AUROC {area:.3f} of {len(there)}")
    return answer_from


def _given(chances: np.ndarray, classes: list[str], truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the outcomes decided out of fold, and the least threshold that keeps false answers to the stated rate."""
    answered = classes.index("answered")
    refusals = chances.copy()
    refusals[:, answered] = -1.0
    refused = np.array(classes)[refusals.argmax(axis=1)]
    refuse = truth != "answered"
    for answer_from in np.arange(0.3, 1.0, 0.01):
        given = np.where(chances[:, answered] >= answer_from, "answered", refused)
        if (given[refuse] == "answered").mean() <= FALSE_ANSWERS:
            break
    return given, round(float(answer_from), 2)


def _write(name: str, numbers: dict[str, Any], fitted_on: str) -> None:
    path = ASSISTANT / name
    data = {"command": COMMAND, "fitted_on": fitted_on, **numbers}
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"{name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

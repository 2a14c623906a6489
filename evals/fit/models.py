"""Fit the evidence model and the outcome model: `python -m evals.fit.models` (about two minutes).

Fitted on the tuning split of every suite that comes with Wardbook. What is printed is measured on documents that the
measured model has not seen: each document in turn is left out, with all its cases. The models that are written are
fitted on the tuning split of all documents; `wardbook eval --split hold` measures those.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.answering import Reader
from assistant.evidence import Bounds, choose
from assistant.outcome import OUTCOMES, outcome_features
from corpus.library import shipped
from corpus.readers import read
from evals.cases import load
from evals.fit.examples import Example, examples
from evals.fit.export import forest_to_json, regression_to_json

ROOT = Path(__file__).parent.parent
ASSISTANT = ROOT.parent / "assistant"
COMMAND = "python -m evals.fit.models"
MADE_WEIGHT = 0.05
"""Weight of a made example for the outcome: refusals abound among them, and prior chances matter."""


def fit_evidence(train: Sequence[Example]) -> Any:
    """Fit the probability that a hit is evidence; each question weighs the same whatever its number of quotes."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    rows = np.vstack([example.found.rows for example in train])
    labels = np.concatenate([example.labels for example in train])
    weights = np.concatenate([np.where(e.labels, 1 / np.sqrt(max(1, e.labels.sum())), 1.0) for e in train])
    model = HistGradientBoostingClassifier(
        max_iter=120, learning_rate=0.06, max_depth=4, min_samples_leaf=20, l2_regularization=3.0, random_state=0
    )
    return model.fit(rows, labels, sample_weight=weights)


def evidence_of(model: Any, example: Example) -> np.ndarray:
    """Return the model's probability of each hit."""
    return np.asarray(model.predict_proba(example.found.rows)[:, 1])


def fit_outcome(rows: np.ndarray, outcomes: Sequence[str], made: np.ndarray) -> tuple[Any, Any]:
    """Return a fitted scaler and the regression on what it gives."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    # Gradient boosting (the trees of the evidence model) was right in 0.659 of the parts on left-out documents, this in
    # 0.735; with made examples at full weight both answer fewer of the questions that have an answer.
    model = LogisticRegression(C=0.1, max_iter=5_000)
    return scaler, model.fit(scaler.transform(rows), np.array(outcomes), sample_weight=np.where(made, MADE_WEIGHT, 1.0))


def outcome_row(example: Example, evidence: np.ndarray) -> dict[str, float]:
    """Return the outcome features of an example."""
    found = example.found
    return outcome_features(found.part, example.lexicon, found.similar, found.near, found.names, found.rows, evidence)


def fit_bounds(train: Sequence[Example], evidence: Sequence[np.ndarray]) -> Bounds:
    """Choose where keeping stops: the bounds of the best mean F1 of the evidence kept, on answered examples."""
    answered = [(e, p) for e, p in zip(train, evidence, strict=True) if e.labels.any()]

    def quality(bounds: Bounds) -> float:
        scores = []
        for example, weights in answered:
            kept = {passage.id for passage in choose(example.found.hits, weights, example.lexicon, bounds)}
            wanted = {hit.passage.id for hit, label in zip(example.found.hits, example.labels, strict=True) if label}
            scores.append(2 * len(kept & wanted) / (len(kept) + len(wanted)))
        return float(np.mean(scores))

    grid = [
        Bounds(least, share, whole, most)
        for least in (0.1, 0.15, 0.2, 0.25, 0.3)
        for share in (0.3, 0.4, 0.5, 0.6, 0.7)
        for whole in (0.5, 0.65, 0.8)
        for most in (3, 4)
    ]
    best = max(grid, key=quality)
    click.echo(f"evidence kept: mean F1 {quality(best):.3f} with {best}")
    return best


def collect() -> list[Example]:
    """Ask every case of every shipped suite, without deciding anything."""
    from tempfile import TemporaryDirectory

    from index.generations import build
    from index.search import Index
    from index.sentence_transformers_encoder import load as load_encoder

    documents = [*shipped(), *(read(path) for path in sorted((ROOT / "documents").glob("*.md")))]
    suites = [load(path) for path in sorted((ROOT / "suites").glob("*.yaml"))]
    encoder = load_encoder(None)
    with TemporaryDirectory() as folder:
        build(Path(folder), documents, encoder)
        index = Index.open(Path(folder), encoder)
        reader = Reader(documents, index, encoder, Path(folder).parent / "wardbook-fit-words")
        total = sum(len(suite.cases) for suite in suites)
        with click.progressbar(examples(reader, suites), label=f"reading {total} cases") as bar:
            found = list(bar)
        index.close()
    return found


@click.command()
def main() -> None:
    """Fit, measure on left-out documents, write the model files."""
    found = collect()
    tune = [example for example in found if example.split == "tune"]
    groups = sorted({example.group for example in found})
    weights: dict[int, np.ndarray] = {}
    for group in groups:
        model = fit_evidence([example for example in tune if example.group != group])
        weights.update({id(e): evidence_of(model, e) for e in found if e.group == group})
    first = [e.labels[weights[id(e)].argmax()] for e in found if e.labels.any()]
    click.echo(f"left-out documents: the best hit is evidence in {np.mean(first):.3f} of {len(first)} answered parts")
    bounds = fit_bounds(tune, [weights[id(e)] for e in tune])
    trees = forest_to_json(fit_evidence(tune), tune[0].found.names)
    _write("evidence_model.json", {"bounds": asdict(bounds), **trees}, len(tune))

    told = [(e, outcome_row(e, weights[id(e)])) for e in found if e.outcome]
    table = np.array([list(row.values()) for _, row in told])
    truth = np.array([e.outcome for e, _ in told])
    group_of, made = np.array([e.group for e, _ in told]), np.array([e.made for e, _ in told])
    tuning = np.array([e.split == "tune" for e, _ in told])
    given = np.empty(len(told), dtype=object)
    for group in groups:
        train = (group_of != group) & tuning
        scaler, model = fit_outcome(table[train], truth[train], made[train])
        given[group_of == group] = model.predict(scaler.transform(table[group_of == group]))
    asked = ~made
    click.echo(f"left-out documents: outcome right in {(given == truth)[asked].mean():.3f} of {asked.sum()} parts")
    for outcome in OUTCOMES:
        mask = asked & (truth == outcome)
        click.echo(f"  {outcome:16} {(given[mask] == outcome).mean():.3f} of {mask.sum()}")
    names = tuple(told[0][1])
    fitted = fit_outcome(table[tuning], truth[tuning], made[tuning])
    _write("outcome_model.json", regression_to_json(*fitted, names), int(tuning.sum()))


def _write(name: str, numbers: dict[str, Any], n: int) -> None:
    data = {"command": COMMAND, "fitted_on": f"{n} parts of questions of the tuning split", **numbers}
    path = ASSISTANT / name
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"{name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

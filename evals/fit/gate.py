"""Fit what the gate decides by: `python -m evals.fit.gate` (some minutes), after `python -m evals.fit.close_reader`.

The forest is fitted on the sentences that the reader was fitted on, and on mutations of the true ones; the regression
over its log-odds and the reader's on those of `evals/gate/decide.jsonl`, which neither has seen, and on certain
mutations of them. Only sentences that no rule blocks are fitted on. The support from which a sentence is released is
the least at which, out of fold (each seventh of those documents left out in turn), at most `FALSE_RELEASES` of the
false sentences by hand would be released.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import click
import numpy as np

from assistant.close_reader import load as load_close_reader
from assistant.forest import forest_from_json
from assistant.writing.gate import MODEL, VERBATIM, Gate, Seen
from evals.fit.export import forest_to_json, regression_to_json
from evals.gate.mutations import CERTAIN, DOUBTFUL, mutations
from evals.gate.sentences import Written, for_fitting
from index.sentence_transformers_encoder import load as load_encoder

FALSE_RELEASES = 0.01
"""What is promised, of those by hand: what a program makes of true ones is told more easily."""
FOLDS = 7
FIRST_SEED, LAST_SEED = 11, 7
MUTATIONS, MUTATION_WEIGHT = 0.4, 0.4
"""Share of the mutations that the forest is fitted on, and what each counts beside a sentence by hand."""


def seen_of(sentences: Sequence[Written], gate: Gate) -> list[Seen]:
    """Let the rules see sentences."""
    return [gate.see(one.text, one.sources) for one in sentences]


def fit_first(sentences: Sequence[Written], gate: Gate) -> dict[str, Any]:
    """Return the JSON form of the forest."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    chance = random.Random(FIRST_SEED)
    made = [m for m in mutations(sentences, {**CERTAIN, **DOUBTFUL}, FIRST_SEED) if chance.random() < MUTATIONS]
    both = [*sentences, *made]
    seen = seen_of(both, gate)
    inside = [number for number, one in enumerate(seen) if one.fault is None]
    names = tuple(seen[inside[0]].features)
    rows = np.array([[seen[number].features[name] for name in names] for number in inside])
    right = np.array([both[number].supported for number in inside])
    weights = np.array([1.0 if number < len(sentences) else MUTATION_WEIGHT for number in inside])
    model = HistGradientBoostingClassifier(
        max_iter=400, learning_rate=0.05, max_depth=5, min_samples_leaf=20, l2_regularization=5.0, random_state=0
    )
    return forest_to_json(model.fit(rows, right, sample_weight=weights), names)


def fit_last(rows: np.ndarray, right: np.ndarray) -> tuple[Any, Any]:
    """Return the scaler and the regression over log-odds (sentences, 2)."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(rows)
    labels = np.where(right, "yes", "no")
    return scaler, LogisticRegression(max_iter=1000).fit(scaler.transform(rows), labels)


def support_of(scaler: Any, fitted: Any, rows: np.ndarray) -> np.ndarray:
    """Return float64 (sentences,): the probability of yes."""
    return np.asarray(fitted.predict_proba(scaler.transform(rows))[:, list(fitted.classes_).index("yes")])


@click.command()
def main() -> None:
    """Fit, print what sentences of documents left out get, write the model."""
    reader = load_close_reader()
    gate = Gate(load_encoder(None).whole_words, reader, None)
    reading, deciding = for_fitting()
    first_json = fit_first(reading, gate)
    first = forest_from_json(first_json)
    sentences = [*deciding, *mutations(deciding, CERTAIN, LAST_SEED)]
    right = np.array([one.supported for one in sentences])
    seen = seen_of(sentences, gate)
    open_ = np.array([one.fault is None for one in seen])
    rows = np.zeros((len(seen), 2))
    for number, one in enumerate(seen):
        if one.fault is None:
            chance = first.probability(np.array([[one.features[name] for name in first.features]]))[0]
            rows[number] = np.log(chance / (1 - chance)), reader.log_odds(one.sentence, one.quotes)
    names = sorted({one.document for one in sentences})
    fold = np.array([names.index(one.document) % FOLDS for one in sentences])
    support = np.where([one.fault == VERBATIM for one in seen], 1.0, 0.0)
    for left_out in range(FOLDS):
        inside, outside = (fold != left_out) & open_, (fold == left_out) & open_
        support[outside] = support_of(*fit_last(rows[inside], right[inside]), rows[outside])
    # Those by hand are harder than what a program made of the true ones.
    by_hand = np.arange(len(sentences)) < len(deciding)
    false = np.sort(support[~right & by_hand])[::-1]
    least = float(np.nextafter(false[int(FALSE_RELEASES * len(false))], 2.0))
    for supported, kind in sorted({(one.supported, one.kind) for one in sentences}):
        own = np.array([(one.supported, one.kind) == (supported, kind) for one in sentences])
        click.echo(f"{supported!s:5} {kind:20} n {own.sum():4}, released {(support[own] >= least).mean():.3f}")
    for name, own in (("false released", ~right), ("true released", right)):
        click.echo(f"{name} from {least:.3f}: {(support[own] >= least).mean():.4f} of {own.sum()}")
    data = {
        "made_by": "python -m evals.fit.gate",
        "first": first_json,
        "last": regression_to_json(*fit_last(rows[open_], right[open_]), ("first", "read")),
        "release_from": round(least, 4),
    }
    MODEL.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

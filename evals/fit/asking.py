"""Fit what a question's wording asks for: `python -m evals.fit.asking` (two minutes).

Topics are fitted on `topics.jsonl`, outcomes on the questions of the pages for reading and the off-topic lines of the
bank. What is printed is measured on the questions of `evals/fit/pages/decide/`.
"""

from __future__ import annotations

import json
from typing import Any

import click
import numpy as np

from assistant.asking import MODEL
from evals.fit.pairs import TOPICS
from evals.fit.questions import PAGES, READ, pages
from index.encoder import Vectors
from index.sentence_transformers_encoder import load as load_encoder

COMMAND = "python -m evals.fit.asking"
TOPIC_C, OUTCOME_C = 10.0, 3.0
"""Inverse strengths of the ridge penalty, chosen by five-fold likelihood over 1, 3, 10 and 30."""
_BATCH = 64


def asked_on(folder: str) -> list[tuple[str, str]]:
    """Return question and outcome of what was asked on its own and as one question."""
    return [
        (case.question, case.expect.outcome)
        for _, suite in pages(PAGES / folder)
        for case in suite.cases
        if case.kind != "two_part" and not case.history
    ]


@click.command()
def main() -> None:
    """Encode, fit, write."""
    from sklearn.linear_model import LogisticRegression

    encoder = load_encoder(None)

    def encode(texts: list[str]) -> Vectors:
        cut = [texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH)]
        return np.vstack([encoder.encode_questions(batch) for batch in cut])

    bank: list[dict[str, Any]] = [json.loads(line) for line in TOPICS.read_text(encoding="utf-8").splitlines() if line]
    bank_vectors = encode([row["q"] for row in bank])
    topics = LogisticRegression(C=TOPIC_C, max_iter=3_000).fit(bank_vectors, [row["topic"] for row in bank])

    off_topic = np.array([row["topic"] == "off_topic" for row in bank])
    asked = [one for folder in READ for one in asked_on(folder)]
    rows = np.vstack([encode([question for question, _ in asked]), bank_vectors[off_topic]])
    became = [outcome for _, outcome in asked] + ["out_of_scope"] * int(off_topic.sum())
    outcomes = LogisticRegression(C=OUTCOME_C, max_iter=3_000).fit(rows, became)

    unseen = asked_on("decide")
    right = outcomes.predict(encode([question for question, _ in unseen])) == np.array([o for _, o in unseen])
    click.echo(f"outcome told from the wording alone: {right.mean():.3f} of {len(unseen)} questions on unseen pages")
    data = {
        "command": COMMAND,
        "fitted_on": f"{len(bank)} questions by topic, {len(asked)} on pages",
        "topics": _plain(topics),
        "outcomes": _plain(outcomes),
    }
    MODEL.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
    click.echo(f"{MODEL.name}: {MODEL.stat().st_size / 1000:.0f} kB")


def _plain(fitted: Any) -> dict[str, Any]:
    def rounded(numbers: np.ndarray) -> list[float]:
        return [float(f"{number:.4g}") for number in numbers]

    return {
        "classes": [str(name) for name in fitted.classes_],
        "weights": [rounded(row) for row in fitted.coef_],
        "intercepts": rounded(fitted.intercept_),
    }


if __name__ == "__main__":
    main()

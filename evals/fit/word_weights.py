"""Weigh words by how rare they are in biomedical text: `python -m evals.fit.word_weights --data ../shared/data`.

Inverse document frequency, log(N / df), of Snowball stems over MedQuAD documents and BioASQ 7b and 8b snippets (each
question's snippets are one document). Written to `assistant/word_weights.json`.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path

import click

from assistant.words import words
from evals.fit.public_data import bioasq, medquad

TARGET = Path(__file__).parent.parent.parent / "assistant" / "word_weights.json"
LEAST_DOCUMENTS = 12
"""Stems rarer than this count as unseen: a longer table changed no decision and tripled the file."""


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
def main(data: Path) -> None:
    """Count stems and write the table."""
    texts = [" ".join(section["text"] for section in row["sections"]) for row in medquad(data)]
    texts += [" ".join(row["snippets"]) for row in bioasq(data, years=("7b", "8b"))]
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update({word.stem for word in words(text)})
    kept = {stem: count for stem, count in counts.items() if count >= LEAST_DOCUMENTS and stem.isalpha()}
    weights = {stem: round(math.log(len(texts) / count), 2) for stem, count in sorted(kept.items())}
    unseen = round(math.log(len(texts) / LEAST_DOCUMENTS), 2)
    TARGET.write_text(
        json.dumps({"unseen": unseen, "weights": weights}, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    click.echo(f"{len(weights)} stems from {len(texts)} texts, {TARGET.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

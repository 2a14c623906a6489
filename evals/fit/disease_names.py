"""Collect names of diseases from the titles of MedQuAD: `python -m evals.fit.disease_names --data ../shared/data`.

Kept are titles of up to five words that hold a word rare enough to tell a disease ("malaria", not "pain"). Written to
`assistant/disease_names.txt`.
"""

from __future__ import annotations

import re
from pathlib import Path

import click

from assistant.diseases import NAMES
from assistant.lexicon import weight
from assistant.words import words
from evals.fit.public_data import medquad

MOST_WORDS = 5
LEAST_WEIGHT = 0.45
"""Least rarity of a name's rarest word (`assistant.lexicon.weight`): below it stand "pain", "skin" and "blood"."""
LEAST_WEIGHT_ALONE = 0.5
"""The same for a name of one word."""


def is_name(title: str) -> bool:
    """Tell whether a title names a disease well enough."""
    found = words(title)
    weights = [weight(word.stem) for word in found if not word.filler]
    least = LEAST_WEIGHT_ALONE if len(found) == 1 else LEAST_WEIGHT
    return 0 < len(found) <= MOST_WORDS and max(weights, default=0.0) >= least


@click.command()
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
def main(data: Path) -> None:
    """Write the list."""
    titles = {re.sub(r"\s*\(.*?\)", "", row["title"]).strip().lower() for row in medquad(data)}
    kept = sorted(title for title in titles if is_name(title))
    NAMES.write_text("\n".join(kept) + "\n", encoding="utf-8")
    click.echo(f"{len(kept)} names, {NAMES.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()

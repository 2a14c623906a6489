"""Fit the gate's reader: `python -m evals.fit.support_reader`.

On the sentences of `evals/gate/fit.jsonl`, those of every fifth document left to `evals.fit.gate`, and on mutations of
the true ones, drawn anew in each pass. It starts from the cross-encoder that reads questions, which has learnt to lay
two clinical texts beside each other.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from assistant import cross_encoder
from assistant.low_rank import Sequences
from assistant.writing.quantities import plain
from assistant.writing.reading import WEIGHTS, supported
from evals.fit.low_rank import SEED, LowRankTrainer, Work, batches
from evals.gate.mutations import CERTAIN, DOUBTFUL, mutations
from evals.gate.sentences import Written, for_fitting

MUTATIONS = 0.25
"""Share of the mutations, certain and doubtful, that each pass reads."""


class Trainer(LowRankTrainer):
    """The reader in the making."""

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__(("support",), whole=whole)

    def loss(self, batch: Sequence[tuple[Sequences, float]]) -> Any:
        """Return the mean log loss."""
        torch = self._torch
        raw = self.heads["support"](self.hidden([one for one, _ in batch])[:, 0])[:, 0]
        right = torch.tensor([label for _, label in batch])
        return torch.nn.functional.binary_cross_entropy_with_logits(raw, right)


def fit(trainer: Trainer, sentences: Sequence[Written], epochs: int) -> None:
    """Fit on sentences, and on mutations of the true ones among them."""

    def draw(number: int) -> Work:
        chance = random.Random(SEED + number)
        made = [one for one in mutations(sentences, {**CERTAIN, **DOUBTFUL}, number) if chance.random() < MUTATIONS]
        items = [(_read(trainer, one), float(one.supported)) for one in (*sentences, *made)]
        return [(trainer.loss, batch) for batch in batches(items, chance)]

    trainer.fit([partial(draw, number) for number in range(epochs)])


def _read(trainer: Trainer, one: Written) -> Sequences:
    return supported(trainer.pieces, plain(one.text), tuple(map(plain, one.sources.quotes)))


@click.command()
@click.option("--epochs", type=int, default=5, show_default=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True), default=cross_encoder.WEIGHTS, show_default=True)
@click.option("--whole", is_flag=True, help="Fit all layers, in place of changes of low rank beside them.")
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(epochs: int, start: Path, whole: bool, output: Path) -> None:
    """Fit, write the file of changes."""
    sentences, _ = for_fitting()
    click.echo(f"{len(sentences)} sentences about {len({one.document for one in sentences})} documents")
    trainer = Trainer(whole=whole)
    trainer.start(start)
    fit(trainer, sentences, epochs)
    trainer.save(output)
    click.echo(f"{output.name}: {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

r"""Fit the cross-encoder. The weights that come with Wardbook were fitted in five runs, four hours on one core:

    python -m evals.fit.cross_encoder --pages read --output first.safetensors
    python -m evals.fit.cross_encoder --pages read --pages read-more --epochs 1 --start first.safetensors \
        --output second.safetensors
    python -m evals.fit.cross_encoder --pages read --pages read-more --epochs 1 --start second.safetensors \
        --output third.safetensors
    python -m evals.fit.cross_encoder --pages read-third --again read --again read-more --epochs 1 \
        --start third.safetensors --output fourth.safetensors
    python -m evals.fit.cross_encoder --pages read --pages read-more --pages read-third --epochs 1 --whole \
        --start fourth.safetensors

The third read 26 pages more than the second, and was meant for two passes and cut short after the first. The fifth is
the first that fits all layers; before it, more pages had ceased to help.

Then it judged a document's headings too, which the close reader does now; the heads for them are gone from the file.
Fitted on folders of `evals/fit/pages/` and on BioASQ 7b and 8b; none of these is measured on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from assistant.cross_encoder import HEAD, WEIGHTS, pair
from assistant.low_rank import Sequences
from evals.fit import pairs
from evals.fit.bioasq_pairs import bioasq_pairs
from evals.fit.examples import Example, collect
from evals.fit.low_rank import SEED, LowRankTrainer, Work, batches
from evals.fit.questions import PAGES
from index.encoder import Encoder
from index.sentence_transformers_encoder import load as load_encoder

AGAIN = 0.25
"""Share of the questions that are read again of a folder that an earlier run has read."""


class Trainer(LowRankTrainer):
    """The cross-encoder in the making."""

    def __init__(self, *, whole: bool = False) -> None:
        super().__init__((HEAD,), whole=whole)

    def loss(self, batch: Sequence[tuple[Sequences, pairs.Pair]]) -> Any:
        """Return the weighted mean log loss of pairs."""
        torch = self._torch
        raw = self.heads[HEAD](self.hidden([one for one, _ in batch])[:, 0])[:, 0]
        right, weight = torch.tensor([[pair.right, pair.weight] for _, pair in batch]).T
        loss = torch.nn.functional.binary_cross_entropy_with_logits(raw, right, reduction="none")
        return (loss * weight).sum() / weight.sum()


def fit(trainer: Trainer, examples: Sequence[Example], more: Sequence[pairs.Pair], epochs: int) -> None:
    """Fit on the examples of pages, and on pairs of public questions."""
    chance = random.Random(SEED)

    def draw() -> Work:
        read = [*pairs.passage_pairs(examples, chance), *more]
        items = [(pair(trainer.pieces, one.question, one.text), one) for one in read]
        return [(trainer.loss, batch) for batch in batches(items, chance)]

    trainer.fit([draw] * epochs)


@click.command()
@click.option("--pages", "folders", multiple=True, required=True, help="Folder of evals/fit/pages; may be given again.")
@click.option("--again", "partly", multiple=True, help="Folder of which a part of the questions is read again.")
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Begin with the weights of a file.")
@click.option("--whole", is_flag=True, help="Fit all layers, in place of changes of low rank beside them.")
@click.option("--epochs", type=int, default=2, show_default=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(
    folders: Sequence[str],
    partly: Sequence[str],
    start: Path | None,
    whole: bool,
    epochs: int,
    data: Path,
    output: Path,
) -> None:
    """Collect, fit, write the file of changes."""
    encoder: Encoder = load_encoder(None)
    examples = [example for folder in folders for example in collect(PAGES / folder, encoder)]
    examples += [example for folder in partly for example in collect(PAGES / folder, encoder, AGAIN)]
    more = list(bioasq_pairs(data, encoder))
    click.echo(f"{len(examples)} questions on pages, {len(more)} pairs of BioASQ")
    trainer = Trainer(whole=whole)
    if start is not None:
        trainer.start(start)
    fit(trainer, examples, more, epochs)
    trainer.save(output)
    click.echo(f"{output.name}: {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

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

Fitted on folders of `evals/fit/pages/`, on `topics.jsonl` and on BioASQ 7b and 8b; none of these is measured on.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from assistant.cross_encoder import WEIGHTS, Tokens
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
        super().__init__(("passage", "scope", "section"), whole=whole)
        self.tokens = Tokens(self.pieces)

    def passage_loss(self, batch: Sequence[tuple[Sequences, pairs.Pair]]) -> Any:
        """Return the weighted mean log loss of pairs."""
        torch = self._torch
        raw = self.heads["passage"](self.hidden([one for one, _ in batch])[:, 0])[:, 0]
        right, weight = torch.tensor([[pair.right, pair.weight] for _, pair in batch]).T
        loss = torch.nn.functional.binary_cross_entropy_with_logits(raw, right, reduction="none")
        return (loss * weight).sum() / weight.sum()

    def section_loss(self, batch: Sequence[tuple[Sequences, pairs.Inventory]]) -> Any:
        """Return the log loss of headings, right ones counting three times, plus half that of scope."""
        torch = self._torch
        log_loss = torch.nn.functional.binary_cross_entropy_with_logits
        hidden = self.hidden([one for one, _ in batch])
        total = hidden.sum() * 0.0
        scope = torch.tensor([inventory.in_scope for _, inventory in batch])
        told = scope != pairs.UNJUDGED
        if told.any():
            total = total + 0.5 * log_loss(self.heads["scope"](hidden[:, 0])[:, 0][told], scope[told])
        judged = [
            (hidden[row, start:end].mean(0), right)
            for row, (one, inventory) in enumerate(batch)
            for (start, end), right in zip(one.spans, inventory.right, strict=True)
            if right != pairs.UNJUDGED
        ]
        if judged:
            raw = self.heads["section"](torch.stack([vector for vector, _ in judged]))[:, 0]
            right = torch.tensor([label for _, label in judged])
            total = total + 1.5 * (log_loss(raw, right, reduction="none") * (1 + 2 * right)).mean()
        return total


def fit(trainer: Trainer, examples: Sequence[Example], more: Sequence[pairs.Pair], epochs: int) -> None:
    """Fit on the examples of pages, and on pairs of public questions."""
    chance = random.Random(SEED)

    def draw() -> Work:
        read = [*pairs.passage_pairs(examples, chance), *more]
        listed = [*pairs.inventories(examples), *pairs.asked_elsewhere(examples, chance), *pairs.by_topic(chance)]
        work: Work = [
            *((trainer.passage_loss, b) for b in batches([(_pair(trainer, p), p) for p in read], chance)),
            *((trainer.section_loss, b) for b in batches([_listed(trainer, i, chance) for i in listed], chance)),
        ]
        chance.shuffle(work)
        return work

    trainer.fit([draw] * epochs)


def _pair(trainer: Trainer, pair: pairs.Pair) -> Sequences:
    return trainer.tokens.passage(pair.question, pair.text)


def _listed(trainer: Trainer, inventory: pairs.Inventory, chance: random.Random) -> tuple[Sequences, pairs.Inventory]:
    # Half of the time in another order, so that a heading's place says nothing.
    order = list(range(len(inventory.headings)))
    if chance.random() < 0.5:
        chance.shuffle(order)
    shuffled = pairs.Inventory(
        inventory.question,
        inventory.title,
        tuple(inventory.headings[place] for place in order),
        tuple(inventory.right[place] for place in order),
        inventory.in_scope,
    )
    return trainer.tokens.inventory(shuffled.question, shuffled.title, shuffled.headings), shuffled


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

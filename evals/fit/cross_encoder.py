"""Fit the cross-encoder. The weights that come with Wardbook were fitted in two runs, together 75 minutes on one core:

    python -m evals.fit.cross_encoder --pages read --output first.safetensors
    python -m evals.fit.cross_encoder --pages read --pages read-more --epochs 1 --start first.safetensors

Fitted on folders of `evals/fit/pages/`, on `topics.jsonl` and on BioASQ 7b and 8b; none of these is measured on. The
body stays frozen; the low-rank changes (LoRA, Hu et al. 2021) and three linear heads are fitted with AdamW in bfloat16
under a cosine schedule.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.cross_encoder import LAYERS, WEIGHTS, Sequences, Tokens, padded
from evals.fit import pairs
from evals.fit.bioasq_pairs import bioasq_pairs
from evals.fit.examples import Example, collect
from evals.fit.questions import PAGES
from index.encoder import Encoder
from index.sentence_transformers_encoder import load as load_encoder
from index.sentence_transformers_encoder import packaged_folder

RANK, STRENGTH = 16, 2.0
"""Rank of the changes, and what their product is multiplied by."""
LEARNING_RATE, HEAD_LEARNING_RATE = 5e-4, 1e-3
WARM_UP_STEPS = 100
TOKENS_A_BATCH = 4096
DROPOUT = 0.1
SEED = 0


def _body() -> tuple[Any, dict[str, Any]]:
    """Return the frozen body with low-rank changes, and the parameters that are fitted by their stored names."""
    import torch
    from torch import nn
    from transformers import BertModel

    class Changed(nn.Module):
        """A frozen linear map beside a low-rank change; not multiplied out, which would cost a gradient of full rank."""

        def __init__(self, linear: Any) -> None:
            super().__init__()
            self.linear = linear
            self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))
            self.down = nn.Parameter(torch.randn(RANK, linear.in_features) * 0.02)

        def forward(self, rows: Any) -> Any:
            return self.linear(rows) + nn.functional.linear(nn.functional.linear(rows, self.down), self.up * STRENGTH)

    # Attention written out: its backward pass takes half the time of the fused one on a processor.
    body: Any = BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False, local_files_only=True, attn_implementation="eager"
    )
    body.requires_grad_(False)
    fitted: dict[str, Any] = {}
    for number, layer in enumerate(body.encoder.layer):
        for name in LAYERS:
            parent, _, child = name.rpartition(".")
            changed = Changed(layer.get_submodule(name))
            setattr(layer.get_submodule(parent), child, changed)
            fitted |= {f"{number}.{name}.up": changed.up, f"{number}.{name}.down": changed.down}
    return body, fitted


class Trainer:
    """The model in the making."""

    def __init__(self) -> None:
        import torch

        torch.manual_seed(SEED)
        self._torch = torch
        self.tokens = Tokens(packaged_folder())
        self.body, self.changes = _body()
        size = self.body.config.hidden_size
        self.heads: dict[str, Any] = {name: torch.nn.Linear(size, 1) for name in ("passage", "scope", "section")}
        self._dropout = torch.nn.Dropout(DROPOUT)

    def hidden(self, sequences: Sequence[Sequences]) -> Any:
        """Return float32 (sequences, tokens, dimension)."""
        torch = self._torch
        with torch.autocast("cpu", dtype=torch.bfloat16):
            rows = self.body(**padded(sequences)).last_hidden_state
        return self._dropout(rows.float())

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

    def start(self, path: Path) -> None:
        """Begin with the changes and heads of a file that `save` wrote."""
        from safetensors.torch import load_file

        found = load_file(path)
        with self._torch.no_grad():
            for name, change in self.changes.items():
                change.copy_(found[name].float() / (STRENGTH if name.endswith(".up") else 1.0))
            for name, head in self.heads.items():
                head.weight.copy_(found[name][None, :-1].float())
                head.bias.copy_(found[name][-1:].float())

    def save(self, path: Path) -> None:
        """Write the changes, multiplied out by their strength, and the heads with their bias last, as float16."""
        from safetensors.torch import save_file

        strong = {n: p.detach() * (STRENGTH if n.endswith(".up") else 1.0) for n, p in self.changes.items()}
        heads = {n: self._torch.cat([h.weight.detach()[0], h.bias.detach()]) for n, h in self.heads.items()}
        save_file({name: rows.half().contiguous() for name, rows in {**strong, **heads}.items()}, path)


def batches(items: Sequence[tuple[Sequences, Any]], chance: random.Random) -> list[list[tuple[Sequences, Any]]]:
    """Return batches of like length and about `TOKENS_A_BATCH` tokens, in any order."""
    ordered = sorted(items, key=lambda item: len(item[0].ids) + chance.random() * 6)
    found: list[list[tuple[Sequences, Any]]] = []
    for item in ordered:
        if not found or (len(found[-1]) + 1) * len(item[0].ids) > TOKENS_A_BATCH:
            found.append([])
        found[-1].append(item)
    chance.shuffle(found)
    return found


def fit(trainer: Trainer, examples: Sequence[Example], more: Sequence[pairs.Pair], epochs: int) -> None:
    """Fit on the examples of pages, and on pairs of public questions."""
    import torch

    chance = random.Random(SEED)
    heads = [parameter for head in trainer.heads.values() for parameter in head.parameters()]
    changes = list(trainer.changes.values())
    optimizer = torch.optim.AdamW(
        [{"params": changes, "lr": LEARNING_RATE}, {"params": heads, "lr": HEAD_LEARNING_RATE}], weight_decay=0.01
    )
    full = [group["lr"] for group in optimizer.param_groups]
    steps, step, begun = 0, 0, time.monotonic()
    trainer.body.train()
    for _ in range(epochs):
        read = [*pairs.passage_pairs(examples, chance), *more]
        listed = [
            *pairs.inventories(examples),
            *pairs.asked_elsewhere(examples, chance),
            *pairs.by_topic(chance),
        ]
        work: list[tuple[Callable[[Any], Any], Any]] = [
            *((trainer.passage_loss, b) for b in batches([(_pair(trainer, p), p) for p in read], chance)),
            *((trainer.section_loss, b) for b in batches([_listed(trainer, i, chance) for i in listed], chance)),
        ]
        chance.shuffle(work)
        steps = steps or len(work) * epochs
        losses: list[float] = []
        for loss_of, batch in work:
            rate = min(1.0, (step + 1) / WARM_UP_STEPS) * max(0.02, 0.5 + 0.5 * np.cos(np.pi * min(1.0, step / steps)))
            for group, lr in zip(optimizer.param_groups, full, strict=True):
                group["lr"] = lr * rate
            loss = loss_of(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(changes + heads, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            losses.append(loss.item())
            if step % 100 == 0:
                minutes = (time.monotonic() - begun) / 60
                click.echo(f"step {step} of {steps}, {minutes:.0f} min: loss {np.mean(losses[-100:]):.3f}")


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
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Begin with the weights of a file.")
@click.option("--epochs", type=int, default=2, show_default=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(folders: Sequence[str], start: Path | None, epochs: int, data: Path, output: Path) -> None:
    """Collect, fit, write the file of changes."""
    encoder: Encoder = load_encoder(None)
    examples = [example for folder in folders for example in collect(PAGES / folder, encoder)]
    more = list(bioasq_pairs(data, encoder))
    click.echo(f"{len(examples)} questions on pages, {len(more)} pairs of BioASQ")
    trainer = Trainer()
    if start is not None:
        trainer.start(start)
    fit(trainer, examples, more, epochs)
    trainer.save(output)
    click.echo(f"{output.name}: {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

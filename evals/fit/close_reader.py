"""Fit the close reader: `python -m evals.fit.close_reader` (two hours on two cores), before `models.py` and `gate.py`.

Its heads are fitted together: on the questions that the cross-encoder is fitted on, beside their evidence and beside
what is likest to it; on the same questions, and those of `topics.jsonl`, beside the headings of pages; and on the
sentences of `evals/gate/read.jsonl`. The lower layers stay as they are, and nothing is dropped out, which takes a
quarter of the time and would do little in so few passes.

The weights that come along had 750 steps on questions beside passages alone: one pass over seven in eight of them and a
part of another, the first 150 with dropout. Then came 769 steps on all of this: 333 over the questions whose ids begin
with "t-" or "u-" and a third of the others, 201 over two thirds of the lists of headings, 235 over the written
sentences, once and a seventh again. And 617 more over contrast pairs: the questions whose ids begin with "c-" or "d-",
once and a half again, a tenth of the others, a third of the lists of headings, an eighth of the written sentences. And
562 more over the questions whose ids begin with "e-" and the 6,026 sentences that came with them, both once and a part
again, a seventh of the others and a third of the other sentences. From the mean of the weights after these last two
passes, which reads better than either, began 400 more over `read-dense`, whose sentences are long, with a twentieth of
the others: its questions and the 3,584 sentences about half of its pages. The weights are 0.65 of what that gave and
0.35 of what it began from. A script drew these in the way that `work` does.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.close_tokens import Beside, CloseTokens
from assistant.close_weights import (
    ANSWERS,
    HEADS,
    LAYERS,
    SCOPE,
    SECTION,
    SUPPORTS,
    WEIGHTS,
    linear_weights,
    read_changes,
)
from assistant.few_bits import pack
from assistant.models import read_models
from assistant.mpnet_package import unpack
from evals.fit.bioasq_pairs import bioasq_pairs
from evals.fit.close_pairs import asked_pairs, listed, written_pairs
from evals.fit.examples import collect
from evals.fit.low_rank import SEED, Work, batches, linear, take_steps
from evals.fit.pairs import UNJUDGED, Inventory, Pair
from evals.fit.questions import PAGES, READ
from evals.gate.sentences import for_fitting
from index.sentence_transformers_encoder import load as load_encoder

BIOASQ_SHARE, BIOASQ_WEIGHT = 0.35, 0.5
LEARNING_RATE, HEAD_LEARNING_RATE = 5e-5, 5e-4
WARM_UP_STEPS = 50


class Trainer:
    """The close reader in the making."""

    def __init__(self, folder: Path) -> None:
        """Begin with the packaged weights, unpacked in a folder, and heads drawn at random."""
        import torch
        from transformers import MPNetModel

        torch.manual_seed(SEED)
        self._torch = torch
        self.tokens = CloseTokens(folder)
        body: Any = MPNetModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            local_files_only=True,
            hidden_dropout_prob=0,
            attention_probs_dropout_prob=0,
        )
        self.body = body.requires_grad_(False)
        for number in LAYERS:
            body.encoder.layer[number].requires_grad_(True)
        self.changes = {f"encoder.{name}": one for name, one in body.encoder.named_parameters() if one.requires_grad}
        self._packaged = {name: one.detach().clone() for name, one in self.changes.items()}
        self._log_loss = torch.nn.functional.binary_cross_entropy_with_logits
        self.heads: dict[str, Any] = {name: torch.nn.Linear(2 * body.config.hidden_size, 1) for name in HEADS}

    def start(self, path: Path) -> None:
        """Begin with the changes and the heads of a file that `save` wrote."""
        found = read_changes(path)
        torch = self._torch
        with torch.no_grad():
            for name, one in self.changes.items():
                one.copy_(torch.from_numpy(found.to(name, one.numpy())))
            for name, head in self.heads.items():
                head.weight.copy_(torch.from_numpy(found.heads[name][None, :-1]))
                head.bias.copy_(torch.from_numpy(found.heads[name][-1:]))

    def rows(self, read: Sequence[Beside]) -> tuple[Any, Any]:
        """Return float32 (texts, tokens, dimension), short ones padded, and what a head sees of a text as a whole."""
        torch = self._torch
        longest = max(len(one.ids) for one in read)
        ids = torch.full((len(read), longest), self.body.config.pad_token_id)
        mask = torch.zeros((len(read), longest))
        for row, one in enumerate(read):
            ids[row, : len(one.ids)] = torch.tensor(one.ids)
            mask[row, : len(one.ids)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            rows = self.body(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (rows * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return rows, torch.cat([rows[:, 0], mean], 1)

    def log_odds(self, head: str, read: Sequence[Beside]) -> Any:
        """Return float32 (texts,): what a head says of each as a whole."""
        return self.heads[head](self.rows(read)[1])[:, 0]

    def pair_loss(self, head: str, batch: Sequence[tuple[Beside, Pair]]) -> Any:
        """Return the weighted mean log loss of pairs."""
        torch = self._torch
        right, weight = torch.tensor([[one.right, one.weight] for _, one in batch]).T
        losses = self._log_loss(self.log_odds(head, [one for one, _ in batch]), right, reduction="none")
        return (losses * weight).sum() / weight.sum()

    def section_loss(self, batch: Sequence[tuple[Beside, Inventory]]) -> Any:
        """Return the log loss of headings, right ones counting three times, plus a third of that of scope."""
        torch = self._torch
        rows, whole = self.rows([one for one, _ in batch])
        total = whole.sum() * 0.0
        scope = torch.tensor([inventory.in_scope for _, inventory in batch])
        told = scope != UNJUDGED
        if told.any():
            total = total + 0.5 * self._log_loss(self.heads[SCOPE](whole)[:, 0][told], scope[told])
        judged = [
            (torch.cat([rows[row, 0], rows[row, start:end].mean(0)]), right)
            for row, (one, inventory) in enumerate(batch)
            for (start, end), right in zip(one.spans, inventory.right, strict=True)
            if right != UNJUDGED
        ]
        if judged:
            raw = self.heads[SECTION](torch.stack([seen for seen, _ in judged]))[:, 0]
            right = torch.tensor([label for _, label in judged])
            total = total + 1.5 * (self._log_loss(raw, right, reduction="none") * (1 + 2 * right)).mean()
        return total

    def work(
        self,
        questions: Iterable[Pair],
        sentences: Iterable[Pair],
        inventories: Iterable[Inventory],
        chance: random.Random,
    ) -> Work:
        """Return a pass over questions, written sentences and inventories, in batches of either, in any order."""
        tokens = self.tokens
        asked = [(Beside(tokens.asked(one.question, one.text)), one) for one in questions]
        written = [(Beside(tokens.written(one.question, [one.text])), one) for one in sentences]
        listed = [(tokens.inventory(one.question, one.title, one.headings), one) for one in inventories]
        found: Work = [
            *((partial(self.pair_loss, ANSWERS), batch) for batch in batches(asked, chance)),
            *((partial(self.pair_loss, SUPPORTS), batch) for batch in batches(written, chance)),
            *((self.section_loss, batch) for batch in batches(listed, chance)),
        ]
        chance.shuffle(found)
        return found

    def save(self, path: Path) -> None:
        """Write what was changed, of linear maps in few bits, and the heads with their bias last, else as float16."""
        from safetensors.numpy import save_file

        stored: dict[str, Any] = {}
        for name, head in self.heads.items():
            stored[name] = self._torch.cat([head.weight.detach()[0], head.bias.detach()]).numpy().astype(np.float16)
        for name, one in self.changes.items():
            change = (one.detach() - self._packaged[name]).numpy()
            if name in linear_weights():
                stored[f"{name}.packed"], stored[f"{name}.scale"] = pack(change)
            else:
                stored[name] = change.astype(np.float16)
        save_file(stored, path)


@click.command()
@click.option("--epochs", type=int, default=1, show_default=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Begin with the weights of a file.")
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(epochs: int, start: Path | None, data: Path, output: Path) -> None:
    """Collect, fit, write the file of changes."""
    encoder = load_encoder(None)
    examples = [example for folder in READ for example in collect(PAGES / folder, encoder)]
    more = [Pair(one.question, one.text, one.right, one.weight * BIOASQ_WEIGHT) for one in bioasq_pairs(data, encoder)]
    sentences, _ = for_fitting()
    forest = read_models().first
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        trainer = Trainer(Path(folder))
    if start is not None:
        trainer.start(start)
    chance = random.Random(SEED)

    def draw() -> Work:
        questions = [*asked_pairs(examples, forest, chance), *chance.sample(more, int(len(more) * BIOASQ_SHARE))]
        return trainer.work(questions, written_pairs(sentences, chance), listed(examples, chance), chance)

    trainer.body.train()
    heads = [one for head in trainer.heads.values() for one in head.parameters()]
    rates = {LEARNING_RATE: list(trainer.changes.values()), HEAD_LEARNING_RATE: heads}
    take_steps([draw] * epochs, rates, WARM_UP_STEPS, linear)
    trainer.save(output)
    click.echo(f"{output.name}: {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

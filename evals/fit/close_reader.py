"""Fit the close reader: `python -m evals.fit.close_reader` (an hour and a half on two cores), before `models.py`.

Fitted on the questions that the cross-encoder is fitted on, beside their evidence and beside what is likest to it: the
two likeliest of the others at the first look, and one of those that follow. The lower layers stay as they are, and
nothing is dropped out, which takes a quarter of the time and would do little in so few passes.

The weights that come along had 750 steps, one pass over seven in eight of the questions and a part of another (the
first 150 with dropout). Questions whose ids begin with "t-" or "u-" came after it. A short pass over the former alone
told answers from near misses less well, as three in four of them have an answer; of the latter two in three have
none.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.close_reader import HEAD, LAYERS, WEIGHTS, linear_weights, pair, read_changes
from assistant.few_bits import pack
from assistant.forest import Forest
from assistant.low_rank import Sequences, Tokens
from assistant.models import read_models
from assistant.mpnet_package import unpack
from assistant.pair_texts import passage_text
from evals.fit.bioasq_pairs import bioasq_pairs
from evals.fit.examples import Example, collect
from evals.fit.low_rank import SEED, Work, batches, linear, take_steps
from evals.fit.pairs import Pair
from evals.fit.questions import PAGES
from index.sentence_transformers_encoder import load as load_encoder

FOLDERS = ("read", "read-more", "read-third")
MOST_RIGHT = 2
"""Right passages beside a question; of more so many are drawn."""
LIKEST, FOLLOWING = 2, 7
"""Wrong passages beside a question: so many of the likeliest, and one of so many that follow; out of scope one."""
BIOASQ_SHARE, BIOASQ_WEIGHT = 0.35, 0.5
LEARNING_RATE, HEAD_LEARNING_RATE = 6e-5, 5e-4
WARM_UP_STEPS = 50


class Trainer:
    """The close reader in the making."""

    def __init__(self, folder: Path) -> None:
        """Begin with the packaged weights, unpacked in a folder, and a head drawn at random."""
        import torch
        from transformers import MPNetModel

        torch.manual_seed(SEED)
        self._torch = torch
        self.tokens = Tokens(folder)
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
        self.head = torch.nn.Linear(2 * body.config.hidden_size, 1)

    def start(self, path: Path) -> None:
        """Begin with the changes and the head of a file that `save` wrote."""
        change, head = read_changes(path)
        torch = self._torch
        with torch.no_grad():
            for name, one in self.changes.items():
                one.copy_(torch.from_numpy(change(name, one.numpy())))
            self.head.weight.copy_(torch.from_numpy(head[None, :-1]))
            self.head.bias.copy_(torch.from_numpy(head[-1:]))

    def log_odds(self, sequences: Sequence[Sequences]) -> Any:
        """Return float32 (sequences,)."""
        torch = self._torch
        longest = max(len(one.ids) for one in sequences)
        ids = torch.full((len(sequences), longest), self.body.config.pad_token_id)
        mask = torch.zeros((len(sequences), longest))
        for row, one in enumerate(sequences):
            ids[row, : len(one.ids)] = torch.tensor(one.ids)
            mask[row, : len(one.ids)] = 1
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            rows = self.body(input_ids=ids, attention_mask=mask).last_hidden_state
        mean = (rows.float() * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return self.head(torch.cat([rows[:, 0].float(), mean], 1))[:, 0]

    def loss(self, batch: Sequence[tuple[Sequences, Pair]]) -> Any:
        """Return the weighted mean log loss of pairs."""
        torch = self._torch
        right, weight = torch.tensor([[one.right, one.weight] for _, one in batch]).T
        raw = self.log_odds([one for one, _ in batch])
        losses = torch.nn.functional.binary_cross_entropy_with_logits(raw, right, reduction="none")
        return (losses * weight).sum() / weight.sum()

    def fit(self, examples: Sequence[Example], more: Sequence[Pair], forest: Forest, epochs: int) -> None:
        """Fit on examples and on pairs of public questions, drawn anew in each pass."""
        chance = random.Random(SEED)

        def draw() -> Work:
            drawn = [*pairs(examples, forest, chance), *chance.sample(more, int(len(more) * BIOASQ_SHARE))]
            read = [(Sequences(pair(self.tokens, one.question, one.text), [], []), one) for one in drawn]
            return [(self.loss, batch) for batch in batches(read, chance)]

        self.body.train()
        rates = {LEARNING_RATE: list(self.changes.values()), HEAD_LEARNING_RATE: list(self.head.parameters())}
        take_steps([draw] * epochs, rates, WARM_UP_STEPS, linear)

    def save(self, path: Path) -> None:
        """Write what was changed, of linear maps in few bits, and the head with its bias last, else as float16."""
        from safetensors.numpy import save_file

        head = self._torch.cat([self.head.weight.detach()[0], self.head.bias.detach()])
        stored: dict[str, Any] = {HEAD: head.numpy().astype(np.float16)}
        for name, one in self.changes.items():
            change = (one.detach() - self._packaged[name]).numpy()
            if name in linear_weights():
                stored[f"{name}.packed"], stored[f"{name}.scale"] = pack(change)
            else:
                stored[name] = change.astype(np.float16)
        save_file(stored, path)


def pairs(examples: Sequence[Example], forest: Forest, chance: random.Random) -> Iterator[Pair]:
    """Yield pairs of all questions that were not cut into parts."""
    for example in examples:
        passages = [hit.passage for hit in example.found.hits]
        if example.parts > 1 or not passages:
            continue
        right = [passage for passage, label in zip(passages, example.labels, strict=True) if label]
        if example.outcome == "answered" and not right:
            continue
        likeliest = np.argsort(-forest.probability(example.found.rows), kind="stable")
        wrong = [passages[number] for number in likeliest if not example.labels[number]]
        right = chance.sample(right, MOST_RIGHT) if len(right) > MOST_RIGHT else right
        for passage in right:
            yield Pair(example.question, passage_text(passage, example.lexicon), 1.0, len(right) ** -0.5)
        if example.whole_outcome == "out_of_scope":
            drawn = wrong[:1]
        else:
            following = wrong[LIKEST : LIKEST + FOLLOWING]
            drawn = wrong[:LIKEST] + chance.sample(following, min(1, len(following)))
        for passage in drawn:
            yield Pair(example.question, passage_text(passage, example.lexicon), 0.0, 0.6)


@click.command()
@click.option("--epochs", type=int, default=1, show_default=True)
@click.option("--start", type=click.Path(path_type=Path, exists=True), help="Begin with the weights of a file.")
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data"), show_default=True)
@click.option("--output", type=click.Path(path_type=Path), default=WEIGHTS, show_default=True)
def main(epochs: int, start: Path | None, data: Path, output: Path) -> None:
    """Collect, fit, write the file of changes."""
    encoder = load_encoder(None)
    examples = [example for folder in FOLDERS for example in collect(PAGES / folder, encoder)]
    more = [Pair(one.question, one.text, one.right, one.weight * BIOASQ_WEIGHT) for one in bioasq_pairs(data, encoder)]
    with tempfile.TemporaryDirectory() as folder:
        unpack(Path(folder))
        trainer = Trainer(Path(folder))
    if start is not None:
        trainer.start(start)
    trainer.fit(examples, more, read_models().first, epochs)
    trainer.save(output)
    click.echo(f"{output.name}: {output.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

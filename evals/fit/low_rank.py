"""Making changes of low rank to the packaged encoder (LoRA: Hu et al. 2021, arXiv 2106.09685) and heads on it.

Either the body stays frozen beside changes of rank `RANK`, or all of its layers are fitted and what that changed is
written at rank `KEPT_RANK`. Fitted with AdamW, in bfloat16 where the processor multiplies in it
(elsewhere it would be emulated, a hundred times slower).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import click
import numpy as np

from assistant.low_rank import FACTORS, LAYERS, Sequences, Tokens
from index.sentence_transformers_encoder import packaged_folder

RANK, STRENGTH = 16, 2.0
"""Rank of the changes, and what their product is multiplied by."""
KEPT_RANK = 64
"""Rank at which what a whole fit changed is written."""
LEARNING_RATE, HEAD_LEARNING_RATE = 5e-4, 1e-3
WHOLE_LEARNING_RATE, WHOLE_HEAD_LEARNING_RATE = 5e-5, 2e-4
WARM_UP_STEPS = 100
LAST_RATE = 0.02
"""Share of the full rate below which it does not fall."""
TOKENS_A_BATCH = 4096
DROPOUT = 0.1
SEED = 0


class _Ids(Protocol):
    @property
    def ids(self) -> list[int]: ...


Read = TypeVar("Read", bound=_Ids)
Work = list[tuple[Callable[[Any], Any], Any]]
"""Batches, each with the function that gives its loss."""


def _body() -> Any:
    from transformers import BertModel

    # Attention written out: its backward pass takes half the time of the fused one on a processor.
    body: Any = BertModel.from_pretrained(
        packaged_folder(), add_pooling_layer=False, local_files_only=True, attn_implementation="eager"
    )
    return body.requires_grad_(False)


def _changed(body: Any) -> dict[str, Any]:
    """Put low-rank changes beside the linear maps of a frozen body, and return them by their stored names."""
    import torch
    from torch import nn

    class Changed(nn.Module):
        """A frozen linear map beside a low-rank change; multiplied out it would cost a gradient of full rank."""

        def __init__(self, linear: Any) -> None:
            super().__init__()
            self.linear = linear
            self.up = nn.Parameter(torch.zeros(linear.out_features, RANK))
            self.down = nn.Parameter(torch.randn(RANK, linear.in_features) * 0.02)

        def forward(self, rows: Any) -> Any:
            return self.linear(rows) + nn.functional.linear(nn.functional.linear(rows, self.down), self.up * STRENGTH)

    fitted: dict[str, Any] = {}
    for number, layer in enumerate(body.encoder.layer):
        for name in LAYERS:
            parent, _, child = name.rpartition(".")
            changed = Changed(layer.get_submodule(name))
            setattr(layer.get_submodule(parent), child, changed)
            fitted |= {f"{number}.{name}.up": changed.up, f"{number}.{name}.down": changed.down}
    return fitted


class LowRankTrainer:
    """The model in the making."""

    def __init__(self, heads: Sequence[str], *, whole: bool = False) -> None:
        """Begin with no change and with heads drawn at random; `whole` fits all layers of the body."""
        import torch

        torch.manual_seed(SEED)
        self._torch = torch
        self.pieces = Tokens(packaged_folder())
        self.body = _body()
        self.whole = whole
        if whole:
            self.body.encoder.requires_grad_(True)
        self.changes = dict(self.body.encoder.named_parameters()) if whole else _changed(self.body)
        self._packaged = {name: parameter.detach().clone() for name, parameter in self.changes.items() if whole}
        size = self.body.config.hidden_size
        self.heads: dict[str, Any] = {name: torch.nn.Linear(size, 1) for name in heads}
        self._dropout = torch.nn.Dropout(DROPOUT)

    def hidden(self, sequences: Sequence[Sequences]) -> Any:
        """Return float32 (sequences, tokens, dimension)."""
        torch = self._torch
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):
            rows = self.body(**padded(sequences)).last_hidden_state
        return self._dropout(rows.float())

    def start(self, path: Path) -> None:
        """Begin with the changes of a file that `save` wrote, and with those of its heads that are fitted here too."""
        from safetensors.torch import load_file

        found = load_file(path)
        with self._torch.no_grad():
            for name, change in self.changes.items():
                if not self.whole:
                    change.copy_(found[name].float() / (STRENGTH if name.endswith(".up") else 1.0))
                elif (place := FACTORS.get(name)) is not None:
                    change.add_(found[f"{place}.up"].float() @ found[f"{place}.down"].float())
                elif name in found:
                    change.add_(found[name].float())
            for name, head in self.heads.items():
                if name in found:
                    head.weight.copy_(found[name][None, :-1].float())
                    head.bias.copy_(found[name][-1:].float())

    def save(self, path: Path) -> None:
        """Write the changes, multiplied out by their strength, and the heads with their bias last, as float16."""
        from safetensors.torch import save_file

        if self.whole:
            changed = {name: now.detach() - self._packaged[name] for name, now in self.changes.items()}
            strong = _factored(changed)
        else:
            strong = {n: p.detach() * (STRENGTH if n.endswith(".up") else 1.0) for n, p in self.changes.items()}
        heads = {n: self._torch.cat([h.weight.detach()[0], h.bias.detach()]) for n, h in self.heads.items()}
        save_file({name: rows.half().contiguous() for name, rows in {**strong, **heads}.items()}, path)

    def fit(self, passes: Sequence[Callable[[], Work]]) -> None:
        """Take a step for each batch; each pass draws its batches anew, all about as many as the first."""
        heads = [parameter for head in self.heads.values() for parameter in head.parameters()]
        rates = (WHOLE_LEARNING_RATE, WHOLE_HEAD_LEARNING_RATE) if self.whole else (LEARNING_RATE, HEAD_LEARNING_RATE)
        self.body.train()
        take_steps(passes, dict(zip(rates, (list(self.changes.values()), heads), strict=True)), WARM_UP_STEPS, cosine)


def cosine(done: float) -> float:
    """Return the share of the full rate at a share of the steps."""
    return float(0.5 + 0.5 * np.cos(np.pi * done))


def linear(done: float) -> float:
    """Return the share of the full rate at a share of the steps."""
    return 1.0 - done


def take_steps(
    passes: Sequence[Callable[[], Work]],
    fitted: Mapping[float, Sequence[Any]],
    warm_up_steps: int,
    falling: Callable[[float], float],
) -> None:
    """Take a step of AdamW for each batch of each pass; `fitted` are the parameters by their full learning rate."""
    import torch

    groups = [{"params": list(some), "lr": rate} for rate, some in fitted.items()]
    every = [parameter for some in fitted.values() for parameter in some]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    steps, step, begun = 0, 0, time.monotonic()
    losses: list[float] = []
    for draw in passes:
        work = draw()
        steps = steps or len(work) * len(passes)
        for loss_of, batch in work:
            rate = min(1.0, (step + 1) / warm_up_steps) * max(LAST_RATE, falling(min(1.0, step / steps)))
            for group, full in zip(optimizer.param_groups, fitted, strict=True):
                group["lr"] = full * rate
            loss = loss_of(batch)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(every, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            step += 1
            losses.append(loss.item())
            if step % 50 == 0:
                minutes = (time.monotonic() - begun) / 60
                click.echo(f"step {step} of {steps}, {minutes:.0f} min: loss {np.mean(losses[-50:]):.3f}")


def _factored(changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return tensors to store: of the change of a linear map two factors of rank `KEPT_RANK`, others whole."""
    import torch

    stored: dict[str, Any] = {}
    for name, change in changed.items():
        if name not in FACTORS:
            stored[name] = change
            continue
        left, sizes, right = torch.linalg.svd(change, full_matrices=False)
        root = sizes[:KEPT_RANK].sqrt()
        stored[f"{FACTORS[name]}.up"] = left[:, :KEPT_RANK] * root
        stored[f"{FACTORS[name]}.down"] = root[:, None] * right[:KEPT_RANK]
    return stored


def padded(sequences: Sequence[Sequences]) -> dict[str, Any]:
    """Return what the body takes: int64 tensors (sequences, longest), short ones padded with 0 and masked."""
    import torch

    longest = max(len(one.ids) for one in sequences)
    ids, mask, kinds = (torch.zeros((len(sequences), longest), dtype=torch.long) for _ in range(3))
    for row, one in enumerate(sequences):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        kinds[row, : len(one.ids)] = torch.tensor(one.kinds)
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": kinds}


def batches(items: Sequence[tuple[Read, Any]], chance: random.Random) -> list[list[tuple[Read, Any]]]:
    """Return batches of like length and about `TOKENS_A_BATCH` tokens, in any order."""
    ordered = sorted(items, key=lambda item: len(item[0].ids) + chance.random() * 6)
    found: list[list[tuple[Read, Any]]] = []
    for item in ordered:
        if not found or (len(found[-1]) + 1) * len(item[0].ids) > TOKENS_A_BATCH:
            found.append([])
        found[-1].append(item)
    chance.shuffle(found)
    return found

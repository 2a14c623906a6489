from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.low_rank import LowRank, Sequences


@pytest.mark.real
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_fitted_is_what_the_assistant_reads(tmp_path: Path, whole: bool) -> None:
    import torch

    from evals.fit.low_rank import LowRankTrainer

    read = Sequences([101, 2054, 2003, 1037, 5000, 102, 3000, 102], [0] * 6 + [1] * 2)
    trainer = LowRankTrainer(("passage",), whole=whole)
    trainer.body.eval()
    trainer._dropout.eval()
    torch.manual_seed(3)
    before = LowRank(_saved(trainer, tmp_path / "before.safetensors"), ("passage",)).read([read])[0]
    with torch.no_grad():
        for change in trainer.changes.values():
            # A change of rank one of each matrix, and of each bias and norm where those are fitted.
            rows = torch.randn(len(change), 1) * (0.1 if whole else 0.3)
            change.add_(rows @ torch.randn(1, change.shape[1]) * 0.1 if change.ndim == 2 else rows[:, 0])
    path = _saved(trainer, tmp_path / "after.safetensors")
    after = LowRank(path, ("passage",))
    with torch.no_grad():
        expected = trainer.hidden([read])[0].numpy()
    got = after.read([read])[0]
    # Trained in bfloat16 where the processor has it, stored as float16.
    assert np.abs(got - expected).max() < 0.15
    assert np.corrcoef(got.ravel(), expected.ravel())[0, 1] > 0.999
    assert np.abs(got - before).max() > 0.3
    assert after.head("passage", got) == pytest.approx(
        trainer.heads["passage"](torch.from_numpy(got)).detach().numpy()[:, 0], abs=1e-2
    )
    again = LowRankTrainer(("passage",), whole=whole)
    again.start(path)
    assert all(torch.allclose(again.changes[name], one, atol=2e-3) for name, one in trainer.changes.items() if whole)


def _saved(trainer: object, path: Path) -> Path:
    trainer.save(path)  # type: ignore[attr-defined]
    return path

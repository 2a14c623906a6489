"""The command `wardbook eval gate`."""

from __future__ import annotations

from statistics import median
from typing import Any

import click


@click.command("gate")
@click.option("--verbose", "-v", is_flag=True, help="Show each sentence that was judged wrongly.")
@click.pass_obj
def gate_command(settings: Any, verbose: bool) -> None:
    """Measure how often the gate of written answers releases a false sentence and blocks a true one."""
    from rich.console import Console
    from rich.progress import Progress
    from rich.table import Table

    from assistant.wiring import open_gate
    from evals.gate.measure import judge, kept, rates
    from index.sentence_transformers_encoder import load

    gate = open_gate(settings, load(settings.encoder))
    sentences = kept()
    with Progress(transient=True) as bars:
        task = bars.add_task("checking sentences", total=len(sentences))
        judged = judge(sentences, gate, lambda: bars.advance(task))
    table = Table(title="Sentences about documents that nothing was fitted on", title_justify="left")
    for name in ("error", "rate", "95 % interval", "n"):
        table.add_column(name, justify="left" if name == "error" else "right")
    for name, rate in rates(judged).items():
        low, high = rate.interval()
        table.add_row(name, f"{rate.share:.4f}", f"{low:.4f} to {high:.4f}", str(rate.n))
    Console().print(table)
    read = [one.elapsed_ms for one in judged if one.verdict.why in ("supported", "unsupported")]
    click.echo(f"A check that reads takes {median(read):.0f} ms (median of {len(read)}); one that a rule ends, less.")
    if verbose:
        for one in judged:
            if one.wrong:
                said = "released" if one.verdict.released else f"blocked ({one.verdict.why})"
                click.echo(f"\n{one.sentence.kind}, {said}, support {one.verdict.support:.2f}: {one.sentence.text}")
                click.echo(f"  evidence: {' '.join(one.sentence.sources.quotes)}")

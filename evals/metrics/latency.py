"""Latency: wall-clock milliseconds of one `ask`, as median and 95th percentile (linear interpolation, numpy's default).

0.1 s feels instant and 1 s keeps the flow of thought (Nielsen, Usability Engineering, 1993).
"""

from __future__ import annotations

from evals.metrics.metric import Metric, always
from evals.types import Expected, Given


def latency_ms(expected: Expected, given: Given) -> float:
    """Return the milliseconds that the answer took."""
    return given.elapsed_ms


METRICS = (
    Metric("latency_p50_ms", "Latency p50", always, latency_ms, None, "lower", "median", unit="ms", timing=True),
    Metric("latency_p95_ms", "Latency p95", always, latency_ms, None, "lower", "p95", unit="ms", timing=True),
)

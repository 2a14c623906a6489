"""All metrics, in the order of the report. One small file each, with its definition and its source."""

from evals.metrics import (
    calibration,
    citations,
    excess,
    facts,
    forbidden,
    latency,
    outcome,
    passed,
    refusals,
    retrieval,
    sections,
    unsupported,
    withheld,
)
from evals.metrics.metric import Metric

METRICS: tuple[Metric, ...] = (
    *passed.METRICS,
    *outcome.METRICS,
    *refusals.METRICS,
    *facts.METRICS,
    *forbidden.METRICS,
    *withheld.METRICS,
    *citations.METRICS,
    *sections.METRICS,
    *unsupported.METRICS,
    *excess.METRICS,
    *retrieval.METRICS,
    *calibration.METRICS,
    *latency.METRICS,
)

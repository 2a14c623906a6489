"""Measurements on public data and of speed, run by hand: `python -m evals.benchmarks.NAME`."""

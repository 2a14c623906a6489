"""Measuring the gate: sentences that their evidence supports, and sentences that it does not."""

"""Commands that fit what `assistant/` reads: word weights, the evidence model, the outcome model."""

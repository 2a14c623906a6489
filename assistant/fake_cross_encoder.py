"""A cross-encoder to reckon by hand: log-odds are words shared, less a half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from assistant.words import content


class FakeCrossEncoder:
    """Counts the content words that a question and a text share."""

    def passages(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """Return for each text the number of words shared, less a half."""
        return np.array([_shared(question, text) for text in texts], dtype=np.float32)


def _shared(question: str, text: str) -> float:
    stems = [{word.stem for word in content(said)} for said in (question, text)]
    return len(stems[0] & stems[1]) - 0.5

"""Vectors that were made before, by the hash of the text that was encoded: no text is encoded twice.

They are looked for in every whole segment of the index folder, also in one that no generation names any more: what a
killed build had done, or what a document held that was removed a change ago, need not be done again.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from corpus.errors import UserError
from index.encoder import Encoder, Vectors
from index.manifest import SegmentFacts
from index.segments import ASIDE, FACTS, Digests, Segment
from index.stores import Stores


def known_vectors(folder: Path, digests: Collection[bytes], encoder: Encoder, stores: Stores) -> dict[bytes, Vectors]:
    """Return the vectors of those texts that this encoder has encoded before, by their hashes.

    A segment that is damaged gives none.
    """
    lacking = np.unique(np.array(list(digests), dtype="S16"))
    known: dict[bytes, Vectors] = {}
    for path in sorted((folder / "segments").glob("*"), reverse=True):
        if not len(lacking):
            break
        if path.name.startswith(ASIDE):
            continue
        try:
            facts = SegmentFacts.from_json((path / FACTS).read_text(encoding="utf-8"))
            made: Digests = np.load(path / "hashes.npy", allow_pickle=False)
            if facts.encoder_fingerprint != encoder.fingerprint or len(made) != facts.passages:
                continue
            rows = np.flatnonzero(np.isin(made, lacking))
            if not len(rows):
                continue
            segment = Segment.open(folder, facts, stores)
        except (UserError, OSError, ValueError, KeyError, TypeError):
            continue
        try:
            vectors = segment.store.read_vectors(rows.tolist())
        finally:
            segment.close()
        known.update(zip(made[rows].tolist(), vectors, strict=True))
        lacking = np.setdiff1d(lacking, made[rows])
    return known

"""What a library of many documents costs: to build, to change, to open, to ask and to serve, against its size.

    python -m evals.benchmarks.scale [--documents 100 1000 5486 50000] [--vectors DIR] [--output FILE] [--plots FILE]

The documents are MedQuAD's (see `scale_library.py`); an index of more than there are, which comes after one of all of
them, repeats its segments under other ids (`scale_repeat.py`), or with `--altered` is built, of altered documents.
Encoding takes nearly all of a build's time, so passages that were encoded once are remembered in `--vectors`
(`--encode` fills it) and what is not there gets another passage's vector, slightly turned. The time of the encoder
itself is measured on a sample of passages beside each build. Each part of the work has a process of its own, so that
peak memory is its own.

Asking is measured in pairs: the same question goes to a library that holds nothing but the document that it is about,
and to the large one, in turns; there first without the document's name, when nothing of it is in memory yet, then with
it. Times are of the processor, since the clock of a machine that does other things besides tells of those.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from evals.benchmarks.bioasq_retrieval import DATA
from evals.benchmarks.scale_library import encode_all, read_library
from evals.benchmarks.scale_measures import Place, ask, build, change, repeat_library, serve, write_library
from evals.benchmarks.scale_report import plots, table


def in_process(work: Callable[..., dict[str, Any]], *given: object) -> dict[str, Any]:
    """Run a function in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def measure(place: Place, only: Sequence[str], base: Path | None) -> dict[str, Any]:
    """Return the figures of one size, of all measurements or of those named; a larger library is made of `base`."""
    figures: dict[str, Any] = {}
    begin = [(write_library, (place,)), (build, (place,))] if base is None else [(repeat_library, (place, base))]
    for work, given in [*begin, *((work, (place,)) for work in (ask, serve, change))]:
        if only and work.__name__ not in only:
            continue
        begun = time.perf_counter()
        figures |= in_process(work, *given)
        print(f"{place.size} documents: {work.__name__} took {time.perf_counter() - begun:.0f} s", flush=True)
    return figures


def main() -> None:
    """Measure, print, and write the figures and the plots."""
    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.scale", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of medquad.jsonl.gz")
    parser.add_argument("--documents", type=int, nargs="+", default=[100, 1000, 5486, 50_000], help="sizes")
    parser.add_argument("--vectors", type=Path, help="folder of vectors that earlier runs made")
    parser.add_argument("--encode", action="store_true", help="first encode all passages into --vectors: an hour")
    parser.add_argument("--homes", type=Path, help="keep the libraries here, and use those that are here")
    parser.add_argument(
        "--altered", action="store_true", help="build what is larger than all, of altered documents: an hour or more"
    )
    parser.add_argument("--only", nargs="+", default=[], help="some of the measurements, such as ask serve")
    parser.add_argument("--output", type=Path, help="write the figures to a JSON file; sizes in it are kept")
    parser.add_argument("--plots", type=Path, help="write the plots to an SVG file")
    given = parser.parse_args()
    if given.encode and given.vectors:
        from index.sentence_transformers_encoder import load

        encode_all(read_library(given.data)[0], load(None), given.vectors)
    kept: dict[str, Any] = {}
    if given.output and given.output.exists():
        kept = json.loads(given.output.read_text(encoding="utf-8"))
    there = len(read_library(given.data)[0])
    with tempfile.TemporaryDirectory() as folder:
        homes = given.homes or Path(folder)
        for size in given.documents:
            place = Place(given.data, given.vectors, homes / str(size), size)
            base = homes / str(there) if size > there and not given.altered else None
            kept[str(size)] = kept.get(str(size), {}) | measure(place, given.only, base)
            if given.output:
                given.output.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(table(kept))
    if given.plots:
        given.plots.write_text(plots(kept), encoding="utf-8")


if __name__ == "__main__":
    main()

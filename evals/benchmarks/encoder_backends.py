"""The packaged encoder in other back ends: start, speed, memory, how its vectors differ, nDCG@10 on BioASQ 9b.

    pip install onnx openvino nncf          those that are not installed are left out
    python -m evals.benchmarks.encoder_backends [--questions 497] [--threads 1] [--data DIR]

Each back end has a process of its own, and they take turns on each question and each batch, so that whatever else the
machine does falls on all. "cpu" is the processor's time, which other work disturbs less than the clock's. Start is from
nothing to the first vector; int8 and OpenVINO make their model in it, which a program would do once and keep.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np

from evals.benchmarks.backends import BACKENDS, Feeds, installed
from evals.benchmarks.bioasq_retrieval import DATA, Pool, judge_all, lexical_scores, read_pool
from evals.benchmarks.rankings import Scores, fused
from evals.scoring import bootstrap
from index.encoder import Encoder, Vectors
from index.fusion import DENSE_WEIGHT

REFERENCE, OURS = "sentence-transformers, PyTorch", "ONNX Runtime (ours)"
BATCH = 32
COLUMNS = ("start s", "start cpu s", "MB", "own MB", "question ms", "question cpu ms", "passages/s", "passages/cpu s",
           "vectors differ", "nDCG@10 dense", "difference", "nDCG@10 fused", "difference")  # fmt: skip


def names() -> list[str]:
    """Return the back ends that are installed, the reference first."""
    return [REFERENCE, OURS, *(name for name in installed() if name != "PyTorch")]


def load_backend(name: str, texts: Sequence[str]) -> Encoder:
    """Return the encoder; `texts` are what a back end is calibrated on that needs it."""
    from index.sentence_transformers_encoder import load, packaged_folder
    from index.transformer import map_weights

    if name == REFERENCE:
        return load(str(packaged_folder()))
    encoder: Any = load()
    if name != OURS:
        feeds: list[Feeds] = []
        transformer, session = encoder._transformer, encoder._transformer._session

        class Listening:
            def run(self, outputs: None, asked: Feeds) -> Any:
                feeds.append(asked)
                return session.run(outputs, asked)

        transformer._session = Listening()
        for text in texts:
            encoder.encode_questions([text])
        transformer._session = BACKENDS[name][1](map_weights(packaged_folder() / "model.safetensors"), feeds)
    made: Encoder = encoder
    return made


def _work(name: str, texts: Sequence[str], ends: Connection) -> None:
    encoder = load_backend(name, texts)
    encoder.encode_questions(["Which joints hurt?"])
    ends.send((time.process_time(), _megabytes()))
    while (asked := ends.recv()) is not None:
        kind, given = asked
        begun, worked = time.perf_counter(), time.process_time()
        rows = encoder.encode_questions(given) if kind == "question" else encoder.encode_passages(given)
        ends.send((rows, time.perf_counter() - begun, time.process_time() - worked))


def _megabytes() -> tuple[float, float]:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    held = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith(("VmRSS", "RssAnon"))}
    return int(held["VmRSS"]) / 1024, int(held["RssAnon"]) / 1024


class Worker:
    """A back end in a process of its own."""

    def __init__(self, name: str, texts: Sequence[str]) -> None:
        """Start it and wait until it has encoded a question."""
        context = multiprocessing.get_context("spawn")
        self._ends, theirs = context.Pipe()
        begun = time.perf_counter()
        self._process = context.Process(target=_work, args=(name, texts, theirs))
        self._process.start()
        theirs.close()
        cpu, self.megabytes = self._ends.recv()
        self.start = (time.perf_counter() - begun, cpu)
        self.rows: dict[str, list[Vectors]] = {"question": [], "passage": []}
        self.taken: dict[str, list[tuple[int, float, float]]] = {"question": [], "passage": []}

    def encode(self, kind: str, texts: Sequence[str]) -> None:
        """Encode texts and remember the rows, seconds by the clock and seconds of the processor."""
        self._ends.send((kind, texts))
        rows, clock, cpu = self._ends.recv()
        self.rows[kind].append(rows)
        self.taken[kind].append((len(texts), clock, cpu))

    def close(self) -> None:
        """End the process."""
        self._ends.send(None)
        self._process.join()


def measure(pool: Pool, chosen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Let the back ends take turns on questions and snippets; the first is what the others are held against."""
    from rich.progress import track

    order = sorted(range(len(pool.snippets)), key=lambda number: len(pool.snippets[number]))
    batches = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
    workers = {name: Worker(name, pool.snippets[:100]) for name in track(chosen, "starting", transient=True)}
    work = [("question", [question]) for question in pool.questions]
    work += [("passage", [pool.snippets[number] for number in batch]) for batch in batches]
    for turn, (kind, texts) in enumerate(track(work, "encoding", transient=True)):
        for name in chosen if turn % 2 else reversed(chosen):
            workers[name].encode(kind, texts)
    for worker in workers.values():
        worker.close()
    lexical = lexical_scores(pool)
    places = np.argsort(order)
    judged: dict[str, dict[str, list[float]]] = {}
    for name, worker in workers.items():
        passages = np.concatenate(worker.rows["passage"])[places]
        dense: Scores = np.concatenate(worker.rows["question"]) @ passages.T
        both = [fused(near, words, DENSE_WEIGHT) for near, words in zip(dense, lexical, strict=True)]
        judged[name] = {
            way: [one["ndcg@10"] for one in judge_all(pool, scores)]
            for way, scores in (("d", list(dense)), ("f", both))
        }
    return {name: _row(workers[name], workers[chosen[0]], judged[name], judged[chosen[0]]) for name in chosen}


def _row(
    worker: Worker, reference: Worker, judged: dict[str, list[float]], against: dict[str, list[float]]
) -> tuple[str, ...]:
    def largest(kind: str) -> float:
        return max(float(np.abs(a - b).max()) for a, b in zip(worker.rows[kind], reference.rows[kind], strict=True))

    questions, passages = worker.taken["question"], worker.taken["passage"]
    seconds = (sum(clock for _, clock, _ in passages), sum(cpu for _, _, cpu in passages))
    told = [f"{worker.start[0]:.1f}", f"{worker.start[1]:.1f}", *(f"{size:.0f}" for size in worker.megabytes)]
    told += [f"{median(one[at] for one in questions) * 1000:.1f}" for at in (1, 2)]
    told += [f"{sum(count for count, _, _ in passages) / spent:.0f}" for spent in seconds]
    told.append(f"{max(largest('question'), largest('passage')):.0e}")
    for way in ("d", "f"):
        differences = [a - b for a, b in zip(judged[way], against[way], strict=True)]
        low, high = bootstrap(differences)
        told += [f"{fmean(judged[way]):.4f}", f"{fmean(differences):+.4f} ({low:+.4f} to {high:+.4f})"]
    return tuple(told)


def part_of(pool: Pool, questions: int) -> Pool:
    """Return the first questions over their own snippets."""
    kept = sorted(set().union(*pool.relevant[:questions]))
    numbers = {old: new for new, old in enumerate(kept)}
    relevant = tuple(frozenset(numbers[old] for old in one) for one in pool.relevant[:questions])
    return Pool(pool.questions[:questions], tuple(pool.snippets[old] for old in kept), relevant)


def main() -> None:
    """Measure and print a table for each number of threads."""
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(prog="python -m evals.benchmarks.encoder_backends", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of bioasq-7b-9b.jsonl.gz")
    parser.add_argument("--questions", type=int, default=497, help="how many questions, over their own snippets")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="threads that passages are read in")
    given = parser.parse_args()
    pool = part_of(read_pool(given.data, "9b"), given.questions)
    for threads in given.threads:
        os.environ["OMP_NUM_THREADS"] = str(threads)
        rows = measure(pool, names())
        title = f"{threads} thread(s), {len(pool.questions)} questions, {len(pool.snippets):,} snippets"
        table = Table("", *rows, title=title, title_justify="left")
        for number, column in enumerate(COLUMNS):
            table.add_row(column, *(told[number] for told in rows.values()))
        Console().print(table)


if __name__ == "__main__":
    main()

"""The packaged all-MiniLM-L6-v2 in ONNX Runtime: BERT (Devlin et al. 2019, arXiv 1810.04805) of six layers.

`transformer.onnx` is the graph alone, 15 kB of standard operators that `python -m evals.fit.transformer_graph` writes;
the weights are those of the packaged `model.safetensors`, as they are or changed. Nothing is exported or cached, and
neither torch nor transformers is imported, which take seconds. What differs from the usual graph: texts are packed one
after the other, without padding, and only attention lays them out side by side. The embeddings are looked up here, in a
table that all processes share, since the file is mapped and not read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from corpus.errors import UserError
from index.whole_numbers import in_whole_numbers

Rows = npt.NDArray[np.float32]
Weights = dict[str, Rows]
Change = Callable[[str, Rows], Rows]


@dataclass(frozen=True, slots=True)
class Graph:
    """A file with a graph without its weights, which must have that hash."""

    path: Path
    sha256: str
    whole_numbers: bool = False
    """Whether its linear maps take what `in_whole_numbers` gives."""


GRAPH = Graph(
    Path(__file__).with_name("transformer.onnx"), "64c6e5a7df15976b78306fb0edace03e1a2589a7dcf684111bd35909bec645db"
)
MOST_TOKENS = 512
"""Tokens of a text that there are places for."""
_TOKENS_AT_ONCE = 512
"""What is computed in one go, unless a single text is longer. Of BioASQ's snippets 50 are read a second when 32 are
read at once, and 58 when 8 are, which have about this many tokens: what lies between two steps stays in the cache."""
_MASKED = np.float32(-1e9)
_KINDS = {"F32": np.float32, "I8": np.int8}
_REINSTALL = "pip install --force-reinstall wardbook"


@dataclass(frozen=True, slots=True)
class Layout:
    """How texts that are packed one after the other lie side by side, when attention wants them so."""

    places: npt.NDArray[np.int64]
    """int64 (tokens,): which token of its own text each is, from 0."""
    ends: npt.NDArray[np.int64]
    inputs: Weights
    """What the graph takes: `grid`, `packed` and `mask`."""

    @classmethod
    def of(cls, ids: Sequence[Sequence[int] | npt.NDArray[np.int64]]) -> Layout:
        """Lay out texts of one token or more."""
        lengths = np.array([len(one) for one in ids])
        ends = np.cumsum(lengths)
        column = np.arange(lengths.max())
        inside = column < lengths[:, None]
        inputs: dict[str, Any] = {
            # Where each place of the grid (texts, longest) stands among the packed rows, and the way back.
            "grid": np.where(inside, (ends - lengths)[:, None] + column, 0),
            "packed": np.flatnonzero(inside),
            "mask": np.where(inside, np.float32(0), _MASKED)[:, None, None, :],
        }
        return cls(np.nonzero(inside)[1], ends, inputs)

    def split(self, rows: Rows) -> list[Rows]:
        """Return the rows of each text."""
        return np.split(rows, self.ends[:-1])


class Transformer:
    """Reads token ids; may be called from several threads at once, each of which computes by itself."""

    def __init__(self, weights: Weights, change: Change | None = None, graph: Graph = GRAPH) -> None:
        """Make a session from the graph and the weights; `change` gives what stands for one of them, by its name.

        Raises:
            UserError: the graph is missing, damaged or not of these weights, or ONNX Runtime can't be imported.
        """
        self._tables = [weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "token_type", "position")]
        names = [name for name in weights if name.startswith(("encoder.", "embeddings.LayerNorm."))]
        changed = change or (lambda _name, rows: rows)
        self._session = session_of(graph, {name: changed(name, weights[name]) for name in names})

    def read(self, ids: Sequence[Sequence[int]], kinds: Sequence[Sequence[int]] | None = None) -> list[Rows]:
        """Return for each text float32 (tokens, dimension); `kinds` says of each token whether it is of a second text.

        Texts are of one token or more; those beyond the 512th are not read.
        """
        read: list[Rows] = [np.zeros((0, 0), dtype=np.float32)] * len(ids)
        cut = [np.asarray(one[:MOST_TOKENS], dtype=np.int64) for one in ids]
        second = [np.zeros_like(one) for one in cut]
        if kinds is not None:
            second = [np.asarray(one[:MOST_TOKENS], dtype=np.int64) for one in kinds]
        for group in groups_of([len(one) for one in cut]):
            rows = self._read([cut[number] for number in group], [second[number] for number in group])
            for number, found in zip(group, rows, strict=True):
                read[number] = found
        return read

    def _read(self, ids: list[npt.NDArray[np.int64]], kinds: list[npt.NDArray[np.int64]]) -> list[Rows]:
        word, kind, place = self._tables
        layout = Layout.of(ids)
        embedded = word[np.concatenate(ids)] + kind[np.concatenate(kinds)] + place[layout.places]
        return layout.split(self._session.run(None, {"embedded": embedded, **layout.inputs})[0])


@cache
def map_weights(path: Path) -> Weights:
    """Return what `map_tensors` does, once for all who ask for the same file."""
    return map_tensors(path)


def map_tensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Return the float32 and int8 tensors of a safetensors file, by name, as views of the mapped file.

    The file begins with the length of a JSON header, in eight bytes; the header says where each tensor lies behind it.
    """
    try:
        raw = np.memmap(path, dtype=np.uint8, mode="r")
        begin = 8 + int.from_bytes(raw[:8].tobytes(), "little")
        header = json.loads(raw[8:begin].tobytes())
        return {
            name: raw[begin + entry["data_offsets"][0] : begin + entry["data_offsets"][1]]
            .view(_KINDS[entry["dtype"]])
            .reshape(entry["shape"])
            for name, entry in header.items()
            if entry.get("dtype") in _KINDS
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"cannot read the weights in {path}: {error}", "check the files of the model") from error


def groups_of(lengths: Sequence[int]) -> list[list[int]]:
    """Return the numbers of the texts in groups of like length, so that attention lays out little in vain."""
    groups: list[list[int]] = []
    for number in sorted(range(len(lengths)), key=lambda number: (-lengths[number], number)):
        # The first of a group is its longest.
        if not groups or lengths[groups[-1][0]] * (len(groups[-1]) + 1) > _TOKENS_AT_ONCE:
            groups.append([])
        groups[-1].append(number)
    return groups


def session_of(graph: Graph, weights: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Make a session from a graph and its weights, by name.

    Raises:
        UserError: the graph is missing, damaged or not of these weights, or ONNX Runtime can't be imported.
    """
    checked = _checked(graph)
    try:
        import onnxruntime
    except ImportError as error:
        raise UserError(f"ONNX Runtime can't be imported: {error}", "pip install onnxruntime") from error
    options = onnxruntime.SessionOptions()
    # One thread computes, the caller's: threads of a session wait for each other when others want the cores.
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    given: dict[str, npt.NDArray[Any]] = {}
    for name, rows in weights.items():
        given |= in_whole_numbers(name, rows) if graph.whole_numbers else {name: rows}
    values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(rows)) for rows in given.values()]
    options.add_external_initializers(list(given), values)
    return onnxruntime.InferenceSession(checked, options, providers=["CPUExecutionProvider"])


def _checked(graph: Graph) -> bytes:
    try:
        content = graph.path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read the graph {graph.path}: {error.strerror}", _REINSTALL) from error
    found = hashlib.sha256(content).hexdigest()
    if found != graph.sha256:
        raise UserError(
            f"{graph.path} is not the expected graph: expected sha256 {graph.sha256}, found {found}", _REINSTALL
        )
    return content

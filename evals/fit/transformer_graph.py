"""Write the graphs of the transformers without their weights, which are given at loading.

    pip install onnx; python -m evals.fit.transformer_graph

`index/transformer.onnx` is BERT of six layers in float32, `assistant/cross_encoder.onnx` the same in whole numbers of
eight bits, which is three times as fast, and `assistant/mpnet.onnx` MPNet of twelve, in whole numbers too. Operators
are the standard's (ONNX, opset 20), so that any runtime can read them. Inputs: `embedded` (tokens, size), the sums of
the embeddings of all texts' tokens, one text after the other; `grid` (texts, longest), where each token stands among
them; `packed` (tokens,), the way back; `mask` (texts, heads or 1, longest or 1, longest), what is added to what
attention looks at. Output: `hidden` (tokens, size). Weights have their names in `model.safetensors`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import click
import numpy as np

from assistant import cross_encoder, mpnet
from index import transformer

OPSET, IR_VERSION = 20, 9
"""The first opset with GELU, and the form of file that came with it."""
LEAST_DIVISOR = 1e-9
"""What a row of zeros is divided by."""


@dataclass(frozen=True)
class Body:
    """A stack of layers, and what its file calls their parts."""

    layers: int
    size: int
    heads: int
    inner: int
    epsilon: float
    looks: tuple[str, str, str, str]
    """Query, key and value, and the map of what is found."""
    after_looking: str
    """The normalisation after attention."""
    mask_heads: int
    """Heads that the mask tells apart."""
    whole_numbers: bool


BERT = Body(
    6, 384, 12, 1536, 1e-12,
    ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"),
    "attention.output.LayerNorm", 1, False,
)  # fmt: skip
MPNET = Body(
    12, 768, 12, 3072, 1e-5,
    ("attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o"),
    "attention.LayerNorm", 12, True,
)  # fmt: skip


@dataclass
class _Graph:
    """Nodes in order, and the constants and weights that they name."""

    body: Body
    nodes: list[Any] = field(default_factory=list)
    initializers: list[Any] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node and return the name of its output, or the list of them."""
        from onnx import helper

        names = [f"{operator}_{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, name: str, *shape: int, kind: str = "FLOAT") -> str:
        """Name a weight that is given at loading."""
        from onnx import TensorProto

        tensor = TensorProto(
            name=name, data_type=TensorProto.DataType.Value(kind), dims=shape, data_location=TensorProto.EXTERNAL
        )
        tensor.external_data.add(key="location", value="given at loading")
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, value: Any) -> str:
        """Name a constant."""
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def linear(self, rows: str, names: Sequence[str], given: int, wanted: int) -> list[str]:
        """Add linear maps of the same rows."""
        if self.body.whole_numbers:
            return self._linear_in_whole_numbers(rows, names, given, wanted)
        return [
            self.add("Gemm", rows, self.weight(f"{name}.weight", wanted, given), self._bias(name, wanted), transB=1)
            for name in names
        ]

    def _linear_in_whole_numbers(self, rows: str, names: Sequence[str], given: int, wanted: int) -> list[str]:
        """Add linear maps of rows that are divided so that the largest of each is 127, and rounded.

        Each row has its own divisor, so that a text is read as it is alone, whichever others are read with it.
        """
        from onnx import TensorProto

        largest = self.add("ReduceMax", self.add("Abs", rows), "last_axis", keepdims=0)
        divisors = self.add("Div", self.add("Max", largest, "least_divisor"), "most")
        zeros = self.add("Expand", "zero", self.add("Shape", divisors))
        whole = self.add("QuantizeLinear", rows, divisors, zeros, axis=0)
        by_row = self.add("Unsqueeze", divisors, "last_axis")
        made = []
        for name in names:
            product = self.add(
                "MatMulInteger", whole, self.weight(f"{name}.weight", given, wanted, kind="INT8"), "zero"
            )
            scaled = self.add("Mul", self.add("Cast", product, to=TensorProto.FLOAT), by_row)
            scaled = self.add("Mul", scaled, self.weight(f"{name}.scale", wanted))
            made.append(self.add("Add", scaled, self._bias(name, wanted)))
        return made

    def _bias(self, name: str, wanted: int) -> str:
        return self.weight(f"{name}.bias", wanted)

    def norm(self, rows: str, name: str) -> str:
        """Add a layer normalisation."""
        weights = [self.weight(f"{name}.{part}", self.body.size) for part in ("weight", "bias")]
        made: str = self.add("LayerNormalization", rows, *weights, epsilon=self.body.epsilon)
        return made


def _constants(graph: _Graph) -> None:
    body = graph.body
    graph.constant("by_head", np.array([0, 0, body.heads, body.size // body.heads]))
    graph.constant("as_rows", np.array([-1, body.size]))
    graph.constant("scale", np.float32((body.size // body.heads) ** -0.5))
    if body.whole_numbers:
        graph.constant("last_axis", np.array([-1]))
        graph.constant("least_divisor", np.float32(LEAST_DIVISOR))
        graph.constant("most", np.float32(127))
        graph.constant("zero", np.array(128, dtype=np.uint8))


def _attention(graph: _Graph, rows: str, layer: str) -> str:
    """Add the attention of a layer: packed rows are laid out as (texts, longest), and what comes of it is packed."""
    size = graph.body.size
    *looks, out = (f"{layer}.{name}" for name in graph.body.looks)
    laid = [graph.add("Gather", one, "grid") for one in graph.linear(rows, looks, size, size)]
    by_head = [
        graph.add("Transpose", graph.add("Reshape", one, "by_head"), perm=order)
        for one, order in zip(laid, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
    ]
    scores = graph.add("Mul", graph.add("MatMul", *by_head[:2]), "scale")
    shares = graph.add("Softmax", graph.add("Add", scores, "mask"), axis=-1)
    joined = graph.add("Transpose", graph.add("MatMul", shares, by_head[2]), perm=[0, 2, 1, 3])
    found = graph.add("Gather", graph.add("Reshape", joined, "as_rows"), "packed")
    return graph.linear(found, [out], size, size)[0]


def make(body: Body) -> bytes:
    """Return the graph, serialised."""
    from onnx import TensorProto, helper

    graph = _Graph(body)
    _constants(graph)
    rows = graph.norm("embedded", "embeddings.LayerNorm")
    for number in range(body.layers):
        layer = f"encoder.layer.{number}"
        rows = graph.norm(graph.add("Add", rows, _attention(graph, rows, layer)), f"{layer}.{body.after_looking}")
        (inner,) = graph.linear(rows, [f"{layer}.intermediate.dense"], body.size, body.inner)
        (outer,) = graph.linear(graph.add("Gelu", inner), [f"{layer}.output.dense"], body.inner, body.size)
        rows = graph.norm(graph.add("Add", rows, outer), f"{layer}.output.LayerNorm")
    graph.nodes[-1].output[0] = "hidden"
    value = helper.make_tensor_value_info
    looked_from = 1 if body.mask_heads == 1 else "longest"
    inputs = [
        value("embedded", TensorProto.FLOAT, ["tokens", body.size]),
        value("grid", TensorProto.INT64, ["texts", "longest"]),
        value("packed", TensorProto.INT64, ["tokens"]),
        value("mask", TensorProto.FLOAT, ["texts", body.mask_heads, looked_from, "longest"]),
    ]
    hidden = value("hidden", TensorProto.FLOAT, ["tokens", body.size])
    made = helper.make_graph(graph.nodes, "transformer", inputs, [hidden], graph.initializers)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION, producer_name="wardbook")
    return bytes(model.SerializeToString(deterministic=True))


GRAPHS = {transformer.GRAPH: BERT, cross_encoder.GRAPH: replace(BERT, whole_numbers=True), mpnet.GRAPH: MPNET}


@click.command()
def main() -> None:
    """Write the graphs and print their hashes, which stand where the graphs are named."""
    for graph, body in GRAPHS.items():
        content = make(body)
        graph.path.write_bytes(content)
        click.echo(f"{graph.path.name}: {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()

"""Write `index/transformer.onnx`: the graph of a BERT of six layers without its weights, which are given at loading.

    pip install onnx; python -m evals.fit.transformer_graph

Operators are the standard's (ONNX, opset 20), so that any runtime can read it. Inputs: `embedded` (tokens, 384), the
sums of the three embeddings of all texts' tokens, one text after the other; `grid` (texts, longest), where each token
stands among them; `packed` (tokens,), the way back; `mask` (texts, 1, 1, longest), what is added to what attention
looks at. Output: `hidden` (tokens, 384). Weights have their names in `model.safetensors`.
"""

from __future__ import annotations

import hashlib
from typing import Any

import click
import numpy as np

from index.transformer import GRAPH

LAYERS, SIZE, HEADS, INNER = 6, 384, 12, 1536
NORM_EPSILON = 1e-12
OPSET, IR_VERSION = 20, 9
"""The first opset with GELU, and the form of file that came with it."""


class _Graph:
    """Nodes in order, and the constants and weights that they name."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []

    def add(self, operator: str, *inputs: str, outputs: int = 1, **attributes: Any) -> Any:
        """Add a node and return the name of its output, or the list of them."""
        from onnx import helper

        names = [f"{operator}_{len(self.nodes)}_{number}" for number in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def weight(self, name: str, *shape: int) -> str:
        """Name a weight that is given at loading."""
        from onnx import TensorProto

        tensor = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=shape, data_location=TensorProto.EXTERNAL)
        tensor.external_data.add(key="location", value="given at loading")
        self.initializers.append(tensor)
        return name

    def constant(self, name: str, value: Any) -> str:
        """Name a constant."""
        from onnx import numpy_helper

        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def linear(self, rows: str, name: str, given: int, wanted: int) -> str:
        """Add a linear map."""
        weight = self.weight(f"{name}.weight", wanted, given)
        made: str = self.add("Gemm", rows, weight, self.weight(f"{name}.bias", wanted), transB=1)
        return made

    def norm(self, rows: str, name: str) -> str:
        """Add a layer normalisation."""
        weights = [self.weight(f"{name}.{part}", SIZE) for part in ("weight", "bias")]
        made: str = self.add("LayerNormalization", rows, *weights, epsilon=NORM_EPSILON)
        return made


def _attention(graph: _Graph, rows: str, layer: str) -> str:
    """Add the attention of a layer: packed rows are laid out as (texts, longest), and what comes of it is packed."""
    laid = [
        graph.add("Gather", graph.linear(rows, f"{layer}.attention.self.{name}", SIZE, SIZE), "grid")
        for name in ("query", "key", "value")
    ]
    by_head = [
        graph.add("Transpose", graph.add("Reshape", one, "by_head"), perm=order)
        for one, order in zip(laid, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
    ]
    scores = graph.add("Mul", graph.add("MatMul", *by_head[:2]), "scale")
    shares = graph.add("Softmax", graph.add("Add", scores, "mask"), axis=-1)
    joined = graph.add("Transpose", graph.add("MatMul", shares, by_head[2]), perm=[0, 2, 1, 3])
    return graph.linear(
        graph.add("Gather", graph.add("Reshape", joined, "as_rows"), "packed"),
        f"{layer}.attention.output.dense",
        SIZE,
        SIZE,
    )


def make() -> bytes:
    """Return the graph, serialised."""
    from onnx import TensorProto, helper

    graph = _Graph()
    graph.constant("by_head", np.array([0, 0, HEADS, SIZE // HEADS]))
    graph.constant("as_rows", np.array([-1, SIZE]))
    graph.constant("scale", np.float32((SIZE // HEADS) ** -0.5))
    rows = graph.norm("embedded", "embeddings.LayerNorm")
    for number in range(LAYERS):
        layer = f"encoder.layer.{number}"
        rows = graph.norm(graph.add("Add", rows, _attention(graph, rows, layer)), f"{layer}.attention.output.LayerNorm")
        inner = graph.add("Gelu", graph.linear(rows, f"{layer}.intermediate.dense", SIZE, INNER))
        outer = graph.linear(inner, f"{layer}.output.dense", INNER, SIZE)
        rows = graph.norm(graph.add("Add", rows, outer), f"{layer}.output.LayerNorm")
    graph.nodes[-1].output[0] = "hidden"
    value = helper.make_tensor_value_info
    inputs = [
        value("embedded", TensorProto.FLOAT, ["tokens", SIZE]),
        value("grid", TensorProto.INT64, ["texts", "longest"]),
        value("packed", TensorProto.INT64, ["tokens"]),
        value("mask", TensorProto.FLOAT, ["texts", 1, 1, "longest"]),
    ]
    made = helper.make_graph(
        graph.nodes, "transformer", inputs, [value("hidden", TensorProto.FLOAT, ["tokens", SIZE])], graph.initializers
    )
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(made, opset_imports=opsets, ir_version=IR_VERSION, producer_name="wardbook")
    return bytes(model.SerializeToString(deterministic=True))


@click.command()
def main() -> None:
    """Write the graph and print its hash, which stands in `index/transformer.py`."""
    graph = make()
    GRAPH.write_bytes(graph)
    click.echo(f"{GRAPH}: {len(graph):,} bytes, sha256 {hashlib.sha256(graph).hexdigest()}")


if __name__ == "__main__":
    main()

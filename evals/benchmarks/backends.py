"""Other ways to compute the same transformer, for the benchmarks that compare them: what each needs, and its maker.

Each takes the place of the session in `index.transformer.Transformer`, so that all get the same packed texts. int8 is
made as sentence-transformers' own exports make it: ONNX dynamically, with the settings for AVX2 and for AVX-512 VNNI;
OpenVINO statically by nncf, calibrated on 100 texts. Those exports themselves can't be installed beside transformers 5:
optimum-onnx 0.1.0 wants transformers below 4.58, optimum-intel 2.2.0 below 5.6.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from index.packaged_encoder import threads
from index.transformer import GRAPH, Rows, Weights

Feeds = Mapping[str, np.ndarray]
CALIBRATED_ON = 100


class TorchSession:
    """PyTorch through transformers' BertModel, which takes padded texts."""

    def __init__(self, weights: Weights) -> None:
        import torch
        from transformers import BertModel
        from transformers.utils import logging

        from index.sentence_transformers_encoder import packaged_folder

        self._torch = torch
        torch.set_num_threads(1)
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        body: Any = BertModel.from_pretrained(packaged_folder(), local_files_only=True)
        self._body = body.eval()
        held = self._body.state_dict()
        for name in set(held) & set(weights):
            held[name].copy_(torch.from_numpy(np.array(weights[name])))

    def run(self, _outputs: None, feeds: Feeds) -> list[Rows]:
        """Return the hidden states of packed texts."""
        torch = self._torch
        grid = torch.from_numpy(feeds["embedded"][feeds["grid"]])
        with torch.inference_mode():
            mask = torch.from_numpy(feeds["mask"])
            rows = self._body.embeddings.LayerNorm(grid)
            rows = self._body.encoder(rows, attention_mask=mask).last_hidden_state
        return [rows.numpy().reshape(-1, rows.shape[-1])[feeds["packed"]]]


def whole_model(weights: Weights) -> Any:
    """Return the graph with its weights in it, as an onnx model."""
    import onnx

    model = onnx.load_model_from_string(GRAPH.path.read_bytes())
    for tensor in model.graph.initializer:
        if tensor.external_data:
            tensor.CopyFrom(onnx.numpy_helper.from_array(np.array(weights[tensor.name]), tensor.name))
    return model


def onnx_int8(weights: Weights, signed: bool) -> Any:
    """Return a session of ONNX Runtime with weights of 8 bits, or of 7 where products of 8 may overflow (AVX2)."""
    import onnx
    import onnxruntime
    from onnxruntime.quantization import QuantType, quantize_dynamic

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "int8.onnx"
        onnx.save(whole_model(weights), whole)
        kind = QuantType.QInt8 if signed else QuantType.QUInt8
        quantize_dynamic(whole, small, per_channel=True, reduce_range=not signed, weight_type=kind)
        return onnxruntime.InferenceSession(small, options, providers=["CPUExecutionProvider"])


class OpenVinoSession:
    """OpenVINO's CPU plugin, in float32 or in int8 calibrated on `feeds`."""

    def __init__(self, weights: Weights, feeds: Iterable[Feeds] | None = None) -> None:
        import onnx
        import openvino

        core = openvino.Core()
        with tempfile.TemporaryDirectory() as folder:
            whole = Path(folder) / "whole.onnx"
            onnx.save(whole_model(weights), whole)
            model = core.read_model(whole)
            if feeds is not None:
                import nncf

                data = nncf.Dataset([dict(one) for one in feeds])
                model = nncf.quantize(model, data, model_type=nncf.ModelType.TRANSFORMER, subset_size=CALIBRATED_ON)
            # One thread computes for one caller, as in ours.
            streams = threads()
            wanted = {"INFERENCE_NUM_THREADS": streams, "NUM_STREAMS": streams, "INFERENCE_PRECISION_HINT": "f32"}
            self._model = core.compile_model(model, "CPU", wanted)

    def run(self, _outputs: None, feeds: Feeds) -> list[Rows]:
        """Return the hidden states of packed texts."""
        return [np.array(self._model.create_infer_request().infer(dict(feeds))["hidden"])]


Maker = Callable[[Weights, list[Feeds]], Any]
"""Makes a session of the weights; the second are inputs to calibrate on."""

BACKENDS: dict[str, tuple[tuple[str, ...], Maker]] = {
    "PyTorch": (("torch", "transformers"), lambda weights, _: TorchSession(weights)),
    "ONNX Runtime int8, 7 bits": (("onnx",), lambda weights, _: onnx_int8(weights, signed=False)),
    "ONNX Runtime int8, 8 bits": (("onnx",), lambda weights, _: onnx_int8(weights, signed=True)),
    "OpenVINO": (("onnx", "openvino"), lambda weights, _: OpenVinoSession(weights)),
    "OpenVINO int8": (("onnx", "openvino", "nncf"), OpenVinoSession),
}
"""Packages that each needs, and its maker; ours, ONNX Runtime in float32, is what `Transformer` has of itself."""


def installed() -> dict[str, Maker]:
    """Return the makers of those whose packages are installed."""
    return {name: make for name, (needed, make) in BACKENDS.items() if all(find_spec(one) for one in needed)}

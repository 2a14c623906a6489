"""The table and the plots of `evals.benchmarks.scale`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from markupsafe import escape

Kept = Mapping[str, Mapping[str, Any]]
"""The figures of each size, by the number of documents."""

ROWS = (
    ("passages", "passages", "{:,.0f}"),
    ("segments", "segments", "{:.0f}"),
    ("build without the encoder, CPU s", "build_cpu_s", "{:,.0f}"),
    ("the encoder alone (from a sample), CPU s", "encoder_cpu_s", "{:,.0f}"),
    ("both, of the encoder alone", "ratio_to_encoder", "{:.2f}"),
    ("peak memory of the build, MB", "build_peak_mb", "{:,.0f}"),
    ("index on disk, MB", "index_mb", "{:,.0f}"),
    ("documents on disk, MB", "documents_mb", "{:,.0f}"),
    ("add one more, CPU s", "add_cpu_s", "{:.2f}"),
    ("update it, CPU s", "update_cpu_s", "{:.2f}"),
    ("remove it, CPU s", "remove_cpu_s", "{:.2f}"),
    ("open the index, CPU s", "open_cpu_s", "{:.2f}"),
    ("`wardbook serve` to ready, s", "ready_s", "{:.0f}"),
    ("memory of the server at start, MB", "server_mb_at_start", "{:,.0f}"),
    ("memory of the server after its questions, MB", "server_mb", "{:,.0f}"),
    ("ask, its document alone, p50 ms", "ask_one_p50_ms", "{:.0f}"),
    ("ask, its document named, p50 ms", "ask_all_named_p50_ms", "{:.0f}"),
    ("ask, no document named, p50 ms", "ask_all_p50_ms", "{:.0f}"),
    ("ask, its document alone, p99 ms", "ask_one_p99_ms", "{:.0f}"),
    ("ask, its document named, p99 ms", "ask_all_named_p99_ms", "{:.0f}"),
    ("ask, no document named, p99 ms", "ask_all_p99_ms", "{:.0f}"),
    ("p50, of its document alone", "ask_ratio", "{:.2f}"),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """One plot: a line for each figure."""

    title: str
    lines: tuple[tuple[str, str], ...]
    """A figure and what it is called."""


PLOTS = (
    Plot(
        "Building, seconds of the processor",
        (("encoder_cpu_s", "the encoder alone"), ("build_cpu_s", "all but the encoder")),
    ),
    Plot("Memory, MB", (("build_peak_mb", "builder, peak"), ("server_mb", "server"))),
    Plot("Disk, MB", (("index_mb", "index"), ("documents_mb", "documents"))),
    Plot("One change, seconds", (("add_cpu_s", "add"), ("update_cpu_s", "update"), ("remove_cpu_s", "remove"))),
    Plot("Opening the index, seconds", (("open_cpu_s", "open"),)),
    Plot(
        "Asking, p50 (and p99), milliseconds",
        (
            ("ask_one_p50_ms", "alone"),
            ("ask_all_p50_ms", "none named"),
            ("ask_all_p99_ms", "none named, p99"),
            ("ask_all_named_p50_ms", "named"),
        ),
    ),
)
COLOURS = ("#14609e", "#b3480f", "#2d7a3e", "#7a3e8e")
WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 60, 16, 48, 34


def table(kept: Kept) -> str:
    """Return a table in Markdown: a column for each size, a row for each figure; "-" where it was not measured."""
    sizes = _sizes(kept)
    lines = ["| documents | " + " | ".join(f"{size:,}" for size in sizes) + " |", "|---|" + "---|" * len(sizes)]
    for name, figure, form in ROWS:
        values = [kept[str(size)].get(figure) for size in sizes]
        if any(value is not None for value in values):
            cells = ["-" if value is None else form.format(value) for value in values]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def plots(kept: Kept) -> str:
    """Return the plots as one SVG, each against the number of documents, both axes logarithmic."""
    parts = []
    columns = 2
    for number, plot in enumerate(PLOTS):
        down, across = divmod(number, columns)
        parts.append(f'<g transform="translate({across * WIDTH},{down * HEIGHT})">{_plot(plot, kept)}</g>')
    width, height = columns * WIDTH, -(-len(PLOTS) // columns) * HEIGHT
    style = "text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600}.small{font-size:11px;fill:#555}"
    said = "What a library costs against its number of documents: " + ", ".join(plot.title for plot in PLOTS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-label="{escape(said)}"><style>{style}</style>'
        f'<rect width="{width}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _plot(plot: Plot, kept: Kept) -> str:
    lines = [(name, _points(kept, figure)) for figure, name in plot.lines]
    lines = [(name, points) for name, points in lines if points]
    parts = [_text(LEFT, 18, plot.title, "start", "title")]
    if not lines:
        return "".join(parts)
    sizes = _sizes(kept)
    across = _Across([float(size) for size in sizes], LEFT, WIDTH - RIGHT)
    values = [value for _, points in lines for _, value in points]
    low, high = floor(log10(min(values))), ceil(log10(max(values)) + 1e-9)
    for power in range(low, max(high, low + 1) + 1):
        y = _up(10.0**power, low, max(high, low + 1))
        parts.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{10.0**power:,g}", "end", "small"))
    for size in sizes:
        parts.append(_text(across(size), HEIGHT - BOTTOM + 16, f"{size:,}", "middle", "small"))
    x = float(LEFT)
    for (name, points), colour in zip(lines, COLOURS, strict=False):
        places = [(across(size), _up(value, low, max(high, low + 1)), size, value) for size, value in points]
        drawn = " ".join(f"{x1:.1f},{y1:.1f}" for x1, y1, _, _ in places)
        parts.append(f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x1:.1f}" cy="{y1:.1f}" r="3.5" fill="{colour}"><title>{escape(name)}, '
            f"{size:,} documents: {value:,.3g}</title></circle>"
            for x1, y1, size, value in places
        ]
        parts.append(f'<rect x="{x:.0f}" y="28" width="10" height="10" fill="{colour}"/>')
        parts.append(_text(x + 13, 37, name, "start", "small"))
        x += 26 + 6.6 * len(name)
    return "".join(parts)


def _points(kept: Kept, figure: str) -> list[tuple[int, float]]:
    found = [(size, kept[str(size)].get(figure)) for size in _sizes(kept)]
    return [(size, float(value)) for size, value in found if value]


def _sizes(kept: Kept) -> list[int]:
    return sorted(int(size) for size in kept)


class _Across:
    """Places of sizes between two ends, by their logarithms."""

    def __init__(self, sizes: Sequence[float], first: float, last: float) -> None:
        self._low, self._high = log10(min(sizes)), log10(max(sizes))
        self._first, self._last = first + 14, last - 14

    def __call__(self, size: float) -> float:
        share = (log10(size) - self._low) / (self._high - self._low or 1)
        return self._first + share * (self._last - self._first)


def _up(value: float, low: int, high: int) -> float:
    return HEIGHT - BOTTOM - (log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)


def _text(x: float, y: float, text: str, anchor: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'

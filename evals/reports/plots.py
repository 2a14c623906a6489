"""The plots of the report as inline SVG: plain elements that take their colours from the page's style sheet.

Every plot is a picture with a label that says in words what it shows, for whoever can't see it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import ceil, floor, log10

import numpy as np
from markupsafe import Markup, escape

from evals.metrics.calibration import BINS, bin_of, calibration_error
from evals.metrics.outcome import OUTCOMES

WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 22, 12, 40
NAMES = {
    "answered": "answered",
    "withheld": "withheld",
    "not_in_document": "not in document",
    "out_of_scope": "out of scope",
    "crashed": "crashed",
}


def outcomes(confusion: Mapping[str, Mapping[str, int]]) -> Markup:
    """Return one bar for each expected outcome, divided into what was given."""
    row_height, left = 44, 112
    parts, told = [], []
    for number, expected in enumerate(OUTCOMES):
        row = confusion[expected]
        total, x, y = sum(row.values()), float(left), 8 + number * row_height
        parts.append(_text(left - 8, y + 18, NAMES[expected], "end"))
        parts.append(_text(left - 8, y + 31, f"{total} cases", "end", "small"))
        told.append(f"{NAMES[expected]}: {row[expected]} of {total} right")
        for given in (*OUTCOMES, "crashed"):
            width = (WIDTH - left - RIGHT) * row.get(given, 0) / total if total else 0.0
            if width:
                right = " right" if given == expected else ""
                parts.append(
                    f'<rect class="o-{given}{right}" x="{x:.1f}" y="{y}" width="{max(width - 1, 0.5):.1f}" height="32">'
                    f"<title>expected {NAMES[expected]}, given {NAMES[given]}: {row[given]} of {total}</title></rect>"
                )
                if width > 22:
                    parts.append(_text(x + width / 2, y + 21, str(row[given]), "middle", f"on-{given}"))
            x += width
    x = float(left)
    for given in (*OUTCOMES, "crashed") if any(row.get("crashed") for row in confusion.values()) else OUTCOMES:
        parts.append(f'<rect class="o-{given}" x="{x:.0f}" y="{16 + 4 * row_height}" width="10" height="10"/>')
        parts.append(_text(x + 14, 25 + 4 * row_height, NAMES[given], "start", "small"))
        x += 26 + 5.9 * len(NAMES[given])
    return _svg(parts, 32 + 4 * row_height, "Outcomes given for each expected outcome. " + "; ".join(told) + ".")


def risk_and_coverage(right: Sequence[bool], confidence: Sequence[float]) -> Markup:
    """Return the share of wrong outcomes among the most confident cases, from the first of them to all."""
    risks = risks_of(right, confidence)
    n, top = len(risks), _top(max(risks, default=0.0))
    parts = _axes(
        [(x / 4, f"{25 * x} %") for x in range(5)],
        [(top * y / 4, f"{100 * top * y / 4:.0f} %") for y in range(5)],
        top,
        "cases asked, the most confident first",
    )
    points = " ".join(f"{_x((k + 1) / n):.1f},{_y(risk / top):.1f}" for k, risk in enumerate(risks))
    parts.append(f'<polyline class="line" points="{points}"/>')
    said = ""
    if risks:
        half = risks[max(0, n // 2 - 1)]
        parts.append(f'<circle class="dot" cx="{_x(1):.1f}" cy="{_y(risks[-1] / top):.1f}" r="3.5"/>')
        parts.append(_text(_x(1) - 6, _y(risks[-1] / top) - 8, f"{100 * risks[-1]:.0f} % of all", "end", "small"))
        said = f" {100 * half:.0f} % wrong among the more confident half, {100 * risks[-1]:.0f} % among all."
    return _svg(parts, HEIGHT, "Risk and coverage: share of wrong outcomes by share of cases." + said)


def reliability(right: Sequence[bool], confidence: Sequence[float]) -> Markup:
    """Return accuracy against confidence in ten bins; a bin's dot is the larger the more cases it holds."""
    axis = [(x / 4, f"{25 * x} %") for x in range(5)]
    parts = _axes(axis, axis, 1.0, "confidence given")
    parts.append(f'<line class="ideal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>')
    ok, sure = np.asarray(right, dtype=np.float64), np.asarray(confidence, dtype=np.float64)
    bins, points, told = bin_of(sure), [], []
    for number in range(BINS):
        here = bins == number
        if here.any():
            x, y, n = float(sure[here].mean()), float(ok[here].mean()), int(here.sum())
            points.append(f"{_x(x):.1f},{_y(y):.1f}")
            size = 2.5 + 9 * (n / len(ok)) ** 0.5
            parts.append(
                f'<circle class="dot" cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="{size:.1f}">'
                f"<title>confidence {100 * x:.0f} %: right in {100 * y:.0f} % of {n} cases</title></circle>"
            )
            told.append(f"{100 * x:.0f} % sure, {100 * y:.0f} % right")
    parts.append(f'<polyline class="line thin" points="{" ".join(points)}"/>')
    error = f" Calibration error {float(calibration_error(ok, sure)):.3f}." if len(ok) else ""
    return _svg(parts, HEIGHT, "Reliability: accuracy by confidence. " + "; ".join(told) + "." + error)


def latency(milliseconds: Sequence[float]) -> Markup:
    """Return a histogram of the times on a logarithmic axis, with the median and the 95th percentile."""
    times = np.asarray([max(value, 0.1) for value in milliseconds], dtype=np.float64)
    low, high = floor(log10(times.min()) * 5) / 5, ceil(log10(times.max()) * 5 + 1e-9) / 5
    high = max(high, low + 0.4)
    edges = np.linspace(low, high, 25)
    counts, _ = np.histogram(np.log10(times), edges)
    top = _top_count(int(counts.max()))
    ticks = [value for power in range(-1, 6) for value in (10.0**power, 2 * 10.0**power, 5 * 10.0**power)]
    shown = [((log10(value) - low) / (high - low), _ms(value)) for value in ticks if low <= log10(value) <= high]
    if len(shown) > 7:
        shown = [one for one in shown if one[1].startswith("1")]
    parts = _axes(shown, [(top * y / 2, f"{top * y / 2:g}") for y in range(3)], float(top), "time of one answer")
    for count, start, end in zip(counts, edges, edges[1:], strict=False):
        if count:
            x, width = _x((start - low) / (high - low)), (WIDTH - LEFT - RIGHT) * (end - start) / (high - low)
            y = _y(count / top)
            parts.append(
                f'<rect class="bar" x="{x:.1f}" y="{y:.1f}" width="{width - 1:.1f}" height="{_y(0) - y:.1f}"/>'
            )
    middle, late = (float(value) for value in np.percentile(times, (50, 95)))
    for value, name, anchor, dx in ((middle, "p50", "end", -4), (late, "p95", "start", 4)):
        x = _x((log10(value) - low) / (high - low))
        parts.append(f'<line class="marker" x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{_y(0)}"/>')
        if x > WIDTH - 80:
            anchor, dx = "end", -4
        parts.append(_text(x + dx, TOP + 10 + (14 if name == "p95" else 0), f"{name} {_ms(value)}", anchor, "small"))
    return _svg(parts, HEIGHT, f"Times of {len(times)} answers: median {_ms(middle)}, 95th percentile {_ms(late)}.")


def risks_of(right: Sequence[bool], confidence: Sequence[float]) -> list[float]:
    """Return the share of wrong ones among the k most confident, for k from 1 to all (El-Yaniv and Wiener 2010)."""
    order = sorted(range(len(right)), key=lambda number: -confidence[number])
    wrong = accumulate(not right[number] for number in order)
    return [total / (number + 1) for number, total in enumerate(wrong)]


def _ms(value: float) -> str:
    return f"{value / 1000:g} s" if value >= 1000 and value % 100 == 0 else f"{value:.3g} ms"


def _top(most: float) -> float:
    """Return a round share, at least `most`, to end an axis at."""
    return next(top for top in (0.08, 0.2, 0.4, 0.6, 0.8, 1.0) if top >= most)


def _top_count(most: int) -> int:
    return int(next(top * 10**power for power in range(7) for top in (2, 4, 10) if top * 10**power >= most))


def _x(share: float) -> float:
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _axes(across: Sequence[tuple[float, str]], up: Sequence[tuple[float, str]], top: float, label: str) -> list[str]:
    parts = []
    for value, text in up:
        y = _y(value / top)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>')
        parts.append(_text(LEFT - 6, y + 4, text, "end", "small"))
    parts += [_text(_x(share), HEIGHT - BOTTOM + 16, text, "middle", "small") for share, text in across]
    parts.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 5, label, "middle", "small"))
    return parts


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    own = f' class="{kind}"' if kind else ""
    return f'<text{own} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(parts: Sequence[str], height: int, said: str) -> Markup:
    inside = "".join(parts)
    return Markup(f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(said)}">{inside}</svg>')

"""What is drawn on a page of a PDF: the borders of its tables, the bullets of its lists."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

MOST_RULES = 4_000
MOST_DOTS = 400
"""A page with more is a drawing."""
_TEXT, _PATH, _PICTURE, _FORM = 1, 2, 3, 5
_THIN = 2.5
_SHORTEST = 8.0

Matrix = tuple[float, float, float, float, float, float]
_SAME: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line, level or upright, in points from the left and top of the page."""

    level: bool
    at: float
    """Height of a level line, distance from the left of an upright one."""
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn on a page besides its letters."""

    rules: tuple[Rule, ...]
    """Empty for a page that is full of drawings."""
    dots: tuple[tuple[float, float, float], ...]
    """Middle and width of small round or square marks: browsers draw the bullets of lists so."""
    has_picture: bool


def drawn_on(page: Any, shown: Callable[[float, float], tuple[float, float]], raw: Any) -> Drawn:
    """Return what is drawn on a page."""
    rules: list[Rule] = []
    dots: list[tuple[float, float, float]] = []
    has_picture = False
    waiting = [(raw.FPDFPage_GetObject(page, at), _SAME, 0) for at in range(raw.FPDFPage_CountObjects(page))]
    matrix = raw.FS_MATRIX()
    while waiting and len(rules) <= MOST_RULES:
        part, outer, depth = waiting.pop()
        kind = raw.FPDFPageObj_GetType(part)
        if kind == _PICTURE:
            has_picture = True
        if kind not in (_PATH, _FORM):
            continue
        placed = outer
        if raw.FPDFPageObj_GetMatrix(part, matrix):
            placed = _times((matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f), outer)
        if kind == _FORM:
            if depth < 4:
                inside = range(raw.FPDFFormObj_CountObjects(part))
                waiting.extend((raw.FPDFFormObj_GetObject(part, at), placed, depth + 1) for at in inside)
        else:
            pieces = _pieces(part, placed, shown, raw)
            dot = _dot([point for piece in pieces for point in piece])
            if dot is not None:
                dots.append(dot)
            else:
                rules.extend(_edges(pieces))
    if len(rules) > MOST_RULES or len(dots) > MOST_DOTS:
        rules, dots = [], []
    return Drawn(tuple(rules), tuple(dots), has_picture)


def _dot(points: Sequence[tuple[float, float]]) -> tuple[float, float, float] | None:
    across, down = [point[0] for point in points], [point[1] for point in points]
    width, height = (max(across) - min(across), max(down) - min(down)) if points else (0.0, 0.0)
    if not (1.5 <= width <= 8 and abs(width - height) < 1):
        return None
    return min(across) + width / 2, min(down) + height / 2, width


def _pieces(
    path: Any, placed: Matrix, shown: Callable[[float, float], tuple[float, float]], raw: Any
) -> list[list[tuple[float, float]]]:
    """Return the connected points of one path; the points of a curve stand alone."""
    x, y = ctypes.c_float(), ctypes.c_float()
    pieces: list[list[tuple[float, float]]] = []
    for at in range(min(raw.FPDFPath_CountSegments(path), 2 * MOST_RULES)):
        segment = raw.FPDFPath_GetPathSegment(path, at)
        if not raw.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        a, b, c, d, e, f = placed
        point = shown(a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == 2 or not pieces:
            pieces.append([point])
        elif kind == 0:
            pieces[-1].append(point)
            if raw.FPDFPathSegment_GetClose(segment):
                pieces[-1].append(pieces[-1][0])
        else:
            pieces.append([point])
    return pieces


def _edges(pieces: Sequence[Sequence[tuple[float, float]]]) -> list[Rule]:
    """Return the level and upright edges of one path; a thin filled box is one line."""
    found: list[Rule] = []
    for piece in pieces:
        across, down = [point[0] for point in piece], [point[1] for point in piece]
        width, height = max(across) - min(across), max(down) - min(down)
        if height <= _THIN < width:
            found.append(Rule(True, (max(down) + min(down)) / 2, min(across), max(across)))
        elif width <= _THIN < height:
            found.append(Rule(False, (max(across) + min(across)) / 2, min(down), max(down)))
        else:
            for (x0, y0), (x1, y1) in pairwise(piece):
                if abs(y1 - y0) < 1 and abs(x1 - x0) > _SHORTEST:
                    found.append(Rule(True, (y0 + y1) / 2, min(x0, x1), max(x0, x1)))
                elif abs(x1 - x0) < 1 and abs(y1 - y0) > _SHORTEST:
                    found.append(Rule(False, (x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return found


def _times(inner: Matrix, outer: Matrix) -> Matrix:
    """Return the matrix that applies `inner`, then `outer`."""
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)

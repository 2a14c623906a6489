"""Tables of a PDF: by their drawn borders, or by rows whose pieces stand below each other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from corpus.pdf_lines import Printed, Table, segments_of
from corpus.pdf_rules import Rule
from corpus.pdf_words import PdfPage, Word

_NEAR = 3.5
_LONGEST_CELL = 1_500
_FEWEST_ROWS = 3
_LABEL = re.compile(r"[•◦▪‣●○■□∙⁃·*–—-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]|\[\d+\]")


def ruled(page: PdfPage) -> tuple[list[Printed], list[Word]]:
    """Return the tables of a page that have borders, and the words that stand in none."""
    words = list(page.words)
    tables: list[Printed] = []
    for rules in _grids(page.rules):
        ys = _places(rule.at for rule in rules if rule.level)
        xs = _places(rule.at for rule in rules if not rule.level)
        if len(xs) < 2 or len(ys) < 2 or len(xs) + len(ys) < 5:
            continue
        inside = [
            word for word in words if _within(xs, _middle(word)) is not None and _within(ys, _height(word)) is not None
        ]
        table = _cells(page, inside, xs, ys, rules)
        if table is None:
            continue
        taken = {id(word) for word in inside}
        words = [word for word in words if id(word) not in taken]
        tables.append(Printed(page.number, xs[0], xs[-1], ys[0], ys[-1], table=table))
    return tables, words


def _grids(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Group the rules that touch or cross each other."""
    left = list(rules)
    groups: list[list[Rule]] = []
    while left:
        group = [left.pop()]
        for rule in group:  # grows while it is walked
            met = [one for one in left if one.level != rule.level and _touch(rule, one)]
            if met:
                group.extend(met)
                chosen = {id(one) for one in met}
                left = [one for one in left if id(one) not in chosen]
        groups.append(group)
    return groups


def _touch(one: Rule, other: Rule) -> bool:
    level, upright = (one, other) if one.level else (other, one)
    return (
        level.start - _NEAR <= upright.at <= level.end + _NEAR
        and upright.start - _NEAR <= level.at <= upright.end + _NEAR
    )


def _cells(
    page: PdfPage, words: Sequence[Word], xs: Sequence[float], ys: Sequence[float], rules: Sequence[Rule]
) -> Table | None:
    """Put words into the cells of a grid; cells without a border between them are one. None when it is no table."""
    rows, columns = len(ys) - 1, len(xs) - 1
    owner = {(row, column): (row, column) for row in range(rows) for column in range(columns)}

    def root(cell: tuple[int, int]) -> tuple[int, int]:
        while owner[cell] != cell:
            cell = owner[cell]
        return cell

    for row in range(rows):
        for column in range(columns):
            x, y = (xs[column] + xs[column + 1]) / 2, (ys[row] + ys[row + 1]) / 2
            if row + 1 < rows and not _drawn(rules, True, ys[row + 1], x):
                owner[root((row + 1, column))] = root((row, column))
            if column + 1 < columns and not _drawn(rules, False, xs[column + 1], y):
                owner[root((row, column + 1))] = root((row, column))
    held: dict[tuple[int, int], list[Word]] = {}
    for word in words:
        place = (_within(ys, _height(word)) or 0, _within(xs, _middle(word)) or 0)
        held.setdefault(root(place), []).append(word)
    lines = {cell: segments_of(page, inside) for cell, inside in held.items()}
    text = {cell: "\n".join(line.text for line in inside) for cell, inside in lines.items()}
    if len(text) < 2 or max(map(len, text.values())) > _LONGEST_CELL:
        return None
    bold = {cell: all(line.bold for line in inside) for cell, inside in lines.items()}
    grid = [[text.get((row, column), "") for column in range(columns)] for row in range(rows)]
    heavy = [[bold.get((row, column), False) for column in range(columns)] for row in range(rows)]
    kept = [row for row in range(rows) if any(grid[row])]
    filled = [column for column in range(columns) if any(row[column] for row in grid)]
    return Table(
        [[grid[row][column] for column in filled] for row in kept],
        [[heavy[row][column] for column in filled] for row in kept],
        tuple(xs[column] for column in filled),
    )


def _drawn(rules: Sequence[Rule], level: bool, at: float, across: float) -> bool:
    return any(
        rule.level == level and abs(rule.at - at) <= _NEAR and rule.start - 1 <= across <= rule.end + 1
        for rule in rules
    )


def aligned(lines: Sequence[Printed]) -> list[Printed]:
    """Return the lines of a column, with tables in the place of rows whose pieces stand below each other."""
    found: list[Printed] = []
    at = 0
    while at < len(lines):
        end = at
        while end < len(lines) and _goes_on(lines, at, end):
            end += 1
        while end > at and not lines[end - 1].cells and _no_row(lines, at, end):
            end -= 1
        table = _aligned(lines[at:end]) if end - at >= _FEWEST_ROWS else None
        if table is None:
            found.append(lines[at])
            at += 1
        else:
            found.append(table)
            at = end
    return found


def _goes_on(lines: Sequence[Printed], start: int, at: int) -> bool:
    line = lines[at]
    if line.table is not None or (line.cells and _LABEL.fullmatch(line.cells[0].text)):
        return False
    if at == start:
        return len(line.cells) > 1
    return line.top - lines[at - 1].bottom <= 2.2 * line.size and (
        len(line.cells) > 1 or line.x1 - line.x0 < 0.6 * (line.right - line.left)
    )


def _no_row(lines: Sequence[Printed], start: int, end: int) -> bool:
    """Tell whether the last line of a run is a line of its own: it begins at the left, below the last row."""
    return (
        abs(lines[end - 1].x0 - min(line.x0 for line in lines[start : end - 1])) <= _NEAR if end - 1 > start else True
    )


def _aligned(lines: Sequence[Printed]) -> Printed | None:
    whole = [line for line in lines if len(line.cells) > 1]
    if len(whole) < _FEWEST_ROWS:
        return None
    columns: list[list[float]] = []
    for cell in sorted((cell for line in whole for cell in line.cells), key=lambda one: one.x0):
        if columns and cell.x0 <= columns[-1][1] + 2:
            columns[-1][1] = max(columns[-1][1], cell.x1)
        else:
            columns.append([cell.x0, cell.x1])
    if len(columns) < 2:
        return None
    rows: list[list[str]] = []
    bold: list[list[bool]] = []
    for line in lines:
        cells = line.cells or [line]
        places = [place for cell in cells if (place := _column_of(cell, columns)) is not None]
        if len(set(places)) < len(cells):
            return None
        wraps = rows and len(cells) == 1 and (places[0] != 0 or line.text[:1].islower())
        if not wraps:
            rows.append([""] * len(columns))
            bold.append([False] * len(columns))
        for cell, place in zip(cells, places, strict=True):
            rows[-1][place] = f"{rows[-1][place]}\n{cell.text}".strip("\n")
            bold[-1][place] = cell.bold
    first, last = lines[0], lines[-1]
    return Printed(
        first.page,
        columns[0][0],
        columns[-1][1],
        first.top,
        last.bottom,
        left=first.left,
        right=first.right,
        column=first.column,
        table=Table(rows, bold, tuple(column[0] for column in columns)),
    )


def _column_of(cell: Printed, columns: Sequence[Sequence[float]]) -> int | None:
    found = [at for at, (start, end) in enumerate(columns) if cell.x0 <= end + 1 and cell.x1 >= start - 1]
    return found[0] if len(found) == 1 else None


def _within(places: Sequence[float], value: float) -> int | None:
    """Return the number of the interval that a value lies in."""
    if not places[0] - 1 <= value <= places[-1] + 1:
        return None
    return min(max(sum(place <= value for place in places) - 1, 0), len(places) - 2)


def _middle(word: Word) -> float:
    return (word.x0 + word.x1) / 2


def _height(word: Word) -> float:
    """Return the middle of a word's small letters."""
    return word.letters[0].baseline - 0.3 * word.letters[0].size


def _places(values: Iterable[float]) -> list[float]:
    """Return values that are near each other once, in order."""
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _NEAR:
            found.append(value)
    return found

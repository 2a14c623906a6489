"""Table rows become lines a person can read and cite on their own."""

from __future__ import annotations

from collections.abc import Sequence


def row_items(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return "Header: cell; Header: cell" for each row; a cell without a header stands alone, an empty one is out.

    A table that is a header only gives its header as one line, so that nothing is lost.
    """
    found: list[str] = []
    for row in rows:
        cells = [
            f"{name}: {cell}" if name and name != cell else cell
            for name, cell in zip([*header, *[""] * len(row)], row, strict=False)
            if cell
        ]
        if cells:
            found.append("; ".join(cells))
    if not rows and any(header):
        found.append("; ".join(cell for cell in header if cell))
    return found

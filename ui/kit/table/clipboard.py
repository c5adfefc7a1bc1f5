"""Selected cells as tab-separated text that a spreadsheet in the same locale reads as numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui.kit.table.paged_model import PagedModel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.kit.table.model import CellModel

CELLS_AT_MOST = 100_000


def tab_separated(
    model: CellModel[Any], rows: Sequence[int], columns: Sequence[int], *, with_heads: bool = False
) -> str:
    """Return the cells as lines of tab-separated fields; NULL is empty, amounts have no grouping."""
    lines = ["\t".join(_flat(model.columns[column].title) for column in columns)] if with_heads else []
    for row in rows:
        cells = model.row_cells(row)
        lines.append("\t".join(_flat(cells[column].copied) for column in columns))
    return "\n".join(lines)


def copied_words(model: CellModel[Any], count: int, total: Callable[[], str]) -> str:
    """Say how many rows were copied of how many, which `total` says; nothing of one.

    A list holds a part, and nobody sees where it ends.
    """
    if count == 1:
        return ""
    partly = isinstance(model, PagedModel) and (model.more_before or model.more_after)
    write = model.formats.integer
    whole = total() if partly else write(model.rowCount())
    words = f"{write(count)} of {whole} rows copied" if whole else f"{write(count)} rows copied"
    if partly and count == model.rowCount():
        words += ": those that are loaded. An export has them all"
    return f"{words}."


def _flat(text: str) -> str:
    # A tab or a line break inside a text would shift the cells after it.
    return " ".join(text.split("\t")).replace("\r\n", " ").replace("\n", " ").replace("\r", " ")

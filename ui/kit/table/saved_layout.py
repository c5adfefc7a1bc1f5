"""The operator's column widths, order and visibility, kept by column name."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QSettings


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """One column as the operator left it; place counts from the left, own is a width that they set."""

    width: int
    place: int
    hidden: bool
    own: bool = False


def read_layout(store: QSettings, table: str) -> dict[str, ColumnLayout]:
    """Return what was kept for a table; nothing when none was, or it cannot be read."""
    try:
        kept = json.loads(str(store.value(f"tables/{table}", "{}")))
        return {
            str(key): ColumnLayout(
                int(one["width"]), int(one["place"]), bool(one["hidden"]), bool(one.get("own", False))
            )
            for key, one in kept.items()
        }
    except (ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_layout(store: QSettings, table: str, layout: Mapping[str, ColumnLayout]) -> None:
    """Keep a table's layout; names no longer in use are kept too, for the version that has them."""
    merged = {**read_layout(store, table), **layout}
    text = json.dumps({key: asdict(one) for key, one in merged.items()})
    store.setValue(f"tables/{table}", text)

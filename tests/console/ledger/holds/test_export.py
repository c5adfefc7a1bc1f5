"""Holds as a file: all of a view, in its order, with sums by currency."""

from __future__ import annotations

import csv
from datetime import UTC
from typing import TYPE_CHECKING

from console.ledger.holds.export import export_holds
from console.ledger.holds.page import HoldFilter, View
from console.postgres.page import Order
from tests.models.writes import REASON, capture, done, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from console.postgres.database import Database
    from tests.bookkeeping import Connection


def test_a_view_is_written_page_by_page_in_its_order(
    operator_database: Database,
    operator: Connection,
    open_accounts: Callable[..., None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.ledger.holds.export.ROWS_A_PAGE", 2)
    open_accounts({"anna": 10_000})
    for number in range(5):
        done(reserve(operator, "anna", 100 + number, f"h-{number}"))
    done(capture(operator, "h-0", 60))
    done(release(operator, "h-3"))

    def written(view: View, order: Order) -> tuple[list[dict[str, str]], int]:
        file = tmp_path / f"{view}.csv"
        ended = export_holds(operator_database, file, HoldFilter(view=view), zone=UTC, order=order)
        (total,) = ended.control_totals["amount"].values()
        with file.open(encoding="utf-8-sig", newline="") as text:
            return list(csv.DictReader(text)), total

    rows, total = written(View.ACTIVE, Order.OLDEST)
    assert [row["reference"] for row in rows] == ["h-1", "h-2", "h-4"]
    assert total == 101 + 102 + 104
    rows, total = written(View.ENDED, Order.NEWEST)
    assert [(row["reference"], row["status"], row["captured"]) for row in rows] == [
        ("h-3", "released", "0.00"), ("h-0", "captured", "0.60"),
    ]  # fmt: skip
    assert (rows[0]["reason"], rows[0]["transaction"]) == (REASON, "")
    assert rows[1]["transaction"].isdigit()

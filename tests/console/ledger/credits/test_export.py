"""All credits that match a filter in one file, beyond one page, with a sum that the ledger has too."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.ledger.credits import export
from console.ledger.credits.export import export_credits
from console.ledger.credits.filter import CreditFilter, CreditView
from tests.cluster import connected
from tests.models.writes import done, grant, let_time_pass, sweep

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from psycopg import Connection

    from console.postgres.database import Database

pytestmark = pytest.mark.sql

UTC = ZoneInfo("UTC")


@pytest.fixture
def credits_of_two(open_accounts: Callable[..., None], as_role: Callable[[str], str]) -> None:
    open_accounts({"noor.a": 0, "greta.l": 0})
    with connected(as_role("t_operator")) as ledger:
        for number in range(7):
            done(grant(ledger, "noor.a", 100 + number, 24 * (number + 1)))
        done(grant(ledger, "greta.l", 1_000, source="=1+1"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("credits_of_two")
def test_all_pages_are_in_the_file_in_the_order_of_their_ends(
    operator_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS_A_PAGE", 3)
    path = tmp_path / "credits.csv"
    result = export_credits(operator_database, path, CreditFilter("CR"), zone=UTC)
    rows = rows_of(path)
    assert [row["left"] for row in rows] == [f"1.0{number}" for number in range(7)] + ["10.00"]
    assert rows[-1]["source"] == "'=1+1"
    assert rows[-1]["until"] == ""
    assert result.rows == 8
    assert sum(result.control_totals["left"].values()) == 721 + 1_000


@pytest.mark.usefixtures("credits_of_two")
def test_what_has_expired_is_told_by_what_expired(
    operator_database: Database, admin: Connection, operator: Connection, tmp_path: Path
) -> None:
    let_time_pass(admin, 49)
    done(sweep(operator))
    path = tmp_path / "expired.csv"
    wanted = CreditFilter("CR", view=CreditView.EXPIRED)
    result = export_credits(operator_database, path, wanted, zone=UTC)
    assert [(row["left"], row["expired"]) for row in rows_of(path)] == [("0.00", "1.00"), ("0.00", "1.01")]
    assert sum(result.control_totals["expired"].values()) == 201

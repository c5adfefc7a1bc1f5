"""A list of names as the draft of a batch: one file, its lines, and the same list not by accident twice."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from console.errors import LinesRefusedError, LoadedBeforeError
from console.files.days import end_of
from console.ledger.batches.grants import GrantList, load_grants
from console.money import Currency
from tests.cluster import connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger

pytestmark = pytest.mark.sql

BERLIN = ZoneInfo("Europe/Berlin")
CR = Currency("CR", 2)


def list_of(*names: str, amount: int = 250, expires_at: datetime | None = None) -> GrantList:
    return GrantList(names, CR, amount, 'winter, "sale"', expires_at, "a late parcel", "OPS-88")


@pytest.mark.parametrize(
    ("expires_at", "until"),
    [
        (None, ""),
        (end_of(date(2027, 3, 28), BERLIN), "2027-03-28"),
        (datetime(2027, 3, 28, 12, 30, tzinfo=UTC), "2027-03-28T12:30:00+00:00"),
    ],
)
def test_the_file_says_what_the_list_does(expires_at: datetime | None, until: str) -> None:
    text = list_of("noor.a", amount=1, expires_at=expires_at).as_csv(BERLIN)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row == {
        "username": "noor.a", "amount": "0.01", "source": 'winter, "sale"', "until": until,
        "description": "a late parcel, ticket OPS-88",
    }  # fmt: skip


def test_a_draft_has_a_line_for_each_name_and_grants_nothing(
    operator_ledger: Ledger, open_accounts: Callable[..., None], ledger_url: str
) -> None:
    open_accounts({"noor.a": 0, "greta.l": 0})
    ends = end_of(datetime.now(BERLIN).date(), BERLIN)
    wanted = list_of("noor.a", "greta.l", expires_at=ends)
    assert wanted.total == 500
    made = load_grants(operator_ledger, wanted, BERLIN, name="winter sale")
    with connected(ledger_url) as connection:
        lines = connection.execute(
            "SELECT from_name, to_name, amount, lot_source, lot_expires_at, description "
            "FROM ledger.batch_lines WHERE batch_id = %s ORDER BY line_no", [made.batch_id],
        ).fetchall()  # fmt: skip
        lots = connection.execute("SELECT count(*) FROM ledger.credit_lots").fetchone()
    told = ('winter, "sale"', ends, "a late parcel, ticket OPS-88")
    assert lines == [("@issuance", name, 250, *told) for name in ("noor.a", "greta.l")]
    assert lots == (0,)


def test_a_name_that_nobody_has_means_no_draft(
    operator_ledger: Ledger, open_accounts: Callable[..., None], ledger_url: str
) -> None:
    open_accounts({"noor.a": 0})
    with pytest.raises(LinesRefusedError):
        load_grants(operator_ledger, list_of("noor.a", "nobody"), BERLIN, name="winter sale")
    with connected(ledger_url) as connection:
        assert connection.execute("SELECT count(*) FROM ledger.batches").fetchone() == (0,)


def test_the_same_list_is_not_loaded_twice_unless_it_is_wanted(
    operator_ledger: Ledger, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"noor.a": 0})
    first = load_grants(operator_ledger, list_of("noor.a"), BERLIN, name="winter sale")
    with pytest.raises(LoadedBeforeError, match=str(first.batch_id)):
        load_grants(operator_ledger, list_of("noor.a"), BERLIN, name="winter sale")
    second = load_grants(operator_ledger, list_of("noor.a"), BERLIN, name="winter sale", again=True)
    assert second.batch_id != first.batch_id

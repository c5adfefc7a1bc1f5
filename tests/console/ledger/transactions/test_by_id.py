"""One transaction by its id, and the way between a transaction and what reversed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.transactions.page import TransactionFilter, count, page, page_statement
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from console.postgres.page import Direction
from tests.cluster import CURRENCY
from tests.console.ledger.transactions.plans import reads, rows_read

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from console.writes.ledger import Ledger


def test_it_is_read_by_the_primary_key(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None]
) -> None:
    open_accounts({f"user.{number}": 100 for number in range(60)})
    wanted = TransactionFilter(id=page(operator_database, TransactionFilter()).rows[30].id)
    (row,) = page(operator_database, wanted).rows
    assert row.id == wanted.id
    assert count(operator_database, wanted) == 1
    assert count(operator_database, TransactionFilter(id=2**62)) == 0
    statement, values = page_statement(wanted, descending=True, cursor=None, limit=51)
    (found,) = reads(ledger_url, statement, values)
    assert (found["Index Name"], rows_read(found)) == ("transactions_pkey", 1)
    (probe,) = reads(ledger_url, statement, values, "reversals")
    assert probe["Index Name"] in {"reversals_part_key", "reversals_through_key"}


def test_a_reversal_and_what_it_reverses_name_each_other(
    operator_database: Database, operator_ledger: Ledger, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"ann": 100})
    (posted,) = page(operator_database, TransactionFilter(user="ann", currency=CURRENCY)).rows
    assert (posted.reverses, posted.reversed_by) == (None, None)
    done = reverse_transaction(operator_ledger, Reversal(posted.id, "not hers"))
    for user in ("ann", ""):
        rows = page(operator_database, TransactionFilter(user=user), direction=Direction.BEFORE).rows
        links = {row.id: (row.reverses, row.reversed_by) for row in rows}
        assert links == {done.transaction: (posted.id, None), posted.id: (None, done.transaction)}

"""Where a batch's money goes is what the database sums over all its lines, and no statement of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import commands as batches
from console.ledger.batches.detail import detail
from console.ledger.batches.flow import Flow
from console.money import PLAIN, Currency, format_amount
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

MONEY = Terms(Currency(CURRENCY, 2))
MAPPING = TransfersMapping(from_column="from", to_column="to", amount_column="amount")


@pytest.mark.parametrize(
    ("rows", "flow"),
    [
        (["anna,@external,1.00", "bert,@external,0.50"], Flow(150, -150)),
        (["@issuance,anna,1.00", "@issuance,bert,0.50"], Flow(0, 150)),
        (["anna,bert,1.00"], Flow(0, 0)),
        (["@external,anna,5.00", "anna,@external,1.25", "anna,bert,0.10"], Flow(125, 375)),
        (["@external,anna,2.00", "bert,@external,2.00"], Flow(200, 0)),
        # What a shop earns has left the customers and not the ledger.
        (["anna,@revenue,3.00", "@revenue,@external,1.00"], Flow(100, -300)),
    ],
)
def test_all_lines_are_summed_before_and_after_the_posting(  # noqa: PLR0917 - fixtures are given by name
    ledger_url: str,
    operator_database: Database,
    operator_ledger: Ledger,
    open_accounts: Callable[..., None],
    tmp_path: Path,
    statements: Statements,
    rows: list[str],
    flow: Flow,
) -> None:
    open_accounts({"anna": 1_000, "bert": 1_000})
    file = tmp_path / "lines.csv"
    file.write_text("\n".join(["from,to,amount", *rows, ""]), "utf-8")
    loaded = batches.load(operator_ledger, file, MAPPING, MONEY, name="lines")
    assert loaded.summary.flow == flow
    assert batches.review(operator_database, loaded.batch_id).summary.flow == flow
    with statements.counted() as sent:
        assert detail(operator_database, loaded.batch_id).flow == flow
    assert len(sent) == 1
    before = customers(ledger_url)
    batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())
    assert detail(operator_database, loaded.batch_id).flow == flow
    assert customers(ledger_url) - before == flow.gained


def customers(url: str) -> int:
    """Return what all customers have together."""
    with connected(url) as connection:
        row = connection.execute("SELECT sum(balance) FROM ledger.wallets WHERE kind = 'customer'").fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (Flow(150, -150), "1.50 leaves the ledger; customers' balances fall by 1.50."),
        (Flow(0, 150), "Customers' balances rise by 1.50."),
        (Flow(125, 375), "1.25 leaves the ledger; customers' balances rise by 3.75."),
        (Flow(0, 0), "Moves between accounts, customers' balances stay the same in all."),
        (Flow(200, 0), "2.00 leaves the ledger; customers' balances stay the same in all."),
    ],
)
def test_it_is_one_sentence(flow: Flow, words: str) -> None:
    assert flow.words(lambda minor: format_amount(minor, 2, PLAIN)) == words


@pytest.mark.parametrize(
    ("flow", "words"),
    [
        (Flow(150, -150), "1.50 left the ledger; customers' balances fell by 1.50."),
        (Flow(0, 150), "Customers' balances rose by 1.50."),
        (Flow(0, 0), "Moved between accounts, customers' balances stayed the same in all."),
    ],
)
def test_of_a_posted_batch_it_is_told_as_what_has_been(flow: Flow, words: str) -> None:
    assert flow.words(lambda minor: format_amount(minor, 2, PLAIN), posted=True) == words

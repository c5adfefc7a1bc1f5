"""Accounts that a file names and the ledger has not: counted by one statement, as the loading would judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.errors import CancelledError, LinesRefusedError
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.batches import commands as batches
from console.ledger.batches.missing import MissingAccounts, missing_accounts
from console.money import Currency
from console.monitor.budgets import budget
from console.postgres.cancellation import Cancellation
from tests.cluster import CURRENCY
from tests.console.ledger.books.many_currencies import JPY, ZONE, add_currencies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

CR = Currency(CURRENCY, 2)
MONEY = Terms(CR)
MAPPING = TransfersMapping(from_column="from", to_column="to", amount_column="amount")
OPENING = MAPPING.model_copy(update={"create_missing": True})


def csv_file(folder: Path, rows: Sequence[str], head: str = "from,to,amount") -> Path:
    file = folder / "lines.csv"
    file.write_text("\n".join([head, *rows, ""]), "utf-8")
    return file


def test_the_count_is_what_the_loading_would_refuse_or_open(
    operator_database: Database,
    operator_ledger: Ledger,
    open_accounts: Callable[..., None],
    tmp_path: Path,
    statements: Statements,
) -> None:
    open_accounts({"anna": 1_000})
    rows = [
        "@issuance,anna,1.00", "@issuance,new.one,1.00", "@issuance,new.one,1.00", "anna,new.two,1.00",
        "new.one,new.two,0.50", "anna,@external,0.10",
    ]  # fmt: skip
    file = csv_file(tmp_path, rows)
    operator_database.session_facts()
    with statements.counted() as sent:
        found = missing_accounts(operator_database, file, MAPPING, MONEY)
    assert len(sent) == budget("batch.missing") == 1
    assert found == MissingAccounts(named=2, refused=4, opened=2, hopeless=0, lines=6, whole=True)
    with pytest.raises(LinesRefusedError) as refused:
        batches.load(operator_ledger, file, MAPPING, MONEY, name="strict")
    unknown = {one.line for one in refused.value.problems if one.code == "user.unknown"}
    assert len(unknown) == found.refused
    loaded = batches.load(operator_ledger, file, OPENING, MONEY, name="opening")
    assert loaded.summary.missing == found.opened


def test_a_name_that_cannot_be_opened_is_refused_all_the_same(
    operator_database: Database, operator_ledger: Ledger, tmp_path: Path
) -> None:
    mapping = OPENING.model_copy(
        update={"account_prefix": "shop-", "from_column": None, "from_constant": "bank"}
    )
    file = csv_file(tmp_path, ["x,one,1.00", "x,@nowhere,1.00"])
    found = missing_accounts(operator_database, file, mapping, MONEY)
    assert found == MissingAccounts(named=3, refused=2, opened=1, hopeless=2, lines=2, whole=True)
    with pytest.raises(LinesRefusedError) as refused:
        batches.load(operator_ledger, file, mapping, MONEY, name="hopeless")
    assert {one.line for one in refused.value.problems if one.code == "user.unknown"} == {2, 3}


def test_a_customer_of_another_currency_is_refused_and_not_opened_anew(
    operator_database: Database, ledger_url: str, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    add_currencies(ledger_url, ZONE)
    open_accounts({"anna": 1_000})
    file = csv_file(tmp_path, ["@issuance,anna,100,JPY", "@issuance,anna,1.00,CR"], "from,to,amount,currency")
    mapping = MAPPING.model_copy(update={"currency_column": "currency", "each_currency": True})
    found = missing_accounts(operator_database, file, mapping, Terms(CR, others=(JPY,)))
    assert found == MissingAccounts(named=1, refused=1, opened=0, hopeless=0, lines=2, whole=True)


def test_a_long_file_is_looked_into_so_far_and_no_further(
    operator_database: Database, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, [f"@issuance,new.{number},1.00" for number in range(5)])
    found = missing_accounts(operator_database, file, MAPPING, MONEY, limit=3)
    assert (found.named, found.lines, found.whole) == (3, 3, False)


def test_it_can_be_cancelled_while_the_file_is_read(operator_database: Database, tmp_path: Path) -> None:
    cancelled = Cancellation()
    cancelled.ask()
    file = csv_file(tmp_path, ["@issuance,new.one,1.00"])
    with pytest.raises(CancelledError):
        missing_accounts(operator_database, file, MAPPING, MONEY, cancel=cancelled)

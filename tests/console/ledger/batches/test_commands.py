"""Batches from a file to posted: the same few statements for any number of lines, and all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from console.errors import LinesRefusedError, RefusedError
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.balances.lookup import lookup
from console.ledger.batches import commands as batches
from console.ledger.batches.page import get, lines, page
from console.money import Currency
from console.monitor.budgets import budget
from models.batch import BatchStatus
from tests.bookkeeping import assert_adds_up
from tests.cluster import CURRENCY, connected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from console.postgres.database import Database
    from console.writes.ledger import Ledger
    from tests.conftest import Statements

MONEY = Terms(Currency(CURRENCY, 2))
MAPPING = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="reference",
    description_column="description", account_prefix="", create_missing=True,
)  # fmt: skip
STRICT = MAPPING.model_copy(update={"create_missing": False})


def csv_file(folder: Path, rows: Sequence[str], name: str = "payout.csv") -> Path:
    file = folder / name
    file.write_text("\n".join(["from,to,amount,reference,description", *rows, ""]), encoding="utf-8")
    return file


def payout(folder: Path, count: int, tag: str) -> Path:
    rows = [f"@issuance,{tag}.{n},{n % 90 + 1}.05,{tag}-{n},November" for n in range(count)]
    return csv_file(folder, rows)


@pytest.mark.parametrize("count", [10, 10_000])
def test_statements_do_not_grow_with_the_lines(
    operator_database: Database, operator_ledger: Ledger, tmp_path: Path, statements: Statements, count: int
) -> None:
    file = payout(tmp_path, count, "few")
    operator_database.session_facts()  # a first connection asks the server who it is
    with statements.counted() as loading:
        loaded = batches.load(operator_ledger, file, MAPPING, MONEY, name="November")
    with statements.counted() as validating:
        check = batches.validate(operator_ledger, loaded.batch_id)
    with statements.counted() as rehearsing:
        rehearsed = batches.dry_run(operator_ledger, loaded.batch_id, check.summary.content_hash)
    with statements.counted() as posting:
        posted = batches.post(operator_ledger, loaded.batch_id, check.summary.content_hash, key=uuid4())
    sent = [len(loading), len(validating), len(rehearsing), len(posting)]
    allowed = [budget(f"batch.{action}") for action in ("load", "validate", "dry-run", "post")]
    assert sent == allowed == [3, 1, 2, 1]
    assert (posted.lines, posted.opened, len(rehearsed.wallets)) == (count, count, count)


def test_many_batches_are_posted_on_statistics_that_know_none_of_them(
    ledger_url: str, operator_ledger: Ledger, tmp_path: Path
) -> None:
    first = batches.load(operator_ledger, payout(tmp_path, 3_000, "one"), MAPPING, MONEY, name="one")
    with connected(ledger_url) as admin:
        admin.execute("ANALYZE")
    second = batches.load(operator_ledger, payout(tmp_path, 6_000, "two"), MAPPING, MONEY, name="two")
    for loaded in (second, first):
        batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())
    with connected(ledger_url) as admin:
        assert_adds_up(admin)


def test_all_problems_of_file_and_ledger_come_at_once_and_nothing_is_written(
    ledger_url: str,
    operator_database: Database,
    operator_ledger: Ledger,
    open_accounts: Callable[..., None],
    tmp_path: Path,
) -> None:
    open_accounts({"alice": 1_000, "bob": 0, "ice": 500})
    with connected(ledger_url) as admin:
        admin.execute(
            "SELECT ledger.set_account_status(gen_random_uuid(), 'ice', 'frozen', 'asked by the police')"
        )
    rows = [
        "alice,bob,1e3,r1,", "alice,bob,\uff11\uff12\uff13,r2,", "alice,bob,NaN,r3,", "alice,bob,-5,r4,",
        "alice,bob,1.234,r5,", "nobody,bob,1.00,r6,", "alice,alice,1.00,r7,", "alice,bob,1.00,r8,",
        "alice,bob,1.00,r8,", "ice,bob,1.00,r9,",
    ]  # fmt: skip
    with pytest.raises(LinesRefusedError) as refused:
        batches.load(operator_ledger, csv_file(tmp_path, rows), STRICT, MONEY, name="bad")
    assert [(p.line, p.column, p.code) for p in refused.value.problems] == [
        (2, "amount", "amount.format"), (3, "amount", "amount.format"), (4, "amount", "amount.format"),
        (5, "amount", "amount.sign"), (6, "amount", "amount.decimals"), (7, "from", "user.unknown"),
        (8, "to", "party.same"), (10, "reference", "reference.repeated"), (11, "from", "account.frozen"),
    ]  # fmt: skip
    assert page(operator_database).rows == ()
    with connected(ledger_url) as admin:
        assert admin.execute("SELECT count(*) FROM ledger.batch_lines").fetchone() == (0,)


def test_money_that_does_not_reach_is_told_with_the_amount(
    operator_ledger: Ledger, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    rows = ["alice,bob,7.00,a,", "alice,bob,4.50,b,"]
    with pytest.raises(LinesRefusedError) as refused:
        batches.load(operator_ledger, csv_file(tmp_path, rows), STRICT, MONEY, name="short")
    assert {(p.line, p.code) for p in refused.value.problems} == {(2, "funds.short"), (3, "funds.short")}
    assert "1.50" in refused.value.problems[0].message


def test_a_dry_run_leaves_nothing(
    ledger_url: str,
    operator_database: Database,
    operator_ledger: Ledger,
    open_accounts: Callable[..., None],
    tmp_path: Path,
) -> None:
    open_accounts({"alice": 1_000})
    file = csv_file(tmp_path, ["alice,new.one,7.00,a,", "alice,new.two,0.50,b,"])
    loaded = batches.load(operator_ledger, file, MAPPING, MONEY, name="dry")
    rehearsed = batches.dry_run(operator_ledger, loaded.batch_id, loaded.summary.content_hash)
    assert [(w.username, w.before, w.after, w.lines) for w in rehearsed.wallets] == [
        ("alice", 1_000, 250, 2), ("new.one", 0, 700, 1), ("new.two", 0, 50, 1),
    ]  # fmt: skip
    assert get(operator_database, loaded.batch_id).status is BatchStatus.DRAFT
    found = lookup(operator_database, ["alice", "new.one"], CURRENCY)
    assert [(row.found, row.balance) for row in found] == [(True, 1_000), (False, None)]


def test_a_batch_that_can_no_longer_post_stays_a_draft_with_every_reason(
    operator_database: Database, operator_ledger: Ledger, open_accounts: Callable[..., None], tmp_path: Path
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    file = csv_file(tmp_path, ["alice,bob,9.00,a,", "alice,bob,1.00,b,"])
    first = batches.load(operator_ledger, file, STRICT, MONEY, name="first")
    second = batches.load(operator_ledger, file, STRICT, MONEY, name="again", again=True)
    batches.post(operator_ledger, first.batch_id, first.summary.content_hash, key=uuid4())
    with pytest.raises(RefusedError) as refused:
        batches.post(operator_ledger, second.batch_id, second.summary.content_hash, key=uuid4())
    assert {(p.line, p.code) for p in refused.value.problems} >= {
        (2, "reference.posted"), (3, "reference.posted"), (2, "funds.short"), (3, "funds.short"),
    }  # fmt: skip
    assert get(operator_database, second.batch_id).status is BatchStatus.DRAFT


def test_the_same_key_answers_with_the_first_outcome(
    operator_database: Database, operator_ledger: Ledger, tmp_path: Path
) -> None:
    loaded = batches.load(operator_ledger, payout(tmp_path, 20, "key"), MAPPING, MONEY, name="key")
    key = uuid4()
    first = batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=key)
    again = batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=key)
    assert again == first
    rows = lines(operator_database, loaded.batch_id).rows
    assert [row.transaction for row in rows] == list(range(first.first_id, first.last_id + 1))


def test_the_bank_file_posts_as_one_transaction_and_only_once(
    ledger_url: str, operator_database: Database, operator_ledger: Ledger, bank_csv: Path
) -> None:
    from console.files.mappings.mapping import BankMapping  # noqa: PLC0415 - used by this test alone

    mapping = BankMapping(
        account_column="account_id", amount_column="amount", direction_column="type",
        credit_values=("PRIJEM",), debit_values=("VYDAJ", "VYBER"), reference_column="trans_id",
        date_column="date", date_format="%y%m%d", account_prefix="berka-", create_missing=True,
    )  # fmt: skip
    loaded = batches.load(operator_ledger, bank_csv, mapping, MONEY, name="1993")
    rehearsed = batches.dry_run(operator_ledger, loaded.batch_id, loaded.summary.content_hash)
    posted = batches.post(operator_ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())
    assert (posted.lines, posted.opened) == (28_205, 1_139)
    names = [wallet.username for wallet in rehearsed.wallets]
    found = lookup(operator_database, names, CURRENCY)
    assert sum(row.balance or 0 for row in found) == 3_657_594_610
    assert {row.name: row.balance for row in found} == {w.username: w.after for w in rehearsed.wallets}
    with pytest.raises(LinesRefusedError) as refused:
        batches.load(operator_ledger, bank_csv, mapping, MONEY, name="again", again=True)
    assert refused.value.total == 28_205
    assert {problem.code for problem in refused.value.problems} == {"reference.posted"}
    with connected(ledger_url) as admin:
        assert admin.execute("SELECT count(*) FROM ledger.transactions").fetchone() == (28_205,)
        assert_adds_up(admin)

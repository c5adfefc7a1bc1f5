"""Every action that has a statement budget, in the naive way and in the console's."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from console.bench.credits.capture import capture, hold_over_lots, untouched
from console.bench.statements import reads, writes
from console.files.lines.terms import Terms
from console.files.mappings.mapping import TransfersMapping
from console.ledger.accounts.detail import account
from console.ledger.accounts.page import AccountFilter
from console.ledger.accounts.page import page as accounts_page
from console.ledger.balances.lookup import lookup
from console.ledger.batches import commands as batches
from console.ledger.books.overview.load import overview
from console.ledger.credits.breakdown import credits  # noqa: A004 - the ledger's word for it
from console.ledger.transactions import transfer as transfers
from console.ledger.transactions.page import TransactionFilter
from console.ledger.transactions.page import page as transactions_page
from console.money import Currency
from console.writes.operation import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.bench.driver import Driver
    from console.postgres.database import Database
    from console.writes.ledger import Ledger

_CODE = writes.CURRENCY
_MONEY = Currency(_CODE, 2)
_SEED = 20_261_121
_MAPPING = TransfersMapping(
    from_column="from", to_column="to", amount_column="amount", reference_column="reference"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each action is about."""

    rows: int = 100
    names: int = 100
    lots: int = 10
    lines: int = 1_000


@dataclass(frozen=True, slots=True)
class Pair:
    """One action both ways, over what `prepare` made; budget: the actions whose budgets it may spend."""

    action: str
    budget: tuple[str, ...]
    naive: Callable[[Any], object]
    ours: Callable[[Any], object]
    prepare: Callable[[], Any] = lambda: None


@dataclass(frozen=True, slots=True)
class _Bench:
    """What the actions work with; customers have neither granted credit nor holds."""

    ledger: Ledger
    driver: Driver
    sizes: Sizes
    folder: Path
    customers: list[str]
    # The same accounts in each run.
    chosen: random.Random = field(default_factory=lambda: random.Random(_SEED))  # noqa: S311 - names, nothing secret

    @property
    def database(self) -> Database:
        """Where questions go."""
        return self.ledger.database

    def name(self) -> str:
        """Return some customer."""
        return self.chosen.choice(self.customers)

    def names(self, count: int) -> list[str]:
        """Return that many customers, fewer if there are not as many."""
        return self.chosen.sample(self.customers, min(count, len(self.customers)))

    def hold(self) -> str:
        """Return a hold over lots that only wait for their capture, in both sets of tables."""
        reference = hold_over_lots(self.driver, self.name(), self.sizes.lots)
        writes.copy_hold(self.driver, reference)
        return reference

    def wallet(self, username: str) -> int:
        """Return an account's wallet."""
        return int(reads.wallet_of(self.driver, username))


def pairs(ledger: Ledger, driver: Driver, sizes: Sizes, folder: Path) -> tuple[Pair, ...]:
    """Return the actions in the order of the budgets' table."""
    bench = _Bench(ledger, driver, sizes, folder, untouched(driver, 2, 10_000))
    return (*_money(bench), *_holds(bench), *_lists(bench))


def _money(bench: _Bench) -> tuple[Pair, ...]:
    database, driver, sizes = bench.database, bench.driver, bench.sizes
    return (
        Pair(
            f"history page of {sizes.rows} with both parties' names",
            ("transactions.page",),
            lambda _thing: reads.history(driver, sizes.rows),
            lambda _thing: transactions_page(database, TransactionFilter(), limit=sizes.rows),
        ),
        Pair(
            "balance with wallet",
            ("wallet.balance",),
            lambda name: reads.balances(driver, [name]),
            lambda name: lookup(database, [name], _CODE),
            bench.name,
        ),
        Pair(
            f"balances of {sizes.names} users",
            ("balances.lookup",),
            lambda names: reads.balances(driver, names),
            lambda names: lookup(database, names, _CODE),
            lambda: bench.names(sizes.names),
        ),
        Pair(
            "transfer",
            ("transfer.post",),
            lambda names: writes.transfer(driver, names[0], names[1], 1),
            lambda names: transfers.transfer(
                bench.ledger, payer=names[0], payee=names[1], currency=_CODE, amount=1
            ),
            lambda: bench.names(2),
        ),
    )


def _holds(bench: _Bench) -> tuple[Pair, ...]:
    database, driver, sizes = bench.database, bench.driver, bench.sizes
    revenue = bench.wallet("@revenue")
    return (
        Pair(
            "full credit breakdown",
            ("credits.breakdown",),
            lambda name: reads.breakdown(driver, name),
            lambda name: credits(database, name, _CODE),
            bench.name,
        ),
        Pair(
            "reserve",
            ("reservation.reserve",),
            lambda name: writes.reserve(driver, name, 1),
            lambda name: _reserve(bench.ledger, name, 1),
            bench.name,
        ),
        Pair(
            f"capture over {sizes.lots} lots",
            ("reservation.capture",),
            lambda reference: writes.capture(driver, reference, revenue),
            lambda reference: capture(bench.ledger, reference),
            bench.hold,
        ),
        Pair(
            f"credits of {sizes.names} users",
            ("balances.lookup",),
            lambda names: reads.credits_each(driver, names),
            lambda names: lookup(database, names, _CODE),
            lambda: bench.names(sizes.names),
        ),
    )


def _lists(bench: _Bench) -> tuple[Pair, ...]:
    database, driver, sizes = bench.database, bench.driver, bench.sizes
    issuance = bench.wallet("@issuance")
    return (
        Pair(
            "overview dashboard",
            ("overview.load",),
            lambda _thing: reads.overview(driver),
            lambda _thing: overview(database),
        ),
        Pair(
            f"accounts list of {sizes.rows} with last activity",
            ("accounts.page",),
            lambda _thing: reads.accounts(driver, sizes.rows),
            lambda _thing: accounts_page(database, AccountFilter(currency=_CODE), limit=sizes.rows),
        ),
        Pair(
            "operator's sign-in check and rights",
            ("session.rights",),
            lambda _thing: reads.sign_in(driver),
            lambda _thing: database.session_facts(),
        ),
        Pair(
            f"bulk transfer of {sizes.lines} lines: create, COPY, validate, post",
            ("batch.load", "batch.post"),
            lambda names: writes.payout(driver, names, issuance),
            lambda names: _payout(bench, names),
            lambda: bench.names(sizes.lines),
        ),
        Pair(
            "account page (360)",
            ("account.page",),
            lambda name: reads.account_page(driver, name, sizes.rows),
            lambda name: account(database, name, _CODE, limit=sizes.rows),
            bench.name,
        ),
    )


def _reserve(ledger: Ledger, username: str, amount: int) -> dict[str, Any]:
    arguments = {
        "username": username,
        "currency": _CODE,
        "amount": amount,
        "reference": f"bench-{uuid4()}",
    }
    return ledger.perform(Operation("reservation.reserve", "reserve", arguments))


def _payout(bench: _Bench, names: list[str]) -> batches.PostedBatch:
    file = bench.folder / "payout.csv"
    tag = uuid4().hex
    lines = (f"@issuance,{name},0.01,{tag}-{number}" for number, name in enumerate(names))
    file.write_text("\n".join(["from,to,amount,reference", *lines, ""]), encoding="utf-8")
    loaded = batches.load(bench.ledger, file, _MAPPING, Terms(_MONEY), name="bench")
    return batches.post(bench.ledger, loaded.batch_id, loaded.summary.content_hash, key=uuid4())

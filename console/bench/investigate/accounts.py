"""What a page of accounts costs, of all and by each filter, beside N+1, OFFSET, LIKE and a missing index."""
# ruff: noqa: S608 - statements are put together from constants of this file

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, LiteralString

from console.bench.driver import number
from console.bench.investigate.customers import RARE_LEVEL
from console.bench.investigate.search import evenly
from console.bench.statements import reads
from console.ledger.accounts.page import AccountFilter, Cursor, page
from console.monitor.budgets import BUDGETS
from console.postgres.page import PAGE_SIZE
from console.workspace.demo import CURRENCY
from models.account import AccountStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.bench.driver import Driver
    from console.bench.investigate.figure import Bench, Figure

_ALL: Final = AccountFilter()
_LIST: Final[LiteralString] = f"""
    SELECT w.id, u.username, u.display_name, u.email, u.trust_level, u.status, w.currency, w.balance
    FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
    WHERE u.kind = 'customer' AND {{condition}}
    ORDER BY u.username, w.currency OFFSET %(offset)s LIMIT {PAGE_SIZE}"""


@dataclass(frozen=True, slots=True)
class _Filter:
    """A filter, how it is made of a text of the ledger's, and the condition that asks the same naively.

    without: the index that the naive question has not, empty where its condition can use none.
    """

    expression: LiteralString
    wanted: Callable[[str], AccountFilter]
    way: str
    condition: LiteralString
    without: LiteralString = ""


_CALLED: Final[LiteralString] = """
    (u.username ILIKE '%%' || %(text)s || '%%' OR u.display_name ILIKE '%%' || %(text)s || '%%')"""
_FILTERS: Final = {
    "beginning of a username": _Filter(
        "left(username, 5)",
        lambda text: AccountFilter(prefix=text),
        "ILIKE '…%'",
        "u.username ILIKE %(text)s || '%%'",
    ),
    "word of a name": _Filter(
        "split_part(display_name, ' ', 2)",
        lambda text: AccountFilter(words=text),
        "ILIKE '%…%'",
        _CALLED,
    ),
    "a name that nobody has": _Filter(
        "'zq' || id || 'x'", lambda text: AccountFilter(words=text), "ILIKE '%…%'", _CALLED
    ),
    "e-mail": _Filter(
        "email",
        lambda text: AccountFilter(email=text),
        "no index",
        "lower(u.email) = lower(%(text)s)",
        "users_email_idx",
    ),
    "trust level of few": _Filter(
        f"'{RARE_LEVEL}'",
        lambda text: AccountFilter(trust_level=int(text)),
        "no index",
        "u.trust_level = %(text)s::int",
        "users_trust_idx",
    ),
    "status of few": _Filter(
        "'frozen'",
        lambda text: AccountFilter(status=AccountStatus(text)),
        "no index",
        "u.status = %(text)s::ledger.account_status",
        "users_status_idx",
    ),
}


def figures(bench: Bench, rounds: int) -> Iterator[Figure]:
    """Measure the first page, the one at half depth, and the first of each filter."""
    budget = BUDGETS["accounts.page"]
    first, deep = "accounts, first page", "accounts, page at half depth"
    yield bench.ours(first, [partial(page, bench.database, _ALL)] * rounds, budget=budget)
    yield bench.naive(first, "N+1", [partial(_each, bench.driver, {"offset": 0})] * rounds)
    half = number(bench.driver, "SELECT count(*) / 2 FROM ledger.users WHERE kind = 'customer'")
    cursor = _at(bench.driver, half)
    yield bench.ours(deep, [partial(page, bench.database, _ALL, cursor=cursor)] * rounds, budget=budget)
    yield bench.naive(deep, "OFFSET, N+1", [partial(_each, bench.driver, {"offset": half})] * rounds)
    for what, one in _FILTERS.items():
        texts = evenly(bench.driver, "users", one.expression, rounds)
        asks = [partial(page, bench.database, one.wanted(text)) for text in texts]
        yield bench.ours(f"accounts, {what}", asks, budget=budget)
        yield _unindexed(bench, f"accounts, {what}", one, texts)


def _unindexed(bench: Bench, what: str, one: _Filter, texts: list[str]) -> Figure:
    """Ask the naive way; an index is dropped meanwhile, in a transaction that is rolled back."""
    asks = [
        partial(_each, bench.driver, {"offset": 0, "text": text}, condition=one.condition) for text in texts
    ]
    with bench.driver.transaction(force_rollback=True):
        if one.without:
            bench.driver.execute(f"DROP INDEX ledger.{one.without}")
        return bench.naive(what, f"{one.way}, N+1", asks)


def _each(driver: Driver, values: dict[str, Any], *, condition: LiteralString = "true") -> None:
    """Read a page of accounts, then each one's last movement."""
    for account, *_shown in driver.execute(_LIST.format(condition=condition), values).fetchall():
        reads.last_movement(driver, account)


def _at(driver: Driver, place: int) -> Cursor:
    rows = driver.execute(_LIST.format(condition="true"), {"offset": place})
    (_id, username, *_shown) = rows.fetchall()[0]
    return Cursor(username, CURRENCY)

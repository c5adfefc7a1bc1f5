"""Customers that a demo ledger has not: of few and of very many movements, and some of a rare kind."""
# ruff: noqa: S608 - statements are put together from constants of this file

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.bench.driver import number
from console.workspace.demo import CURRENCY, SPAN

if TYPE_CHECKING:
    from console.bench.driver import Driver

RARE: Final = 20
"""How many accounts are frozen and of RARE_LEVEL."""

RARE_LEVEL: Final = 9

_OPEN: Final = f"""
    WITH opened AS (
        INSERT INTO ledger.users (username, display_name, email, trust_level, status, created_at)
        SELECT name, 'Bench Customer', name || '@example.org', %(trust)s, %(status)s,
            date_trunc('day', now()) - %(span)s::interval
        FROM unnest(%(names)s::text[]) name
        RETURNING id, status
    )
    INSERT INTO ledger.wallets (user_id, currency, kind, status)
    SELECT id, '{CURRENCY}', 'customer', status FROM opened"""

# Evenly over the demo's time, two in and one out in turn, as an INSERT that no function of the ledger makes.
# In the table they lie as far apart as if the other customers' rows had come between them.
_MOVE: Final = f"""
    WITH place AS (
        SELECT coalesce(max(t.id), 0) AS last FROM ledger.transactions t
    ), account AS (
        SELECT w.id, (SELECT s.id FROM ledger.wallets s JOIN ledger.users b ON b.id = s.user_id
            WHERE b.username = '@external' AND s.currency = w.currency) AS external
        FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id WHERE u.username = %(name)s
    ), moved AS (
        SELECT n, n %% 3 <> 0 AS incoming, n - n / 3 * 2 AS after,
            date_trunc('day', now()) - %(span)s::interval * (%(movements)s - n) / %(movements)s AS at
        FROM generate_series(1, %(movements)s::bigint) n
    )
    INSERT INTO ledger.transactions (
        id, posted_at, effective_at, kind, from_wallet, to_wallet, amount,
        from_balance_after, to_balance_after, reference, currency)
    SELECT place.last + n, at, at,
        (CASE WHEN incoming THEN 'deposit' ELSE 'payout' END)::ledger.transaction_kind,
        CASE WHEN incoming THEN account.external ELSE account.id END,
        CASE WHEN incoming THEN account.id ELSE account.external END, 1,
        CASE WHEN NOT incoming THEN after END, CASE WHEN incoming THEN after END,
        %(name)s || '-' || n, '{CURRENCY}'
    FROM place CROSS JOIN account CROSS JOIN moved
    ORDER BY n %% greatest(1, %(movements)s / (1 + place.last / %(movements)s)), n"""
_BALANCE: Final = """
    UPDATE ledger.wallets w SET balance = %(movements)s - %(movements)s / 3 * 2, version = %(movements)s
    FROM ledger.users u WHERE u.id = w.user_id AND u.username = %(name)s"""
_NEXT_ID: Final = """
    SELECT setval(pg_get_serial_sequence('ledger.transactions', 'id'), max(id)) FROM ledger.transactions"""


def rare(driver: Driver) -> None:
    """Open RARE frozen accounts of RARE_LEVEL, unless an earlier run has."""
    _open(driver, [f"bench-rare-{place}" for place in range(1, RARE + 1)], RARE_LEVEL, "frozen")


def customer_with(driver: Driver, movements: int) -> str:
    """Return the name of a customer with so many movements, who is made unless an earlier run has."""
    name = f"bench-{movements}"
    values = {"name": name, "movements": movements, "span": SPAN}
    with driver.transaction():
        made = _open(driver, [name], 0, "active")
        if made:
            driver.execute(_MOVE, values)
            driver.execute(_BALANCE, values)
            driver.execute(_NEXT_ID)
    if made:
        # A million movements with system accounts would be added up whenever one of those is shown.
        driver.execute("SELECT ledger.checkpoint_system_wallets()")
        driver.execute("VACUUM ANALYZE ledger.transactions")
    return name


def _open(driver: Driver, names: list[str], trust: int, status: str) -> bool:
    """Open accounts; return False where they are there already."""
    if number(driver, "SELECT count(*) FROM ledger.users WHERE username = ANY(%s)", names):
        return False
    driver.execute(_OPEN, {"names": names, "trust": trust, "status": status, "span": SPAN})
    return True

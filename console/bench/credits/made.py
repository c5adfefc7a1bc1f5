"""A million open credits and a million ended ones to measure on, whose books add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, LiteralString

from console.bench.driver import number
from console.errors import UsageError
from console.workspace.demo import CURRENCY

if TYPE_CHECKING:
    from console.bench.driver import Driver

SOURCES: Final = ("welcome", "campaign", "refund", "loyalty", "referral", "goodwill")

# Every figure is a formula of the credit's number: the same arguments give the same ledger. Open ones end
# on 400 days to come, two of three with the day, one in 33 never; ended ones ended on the last 365. Of a
# source that stands later in the list more is used. What was spent of a credit was spent by one capture.
_LOTS: Final = """
    CREATE TEMPORARY TABLE made_lot ON COMMIT DROP AS
    WITH dice AS MATERIALIZED (
        SELECT n, n > %(ended)s AS is_open, hashint8extended(n, 1) & 9007199254740991 AS hash,
            date_trunc('day', now(), 'UTC') AS today
        FROM generate_series(1::bigint, %(ended)s + %(open)s) n
    ), lot AS MATERIALIZED (
        SELECT d.n, d.is_open, %(first_wallet)s + d.n * 7919 %% %(users)s AS wallet_id,
            d.today, (d.hash / 13 %% 6)::integer AS place, (d.hash / 101 %% 1000) / 1000.0::float8 AS dice,
            100 + d.n * 104729 %% 50000 AS amount,
            CASE
                WHEN d.is_open AND d.n %% 33 = 0 THEN NULL
                WHEN d.is_open AND d.n %% 3 > 0 THEN d.today + (1 + d.hash %% 400) * interval '1 day'
                WHEN d.is_open THEN now() + interval '6 hours' + d.hash %% 34560000 * interval '1 s'
                WHEN d.n %% 3 > 0 THEN d.today - (1 + d.hash %% 364) * interval '1 day'
                ELSE d.today - interval '1 day' - d.hash %% 31449600 * interval '1 s'
            END AS expires_at,
            d.today - CASE WHEN d.is_open THEN interval '1 day' ELSE interval '400 days' END
                - d.hash / 7 %% (CASE WHEN d.is_open THEN 25920000 ELSE 15552000 END) * interval '1 s'
                AS created_at
        FROM dice d
    ), used AS MATERIALIZED (
        SELECT lot.*, least(lot.expires_at, lot.today - interval '2 hours') AS until, CASE
            WHEN lot.is_open AND lot.dice < 0.7 THEN 0
            WHEN lot.is_open THEN lot.amount * (lot.dice - 0.7) * 3
            WHEN lot.dice * 6 < lot.place THEN lot.amount
            ELSE lot.amount * lot.dice * 0.9 END::bigint AS used
        FROM lot
    )
    SELECT u.n, u.wallet_id, (%(sources)s::text[])[1 + u.place] AS source, u.amount, u.created_at,
        u.expires_at, u.used, CASE WHEN u.is_open THEN 0 ELSE u.amount - u.used END AS gone,
        u.created_at + (u.until - u.created_at) * (0.5 + 0.49 * u.dice) AS used_at,
        u.until + interval '10 minutes' AS gone_at
    FROM used u"""

# Ids follow the moments, as a ledger's do: neighbours in time are neighbours on the disk.
_EVENTS: Final = """
    CREATE TEMPORARY TABLE made_event ON COMMIT DROP AS
    SELECT e.*, %(last)s + row_number() OVER (ORDER BY e.at, e.n, e.kind DESC) AS id
    FROM (
        SELECT l.n, 'grant' AS kind, l.wallet_id, l.created_at AS at, l.amount AS delta, l.amount AS after
        FROM made_lot l
        UNION ALL
        SELECT l.n, 'capture', l.wallet_id, l.used_at, -l.used, l.amount - l.used
        FROM made_lot l WHERE l.used > 0
        UNION ALL
        SELECT l.n, 'expiry', l.wallet_id, l.gone_at, -l.gone, 0 FROM made_lot l WHERE l.gone > 0
    ) e"""
_TRANSACTIONS: Final = """
    INSERT INTO ledger.transactions (
        id, posted_at, effective_at, kind, from_wallet, to_wallet, amount, from_balance_after,
        to_balance_after, description, operator, currency)
    SELECT e.id, e.at, e.at, e.kind::ledger.transaction_kind,
        CASE WHEN e.delta > 0 THEN %(issuance)s ELSE e.wallet_id END, CASE e.kind
            WHEN 'grant' THEN e.wallet_id WHEN 'capture' THEN %(revenue)s ELSE %(breakage)s END,
        abs(e.delta), CASE WHEN e.delta < 0 THEN e.balance END, CASE WHEN e.delta > 0 THEN e.balance END,
        'Bench ' || e.kind, 'bench', %(currency)s
    FROM (
        SELECT e.*, w.balance + sum(e.delta) OVER (PARTITION BY e.wallet_id ORDER BY e.id) AS balance
        FROM made_event e JOIN ledger.wallets w ON w.id = e.wallet_id) e
    ORDER BY e.id"""
_CREDITS: Final = """
    INSERT INTO ledger.credit_lots (
        wallet_id, source, amount, remaining, expires_at, created_at, closed_at, opened_by, currency)
    SELECT l.wallet_id, l.source, l.amount, l.amount - l.used - l.gone, l.expires_at, l.created_at,
        CASE WHEN l.gone > 0 THEN l.gone_at WHEN l.amount = l.used THEN l.used_at END, e.id, %(currency)s
    FROM made_lot l JOIN made_event e ON e.n = l.n AND e.kind = 'grant'
    ORDER BY e.id"""
_MOVEMENTS: Final = """
    INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after)
    SELECT lot.id, e.id, e.delta, e.after
    FROM made_event e JOIN made_event opened ON opened.n = e.n AND opened.kind = 'grant'
    JOIN ledger.credit_lots lot ON lot.opened_by = opened.id
    ORDER BY e.id"""
_WALLETS: Final = """
    UPDATE ledger.wallets w SET granted = w.granted + s.amount, balance = w.balance + s.amount
    FROM (
        SELECT l.wallet_id, sum(l.remaining)::bigint AS amount FROM ledger.credit_lots l
        GROUP BY l.wallet_id) s
    WHERE w.id = s.wallet_id AND s.amount > 0"""
_SEQUENCE: Final = """
    SELECT setval(pg_get_serial_sequence('ledger.transactions', 'id'), max(t.id))
    FROM ledger.transactions t"""


def make_credits(driver: Driver, users: int, open_credits: int, ended: int) -> bool:
    """Make them in a demo ledger without credit, in one transaction; False where they are there already.

    users: that many customers, whose wallets' numbers follow each other. The connection is an
    administrator's, in autocommit. Raises UsageError where other credits are.
    """
    found = number(driver, "SELECT count(*) FROM ledger.credit_lots")
    if found == open_credits + ended:
        return False
    if found:
        raise UsageError(f"This ledger has {found:,} credits of another measurement; take other --users.")
    with driver.transaction():
        values = {
            name: number(
                driver,
                "SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
                " WHERE u.username = %s AND w.currency = %s",
                f"@{name}", CURRENCY,
            )
            for name in ("issuance", "revenue", "breakage")
        } | {
            "users": users, "open": open_credits, "ended": ended,
            "last": number(driver, "SELECT max(id) FROM ledger.transactions"),
            "first_wallet": number(driver, "SELECT min(id) FROM ledger.wallets WHERE kind = 'customer'"),
        }  # fmt: skip
        driver.execute("SET LOCAL work_mem = '256MB'")
        for statement in (_LOTS, _EVENTS, "ANALYZE made_lot", "ANALYZE made_event"):
            _run(driver, statement, values)
        for statement in (_TRANSACTIONS, _CREDITS, _MOVEMENTS, _WALLETS, _SEQUENCE):
            _run(driver, statement, values)
        driver.execute("SELECT ledger.checkpoint_system_wallets()")
    driver.execute(
        "VACUUM ANALYZE ledger.transactions, ledger.credit_lots, ledger.lot_movements, ledger.wallets"
    )
    # What was made is written out now, and not beside the first measurement.
    driver.execute("CHECKPOINT")
    return True


def _run(driver: Driver, statement: LiteralString, values: dict[str, int]) -> None:
    driver.execute(statement, {**values, "sources": list(SOURCES), "currency": CURRENCY})

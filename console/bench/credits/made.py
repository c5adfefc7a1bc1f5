"""A million open credits and a million ended ones to measure on, whose books add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from console.bench.driver import number
from console.errors import UsageError

if TYPE_CHECKING:
    from console.bench.driver import Driver

USERS: Final = 200_000
SOURCES: Final = ("welcome", "campaign", "refund", "loyalty", "referral", "goodwill")

# Every figure is a formula of the credit's number, so the same arguments give the same ledger. Open ones end
# on 400 days to come, two of three with the day's end, one in 33 never; ended ones ended on the last 365. Of a source
# that is used little most is left at the end. What was spent was spent in two captures.
_LOTS: Final = """
    CREATE TEMPORARY TABLE made_lot ON COMMIT DROP AS
    SELECT one.n, one.is_open, one.wallet_id, one.source, one.amount, one.created_at, one.expires_at,
        one.used * 6 / 10 AS first, one.used - one.used * 6 / 10 AS second,
        CASE WHEN one.is_open THEN 0 ELSE one.amount - one.used END AS gone,
        one.created_at + (one.until - one.created_at) * (0.1 + 0.3 * one.dice) AS first_at,
        one.created_at + (one.until - one.created_at) * (0.5 + 0.49 * one.dice) AS second_at,
        one.until + interval '10 minutes' AS gone_at
    FROM (
        SELECT lot.*, least(lot.expires_at, lot.today - interval '2 hours') AS until, CASE
            WHEN lot.is_open AND lot.dice < 0.7 THEN 0
            WHEN lot.is_open THEN lot.amount * (lot.dice - 0.7) * 3
            WHEN lot.dice * 6 < lot.place THEN lot.amount
            ELSE lot.amount * (lot.dice * 0.9) END::bigint AS used
        FROM (
            SELECT n, n > %(ended)s AS is_open, %(first_wallet)s + 1 + n * 7919 %% %(users)s AS wallet_id, day.today,
                place, (%(sources)s::text[])[1 + place] AS source, dice, 100 + n * 104729 %% 50000 AS amount,
                CASE
                    WHEN n > %(ended)s AND n %% 33 = 0 THEN NULL
                    WHEN n > %(ended)s AND n %% 3 > 0 THEN day.today + (1 + hash %% 400) * interval '1 day'
                    WHEN n > %(ended)s THEN now() + interval '6 hours' + hash %% (400 * 86400) * interval '1 s'
                    WHEN n %% 3 > 0 THEN day.today - (1 + hash %% 364) * interval '1 day'
                    ELSE day.today - interval '1 day' - hash %% (364 * 86400) * interval '1 s'
                END AS expires_at,
                CASE
                    WHEN n > %(ended)s THEN day.today - interval '1 day' - hash / 7 %% (300 * 86400) * interval '1 s'
                    ELSE day.today - (400 + hash / 7 %% 180) * interval '1 day' - hash / 11 %% 86400 * interval '1 s'
                END AS created_at
            FROM generate_series(1::bigint, %(ended)s + %(open)s) n
            CROSS JOIN (SELECT date_trunc('day', now(), 'UTC') AS today) day
            CROSS JOIN LATERAL (SELECT hashint8extended(n, 1) & 9007199254740991 AS hash) noise
            CROSS JOIN LATERAL (
                SELECT (hash / 13 %% 6)::integer AS place, (hash / 101 %% 1000) / 1000.0::float8 AS dice) more
        ) lot
    ) one"""

# Ids follow the moments, as a ledger's do; a hidden cost of one that does not is a cold cache.
_EVENTS: Final = """
    CREATE TEMPORARY TABLE made_event ON COMMIT DROP AS
    SELECT e.*, %(last)s + row_number() OVER (ORDER BY e.at, e.n, e.step) AS id
    FROM (
        SELECT n, 1 AS step, 'grant' AS kind, wallet_id, created_at AS at, amount AS delta, amount AS after
        FROM made_lot
        UNION ALL
        SELECT n, 2, 'capture', wallet_id, first_at, -first, amount - first FROM made_lot WHERE first > 0
        UNION ALL
        SELECT n, 3, 'capture', wallet_id, second_at, -second, amount - first - second FROM made_lot WHERE second > 0
        UNION ALL
        SELECT n, 4, 'expiry', wallet_id, gone_at, -gone, 0 FROM made_lot WHERE gone > 0
    ) e"""
_TRANSACTIONS: Final = """
    INSERT INTO ledger.transactions (
        id, posted_at, effective_at, kind, from_wallet, to_wallet, amount, from_balance_after, to_balance_after,
        description, operator, currency)
    SELECT e.id, e.at, e.at, e.kind::ledger.transaction_kind,
        CASE WHEN e.delta > 0 THEN %(issuance)s ELSE e.wallet_id END, CASE e.kind
            WHEN 'grant' THEN e.wallet_id WHEN 'capture' THEN %(revenue)s ELSE %(breakage)s END,
        abs(e.delta), CASE WHEN e.delta < 0 THEN e.balance END, CASE WHEN e.delta > 0 THEN e.balance END,
        'Bench ' || e.kind, 'bench', 'CR'
    FROM (
        SELECT e.*, w.balance + sum(e.delta) OVER (PARTITION BY e.wallet_id ORDER BY e.id) AS balance
        FROM made_event e JOIN ledger.wallets w ON w.id = e.wallet_id) e
    ORDER BY e.id"""
_CREDITS: Final = """
    INSERT INTO ledger.credit_lots (
        id, wallet_id, source, amount, remaining, expires_at, created_at, closed_at, opened_by, currency)
    SELECT row_number() OVER (ORDER BY opened.id), l.wallet_id, l.source, l.amount,
        l.amount - l.first - l.second - l.gone, l.expires_at, l.created_at,
        CASE WHEN l.amount = l.first + l.second + l.gone
            THEN CASE WHEN l.gone > 0 THEN l.gone_at WHEN l.second > 0 THEN l.second_at ELSE l.first_at END END,
        opened.id, 'CR'
    FROM made_lot l JOIN made_event opened ON opened.n = l.n AND opened.step = 1
    ORDER BY opened.id"""
_MOVEMENTS: Final = """
    INSERT INTO ledger.lot_movements (lot_id, transaction_id, amount, remaining_after)
    SELECT lot.id, e.id, e.delta, e.after
    FROM made_event e JOIN made_event opened ON opened.n = e.n AND opened.step = 1
    JOIN ledger.credit_lots lot ON lot.opened_by = opened.id
    ORDER BY e.id"""
_WALLETS: Final = """
    UPDATE ledger.wallets w SET granted = w.granted + s.left_over, balance = w.balance + s.left_over
    FROM (SELECT l.wallet_id, sum(l.remaining)::bigint AS left_over FROM ledger.credit_lots l GROUP BY 1) s
    WHERE w.id = s.wallet_id AND s.left_over > 0"""


def make_credits(driver: Driver, users: int, open_credits: int, ended: int) -> bool:
    """Make them in a demo ledger that has no credit yet, in one transaction; False where they are there already.

    Raises UsageError where other credits are. The connection must be in autocommit, and an administrator's.
    """
    found = number(driver, "SELECT count(*) FROM ledger.credit_lots")
    if found == open_credits + ended:
        return False
    if found:
        raise UsageError(
            f"This ledger has {found:,} credits of another measurement; take other numbers, or none with --keep."
        )
    with driver.transaction():
        values = _places(driver) | {
            "users": users, "open": open_credits, "ended": ended, "sources": list(SOURCES),
        }  # fmt: skip
        driver.execute("SET LOCAL work_mem = '256MB'")
        driver.execute("SET LOCAL statement_timeout = 0")
        for statement in (_LOTS, _EVENTS):
            driver.execute(statement, values)
        driver.execute("ANALYZE made_lot, made_event")
        for statement in (_TRANSACTIONS, _CREDITS, _MOVEMENTS, _WALLETS):
            driver.execute(statement, values)
        for table in ("transactions", "credit_lots"):
            driver.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                [f"ledger.{table}", _last(driver, table)],
            )
        driver.execute("SELECT ledger.checkpoint_system_wallets()")
    driver.execute(
        "VACUUM ANALYZE ledger.transactions, ledger.credit_lots, ledger.lot_movements, ledger.wallets"
    )
    return True

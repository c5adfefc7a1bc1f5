"""How one account's movements are read: a walk of an index on each side, merged, never an OR over both."""

from __future__ import annotations

ACCOUNT = """account AS (
        SELECT w.id, w.kind, w.currency, w.balance, w.version, c.exponent
        FROM ledger.users u JOIN ledger.wallets w ON w.user_id = u.id
        JOIN ledger.currencies c ON c.code = w.currency
        WHERE u.username = :username AND w.currency = :currency
    )"""
"""The account that a walk is of."""

PERIOD = (
    "(t.posted_at, t.id) >= (coalesce(CAST(:since AS timestamptz), '-infinity'), CAST(:first AS bigint))"
    " AND t.posted_at < coalesce(CAST(:until AS timestamptz), 'infinity')"
)
"""Movements of a period; see Period."""

BALANCE_AFTER = (
    "t.posted_at, t.id, t.from_balance_after AS after",
    "t.posted_at, t.id, t.to_balance_after",
)
"""What is walked for the balance that a movement left behind; NULL for a system account."""


def walk(
    outgoing: str,
    incoming: str,
    *,
    condition: str,
    limit: str,
    kinds: tuple[str, str] = ("true", "true"),
    descending: bool = True,
) -> str:
    """Return the movements of `account` in order, at most `limit`; from the newest on, or from the oldest.

    outgoing, incoming: the columns of `ledger.transactions t` on either side, posted_at and id among them.
    condition: which of them; kinds: what more must hold on either side, where an empty text leaves it out.
    """
    way = "DESC" if descending else "ASC"
    sides = [
        f"""(SELECT {columns} FROM ledger.transactions t
            WHERE t.{wallet} = account.id AND {condition} AND {kind}
            ORDER BY t.posted_at {way}, t.id {way} LIMIT {limit})"""  # noqa: S608 - texts of ours
        for columns, wallet, kind in zip(
            (outgoing, incoming), ("from_wallet", "to_wallet"), kinds, strict=True
        )
        if kind
    ]
    return f"""SELECT * FROM ({" UNION ALL ".join(sides)}) side
            ORDER BY side.posted_at {way}, side.id {way} LIMIT {limit}"""  # noqa: S608 - texts of ours

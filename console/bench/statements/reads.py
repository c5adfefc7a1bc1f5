"""The ways in which such systems commonly read: a statement a row, an account, a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.bench.driver import Driver

CURRENCY = "CR"

_OVERVIEW = (
    "SELECT count(*) FROM ledger.wallets WHERE kind = 'customer' AND status = 'active'",
    "SELECT count(*) FROM ledger.wallets WHERE kind = 'customer' AND status = 'frozen'",
    "SELECT count(*) FROM ledger.wallets WHERE kind = 'customer' AND status = 'closed'",
    "SELECT sum(balance) FROM ledger.wallets WHERE kind = 'customer'",
    "SELECT sum(remaining) FROM ledger.credit_lots WHERE closed_at IS NULL",
    "SELECT sum(amount) FROM ledger.reservations WHERE status = 'reserved'",
    *(
        "SELECT count(*), sum(amount) FROM ledger.transactions"  # noqa: S608 - words of ours
        f" WHERE kind = '{kind}' AND posted_at >= current_date"
        for kind in ("transfer", "deposit", "payout", "grant", "capture")
    ),
    *(
        f"SELECT count(*) FROM ledger.batches WHERE status = '{status}'"  # noqa: S608 - words of ours
        for status in ("draft", "submitted", "approved")
    ),
    "SELECT count(*) FROM ledger.reservations WHERE status = 'reserved'",
    "SELECT count(*) FROM ledger.reservations WHERE status = 'reserved' AND expires_at <= now()",
    """SELECT count(*), sum(remaining) FROM ledger.credit_lots
        WHERE closed_at IS NULL AND expires_at BETWEEN now() AND now() + interval '30 days'""",
    "SELECT count(*) FROM ledger.approval_requests WHERE status = 'pending'",
)


def history(driver: Driver, rows: int, username: str | None = None) -> None:
    """Read a page, then each party's name by itself."""
    mine = ""
    values: list[Any] = [rows]
    if username is not None:
        wallet = wallet_of(driver, username)
        mine = "WHERE from_wallet = %s OR to_wallet = %s"
        values = [wallet, wallet, rows]
    page = driver.execute(
        f"SELECT * FROM ledger.transactions {mine} ORDER BY posted_at DESC, id DESC LIMIT %s".encode(),  # noqa: S608 - a condition of ours
        values,
    ).fetchall()
    for row in page:
        for party in row[3:5]:
            driver.execute(
                "SELECT u.username FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
                " WHERE w.id = %s",
                [party],
            ).fetchone()


def balances(driver: Driver, names: Sequence[str]) -> None:
    """Read each user, then the user's wallet."""
    for name in names:
        user = _one(driver, "SELECT id FROM ledger.users WHERE username = %s", name)
        _one(driver, "SELECT * FROM ledger.wallets WHERE user_id = %s AND currency = %s", user, CURRENCY)


def credits_each(driver: Driver, names: Sequence[str]) -> None:
    """Read balance and holds, account by account."""
    for name in names:
        _one(
            driver,
            "SELECT w.balance, coalesce(sum(r.amount), 0) FROM ledger.users u"
            " JOIN ledger.wallets w ON w.user_id = u.id AND w.currency = %s"
            " LEFT JOIN ledger.reservations r ON r.wallet_id = w.id AND r.status = 'reserved'"
            " WHERE u.username = %s GROUP BY w.id",
            CURRENCY, name,
        )  # fmt: skip


def breakdown(driver: Driver, name: str) -> None:
    """Ask for each figure of an account by itself: ten questions."""
    user = _one(driver, "SELECT id FROM ledger.users WHERE username = %s", name)
    wallet = _one(
        driver, "SELECT id FROM ledger.wallets WHERE user_id = %s AND currency = %s", user, CURRENCY
    )
    lots = "FROM ledger.credit_lots WHERE wallet_id = %s AND closed_at IS NULL"
    holds = "FROM ledger.reservations WHERE wallet_id = %s AND status = 'reserved'"
    for question in (
        "SELECT balance, overdraft_limit FROM ledger.wallets WHERE id = %s",
        f"SELECT coalesce(sum(amount), 0) {holds}",
        f"SELECT * {holds} ORDER BY created_at",
        f"SELECT coalesce(sum(remaining), 0) {lots}",
        f"SELECT * {lots} ORDER BY expires_at NULLS LAST, created_at, id",
        f"SELECT coalesce(sum(remaining), 0) {lots} AND expires_at <= now()",
        f"SELECT coalesce(sum(remaining), 0) {lots} AND expires_at <= now() + interval '30 days'",
        f"SELECT min(expires_at) {lots} AND expires_at > now()",
    ):
        driver.execute(question.encode(), [wallet]).fetchall()


def overview(driver: Driver) -> None:
    """Ask for each figure of the dashboard by itself."""
    for question in _OVERVIEW:
        driver.execute(question.encode()).fetchall()


def accounts(driver: Driver, rows: int) -> None:
    """Read a page of accounts, then each one's last movement."""
    page = driver.execute(
        "SELECT w.id, u.username, u.status, w.balance FROM ledger.users u JOIN ledger.wallets w"
        " ON w.user_id = u.id WHERE u.kind = 'customer' AND w.currency = %s ORDER BY u.username LIMIT %s",
        [CURRENCY, rows],
    ).fetchall()
    for wallet, *_shown in page:
        last_movement(driver, wallet)


def last_movement(driver: Driver, wallet: int) -> None:
    """Ask when an account was last moved, whichever side it was on."""
    _one(
        driver,
        "SELECT max(posted_at) FROM ledger.transactions WHERE from_wallet = %s OR to_wallet = %s",
        wallet, wallet,
    )  # fmt: skip


def sign_in(driver: Driver) -> None:
    """Ask who, where, which schema and which rights, one after the other."""
    _one(driver, "SELECT session_user, current_database()")
    _one(driver, "SELECT version()")
    _one(driver, "SELECT version_num FROM ledger.schema_version")
    driver.execute("SELECT rolname FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER')").fetchall()


def account_page(driver: Driver, name: str, rows: int) -> None:
    """Show one account: its figures, its history with names, its notes, its holds."""
    breakdown(driver, name)
    history(driver, rows, name)
    user = _one(driver, "SELECT id FROM ledger.users WHERE username = %s", name)
    driver.execute(
        "SELECT * FROM ledger.account_notes WHERE user_id = %s ORDER BY id DESC", [user]
    ).fetchall()
    driver.execute(
        "SELECT * FROM ledger.reservations WHERE wallet_id = %s ORDER BY created_at DESC",
        [wallet_of(driver, name)],
    ).fetchall()


def wallet_of(driver: Driver, name: str) -> Any:
    """Return the id of an account's wallet."""
    return _one(
        driver,
        "SELECT w.id FROM ledger.wallets w JOIN ledger.users u ON u.id = w.user_id"
        " WHERE u.username = %s AND w.currency = %s",
        name, CURRENCY,
    )  # fmt: skip


def _one(driver: Driver, question: str, *values: object) -> Any:
    """Return the first column of the first row."""
    row = driver.execute(question.encode(), values).fetchone()
    return None if row is None else row[0]

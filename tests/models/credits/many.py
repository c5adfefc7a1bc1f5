"""Choosing many credits for an act, and what one looks at after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from psycopg.types.json import Jsonb

from tests.models.writes import done, grant

if TYPE_CHECKING:
    from tests.bookkeeping import Connection

MOMENT_H: Final = 0.8 / 3_600


def chosen(amount: int, *numbers: int, currency: str = "CR") -> Jsonb:
    """Choose credits by their numbers, with what was seen of them."""
    return Jsonb({"currency": currency, "lots": numbers, "count": len(numbers), "amount": amount})


def matching(count: int, amount: int, currency: str = "CR", **said: object) -> Jsonb:
    """Choose all credits that match."""
    return Jsonb({"currency": currency, "filter": said, "count": count, "amount": amount})


def lot(found: dict[str, Any]) -> int:
    """Return the number of a credit that was granted."""
    return int(done(found)["lot"])


def soon_over(connection: Connection, name: str, amount: int, source: str = "promo") -> int:
    """Grant credit that ends in a moment."""
    return lot(grant(connection, name, amount, MOMENT_H, source=source))


def let_them_end(admin: Connection) -> None:
    """Wait until what ends in a moment has ended."""
    admin.execute(
        "SELECT pg_sleep(extract(epoch FROM max(l.expires_at) - clock_timestamp()) + 0.001) "
        "FROM ledger.credit_lots l WHERE l.expires_at < now() + interval '1 minute'"
    )


def ends(admin: Connection, number: int) -> object:
    """Return when a credit ends."""
    row = admin.execute("SELECT expires_at FROM ledger.credit_lots WHERE id = %s", [number]).fetchone()
    assert row is not None
    return row[0]


def events(admin: Connection, number: int) -> list[tuple[Any, ...]]:
    """Return what was done to a credit's end: kind, by whom, why, under which number, and the end before."""
    return admin.execute(
        "SELECT a.kind, a.operator, a.reason, a.ticket, e.amount, e.expires_before FROM ledger.lot_events e "
        "JOIN ledger.acts a ON a.id = e.act_id WHERE e.lot_id = %s ORDER BY e.act_id",
        [number],
    ).fetchall()

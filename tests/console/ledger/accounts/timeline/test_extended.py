"""Ends that were moved stand in the timeline, once an act; an end by hand says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from console.ledger.accounts.timeline.page import Parts, timeline
from console.ledger.accounts.timeline.words import sentence
from console.postgres.page import Direction
from tests.cluster import CURRENCY
from tests.models.writes import done, grant, reserve, write

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection

UNTIL = "2031-01-01 00:00+00"
WHY = "the sale goes on"


def test_an_extension_is_one_row_of_each_account_that_it_is_on(
    operator: Connection, operator_database: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"anna": 100, "bert": 0})
    lots = [done(grant(operator, name, 10, 5))["lot"] for name in ("anna", "anna", "bert")]
    chosen = Jsonb({"currency": CURRENCY, "lots": lots, "count": 3, "amount": 30})
    done(write(operator, "extend_lots", chosen, UNTIL, WHY, "T-1"))
    for name in ("h-1", "h-2"):
        done(reserve(operator, "anna", 10, name, 5))
    done(write(operator, "extend_reservation", "h-1", UNTIL, WHY))
    done(write(operator, "extend_holds", ["h-1", "h-2"], None, WHY))
    done(write(operator, "extend_lots", chosen, "2031-01-02 12:30+00", WHY))
    ended = Jsonb({"currency": CURRENCY, "lots": lots[2:], "count": 1, "amount": 10})
    done(write(operator, "end_lots", ended, "a mistake", "T-2"))

    def words(name: str, parts: Parts = Parts.ALL) -> list[str]:
        found = timeline(operator_database, name, CURRENCY, parts=parts)
        return [sentence(row) for row in found.rows]

    assert words("anna")[:6] == [
        f"2 credits of 0.20 CR extended to 2031-01-02 12:30: {WHY}",
        f"2 holds of 0.20 CR extended to no end: {WHY}",
        f"Hold h-1 of 0.10 CR extended to the end of 2030-12-31: {WHY}",
        "Hold h-2 of 0.10 CR made",
        "Hold h-1 of 0.10 CR made",
        f"2 credits of 0.20 CR extended to the end of 2030-12-31: {WHY}, ticket T-1",
    ]
    assert words("bert")[:2] == [
        "Credit of 0.10 CR ended by hand: a mistake, ticket T-2",
        f"Credit of 0.10 CR extended to 2031-01-02 12:30: {WHY}",
    ]
    assert len([one for one in words("anna", Parts.OTHERS) if "extended" in one]) == 4


def test_pages_meet_at_an_extension(
    operator: Connection, operator_database: Database, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"anna": 100})
    lot = done(grant(operator, "anna", 10, 5))["lot"]
    chosen = Jsonb({"currency": CURRENCY, "lots": [lot], "count": 1, "amount": 10})
    for hour in (1, 2, 3):
        done(write(operator, "extend_lots", chosen, f"2031-01-01 0{hour}:00+00", WHY))
    whole = timeline(operator_database, "anna", CURRENCY).rows
    seen = [whole[0]]
    while len(seen) < len(whole):
        page = timeline(operator_database, "anna", CURRENCY, cursor=seen[-1].place, limit=1)
        seen += page.rows
    assert [row.place for row in seen] == [row.place for row in whole]
    before = timeline(
        operator_database, "anna", CURRENCY, cursor=whole[2].place, direction=Direction.BEFORE, limit=2
    )
    assert [row.place for row in before.rows] == [row.place for row in whole[:2]]

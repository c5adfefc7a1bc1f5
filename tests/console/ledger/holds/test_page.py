"""The list of reservations: newest first, page by page, in one statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.holds.page import Cursor, HoldFilter, page
from console.monitor.budgets import budget
from console.postgres.page import Direction
from models.credit import ReservationStatus
from tests.models.writes import REASON, capture, done, let_time_pass, release, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.postgres.database import Database
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

ALL = HoldFilter()


@pytest.fixture(autouse=True)
def holds(operator: Connection, admin: Connection, open_accounts: Callable[..., None]) -> None:
    """Make holds in every state, h-1 the oldest; h-2 is open and past due."""
    open_accounts({"alice": 1_000, "bob": 1_000})
    done(reserve(operator, "alice", 10, "h-1"))
    done(reserve(operator, "alice", 20, "h-2", 1))
    let_time_pass(admin, 2)
    done(reserve(operator, "bob", 30, "h-3"))
    done(reserve(operator, "bob", 40, "h-4", 1))
    done(reserve(operator, "alice", 50, "h-5"))
    done(capture(operator, "h-3", 25))
    done(release(operator, "h-5"))


def references(database: Database, wanted: HoldFilter = ALL) -> list[str]:
    return [row.reference for row in page(database, wanted).rows]


def test_each_state_as_it_ended(viewer: Database, statements: Statements) -> None:
    with statements.counted() as sent:
        rows = {row.reference: row for row in page(viewer, ALL).rows}
    assert len(sent) == budget("reservations.page") == 1
    assert list(rows) == ["h-5", "h-4", "h-3", "h-2", "h-1"]
    taken, gone, open_one, late = rows["h-3"], rows["h-5"], rows["h-4"], rows["h-2"]
    assert (taken.username, taken.amount, taken.captured_amount) == ("bob", 30, 25)
    assert (taken.status, taken.closed_by) == (ReservationStatus.CAPTURED, "t_operator")
    assert (gone.status, gone.close_reason) == (ReservationStatus.RELEASED, REASON)
    assert (open_one.closed_at, open_one.past_due, open_one.created_by) == (None, False, "t_operator")
    assert (late.status, late.past_due) == (ReservationStatus.RESERVED, True)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (HoldFilter(status=ReservationStatus.RESERVED), ["h-4", "h-2", "h-1"]),
        (HoldFilter(status=ReservationStatus.CAPTURED), ["h-3"]),
        (HoldFilter(status=ReservationStatus.EXPIRED), []),
        (HoldFilter(past_due=True), ["h-2"]),
        (HoldFilter(user=" Bob "), ["h-4", "h-3"]),
        (HoldFilter(user="bob", past_due=True), []),
        (HoldFilter(user="nobody"), []),
        (HoldFilter(reference="h-1"), ["h-1"]),
    ],
)
def test_filters(viewer: Database, wanted: HoldFilter, found: list[str]) -> None:
    assert references(viewer, wanted) == found


def test_pages_meet_at_their_edges_in_both_directions(viewer: Database) -> None:
    first = page(viewer, ALL, limit=2)
    assert ([row.reference for row in first.rows], first.more_after) == (["h-5", "h-4"], True)
    second = page(viewer, ALL, cursor=Cursor.of(first.rows[-1]), limit=2)
    assert ([row.reference for row in second.rows], second.more_after) == (["h-3", "h-2"], True)
    third = page(viewer, ALL, cursor=Cursor.of(second.rows[-1]), limit=2)
    assert ([row.reference for row in third.rows], third.more_after) == (["h-1"], False)
    back = page(viewer, ALL, cursor=Cursor.of(third.rows[0]), direction=Direction.BEFORE, limit=2)
    assert (back.rows, back.more_before, back.more_after) == (second.rows, True, True)
    last = page(viewer, ALL, direction=Direction.BEFORE, limit=2)
    assert ([row.reference for row in last.rows], last.more_after) == (["h-2", "h-1"], False)

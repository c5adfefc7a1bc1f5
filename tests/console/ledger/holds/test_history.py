"""How the end of a hold was moved: each time, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.ledger.holds.commands import extend, release
from console.ledger.holds.history import ends_moved
from console.ledger.holds.many import ExtendMany, act_on_holds
from console.monitor.budgets import budget
from tests.models.writes import done, reserve

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.writes.ledger import Ledger
    from tests.bookkeeping import Connection
    from tests.conftest import Statements

FIRST, SECOND = datetime(2999, 1, 2, tzinfo=UTC), datetime(2999, 6, 2, tzinfo=UTC)


def test_each_change_of_an_end_alone_and_with_others(
    operator_ledger: Ledger,
    operator: Connection,
    open_accounts: Callable[..., None],
    statements: Statements,
) -> None:
    open_accounts({"anna": 1_000})
    numbers = [done(reserve(operator, "anna", 10, name))["reservation"] for name in ("h-1", "h-2")]
    extend(operator_ledger, "h-1", expires_at=FIRST, reason="they asked", ticket="SUP-1")
    act_on_holds(operator_ledger, ExtendMany(("h-1", "h-2"), None, "for both"))
    extend(operator_ledger, "h-1", expires_at=SECOND, reason="once more")
    release(operator_ledger, "h-1", reason="enough")
    with statements.counted() as sent:
        found = ends_moved(operator_ledger.database, numbers[0])
    assert len(sent) == budget("reservation.history") == 1
    assert [(one.before, one.after, one.reason, one.ticket, one.holds) for one in found] == [
        (None, SECOND, "once more", "", 1),
        (FIRST, None, "for both", "", 2),
        (None, FIRST, "they asked", "SUP-1", 1),
    ]
    assert {one.operator for one in found} == {"t_operator"}
    assert [one.reason for one in ends_moved(operator_ledger.database, numbers[1])] == ["for both"]
    assert [one.reason for one in ends_moved(operator_ledger.database, numbers[0], limit=1)] == ["once more"]

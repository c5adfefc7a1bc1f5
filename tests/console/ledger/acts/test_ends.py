"""How the end of a hold or a credit was moved: each time, the newest first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from console.errors import RefusedError
from console.ledger.acts.ends import of_credit, of_hold
from console.ledger.credits.many import EndLots, ExtendLots, ReviveLots, Selection, change_lots
from console.ledger.holds.commands import extend, release
from console.ledger.holds.many import ExtendMany, act_on_holds
from console.monitor.budgets import budget
from tests.models.writes import done, grant, reserve

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
        found = of_hold(operator_ledger.database, numbers[0])
    assert len(sent) == budget("reservation.history") == 1
    assert [(one.before, one.after, one.reason, one.ticket, one.items) for one in found] == [
        (None, SECOND, "once more", "", 1),
        (FIRST, None, "for both", "", 2),
        (None, FIRST, "they asked", "SUP-1", 1),
    ]
    assert {one.operator for one in found} == {"t_operator"}
    assert [one.reason for one in of_hold(operator_ledger.database, numbers[1])] == ["for both"]
    assert [one.reason for one in of_hold(operator_ledger.database, numbers[0], limit=1)] == ["once more"]


def test_each_act_on_a_credit(
    operator_ledger: Ledger,
    operator: Connection,
    open_accounts: Callable[..., None],
    statements: Statements,
) -> None:
    open_accounts({"anna": 0})
    lots = [done(grant(operator, "anna", 10))["lot"] for _ in range(2)]
    both = Selection("CR", 2, 20, lots=tuple(lots))
    first = Selection("CR", 1, 10, lots=(lots[0],))
    change_lots(operator_ledger, EndLots(first, "a mistake", "SUP-2"))
    change_lots(operator_ledger, ReviveLots(first, SECOND, "no mistake"))
    second = Selection("CR", 1, 10, lots=(lots[1],))
    with statements.counted() as sent:
        found = of_credit(operator_ledger.database, lots[0])
    assert len(sent) == budget("credit.history") == 1
    assert [(one.kind, one.after, one.reason, one.ticket, one.items) for one in found] == [
        ("revive_lots", SECOND, "no mistake", "", 1),
        ("end_lots", found[1].at, "a mistake", "SUP-2", 1),
    ]
    assert (found[1].before, found[0].before) == (None, found[1].at)
    assert of_credit(operator_ledger.database, lots[1]) == ()
    with pytest.raises(RefusedError, match="end later already"):
        change_lots(operator_ledger, ExtendLots(second, FIRST, "no later than it is"))
    with pytest.raises(RefusedError, match=r"there is 1 credit of 0\.10 CR now"):
        change_lots(operator_ledger, ExtendLots(both, FIRST, "one of them has gone"))

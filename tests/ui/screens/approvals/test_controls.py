"""Changes of controls at the approvals desk: what stands, what was asked for, and who decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from console.ledger.approvals import commands
from console.ledger.approvals.page import RequestStatus, get
from console.ledger.approvals.rules.commands import limit_set, rule_set, set_limit
from console.ledger.approvals.rules.controls import dual_control_turned
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from tests.cluster import CURRENCY
from tests.ui.screens.approvals.hands import choose, seen
from ui.routes import OpenRequest
from ui.screens.approvals.many import ApproveMany

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.settings import Settings
    from console.writes.ledger import Ledger
    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from tests.ui.screens.approvals.conftest import Desks
    from ui.screens.approvals.screen import ApprovalsDesk

WHY = "as the board asked"


@pytest.fixture
def boss(ledger_of: Callable[[str], Ledger]) -> Ledger:
    """Return the way to write as an admin."""
    ledger = ledger_of("t_admin")
    set_limit(ledger, "ledger_operator", "*", CURRENCY, per_operation=None, per_day=80_000, reason=WHY)
    return ledger


@pytest.fixture
def limit(boss: Ledger) -> int:
    """Ask for a limit a day that is raised."""
    wanted = limit_set("ledger_operator", "*", CURRENCY, per_operation=5_000, per_day=90_000, reason=WHY)
    return commands.submit(boss, wanted, reason=WHY).request


@pytest.fixture
def second(staff: Staff, settings: Settings) -> Iterator[Database]:
    """Return the ledger as another admin sees it."""
    database = Database(staff.url(staff.hire("admin")), Recorder(capacity=200), settings)
    yield database
    database.close()


@pytest.fixture
def desk(limit: int, second: Database, context_of: Contexts, show: Desks) -> ApprovalsDesk:
    """Show the desk to another admin."""
    return show(context_of("", second))


def test_what_stands_is_beside_what_was_asked(
    qtbot: QtBot, desk: ApprovalsDesk, limit: int, boss: Ledger
) -> None:
    choose(qtbot, desk, limit)
    page = desk.request
    assert page.head.words == ("Limit of ledger_operator for any kind in CR: 50.00 at once, 900.00 a day")
    assert page.head.chips == (f"limit request {limit}", "waits for approval")
    part = page.changes
    assert part.controls.rows == (
        "At once: Now \N{EM DASH}, Asked for 50.00", "A day: Now 800.00, Asked for 900.00",
    )  # fmt: skip
    assert part.outcome.text() == "It would be done."
    # Somebody changes the same limit meanwhile.
    set_limit(boss, "ledger_operator", "*", CURRENCY, per_operation=None, per_day=70_000, reason=WHY)
    desk.renew()
    seen(qtbot, desk, limit)
    qtbot.waitUntil(lambda: "What it changes" in " ".join(part.changes.rows))
    assert "Now 700.00, Asked for 900.00" in " ".join(part.controls.rows)


def test_another_admin_approves_and_carries_it_out(
    qtbot: QtBot, desk: ApprovalsDesk, limit: int, boss: Ledger
) -> None:
    choose(qtbot, desk, limit)
    desk.request.foot.approve_button.click()
    qtbot.waitUntil(lambda: get(boss.database, limit).row.status is RequestStatus.APPROVED)
    desk.follow(OpenRequest(limit))
    seen(qtbot, desk, limit)
    desk.request.foot.execute_button.click()
    qtbot.waitUntil(lambda: get(boss.database, limit).row.status is RequestStatus.EXECUTED)


def test_a_checker_of_money_does_not_decide_on_it(
    qtbot: QtBot, limit: int, context_of: Contexts, show: Desks
) -> None:
    shown = show(context_of("t_approver"))
    shown.follow(OpenRequest(limit))
    seen(qtbot, shown, limit)
    page = shown.request
    assert page.foot.reason == "needs role admin"
    assert not page.foot.reject_button.isEnabled()
    assert page.changes.outcome.text() == (
        "It would be refused: an administrator decides on this, and alone sees what would come of it."
    )


def test_changes_of_controls_are_left_out_of_many(
    qtbot: QtBot, desk: ApprovalsDesk, limit: int, boss: Ledger
) -> None:
    other = commands.submit(boss, rule_set("transfer", CURRENCY, 100, 1, reason=WHY), reason=WHY).request
    dual = commands.submit(boss, dual_control_turned(on=True, reason=WHY), reason=WHY).request
    rows = [get(boss.database, number).row for number in (limit, other, dual)]
    dialog = ApproveMany(desk.context, rows, desk)
    qtbot.addWidget(dialog)
    assert [row.id for row in dialog.left_out] == [limit, other, dual]
    assert "A change of who may do what is decided on its own page." in dialog.words

"""The tour's stops at the approvals desk: what one operator asks for, another checks and decides."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.accounts.commands import OverdraftLimit
from console.ledger.approvals.commands import submit
from console.ledger.approvals.inbox import View
from console.ledger.approvals.rules.commands import limit_set, set_limit
from console.ledger.approvals.rules.terms import set_terms
from console.ledger.credits.commands import Grant
from console.ledger.operators.commands import add_operator
from console.ledger.transactions.page import TransactionFilter, page
from console.ledger.transactions.transfer import Transfer
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.writes.ledger import Ledger
from models.transaction import TransactionKind
from ui.kit.table.paged_model import State
from ui.kit.theme.theme import Mode
from ui.kit.widgets.reason import ReasonDialog
from ui.screens.approvals.many import ApproveMany
from ui.screens.approvals.screen import ApprovalsDesk
from ui.tour.hands import expect, go, press, screen, window_of
from ui.tour.walk import SIZE, Stop, TourError

if TYPE_CHECKING:
    from console.ledger.approvals.commands import Order
    from console.workspace.workspace import Workspace
    from ui.tour.walk import Walk

MONEY: Final = "CR"
"""What the sample batch is in, and all that is asked for here."""
_TYPED_FROM: Final = 6_000
_DAYS: Final = 14
_SIGN_IN_MS: Final = 60_000
# A role that whoever takes the tour is not in: it is taken again on the same ledger.
_HELD: Final = "ledger_approver"
_A_DAY: Final = 250_000
_SALE: Final = "checkers stand in for operators during the winter sale"
_BY_HAND: Final = "the tour's second operator"
_CONTROL: Final = Qt.KeyboardModifier.ControlModifier


def asked(walk: Walk) -> None:
    """Ask for a few things beside the batch that was submitted, and see them wait."""
    workspace = walk.session.workspace
    if workspace is None:
        raise TourError("no ledger is open")
    window_of(walk).context.theme.set_mode(Mode.LIGHT)
    for order, reason, ticket in _orders(workspace):
        submit(workspace.ledger, order, reason=reason, ticket=ticket)
    _ask_as_owner(workspace)
    go(walk, "approvals")
    shown = screen(walk, ApprovalsDesk)
    walk.wait(lambda: shown.counts is not None, "the counts")
    _open_view(walk, View.MINE)
    _choose(walk, 0)
    expect(not shown.request.foot.approve_button.isEnabled(), "the maker could approve")


def signed_in(walk: Walk) -> None:
    """Leave the window, and sign in as a checker: the oldest waits first."""
    workspace = walk.session.workspace
    if workspace is None:
        raise TourError("no ledger is open")
    name, password = f"mara-{datetime.now(UTC):%H%M%S}", secrets.token_urlsafe(18)
    _hire(workspace, name, SecretStr(password))
    walk.settle()
    window_of(walk).context.commands.run("operator.switch")
    sign_in = walk.session.start_window.sign_in
    walk.wait(lambda: sign_in.isVisible() and sign_in.button.isEnabled(), "the sign-in")
    QTest.keyClicks(sign_in.operator, name)
    QTest.keyClicks(sign_in.password, password)
    press(sign_in.button)
    walk.wait(lambda: walk.session.window is not None, "the checker's window", _SIGN_IN_MS)
    window_of(walk).resize(*SIZE)
    go(walk, "approvals")
    shown = screen(walk, ApprovalsDesk)
    walk.wait(lambda: shown.model.state is State.READY and shown.counts is not None, "the inbox")
    expect(len(shown.model.rows) > 1, "nothing waits for the checker")
    _choose(walk, 0)


def control(walk: Walk) -> None:
    """See what would change who may do what: what stands beside what was asked for."""
    shown = screen(walk, ApprovalsDesk)
    _choose(walk, _place(shown, "set_limit"))
    expect(bool(shown.request.changes.controls.rows), "it is not said what it would change")


def batch(walk: Walk) -> None:
    """Go to the batch with the keyboard, and type its total: it is above what is approved unread."""
    shown = screen(walk, ApprovalsDesk)
    _choose(walk, _place(shown, "post_batch"))
    QTest.keyClick(shown.table, Qt.Key.Key_Return)
    found = shown.request.found
    if found is None:
        raise TourError("the batch was not read")
    formats = window_of(walk).context.formats
    QTest.keyClicks(shown.request.foot.typed.edit, formats.plain_amount(found.row.amount, found.row.currency))
    expect(not shown.request.foot.reason, f"it cannot be approved: {shown.request.foot.reason}")


def back(walk: Walk) -> None:
    """Send one back with words: its maker reads them."""
    shown = screen(walk, ApprovalsDesk)
    QTest.keyClick(shown.request.foot.typed.edit, Qt.Key.Key_Escape)
    _choose(walk, _place(shown, "set_overdraft_limit"))
    QTest.keyClick(shown.table, Qt.Key.Key_S)
    dialog = _question(shown)
    QTest.keyClicks(dialog.edit, "which contract allows an overdraft? Name it in the reason")


def many(walk: Walk) -> None:
    """Send it, then mark all that is left: what must be typed is left out, and the form says so."""
    shown = screen(walk, ApprovalsDesk)
    before = len(shown.model.rows)
    press(_question(shown).deed_button)
    walk.wait(lambda: len(shown.model.rows) < before, "the request that was sent back")
    walk.settle()
    _take_keyboard(walk, shown)
    QTest.keyClick(shown.table, Qt.Key.Key_A, _CONTROL)
    QTest.keyClick(shown.table, Qt.Key.Key_Return, _CONTROL)
    dialog = _several(shown)
    expect(bool(dialog.taken) and bool(dialog.left_out), "nothing is left out")


def approved(walk: Walk) -> None:
    """Approve them by one statement, and read what became of each."""
    dialog = _several(screen(walk, ApprovalsDesk))
    QTest.keyClick(dialog, Qt.Key.Key_Return, _CONTROL)
    walk.wait(lambda: dialog.is_done, "what became of each")
    expect("refused" not in dialog.words, dialog.words)


def empty(walk: Walk) -> None:
    """Approve what was left out, each on its own page, until nothing waits."""
    shown = screen(walk, ApprovalsDesk)
    QTest.keyClick(_several(shown), Qt.Key.Key_Escape)
    walk.settle()
    while shown.model.rows:
        _approve_first(walk, shown)
    expect(shown.model.state is State.EMPTY, "something waits still")


def decided(walk: Walk) -> None:
    """See what was decided, in the dark."""
    window_of(walk).context.theme.set_mode(Mode.DARK)
    _open_view(walk, View.DECIDED)
    _choose(walk, 0)


def _approve_first(walk: Walk, shown: ApprovalsDesk) -> None:
    """Type the amount of the first request and approve it; the next one comes."""
    _choose(walk, 0)
    row, left = shown.model.rows[0].request, len(shown.model.rows)
    formats = window_of(walk).context.formats
    shown.request.foot.typed.edit.setText(formats.plain_amount(row.amount, row.currency))
    press(shown.request.foot.approve_button)
    walk.wait(lambda: len(shown.model.rows) < left, "the next request")
    walk.settle()


def _orders(workspace: Workspace) -> list[tuple[Order, str, str]]:
    """Return what is asked for, on customers who have the money; each with its reason and ticket."""
    wanted = TransactionFilter(kinds=(TransactionKind.TRANSFER,), currency=MONEY)
    rows = page(workspace.database, wanted).rows
    paid = next((row for row in rows if (row.from_balance_after or 0) > _TYPED_FROM), None)
    if paid is None:
        raise TourError("this demo has no transfer between customers who have money left")
    first, second = paid.from_username, paid.to_username
    return [
        (
            Transfer(first, second, MONEY, 4_125, description="paid twice"),
            "the first order was paid twice, seen in the shop", "FIN-881",
        ),
        (Grant(second, MONEY, 2_500, "goodwill"), "late delivery of order 5512", "SUP-77"),
        (OverdraftLimit(first, MONEY, 5_000, "asked for by sales"), "asked for by sales", "SUP-80"),
    ]  # fmt: skip


def _ask_as_owner(workspace: Workspace) -> None:
    """Ask for a limit that is raised, which an administrator decides on."""
    database = Database(workspace.admin_url, Recorder(), workspace.database.settings)
    try:
        ledger = Ledger(database)
        set_limit(ledger, _HELD, "*", MONEY, per_operation=None, per_day=_A_DAY, reason=_BY_HAND)
        raised = limit_set(_HELD, "*", MONEY, per_operation=_A_DAY, per_day=2 * _A_DAY, reason=_SALE)
        submit(ledger, raised, reason=_SALE, ticket="OPS-31")
    finally:
        database.close()


def _hire(workspace: Workspace, name: str, password: SecretStr) -> None:
    """Make a second operator, who checks, and set from which amount on totals are typed; as the owner."""
    database = Database(workspace.admin_url, Recorder(), workspace.database.settings)
    try:
        ledger = Ledger(database)
        add_operator(ledger, name, password, ("approver", "admin"), reason=_BY_HAND, display_name="Mara")
        set_terms(ledger, MONEY, typed_from=_TYPED_FROM, days=_DAYS, reason=_BY_HAND)
    finally:
        database.close()


def _open_view(walk: Walk, view: View) -> None:
    shown = screen(walk, ApprovalsDesk)
    walk.settle()
    press(shown.views.buttons[view])
    walk.settle()
    walk.wait(lambda: shown.model.state is State.READY, "the requests")


def _choose(walk: Walk, place: int) -> None:
    """Choose a request, and wait until its page is read and tried."""
    shown = screen(walk, ApprovalsDesk)
    _take_keyboard(walk, shown)
    shown.table.select_place(place)
    number = shown.model.rows[place].request.id
    walk.wait(lambda: shown.request.found is not None and shown.request.number == number, "the request")
    walk.settle()


def _take_keyboard(walk: Walk, shown: ApprovalsDesk) -> None:
    """Put the keyboard into the list; a window system makes a window active by itself."""
    window_of(walk).activateWindow()
    shown.table.setFocus()
    walk.wait(shown.table.hasFocus, "the keyboard in the list")


def _place(shown: ApprovalsDesk, kind: str) -> int:
    for place, row in enumerate(shown.model.rows):
        if row.request.kind == kind:
            return place
    raise TourError(f"no request of the kind {kind} waits")


def _question(shown: ApprovalsDesk) -> ReasonDialog:
    for dialog in shown.findChildren(ReasonDialog):
        if dialog.isVisible():
            return dialog
    raise TourError("the reason is not asked for")


def _several(shown: ApprovalsDesk) -> ApproveMany:
    for dialog in shown.findChildren(ApproveMany):
        if dialog.isVisible():
            return dialog
    raise TourError("the form that approves several is not open")


APPROVAL_STOPS: Final = (
    Stop("approvals-mine", asked),
    Stop("approvals", signed_in),
    Stop("approval-control", control),
    Stop("approval-typed", batch),
    Stop("approval-back", back),
    Stop("approvals-several", many),
    Stop("approvals-approved", approved),
    Stop("approvals-empty", empty),
    Stop("approvals-decided", decided),
)

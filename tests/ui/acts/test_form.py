"""The forms of acts on a real ledger: what each does, what it shows before, and what it will not do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.accounts.commands import set_status
from console.ledger.approvals.rules.commands import set_rule
from console.ledger.holds.commands import reserve
from console.ledger.transactions.reversal import Reversal, reverse_transaction
from models.account import AccountStatus
from tests.cluster import connected
from tests.console.waiting_room import held, wait_for_waiter
from tests.ui.acts.conftest import GRETA, NOOR
from tests.ui.acts.hands import REASON, TICKET, do, ended, fill, seen
from tests.ui.parts import CR
from ui.acts import catalogue
from ui.acts.act import Subject
from ui.acts.edits import ExpiryEdit
from ui.kit.widgets.placing import LEAST
from ui.routes import OpenRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.writes.ledger import Ledger
    from tests.ui.acts.conftest import Forms
    from tests.ui.conftest import Contexts
    from ui.acts.act import Act
    from ui.routes import Route

CHARGE: Final = 4
"""The second of the two payments of 30.00 CR."""

SAID: Final[dict[str, tuple[dict[str, str], str, str]]] = {
    # what is typed, the button, and what is said once it is done
    "transfer": (
        {"payee": GRETA.title(), "amount": "30"},
        "Post 30.00 CR",
        "30.00 CR moved from noor.a to greta.l.\nTransaction",
    ),
    "deposit": ({"amount": "30"}, "Post 30.00 CR", "30.00 CR deposited to noor.a.\nTransaction"),
    "payout": ({"amount": "30"}, "Pay out 30.00 CR", "30.00 CR paid out of noor.a.\nTransaction"),
    "adjustment": (
        {"amount": "30"},
        "Post 30.00 CR",
        "30.00 CR moved into the account noor.a, @revenue on the other side.\nTransaction",
    ),
    "reversal": (
        {"transaction": str(CHARGE), "amount": "10"},
        "Reverse 10.00 CR",
        "10.00 CR of transaction 4 given back.\nTransaction",
    ),
    "grant": (
        {"amount": "30", "source": "goodwill"},
        "Grant 30.00 CR",
        "30.00 CR granted to noor.a.\nTransaction",
    ),
    "hold": (
        {"amount": "30", "reference": "desk 1"},
        "Hold 30.00 CR",
        "30.00 CR of noor.a put on hold.\nDone at",
    ),
    "release": ({"holds": "order 1"}, "Release hold order 1", "Hold order 1 released.\nDone at"),
    "capture": (
        {"holds": "order 1", "amount": "4"},
        "Capture 4.00 CR",
        "4.00 CR of hold order 1 captured.\nTransaction",
    ),
    "extend": (
        {"holds": "order 1"},
        "Extend hold order 1",
        "Hold order 1 extended to end of ",
    ),
    "open": ({"username": "ines.m"}, "Open account", "Account ines.m opened.\nDone at"),
    "freeze": ({}, "Freeze noor.a", "Account noor.a frozen.\nDone at"),
    "unfreeze": ({"username": "ice.d"}, "Unfreeze ice.d", "Account ice.d active again.\nDone at"),
    "close": ({"username": "empty.d"}, "Close empty.d", "Account empty.d closed, for ever.\nDone at"),
    "overdraft": (
        {"limit": "5"},
        "Set 5.00 CR",
        "The overdraft limit of noor.a set to 5.00 CR.\nDone at",
    ),
    "note": ({}, "Add note", "Note on noor.a written.\nDone at"),
    "metadata": (
        {"name": "segment", "value": "gold"},
        "Set segment",
        "Metadata segment of noor.a set.\nDone at",
    ),
}


@pytest.fixture
def others(noor: str, open_accounts: Callable[..., None], operator_ledger: Ledger) -> None:
    """Open a frozen account and an empty one, and set 7.00 CR of noor.a's aside."""
    open_accounts({"ice.d": 0, "empty.d": 0})
    reserve(operator_ledger, username=noor, currency="CR", amount=700, reference="order 1")
    set_status(operator_ledger, "ice.d", AccountStatus.FROZEN, reason="for a test")


def count(ledger_url: str, what: str = "transactions") -> int:
    """Return how many rows a table of the ledger has."""
    with connected(ledger_url) as connection:
        row = connection.execute(f"SELECT count(*) FROM ledger.{what}".encode()).fetchone()
    assert row is not None
    return int(row[0])


@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("act", catalogue.ACTS, ids=lambda act: act.id)
def test_each_act_is_shown_before_and_said_after(qtbot: QtBot, form_of: Forms, act: Act) -> None:
    form = form_of(act)
    assert form.minimumSizeHint().boundedTo(LEAST) == form.minimumSizeHint()
    typed, deed, said = SAID[act.id]
    fill(form, **typed, reason=REASON, ticket=TICKET)
    seen(qtbot, form)
    assert form.preview.words.startswith("The ledger would do it")
    assert form.preview.rows
    assert (form.deed_button.text(), form.reason) == (deed, "")
    do(form)
    ended(qtbot, form)
    assert form.is_done, form.outcome.text()
    assert form.end.words.startswith(said)
    still_moves = act not in {catalogue.FREEZE, catalogue.CLOSE}
    assert ("\nAvailable of " in form.end.words) is still_moves
    form.accept()


def test_both_sides_are_shown_before_and_after(qtbot: QtBot, form_of: Forms) -> None:
    form = form_of(catalogue.TRANSFER)
    assert form.preview.words == "What it would do to both sides stands here."
    assert form.reason == "fill in: to"
    fill(form, payee=GRETA, amount="30")
    assert form.reason == "the preview is on its way"
    fill(form, amount="40.5")
    seen(qtbot, form)
    assert [row.replace("\N{RIGHTWARDS ARROW}", "to") for row in form.preview.rows] == [
        "greta.l, Balance 260.00 to 300.50 CR, Available 260.00 to 300.50 CR, On hold 0.00 CR",
        "noor.a, Balance 581.60 to 541.10 CR, Available 581.60 to 541.10 CR, On hold 0.00 CR",
    ]
    fill(form, amount="4,0")
    assert form.preview.rows == ()
    assert form.reason.startswith("this is not an amount; write digits only, such as 12.50")
    form.reject()


def test_reason_and_ticket_go_with_the_transaction(qtbot: QtBot, form_of: Forms, ledger_url: str) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON, ticket=f" {TICKET} ")
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    with connected(ledger_url) as connection:
        kept = connection.execute(
            "SELECT t.metadata ->> 'reason', t.ticket FROM ledger.transactions t ORDER BY t.id DESC LIMIT 1"
        ).fetchone()
    assert kept == (REASON, TICKET)


def test_only_the_keys_that_are_meant_for_it_move_money(
    qtbot: QtBot, form_of: Forms, ledger_url: str
) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON)
    seen(qtbot, form)
    before = count(ledger_url)
    amount = form.blanks.edits["amount"].focusProxy()
    assert amount is not None
    for place in (amount, form.blanks.ticket.line, form.blanks.reason, form):
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            QTest.keyClick(place, key)
    assert form.deed_button.focusPolicy() is Qt.FocusPolicy.NoFocus
    assert not form.running.words
    assert form.isVisible()
    assert count(ledger_url) == before


def test_twice_pressed_is_once_done(qtbot: QtBot, form_of: Forms, ledger_url: str) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON)
    seen(qtbot, form)
    before = count(ledger_url)
    do(form)
    assert form.running.words == "Posting"
    assert form.reason == "wait until this has ended"
    do(form)
    QTest.mouseDClick(form.deed_button, Qt.MouseButton.LeftButton)
    ended(qtbot, form)
    do(form)
    assert not form.running.words
    assert count(ledger_url) == before + 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"reason": " "}, "give a reason"),
        ({"reason": "x" * 501}, "the reason is longer than 500 characters"),
        ({"reason": REASON, "ticket": "7" * 10_240}, "a ticket has at most 64 characters"),
        ({"reason": REASON, "ticket": "a\u200bb"}, "it holds a control or invisible character"),
        ({"reason": REASON, "payee": "@revenue"}, "a customer's account; another act moves money"),
        ({"reason": REASON, "payee": "Greta L"}, "no account can have this name"),
    ],
    ids=["a space", "too long", "ticket of 10 kB", "invisible", "system account", "no name"],
)
def test_what_cannot_be_meant_is_said_and_not_done(
    qtbot: QtBot, form_of: Forms, typed: dict[str, str], reason: str, ledger_url: str
) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON)
    seen(qtbot, form)
    before = count(ledger_url)
    if "ticket" in typed:
        form.blanks.ticket.line.setText(typed["ticket"])
    fill(form, **{key: text for key, text in typed.items() if key != "ticket"})
    assert form.reason.startswith(reason)
    assert not form.deed_button.isEnabled()
    do(form)
    assert not form.running.words
    assert count(ledger_url) == before


def test_more_than_is_left_is_refused_before_it_is_tried(
    qtbot: QtBot, form_of: Forms, operator_ledger: Ledger, ledger_url: str
) -> None:
    reverse_transaction(operator_ledger, Reversal(CHARGE, "a part of it", 1_000))
    form = form_of(catalogue.REVERSAL, Subject(NOOR, CR, transaction=CHARGE))
    fill(form, amount="20.01", reason=REASON)
    seen(qtbot, form)
    assert form.preview.words == ("It moved 30.00 CR, and 20.00 CR of that is left to be given back.")
    assert form.reason == "the ledger would refuse it"
    before = count(ledger_url)
    do(form)
    assert not form.running.words
    fill(form, amount="")
    seen(qtbot, form)
    assert form.deed_button.text() == "Reverse 20.00 CR"
    do(form)
    ended(qtbot, form)
    assert form.end.words.startswith("20.00 CR of transaction 4 given back.")
    assert count(ledger_url) == before + 1


def test_two_desks_give_back_no_more_than_there_was(qtbot: QtBot, form_of: Forms, ledger_url: str) -> None:
    subject = Subject(NOOR, CR, transaction=CHARGE, left=3_000)
    one, other = (form_of(catalogue.REVERSAL, subject) for _ in range(2))
    for form in (one, other):
        fill(form, reason=REASON)
    fill(one, amount="10")
    for form in (one, other):
        seen(qtbot, form)
    before = count(ledger_url)
    for form in (one, other):
        form.activateWindow()
        qtbot.waitUntil(form.isActiveWindow)
        do(form)
        ended(qtbot, form)
    assert one.is_done
    assert other.outcome.text() == (
        "Refused: it moved 30.00 CR, and 20.00 CR of that is left to be given back. Nothing was changed."
    )
    assert count(ledger_url) == before + 1
    seen(qtbot, other)
    assert other.preview.words == "It moved 30.00 CR, and 20.00 CR of that is left to be given back."
    fill(other, amount="20")
    seen(qtbot, other)
    do(other)
    ended(qtbot, other)
    assert other.is_done
    assert count(ledger_url) == before + 2


def test_an_account_that_was_frozen_meanwhile_refuses_and_is_shown_anew(
    qtbot: QtBot, form_of: Forms, operator_ledger: Ledger, ledger_url: str
) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON)
    seen(qtbot, form)
    before = count(ledger_url)
    set_status(operator_ledger, NOOR, AccountStatus.FROZEN, reason="asked for by the customer")
    do(form)
    ended(qtbot, form)
    assert form.outcome.text().startswith("Refused: the account is frozen; unfreeze it first")
    seen(qtbot, form)
    assert form.preview.words == "The account is frozen; unfreeze it first."
    assert form.reason == "the ledger would refuse it"
    assert count(ledger_url) == before
    set_status(operator_ledger, NOOR, AccountStatus.ACTIVE, reason="cleared up")
    QTest.mouseClick(form.preview.again_button, Qt.MouseButton.LeftButton)
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    assert form.is_done
    assert count(ledger_url) == before + 1


def test_escape_asks_what_runs_to_end(qtbot: QtBot, form_of: Forms, ledger_url: str, noor: str) -> None:
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON)
    seen(qtbot, form)
    before = count(ledger_url)
    with connected(ledger_url) as watcher, held(ledger_url, noor) as holder:
        do(form)
        wait_for_waiter(watcher, holder)
        QTest.keyClick(form, Qt.Key.Key_Escape)
        assert form.isVisible()
        ended(qtbot, form)
        assert form.outcome.text() == "Cancelled. Nothing was changed."
    assert count(ledger_url) == before
    assert form.blanks.reason.hasFocus()
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    assert form.is_done
    assert count(ledger_url) == before + 1


def test_what_a_rule_watches_is_submitted(
    qtbot: QtBot, form_of: Forms, context_of: Contexts, ledger_url: str
) -> None:
    admin = context_of("t_admin").ledger
    set_rule(admin, "transfer", "CR", 1_000, 1, reason="for a test")
    form = form_of(catalogue.TRANSFER)
    fill(form, payee=GRETA, amount="30", reason=REASON, ticket=TICKET)
    seen(qtbot, form)
    assert form.preview.words == "The ledger would do it. A rule asks for 1 checker first."
    assert form.deed_button.text() == "Submit for approval (1 checker)"
    before = count(ledger_url)
    do(form)
    ended(qtbot, form)
    assert form.end.words == (
        "Asked for: 30.00 CR moved from noor.a to greta.l.\n"
        "Request 1 waits for 1 checker. Nothing has moved yet."
    )
    assert count(ledger_url) == before
    assert count(ledger_url, "approval_requests") == 1
    went: list[Route] = []
    form._context.navigator.wanted.connect(went.append)
    form.end.open_button.click()
    assert went == [OpenRequest(1)]


def test_credit_ends_with_the_day_that_is_chosen(qtbot: QtBot, form_of: Forms, ledger_url: str) -> None:
    form = form_of(catalogue.GRANT)
    ends = form.blanks.edits["expires_at"]
    assert isinstance(ends, ExpiryEdit)
    assert ends.written == "no end"
    QTest.keyClick(ends.ends, Qt.Key.Key_Space)
    ends.day.set_day(date(2030, 12, 31))
    assert ends.written == "end of 31 Dec 2030"
    fill(form, amount="30", source="goodwill", reason=REASON)
    seen(qtbot, form)
    do(form)
    ended(qtbot, form)
    with connected(ledger_url) as connection:
        row = connection.execute("SELECT expires_at, source FROM ledger.credit_lots").fetchone()
    assert row == (datetime(2031, 1, 1, tzinfo=UTC), "goodwill")

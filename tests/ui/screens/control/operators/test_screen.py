"""The screen of operators on a real server: what everybody may see, and what an administrator does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from console.errors import OutcomeUnknownError
from console.ledger.audit.page import AuditFilter
from console.ledger.audit.page import page as audit_page
from console.ledger.operators.page import ACTIVE, BY_HAND, DISABLED, LOCKED
from console.ledger.operators.roles import MAY
from tests.bookkeeping import Line, create_batch
from tests.cluster import PASSWORD, connected
from tests.ui.screens.control.hands import WHY, dialog_of, do, refused
from tests.ui.screens.control.operators.hands import becomes, choose, row_of
from ui.kit.table.paged_model import State
from ui.routes import OpenSessions
from ui.screens.control.operators.forms import HowPassword, LeftFacts, NewOperator

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from ui.context import Context
    from ui.kit.notices import Notices
    from ui.routes import Route
    from ui.screens.control.operators.screen import OperatorsScreen

DRAWN_LENGTH = 20


def test_the_list_tells_who_is_who(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("support")
    choose(qtbot, screen, name)
    assert screen.list.table.list_state is State.READY
    by_hand = row_of(screen, "t_operator")
    assert by_hand is not None
    assert by_hand.status == BY_HAND
    assert "made by hand" in screen.title._subtitle.text()
    assert screen.note.isHidden()
    assert screen.asked is not None
    # None before PostgreSQL 16.
    assert screen.asked.method in {"scram-sha-256", None}
    assert screen.asked.sentence in screen.sign_in.text()
    assert "which a superuser of the server reads" in screen.sign_in.text()
    assert screen.panel.roles == (f"support: {MAY['support']}",)
    assert "Has not signed in with a password" in screen.panel.facts
    assert screen.panel.left.words.startswith("Nothing waits for them.\nNo act of theirs")


def test_a_refresh_is_one_statement_once_it_is_known_what_sign_in_asks(
    qtbot: QtBot, screen: OperatorsScreen, statements: Statements
) -> None:
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    with statements.counted() as sent:
        screen.refresh()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert len(sent) == 1


def test_a_viewer_may_look_and_is_told_what_is_missing(
    qtbot: QtBot, context_of: Contexts, show: Callable[..., OperatorsScreen], staff: Staff
) -> None:
    name = staff.hire("operator")
    screen = show(context_of("t_viewer"))
    choose(qtbot, screen, name)
    assert screen.note.text().startswith(
        "Names, locks and sign-ins are shown to the roles admin and auditor."
    )
    assert [column.key for column in screen.model.columns] == ["name", "status", "groups", "sessions"]
    panel = screen.panel
    buttons = (panel.password_button, panel.roles_button, panel.unlock_button, panel.status_button)
    for made in (*buttons, panel.end_button):
        assert not made.isEnabled()
        assert made.accessibleDescription() == "needs role admin"
    assert panel.why == "Needs role admin."
    assert not screen.add_button.isEnabled()
    assert screen.add_button.value == "needs role admin"
    assert panel.roles[0].startswith("operator: moves money")


def test_an_operator_is_added_and_signs_in(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.new_name()
    like = staff.hire("support", "approver")
    choose(qtbot, screen, like)
    screen.add_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, NewOperator)
    assert dialog.refusal == "fill in: signs in as"
    QTest.keyClicks(form.name, "Mara")
    assert "small letters" in dialog.refusal
    form.name.setText(like)
    assert dialog.refusal == "a role of this name is there already"
    form.name.setText(name)
    assert dialog.refusal == "tick a role"
    form.roles.like.setCurrentIndex(
        next(at for at in range(form.roles.like.count()) if form.roles.like.itemText(at).startswith(like))
    )
    assert set(form.roles.roles) == {"support", "approver"}
    form.passwords.now.click()
    assert "at least 12" in dialog.refusal
    QTest.keyClicks(form.passwords.fields.first, PASSWORD)
    assert dialog.refusal == "the two passwords differ"
    QTest.keyClicks(form.passwords.fields.second, PASSWORD)
    assert dialog.refusal == "give a reason"
    said = do(qtbot, dialog)
    assert said == f"{name} may sign in as support, approver."
    becomes(qtbot, screen, name, ACTIVE)
    with connected(staff.url(name)) as connection:
        assert connection.info.user == name


def test_another_role_by_hand_is_nobodys_any_more(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    like = staff.hire("support")
    choose(qtbot, screen, like)
    screen.add()
    form = dialog_of(screen).form
    assert isinstance(form, NewOperator)
    roles = form.roles
    roles.like.setCurrentIndex(
        next(at for at in range(roles.like.count()) if roles.like.itemText(at).startswith(like))
    )
    roles.boxes["auditor"].click()
    assert roles.like.currentIndex() == 0
    assert roles.roles == ("support", "auditor")


def test_a_password_is_drawn_and_shown_there_only(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff
) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    screen.panel.password_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, HowPassword)
    form.now.click()
    fields = form.fields
    assert fields.first.echoMode() is QLineEdit.EchoMode.Password
    fields.draw_button.click()
    drawn = fields.first.text()
    assert len(drawn) == DRAWN_LENGTH
    assert fields.first.echoMode() is QLineEdit.EchoMode.Normal
    assert do(qtbot, dialog) == f"{name} has a new password."
    with connected(staff.url(name, drawn)) as connection:
        assert connection.info.user == name
    with pytest.raises(psycopg.OperationalError), connected(staff.url(name)):
        pass


def test_disabling_tells_first_what_is_left_open(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff, open_accounts: Callable[..., None]
) -> None:
    open_accounts({"alice": 1_000, "bob": 0})
    name = staff.hire("operator")
    with connected(staff.url(name)) as their:
        number = create_batch(their, [Line(1, "alice", "bob", 5, "r-1")])
        choose(qtbot, screen, name)
        assert screen.panel.left.words.startswith(f"1 draft of a batch: salaries ({number}).")
        screen.panel.status_button.click()
        dialog = dialog_of(screen)
        form = dialog.form
        assert isinstance(form, LeftFacts)
        assert dialog.refusal == "what they leave open is being read"
        qtbot.waitUntil(lambda: dialog.refusal == "give a reason")
        assert form.lines.text().startswith(f"1 draft of a batch: salaries ({number}).")
        assert do(qtbot, dialog) == f"{name} is disabled. Sessions ended: 1."
        with pytest.raises(psycopg.OperationalError):
            their.execute("SELECT 1")
    becomes(qtbot, screen, name, DISABLED)
    screen.panel.status_button.click()
    assert do(qtbot, dialog_of(screen)) == f"{name} may sign in again."
    becomes(qtbot, screen, name, ACTIVE)
    events = audit_page(screen.context.database, AuditFilter(actions=("disable_operator",))).rows
    assert [event.reason for event in events] == [WHY]


def test_the_sessions_of_one_who_stays_are_ended(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("viewer")
    other = staff.url(staff.hire("viewer"))
    with connected(other) as stays, connected(staff.url(name)) as first, connected(staff.url(name)) as second:
        choose(qtbot, screen, name)
        assert screen.panel._sessions.text() == "2 sessions now"
        screen.panel.end_button.click()
        assert do(qtbot, dialog_of(screen)) == f"2 sessions of {name} told to end."
        for one in (first, second):
            with pytest.raises(psycopg.OperationalError):
                one.execute("SELECT 1")
        stays.execute("SELECT 1")
    with connected(staff.url(name)) as again:
        assert again.info.user == name


def test_a_lock_is_ended(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    screen.panel.unlock_button.click()
    dialog = dialog_of(screen)
    assert "not locked" in refused(qtbot, dialog)
    dialog.reject()
    with connected(staff.gate_url) as gate:
        for _try in range(5):
            reserved = gate.execute("SELECT ledger.reserve_attempt(%s)", [name]).fetchone()
            assert reserved is not None
            gate.execute("SELECT ledger.attempt_failed(%s)", [reserved[0]["attempt"]])
    screen.refresh()
    becomes(qtbot, screen, name, LOCKED)
    assert "Locked by wrong passwords until" in screen.panel.facts
    screen.panel.unlock_button.click()
    assert do(qtbot, dialog_of(screen)) == f"{name} may try again."
    becomes(qtbot, screen, name, ACTIVE)


def test_nobody_disables_themselves_or_what_was_made_by_hand(qtbot: QtBot, screen: OperatorsScreen) -> None:
    choose(qtbot, screen, screen.context.session.operator)
    assert screen.panel.status_button.accessibleDescription() == "nobody disables themselves"
    assert screen.panel.end_button.accessibleDescription() == "these are your own; sign out instead"
    choose(qtbot, screen, "t_auditor")
    assert screen.panel.password_button.accessibleDescription().startswith("made by hand in the server")


def test_in_doubt_it_is_asked_again_and_done_once(
    qtbot: QtBot, screen: OperatorsScreen, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is lost: the same verifier under the same key is sent again."""
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    ledger = screen.context.ledger
    call, keys = ledger.call, []

    def lost(operation: object, key: UUID, **options: object) -> object:
        keys.append(key)
        answer = call(operation, key, **options)  # type: ignore[arg-type]  # handed on as it came
        if len(keys) == 1:
            raise OutcomeUnknownError(str(key))
        return answer

    monkeypatch.setattr("console.ledger.operators.commands.retried", lambda once, _key, _cancel=None: once())
    monkeypatch.setattr(type(ledger), "call", lambda _self, *given, **options: lost(*given, **options))
    screen.panel.password_button.click()
    dialog = dialog_of(screen)
    form = dialog.form
    assert isinstance(form, HowPassword)
    form.now.click()
    form.fields.draw()
    drawn = form.fields.first.text()
    assert "Press it again to ask" in refused(qtbot, dialog)
    assert dialog.deed_button.text() == "Ask again"
    assert not form.isEnabled()
    with qtbot.waitSignal(dialog.ended):
        dialog.deed_button.click()
    assert len(keys) == 2
    assert len(set(keys)) == 1
    with connected(staff.url(name, drawn)) as connection:
        assert connection.info.user == name


def test_by_the_keyboard_alone(qtbot: QtBot, screen: OperatorsScreen, staff: Staff) -> None:
    name = staff.hire("viewer")
    choose(qtbot, screen, name)
    QTest.keyClick(screen.table, Qt.Key.Key_Return)
    assert screen.panel.password_button.hasFocus()
    QTest.keyClick(screen.panel.password_button, Qt.Key.Key_Escape)
    assert screen.panel.isHidden()
    assert screen.table.hasFocus()


def test_sessions_lead_to_the_server(qtbot: QtBot, screen: OperatorsScreen) -> None:
    went: list[Route] = []
    screen.context.navigator.wanted.connect(went.append)
    own = screen.context.session.operator
    choose(qtbot, screen, own)
    screen.panel.sessions_button.click()
    assert went == [OpenSessions(own)]


def test_back_shows_the_operator_that_was_open(qtbot: QtBot, screen: OperatorsScreen) -> None:
    choose(qtbot, screen, "t_viewer")
    left = screen.place
    screen.show_start()
    assert screen.place is None
    screen.show_again(left)
    qtbot.waitUntil(lambda: screen.panel.row is not None)
    assert screen.place == left
    assert screen.table.current_row() == row_of(screen, "t_viewer")


def test_a_server_that_is_away_is_said_and_the_list_stays(
    qtbot: QtBot, screen: OperatorsScreen, monkeypatch: pytest.MonkeyPatch, notices: Notices
) -> None:
    def fails(*_given: object, **_options: object) -> None:
        raise OutcomeUnknownError("x")

    monkeypatch.setattr("ui.screens.control.operators.screen.page", fails)
    screen.refresh()
    qtbot.waitUntil(lambda: "not read now" in screen.title._subtitle.text())
    assert screen.model.rowCount() > 0


def test_narrow_the_panel_stands_under_the_list(
    qtbot: QtBot, boss_context: Context, show: Callable[..., OperatorsScreen]
) -> None:
    screen = show(boss_context, width=700)
    choose(qtbot, screen, "t_viewer")
    assert screen.panel.y() > screen.table.y()
    assert screen.panel.width() <= screen.width()

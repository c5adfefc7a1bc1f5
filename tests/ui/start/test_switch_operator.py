"""Signing in through the gate, and one operator making room for the next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shiboken6 import isValid
from sqlalchemy import text

from console.ledger.operators.credentials import url_with
from console.ledger.operators.enrolment import role_name
from console.postgres.embedded.server import EmbeddedServer
from tests.cluster import PASSWORD, connected
from tests.operators import WRONG, create
from tests.ui.sessions import window_of
from ui.start.session import UNGUARDED

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from console.postgres.cancellation import Cancellation
    from tests.operators import Staff
    from tests.ui.sessions import Sessions
    from ui.start.session import OperatorSession

OPEN_MS = 20_000


def sign_in(session: OperatorSession, operator: str, password: str) -> None:
    page = session.start_window.sign_in
    assert session.start_window.currentWidget() is page
    page.operator.clear()
    QTest.keyClicks(page.operator, operator)
    QTest.keyClicks(page.password, password)
    QTest.keyClick(page.password, Qt.Key.Key_Return)


def sessions(url: str, name: str) -> int:
    with connected(url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s", [name]
        ).fetchone()
    assert row is not None
    found: int = row[0]
    return found


@pytest.fixture
def nobody(staff: Staff) -> str:
    """Return the ledger's URL without an operator in it."""
    return url_with(staff.ledger_url, "", "")


def test_wrong_passwords_are_counted_in_place_and_then_the_form_says_until_when(
    make_session: Sessions, staff: Staff, nobody: str, qtbot: QtBot
) -> None:
    name, session = staff.hire(), make_session(nobody, PASSWORD)
    page = session.start_window.sign_in
    assert page.caution == ""
    for left in ("4 more tries", "3 more tries", "2 more tries", "1 more try"):
        sign_in(session, name, WRONG)
        qtbot.waitUntil(lambda words=left: f" {words} before a pause" in page.problem, timeout=OPEN_MS)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        assert (page.operator.text(), page.password.text()) == (name, "")
    for password in (WRONG, PASSWORD):
        sign_in(session, name, password)
        qtbot.waitUntil(lambda: "Too many attempts failed" in page.problem, timeout=OPEN_MS)
        assert re.search(r"before \d\d:\d\d:\d\d \(\d{4}-\d\d-\d\d\)", page.problem)
        qtbot.waitUntil(page.button.isEnabled, timeout=OPEN_MS)
    assert session.window is None


def test_without_the_gates_password_the_form_says_that_nothing_is_counted(
    make_session: Sessions, staff: Staff, nobody: str, qtbot: QtBot
) -> None:
    name, session = staff.hire(), make_session(nobody)
    page = session.start_window.sign_in
    assert page.caution == UNGUARDED
    sign_in(session, name, WRONG)
    qtbot.waitUntil(lambda: "authentication failed" in page.problem, timeout=OPEN_MS)
    assert page.caution == UNGUARDED
    sign_in(session, name, PASSWORD)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)


def test_what_waits_is_counted_at_the_sign_in(
    make_session: Sessions, staff: Staff, nobody: str, qtbot: QtBot
) -> None:
    """The number stands in the navigation though nobody has opened the batches yet."""
    maker = staff.hire("operator")
    with connected(staff.url(maker)) as connection:
        for _ in range(2):
            connection.execute("SELECT ledger.create_batch('May', 'CR', 'may.csv', NULL, false, '')")
    session = make_session(nobody, PASSWORD)
    sign_in(session, staff.hire("viewer"), PASSWORD)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    button = window_of(session).navigation._buttons["batches"]
    qtbot.waitUntil(lambda: button.accessibleName() == "Batches, 2 waiting", timeout=OPEN_MS)


def test_a_form_without_a_name_is_not_sent(make_session: Sessions, nobody: str) -> None:
    session = make_session(nobody, PASSWORD)
    page = session.start_window.sign_in
    sign_in(session, "", WRONG)
    assert page.operator.accessibleDescription() == "Type the operator's name."
    assert page.button.isEnabled()
    assert session.worker.active == 0


def test_one_operator_makes_room_for_the_next(
    make_session: Sessions, staff: Staff, nobody: str, qtbot: QtBot
) -> None:
    first, second = staff.hire("operator"), staff.hire("auditor")
    session = make_session(nobody, PASSWORD)
    sign_in(session, first, PASSWORD)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    window = window_of(session)
    qtbot.waitUntil(lambda: session.worker.active == 0, timeout=OPEN_MS)
    assert (window.context.session.operator, window.context.session.rights.role) == (first, "operator")
    sampler = window.context.sampler
    assert sampler.running
    menu = window.top_bar._operator.menu()
    assert menu.actions()[-1].text() == "Switch operator"
    menu.actions()[-1].trigger()
    page = session.start_window.sign_in
    assert session.start_window.isVisible()
    assert session.start_window.currentWidget() is page
    assert (page.operator.text(), page.password.text(), page.problem) == ("", "", "")
    assert not window.isVisible()
    qtbot.waitUntil(lambda: not sampler.running)
    assert not page.remembered.isVisible()
    qtbot.waitUntil(lambda: not isValid(window), timeout=OPEN_MS)
    qtbot.waitUntil(lambda: sessions(staff.ledger_url, first) == 0, timeout=OPEN_MS)
    sign_in(session, second, PASSWORD)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    context = window_of(session).context
    assert (context.session.operator, context.session.rights.role) == (second, "auditor")
    assert window_of(session).isVisible()
    assert not session.start_window.isVisible()
    assert sessions(staff.ledger_url, first) == 0


def test_what_still_runs_ends_with_the_operator_who_started_it(
    make_session: Sessions, staff: Staff, nobody: str, qtbot: QtBot
) -> None:
    name, told = staff.hire(), list[Any]()
    session = make_session(nobody, PASSWORD)
    sign_in(session, name, PASSWORD)
    qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
    window, context = window_of(session), window_of(session).context

    def sleep(cancel: Cancellation) -> None:
        context.database.read(
            "test.sleep", lambda session: session.execute(text("SELECT pg_sleep(60)")), cancel=cancel
        )

    session.worker.run(sleep, done=told.append, failed=told.append, owner=window)
    qtbot.waitUntil(lambda: sleeping(staff, name) == 1, timeout=OPEN_MS)
    assert window.context.commands.run("operator.switch")
    qtbot.waitUntil(lambda: sessions(staff.ledger_url, name) == 0, timeout=OPEN_MS)
    qtbot.waitUntil(lambda: session.worker.active == 0, timeout=OPEN_MS)
    assert told == []


def sleeping(staff: Staff, name: str) -> int:
    with connected(staff.ledger_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = %s AND query LIKE '%%pg_sleep%%'"
            " AND state = 'active'",
            [name],
        ).fetchone()
    assert row is not None
    found: int = row[0]
    return found


def test_the_operator_of_this_computer_is_one_button_away(make_session: Sessions, qtbot: QtBot) -> None:
    own, session = role_name(), make_session(None)
    qtbot.waitUntil(lambda: session.window is not None, timeout=60_000)
    assert window_of(session).context.session.operator == own
    with EmbeddedServer(make_session.paths.data) as server:
        with connected(server.owner_url) as connection:
            assert create(connection, "mara", ["ledger_viewer"])["status"] == "created"
        page = session.start_window.sign_in
        session.switch_operator()
        assert page.remembered.isVisible()
        assert page.remembered.text() == f"Continue as {own}, remembered on this computer"
        sign_in(session, "mara", WRONG)
        qtbot.waitUntil(lambda: "4 more tries" in page.problem, timeout=OPEN_MS)
        sign_in(session, "mara", PASSWORD)
        qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
        assert window_of(session).context.session.operator == "mara"
        session.switch_operator()
        QTest.mouseClick(page.remembered, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: session.window is not None, timeout=OPEN_MS)
        assert window_of(session).context.session.operator == own
        with connected(server.owner_url) as connection:
            connection.execute("SELECT ledger.disable_operator(gen_random_uuid(), %s, 'has left')", [own])
        session.switch_operator()
        QTest.mouseClick(page.remembered, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: "is disabled" in page.problem, timeout=OPEN_MS)
        assert session.start_window.currentWidget() is page

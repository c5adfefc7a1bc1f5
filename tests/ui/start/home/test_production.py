"""The real thing: nothing is written before somebody said why, and for a time only."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OpenedReadOnlyError
from console.writes.operation import Operation
from tests.cluster import CURRENCY, connected
from tests.ui.sessions import window_of
from tests.ui.start.home.conftest import OPEN_MS
from tests.ui.start.home.test_here import CONTROL_SHIFT, SPACE
from tests.ui.start.home.test_profiles import sign_in
from ui.window.unlocking import UnlockDialog, Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from console.settings.profiles.profile import Profile
    from console.settings.profiles.store import ProfileStore
    from tests.operators import Staff
    from tests.ui.start.home.conftest import Begin
    from ui.start.session import OperatorSession
    from ui.window.main_window import MainWindow

REASON = "OPS-1417: a deposit for the wrong customer"


@pytest.fixture
def live(
    begin: Begin, staff: Staff, kept: ProfileStore, on_server: Callable[..., Profile], qtbot: QtBot
) -> OperatorSession:
    """Sign in to production."""
    name = staff.hire()
    kept.add(on_server(operator=name, production=True))
    session = begin()
    sign_in(session, name, qtbot)
    return session


def deposit(session: OperatorSession, username: str) -> None:
    """Open a customer by the way that every screen writes."""
    workspace = session.workspace
    assert workspace is not None
    values = {"username": username, "currency": CURRENCY, "reason": "for a test"}
    workspace.ledger.perform(Operation("account.open", "open_account", values))


def asked(window: MainWindow, qtbot: QtBot) -> UnlockDialog:
    """Press the key, and return what is asked."""
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_U, CONTROL_SHIFT)
    qtbot.waitUntil(lambda: any(one.isVisible() for one in window.findChildren(UnlockDialog)))
    return next(one for one in window.findChildren(UnlockDialog) if one.isVisible())


def unlocked(window: MainWindow, qtbot: QtBot) -> None:
    """Unlock it by the keyboard alone."""
    dialog = asked(window, qtbot)
    assert dialog.focusWidget() is dialog.reason
    QTest.keyClick(dialog.deed_button, SPACE)
    assert dialog.isVisible()
    QTest.keyClicks(dialog.reason, REASON)
    QTest.keyClick(dialog.deed_button, SPACE)
    qtbot.waitUntil(lambda: "Writing until" in window.top_bar.writing.text(), timeout=OPEN_MS)


def test_it_is_written_to_only_while_it_is_unlocked_and_the_audit_says_why(
    live: OperatorSession, staff: Staff, qtbot: QtBot
) -> None:
    window = window_of(live)
    mark = window.top_bar.writing
    assert window.windowTitle().startswith("LIVE ")
    assert (mark.text(), mark.isVisible()) == ("Read-only", True)
    first, second = f"a{uuid4().hex[:8]}", f"b{uuid4().hex[:8]}"
    with pytest.raises(OpenedReadOnlyError):
        deposit(live, first)
    unlocked(window, qtbot)
    assert re.fullmatch(r"Writing until \d\d:\d\d", mark.text())
    deposit(live, first)
    with connected(staff.ledger_url) as connection:
        [(actor, reason)] = connection.execute(
            "SELECT actor, reason FROM ledger.audit_events WHERE action = 'unlock_writing'"
        ).fetchall()
        assert (actor, reason) == (window.context.session.operator, REASON)
    QTest.keyClick(mark, SPACE)
    assert mark.text() == "Read-only"
    assert any("read-only again" in words for words in window.strip.texts)
    with pytest.raises(OpenedReadOnlyError):
        deposit(live, second)
    with connected(staff.ledger_url) as connection:
        found = connection.execute(
            "SELECT username FROM ledger.users WHERE username = ANY(%s)", [[first, second]]
        ).fetchall()
    assert found == [(first,)]


def test_it_locks_itself_when_the_time_is_over(
    live: OperatorSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = window_of(live)
    unlocked(window, qtbot)
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 15 * 60 + 1)
    writing = window.findChild(Writing)
    assert writing is not None
    writing.look()
    assert window.top_bar.writing.text() == "Read-only"
    with pytest.raises(OpenedReadOnlyError):
        deposit(live, f"c{uuid4().hex[:8]}")


def test_who_thinks_better_of_it_leaves_it_locked(live: OperatorSession, qtbot: QtBot) -> None:
    window = window_of(live)
    dialog = asked(window, qtbot)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.top_bar.writing.text() == "Read-only"
    with pytest.raises(OpenedReadOnlyError):
        deposit(live, f"d{uuid4().hex[:8]}")


def test_what_is_read_only_with_no_exception_cannot_be_unlocked(
    begin: Begin, staff: Staff, kept: ProfileStore, on_server: Callable[..., Profile], qtbot: QtBot
) -> None:
    name = staff.hire()
    kept.add(on_server(operator=name, production=True, read_only=True))
    session = begin()
    sign_in(session, name, qtbot)
    window = window_of(session)
    assert not window.top_bar.writing.isEnabled()
    assert not window.context.commands.run("unlock")
    assert window.findChildren(UnlockDialog) == []

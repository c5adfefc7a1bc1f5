"""The locked window: what was typed stays, nothing shows, and only the right password opens it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from console.errors import DatabaseUnreachableError
from console.ledger.operators.credentials import url_with
from console.writes.outbox_file import Entry
from console.writes.settling import Settled
from tests.cluster import PASSWORD
from tests.operators import WRONG
from tests.ui.sessions import window_of
from ui.acts.outcome.settling import discreet
from ui.start.lock.idle import Idle
from ui.start.waking import Waking
from ui.window.keys.dialog import KeysDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.operators import Staff
    from tests.ui.sessions import Sessions
    from ui.kit.formats import Formats
    from ui.start.session import OperatorSession

OPEN_MS = 20_000


@pytest.fixture
def name(staff: Staff) -> str:
    """Hire an operator who has a password."""
    return staff.hire()


@pytest.fixture
def session(make_session: Sessions, staff: Staff, name: str, qtbot: QtBot) -> OperatorSession:
    """Open the window of that operator, by a server whose gate this computer knows."""
    made = make_session(url_with(staff.ledger_url, name, PASSWORD), PASSWORD)
    qtbot.waitUntil(lambda: made.window is not None and made.window.isVisible(), timeout=OPEN_MS)
    return made


def typed(session: OperatorSession, text: str) -> None:
    page = session.start_window.lock
    assert session.start_window.currentWidget() is page
    QTest.keyClicks(page.password, text)
    QTest.keyClick(page.password, Qt.Key.Key_Return)


def shown() -> list[str]:
    """Name the windows that can be seen."""
    return [type(one).__name__ for one in QApplication.topLevelWidgets() if one.isVisible()]


def test_the_lock_hides_everything_and_keeps_what_was_typed(
    session: OperatorSession, name: str, qtbot: QtBot
) -> None:
    window = window_of(session)
    QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(window.palette_dialog.isVisible)
    editor = window.palette_dialog.findChild(QLineEdit)
    assert editor is not None
    QTest.keyClicks(editor, "mara")
    assert session.locking is not None
    session.locking.lock()
    assert shown() == ["StartWindow"]
    page = session.start_window.lock
    assert f"{name}, locked since " in page.words
    assert "What you were typing is kept." in page.words
    typed(session, WRONG)
    qtbot.waitUntil(lambda: "4 more tries" in page.problem, timeout=OPEN_MS)
    assert shown() == ["StartWindow"]
    typed(session, PASSWORD)
    qtbot.waitUntil(lambda: not session.start_window.isVisible(), timeout=OPEN_MS)
    assert window.isVisible()
    assert window_of(session) is window
    assert editor.text() == "mara"


def test_a_dialog_goes_with_its_window_and_comes_back_with_it(session: OperatorSession, qtbot: QtBot) -> None:
    window = window_of(session)
    window.show_keys()
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    assert session.locking is not None
    session.locking.lock()
    assert shown() == ["StartWindow"]
    typed(session, PASSWORD)
    qtbot.waitUntil(lambda: not session.start_window.isVisible(), timeout=OPEN_MS)
    assert window.isVisible()
    assert dialog.isVisible()


def test_the_key_locks(session: OperatorSession) -> None:
    QTest.keyClick(window_of(session), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert session.locking is not None
    assert session.locking.locked


def test_a_server_that_is_not_there_opens_nothing(
    session: OperatorSession, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = session.workspace
    assert workspace is not None
    assert session.locking is not None
    session.locking.lock()
    workspace.database.close()
    dead = url_with("postgresql+psycopg://127.0.0.1:1/none", "x", "y")
    monkeypatch.setattr("console.workspace.workspace.url_with", lambda *_: dead)
    monkeypatch.setattr("console.workspace.workspace.sign_in", _unreachable)
    typed(session, PASSWORD)
    qtbot.waitUntil(lambda: "It stays locked" in session.start_window.lock.problem, timeout=OPEN_MS)
    assert shown() == ["StartWindow"]


def _unreachable(*_of: object) -> None:
    raise DatabaseUnreachableError("nowhere", "no route")


def test_another_operator_may_come_instead(session: OperatorSession, qtbot: QtBot) -> None:
    assert session.locking is not None
    session.locking.lock()
    QTest.mouseClick(session.start_window.lock.switch, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.start_window.currentWidget() is session.start_window.sign_in)
    assert session.window is None
    assert session.start_window.isVisible()


def test_the_locked_window_closes_with_its_page(session: OperatorSession) -> None:
    window = window_of(session)
    closed: list[bool] = []
    window.closing.connect(lambda: closed.append(True))
    assert session.locking is not None
    session.locking.lock()
    session.start_window.close()
    assert closed == [True]
    assert not window.isVisible()


def test_after_a_sleep_it_is_locked(session: OperatorSession) -> None:
    waking = window_of(session).findChild(Waking)
    assert waking is not None
    waking.woke.emit()
    assert "the computer slept" in session.start_window.lock.words


def entry(action: str, arguments: dict[str, object]) -> Entry:
    """Return an entry of an outbox."""
    return Entry(uuid4(), action, "f", arguments, "mara", "embedded", datetime.now(UTC), "1")


def test_on_the_locked_page_nobody_is_named(formats: Formats) -> None:
    posted = {
        "status": "posted", "batch": 12, "lines": 5000, "posted_at": "2026-11-20T13:03:22+00:00",
    }  # fmt: skip
    batch = Settled(entry("batch.post", {"batch": 12}), posted)
    other = Settled(entry("account.freeze", {"username": "kofi"}), {"status": "done"})
    words = discreet((batch, other), formats)
    assert words[0].startswith("Batch 12: posted 2026-11-20")
    assert words[0].endswith("all 5,000 lines.")
    assert words[1] == "1 operation in doubt settled; told after you unlock."
    assert "kofi" not in " ".join(words)


def test_only_time_without_hands_counts(qtbot: QtBot) -> None:
    now, told = [0.0], list[float]()
    editor = QLineEdit()
    qtbot.addWidget(editor)
    editor.show()
    editor.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is editor.windowHandle())
    owner = QObject()
    idle = Idle(owner, 900, clock=lambda: now[0])
    idle.idle.connect(lambda: told.append(now[0]))
    now[0] = 890.0
    QTest.keyClick(editor.windowHandle(), Qt.Key.Key_X)
    now[0] = 1_700.0
    idle.look()
    assert told == []
    now[0] = 1_790.0
    idle.look()
    assert told == [1_790.0]


def test_zero_means_never(qtbot: QtBot) -> None:
    told: list[bool] = []
    owner = QObject()
    idle = Idle(owner, 0, clock=lambda: 10**9)
    idle.idle.connect(lambda: told.append(True))
    idle.look()
    assert told == []

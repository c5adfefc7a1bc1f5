"""The server on this computer killed or halted under the open window: what is seen, what brings it back."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.postgres.embedded.folder import Folder
from console.postgres.embedded.postmaster import Postmaster, processes_of
from tests.ui.sessions import window_of
from ui.kit.table.paged_model import State
from ui.routes import OpenAccount
from ui.screens.accounts.screen import Accounts
from ui.screens.transactions.screen import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.ui.sessions import Sessions
    from ui.start.session import OperatorSession
    from ui.window.main_window import MainWindow

# Alone: seconds are promised, and 0.4 become 4.7 where five processes want two cores.
pytestmark = [
    pytest.mark.alone,
    pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP"),
]

STARTED_MS = 90_000
# What the console promises: rows again, and amber after silence; a machine under load gets no more.
ROWS_AGAIN_MS, AMBER_MS = 5_000, 3_000


@pytest.fixture
def session(make_session: Sessions, qtbot: QtBot) -> OperatorSession:
    """Return a console on a demo ledger of its own, with rows in its window."""
    made = make_session(None, demo=(20, 400))
    qtbot.waitUntil(lambda: made.window is not None, timeout=STARTED_MS)
    shown = listed(window_of(made))
    qtbot.waitUntil(lambda: shown.model.state is State.READY and made.worker.active == 0, timeout=15_000)
    return made


@pytest.fixture
def kept_dead(session: OperatorSession, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let nobody start a dead server, as on a server of others; return what lets them again."""
    workspace = session.workspace
    assert workspace is not None
    server = workspace.database._server
    workspace.database._server = None
    monkeypatch.setattr(type(server), "start_if_dead", lambda _server, _process: False)
    return monkeypatch.undo


def listed(window: MainWindow) -> Transactions:
    window.open_screen("transactions")
    shown = window.current_screen
    assert isinstance(shown, Transactions)
    return shown


def pgdata_of(make_session: Sessions) -> Path:
    return Folder.of(make_session.paths.data).pgdata


def server_pid(make_session: Sessions) -> int | None:
    running = Postmaster.running(pgdata_of(make_session))
    return None if running is None else running.pid


def kill_server(make_session: Sessions) -> int:
    pid = server_pid(make_session)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    # Its children answer until they notice.
    give_up_at = time.monotonic() + 5
    while processes_of(pgdata_of(make_session)) and time.monotonic() < give_up_at:
        time.sleep(0.01)
    return pid


@contextmanager
def halted(pids: Iterable[int]) -> Iterator[None]:
    """Stop processes, and let them go on whatever happens."""
    stopped = list(pids)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def connection(window: MainWindow) -> tuple[str, str]:
    """Return the words about the server and the tone of their dot."""
    return window.status_bar._connection.text(), str(window.status_bar._dot.property("tone"))


def test_a_killed_server_is_started_again_by_the_next_refresh(
    session: OperatorSession, make_session: Sessions, qtbot: QtBot
) -> None:
    window = window_of(session)
    killed, model = kill_server(make_session), listed(window).model
    QTest.keyClick(window, Qt.Key.Key_F5)
    assert model.state is State.LOADING
    qtbot.waitUntil(
        lambda: model.state is State.READY and server_pid(make_session) not in {None, killed},
        timeout=ROWS_AGAIN_MS,
    )
    assert len(model.rows) > 0
    # Nobody is left with a banner, whether or not there was time for one.
    qtbot.waitUntil(lambda: not any("not been reached" in text for text in window.strip.texts))


def test_a_killed_server_is_started_again_by_retry(
    session: OperatorSession, make_session: Sessions, kept_dead: Callable[[], None], qtbot: QtBot
) -> None:
    window, status = window_of(session), session.status
    assert status is not None
    killed, shown = kill_server(make_session), listed(window)
    for _ in range(3):
        QTest.keyClick(window, Qt.Key.Key_F5)
        qtbot.waitUntil(lambda: shown.model.state is State.ERROR)
        qtbot.waitUntil(lambda: session.worker.active == 0)
    qtbot.waitUntil(lambda: status.lost)
    [banner] = window.strip.texts
    assert banner.startswith("The ledger has not been reached since ")
    assert len(banner) < 120
    assert connection(window) == ("not reached", "error")
    kept_dead()
    status.retry()
    qtbot.waitUntil(lambda: shown.model.state is State.READY, timeout=ROWS_AGAIN_MS)
    assert server_pid(make_session) not in {None, killed}
    assert len(shown.model.rows) > 0
    qtbot.waitUntil(lambda: not status.lost)
    assert not any("not been reached" in text for text in window.strip.texts)
    assert connection(window)[1] == "credit"


@pytest.mark.parametrize("which", ["every process", "the postmaster"])
def test_a_server_that_hangs_is_amber_with_since_when_and_green_again_by_itself(
    session: OperatorSession, make_session: Sessions, qtbot: QtBot, which: str
) -> None:
    window = window_of(session)
    pid = server_pid(make_session)
    assert pid is not None
    pids = processes_of(pgdata_of(make_session)) if which == "every process" else [pid]
    assert pid in pids
    assert connection(window)[1] == "credit"
    with halted(pids):
        qtbot.waitUntil(lambda: connection(window)[1] == "warning", timeout=AMBER_MS)
        words, _ = connection(window)
        assert words.startswith("no answer since ")
        assert len(words.rsplit(" ", 1)[1]) == len("14:32:04")
    qtbot.waitUntil(lambda: connection(window)[1] == "credit", timeout=5_000)
    assert connection(window)[0].startswith("primary, ")
    assert window.strip.texts == []


def test_a_server_that_dies_during_a_search_is_a_sentence_and_the_next_search_finds(
    session: OperatorSession, make_session: Sessions, kept_dead: Callable[[], None], qtbot: QtBot
) -> None:
    window, status = window_of(session), session.status
    assert status is not None
    palette = window.palette_dialog

    def said() -> list[str]:
        return [palette.matches.item(row).text() for row in range(palette.matches.count())]

    name = listed(window).model.row_at(0).to_username
    with halted(processes_of(pgdata_of(make_session))):
        window.open_palette()
        palette.field.setText(name)
        qtbot.waitUntil(lambda: session.worker.active > 0)
        assert said() == ["Looking in the ledger\N{HORIZONTAL ELLIPSIS}"]
        kill_server(make_session)
    qtbot.waitUntil(lambda: said()[0].startswith("Not looked up: "), timeout=ROWS_AGAIN_MS)
    assert len(said()) == 1
    kept_dead()
    status.retry()
    qtbot.waitUntil(lambda: not status.lost and session.worker.active == 0, timeout=ROWS_AGAIN_MS)
    palette.field.setText("")
    palette.field.setText(name)
    qtbot.waitUntil(lambda: said()[0].endswith(name), timeout=ROWS_AGAIN_MS)
    palette.hide()


def test_an_account_stays_with_its_moment_while_the_server_is_gone_and_is_read_again_after(
    session: OperatorSession, make_session: Sessions, kept_dead: Callable[[], None], qtbot: QtBot
) -> None:
    window, status = window_of(session), session.status
    assert status is not None
    row = next(one for one in listed(window).model.rows if not one.to_username.startswith("@"))
    window.open_route(OpenAccount(row.to_username, row.currency.code))
    shown = window.current_screen
    assert isinstance(shown, Accounts)
    page = shown.account_page
    assert page is not None
    qtbot.waitUntil(lambda: page.reading is not None and session.worker.active == 0)
    kill_server(make_session)
    QTest.keyClick(window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: page.trouble.startswith("Not read again: "), timeout=ROWS_AGAIN_MS)
    assert " What is shown is of " in page.trouble
    assert page.figures.isVisible()
    assert page.retry_button.isVisible()
    window.go_back()
    assert len(listed(window).model.rows) > 0
    window.go_forward()
    kept_dead()
    status.retry()
    qtbot.waitUntil(lambda: not status.lost, timeout=ROWS_AGAIN_MS)
    page.retry_button.click()
    qtbot.waitUntil(lambda: not page.trouble, timeout=ROWS_AGAIN_MS)
    assert page.retry_button.isHidden()

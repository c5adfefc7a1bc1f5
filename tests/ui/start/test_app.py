"""The start: what the command says, signing in, a server that is not there, and one that goes away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from sqlalchemy.engine import make_url

from console.ledger.operators.credentials import url_with
from console.ledger.operators.rights import Rights
from console.writes.operation import Operation
from tests.cluster import PASSWORD, driver_url
from tests.ui.sessions import window_of
from ui.kit.notices import NoticesStrip
from ui.start.logs import redacted
from ui.start.sign_in.page import UrlParts
from ui.window.live_status import NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from tests.ui.sessions import Sessions

TOP = Path(__file__).parents[3]
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems have a display")


class Wire:
    """A port that leads to the real server, and can be cut and mended like a cable."""

    def __init__(self, url: str) -> None:
        where = conninfo_to_dict(driver_url(url))
        self._host, self._port = str(where.get("host", "localhost")), int(where.get("port") or 5432)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._listening: socket.socket | None = None
        self._open: list[socket.socket] = []

    def mend(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def cut(self) -> None:
        if self._listening is not None:
            # shutdown wakes the thread that accepts; close alone would leave it, and the port, there
            with ExitStack() as stack:
                stack.callback(self._listening.close)
                self._listening.shutdown(socket.SHUT_RDWR)
            self._listening = None
        for end in self._open:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._open.clear()

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
            except OSError:
                return
            far = self._connect()
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_copy, args=(source, sink), daemon=True).start()

    def _connect(self) -> socket.socket:
        if self._host.startswith("/"):
            far = socket.socket(socket.AF_UNIX)
            far.connect(f"{self._host}/.s.PGSQL.{self._port}")
            return far
        return socket.create_connection((self._host, self._port))


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with source, sink:
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            return


@pytest.fixture
def wire(ledger_url: str) -> Iterator[Wire]:
    """Lend a cable to the ledger that is not plugged in yet."""
    made = Wire(ledger_url)
    yield made
    made.cut()


def through(wire: Wire, ledger_url: str) -> str:
    url = make_url(ledger_url).set(
        username="t_operator", password=PASSWORD, host="127.0.0.1", port=wire.port, query={}
    )
    return url.render_as_string(hide_password=False)


def without_password(url: str) -> str:
    return url_with(url, make_url(url).username or "", "")


def test_a_server_that_is_not_there_is_explained_and_retry_works(
    make_session: Sessions, wire: Wire, ledger_url: str, qtbot: QtBot
) -> None:
    session = make_session(through(wire, ledger_url))
    start = session.start_window
    assert start.isVisible()
    assert start.currentWidget() is start.preparing
    qtbot.waitUntil(lambda: start.currentWidget() is start.trouble)
    words = start.trouble.words
    assert words.startswith("The database cannot be reached\n127.0.0.1/")
    assert "refused" in words
    assert "then retry" in words
    assert PASSWORD not in words
    wire.mend()
    QTest.mouseClick(start.trouble.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    assert window_of(session).isVisible()
    assert not start.isVisible()


def test_a_server_that_goes_away_is_told_and_comes_back(
    make_session: Sessions, wire: Wire, ledger_url: str, qtbot: QtBot
) -> None:
    wire.mend()
    session = make_session(through(wire, ledger_url))
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    window, status = window_of(session), session.status
    assert status is not None
    qtbot.waitUntil(lambda: session.worker.active == 0, timeout=15_000)
    wire.cut()
    window.refresh_screen()
    qtbot.waitUntil(lambda: status.lost, timeout=15_000)
    strip = window.findChild(NoticesStrip)
    assert strip is not None
    assert any("not been reached" in text and "tries again" in text for text in strip.texts)
    wire.mend()
    qtbot.waitUntil(lambda: not status.lost, timeout=15_000)
    assert "The database answers again." in strip.texts
    assert not any("not been reached" in text for text in strip.texts), NOTICE


def test_a_server_that_stays_away_is_left_alone_and_found_again(
    make_session: Sessions, wire: Wire, ledger_url: str, qtbot: QtBot
) -> None:
    wire.mend()
    session = make_session(through(wire, ledger_url))
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    window, status, workspace = window_of(session), session.status, session.workspace
    assert status is not None
    assert workspace is not None
    breaker = workspace.database.breaker
    qtbot.waitUntil(lambda: session.worker.active == 0, timeout=15_000)
    wire.cut()
    for _ in range(workspace.database.settings.breaker_failures + 1):
        status.probe()
        qtbot.waitUntil(lambda: session.worker.active == 0, timeout=15_000)
    qtbot.waitUntil(lambda: status.lost, timeout=15_000)
    assert breaker.state == "open"
    assert window.status_bar._connection.text() == "not reached"
    wire.mend()
    qtbot.waitUntil(lambda: breaker.tries_again_in_s == 0, timeout=15_000)
    window.refresh_screen()
    qtbot.waitUntil(lambda: not status.lost, timeout=15_000)
    assert breaker.state == "closed"
    strip = window.findChild(NoticesStrip)
    assert strip is not None
    assert "The database answers again." in strip.texts


def test_what_was_in_doubt_is_told_at_the_next_start(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    first = make_session(as_role("t_operator"))
    qtbot.waitUntil(lambda: first.workspace is not None, timeout=15_000)
    assert first.workspace is not None
    outbox = first.workspace.ledger.outbox
    assert outbox is not None
    entry, _ = outbox.note(uuid4(), Operation("transfer.post", "transfer", {"reference": "INV-17"}))
    outbox.done(entry, known=False)
    first.leave()
    second = make_session(as_role("t_operator"))
    qtbot.waitUntil(lambda: second.window is not None, timeout=15_000)
    strip = window_of(second).findChild(NoticesStrip)
    assert strip is not None
    [told] = [text for text in strip.texts if "INV-17" in text]
    assert told.startswith("From ")
    assert told.endswith("Do it again if it is still wanted.")


def test_a_wrong_password_is_said_in_place(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    session = make_session(without_password(as_role("t_operator")))
    page = session.start_window.sign_in
    assert session.start_window.currentWidget() is page
    assert page.operator.text() == "t_operator"
    QTest.keyClicks(page.password, "not-it")
    QTest.keyClick(page.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.problem), timeout=15_000)
    assert page.problem.startswith("The server refused the sign-in: password authentication failed")
    assert session.start_window.currentWidget() is page
    assert page.password.text() == ""
    assert session.window is None
    QTest.keyClicks(page.password, PASSWORD)
    QTest.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    context = window_of(session).context
    shown = context.session
    assert (shown.operator, shown.rights.role, shown.identity.environment) == (
        "t_operator",
        "operator",
        "LIVE",
    )
    assert shown.identity.production
    assert PASSWORD not in shown.identity.name


def test_the_keyboard_starts_on_the_first_screen(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    session = make_session(as_role("t_operator"))
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    window = window_of(session)
    # Not on a list that may be below the edge, where Page down would go through rows that nobody sees.
    assert window.focusWidget() is window.current_screen


@pytest.mark.over_budget
def test_the_meter_shows_the_last_action_and_turns_red_above_its_budget(
    make_session: Sessions, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    session = make_session(as_role("t_operator"))
    qtbot.waitUntil(lambda: session.window is not None, timeout=15_000)
    qtbot.waitUntil(lambda: session.worker.active == 0, timeout=15_000)
    recorder, bar = window_of(session).context.recorder, window_of(session).status_bar
    for statements, tone in ((3, "error"), (1, None)):
        with recorder.action("transactions.page"):
            for _ in range(statements):
                with recorder.statement("SELECT", "SELECT a FROM b") as running:
                    running.rows = 5
        words = "1 statement" if statements == 1 else "transactions.page: 3 statements, budget 1"
        qtbot.waitUntil(lambda wanted=words: bar._statements.text() == wanted)  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        assert bar._statements.property("tone") == tone
        assert bar._cost.text().endswith(f"{5 * statements} rows")
    assert bar._pool.text() == "pool 0 of 8"
    assert bar._connection.text().startswith("primary, ")


def test_a_ledger_of_nobody_is_explained(make_session: Sessions, database_url: str, qtbot: QtBot) -> None:
    start = make_session(database_url).start_window
    qtbot.waitUntil(lambda: start.currentWidget() is start.trouble, timeout=15_000)
    assert start.trouble.words.startswith("This database is not ready for the console\n")
    assert "ledgerctl migrate" in start.trouble.words


def started(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    ours = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "LEDGER_DATABASE_URL", "LEDGER_DATA_DIR")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    command = [sys.executable, "-m", "ui", *arguments]
    return subprocess.run(
        command, cwd=TOP, env=kept | environ, capture_output=True, text=True, check=False, timeout=60
    )


@linux_only
def test_without_a_display_one_sentence_is_the_answer(tmp_path: Path) -> None:
    done = started("--demo", HOME=str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set.\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--demo", "--database-url", "postgresql://u:secret@h/d"), "--demo fills the embedded ledger only"),
        (("--tour", "t", "--database-url", "postgresql://u:secret@h/d"), "never a database URL's"),
        (("--database-url", "mysql://u:secret@h/d"), "LEDGER_DATABASE_URL must be a URL such as"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_sentence(
    arguments: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    done = started(*arguments, HOME=str(tmp_path), QT_QPA_PLATFORM="offscreen")
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_the_version_needs_no_display(tmp_path: Path) -> None:
    assert started("--version", HOME=str(tmp_path)).stdout.startswith("Ledger Console ")


@pytest.mark.parametrize(
    ("url", "place", "operator", "given"),
    [
        ("postgresql+psycopg://mara:x@db.example:5432/ledger", "db.example/ledger", "mara", True),
        ("postgresql+psycopg://mara%40x@db.example/ledger", "db.example/ledger", "mara@x", False),
        ("postgresql+psycopg://mara@db.example:5433/ledger", "db.example:5433/ledger", "mara", False),
        ("postgresql+psycopg:///ledger?host=/run/pg&port=5", "/run/pg/ledger", "", False),
    ],
)
def test_a_url_is_read_without_its_password(url: str, place: str, operator: str, *, given: bool) -> None:
    assert UrlParts.of(url) == UrlParts(place, operator, given)


def test_an_operator_is_put_into_a_url() -> None:
    url = url_with("postgresql+psycopg://old@[::1]:5432/ledger?sslmode=require", "mara o", "p@:/?#")
    read = make_url(url)
    assert (read.username, read.password, read.host, read.port) == ("mara o", "p@:/?#", "::1", 5432)
    assert dict(read.query) == {"sslmode": "require"}
    assert url_with("postgresql+psycopg://old:x@h/d", "mara", "") == "postgresql+psycopg://mara@h/d"


def test_the_role_is_the_most_that_may_be_done() -> None:
    assert (
        Rights("mara", frozenset({"ledger_viewer", "ledger_operator", "ledger_support"})).role == "operator"
    )
    assert Rights("mara", frozenset()).role == "no role"


def test_no_password_reaches_the_log() -> None:
    text = "no postgresql+psycopg://mara:secret@h/d and host=h password=secret user=u"
    assert redacted(text) == "no postgresql+psycopg://mara:…@h/d and host=h password=… user=u"

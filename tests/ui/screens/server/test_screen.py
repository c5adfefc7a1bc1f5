"""The Server screen on a real server: sessions that block each other, and ending them in two steps."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from psycopg import sql
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import OutcomeUnknownError
from console.ledger.audit.page import AuditFilter
from console.ledger.audit.page import page as audit_page
from console.monitor.recording.recorder import Recorder
from console.postgres.database import Database
from console.server.commands import terminate_session
from tests.blocked import MARKED, REASON, blocked_pair
from tests.cluster import connected
from ui.kit.sampling.lag import LagSampler
from ui.kit.table.paged_model import State
from ui.screens.server.screen import BLOCKING_TAB, DATABASE_TAB, REFRESH_MS, SESSIONS_TAB, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from console.ledger.audit.page import AuditEvent
    from console.server.commands import Ended
    from console.server.sessions import SessionRow
    from console.settings import Settings
    from tests.blocked import Waiter
    from tests.bookkeeping import Connection
    from tests.conftest import Statements
    from tests.operators import Staff
    from tests.ui.conftest import Contexts
    from ui.kit.notices import Notices
    from ui.screens.server.end_session import EndSessionDialog


@pytest.fixture
def blocked(
    open_accounts: Callable[..., None], ledger_url: str, as_role: Callable[[str], str]
) -> Iterator[tuple[Connection, Waiter]]:
    """Let an operator's transfer wait for a wallet that the server's administrator holds."""
    open_accounts({"alice": 1_000, "bob": 0})
    with blocked_pair(ledger_url, as_role("t_operator")) as pair:
        yield pair


@pytest.fixture
def admin(staff: Staff, ledger_url: str, settings: Settings) -> Iterator[Database]:
    """Open the ledger as an administrator who may see all sessions."""
    name = staff.hire("admin")
    with connected(ledger_url) as connection:
        connection.execute(sql.SQL("GRANT pg_monitor TO {}").format(sql.Identifier(name)))
    database = Database(staff.url(name), Recorder(capacity=2_000), settings)
    yield database
    database.close()


@pytest.fixture
def screen_of(context_of: Contexts, qtbot: QtBot) -> Callable[..., Server]:
    """Show the screen once its sessions were read."""

    def show(login: str, database: Database | None = None) -> Server:
        made = Server(context_of(login, database))
        qtbot.addWidget(made)
        made.resize(1232, 820)
        made.show()
        qtbot.waitUntil(lambda: made.sessions.model.rowCount() > 0)
        return made

    return show


def choose(screen: Server, pid: int) -> SessionRow:
    place = next(at for at, row in enumerate(screen.sessions.model.rows) if row.pid == pid)
    screen.sessions.table.select_place(place)
    row = screen.detail.row
    assert row is not None
    assert row.pid == pid
    return row


def cells(screen: Server, pid: int) -> dict[str, str]:
    model = screen.sessions.model
    place = next(at for at, row in enumerate(model.rows) if row.pid == pid)
    return {column.key: model.cell(place, at).text for at, column in enumerate(model.columns)}


def ends_in_audit(database: Database) -> tuple[AuditEvent, ...]:
    return audit_page(database, AuditFilter(actions=("terminate_session",), outcome="done")).rows


def steps_of(dialog: EndSessionDialog) -> int:
    return 2 if dialog.asks_once_more else 1


def subtitle(screen: Server) -> str:
    return screen.title._subtitle.text()


def test_who_waits_for_whom(
    blocked: tuple[Connection, Waiter], admin: Database, screen_of: Callable[..., Server], qtbot: QtBot
) -> None:
    holder, waiter = blocked
    screen = screen_of("", admin)
    shown = cells(screen, waiter.pid)
    assert (shown["operator"], shown["state"], shown["blocked_by"]) == (
        "t_operator", "blocked", str(holder.info.backend_pid),
    )  # fmt: skip
    assert shown["waits"] == "ShareLock on wallets"
    assert cells(screen, holder.info.backend_pid)["state"] == "idle in tx"
    assert "1 waiting for a lock" in subtitle(screen)
    assert screen.tabs.tabText(BLOCKING_TAB) == "Blocking  1"
    assert screen.limits.isHidden()
    screen.show_tab(BLOCKING_TAB)
    qtbot.waitUntil(
        lambda: screen.blocking.model.rowCount() == 2 and screen.blocking.lock_model.rowCount() > 0
    )
    root, below = screen.blocking.model.rows
    assert (root.pid, root.waiters, below.pid, below.depth) == (holder.info.backend_pid, 1, waiter.pid, 1)
    assert [screen.blocking.model.cell(at, 2).text for at in (0, 1)] == ["holds", "waits"]
    locks = [(row.kind, row.waiting) for row in screen.blocking.lock_model.rows if row.waiting]
    assert locks == [("transactionid", 1)]
    screen.blocking.table.select_place(1)
    assert screen.detail.row is not None
    assert screen.detail.row.pid == waiter.pid
    everything = [
        model.cell(row, column).text
        for model in (screen.sessions.model, screen.blocking.model, screen.blocking.lock_model)
        for row in range(model.rowCount())
        for column in range(model.columnCount())
    ]
    assert not any(MARKED in text or "alice" in text for text in everything)
    assert MARKED not in screen.detail._text.text()


def test_cancel_asks_why_and_once_more(
    blocked: tuple[Connection, Waiter], admin: Database, screen_of: Callable[..., Server], qtbot: QtBot
) -> None:
    _, waiter = blocked
    screen = screen_of("", admin)
    choose(screen, waiter.pid)
    assert screen.detail.cancel_button.isEnabled()
    QTest.mouseClick(screen.detail.cancel_button, Qt.MouseButton.LeftButton)
    dialog = screen.dialog
    assert dialog is not None
    assert not dialog.next_button.isEnabled()
    assert "give a reason" in dialog.next_button.accessibleDescription()
    QTest.keyClicks(dialog.edit, REASON)
    assert waiter.error is None
    QTest.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    assert steps_of(dialog) == 2
    # Back, and nothing happened.
    QTest.mouseClick(dialog.back_button, Qt.MouseButton.LeftButton)
    assert steps_of(dialog) == 1
    QTest.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.deed_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: waiter.error is not None)
    assert waiter.ended_with() == "57014"
    qtbot.waitUntil(lambda: screen.dialog is None)
    qtbot.waitUntil(lambda: cells(screen, waiter.pid)["state"] == "idle")
    (event,) = audit_page(admin, AuditFilter(subject=f"session:{waiter.pid}")).rows
    assert (event.action, event.outcome, event.reason) == ("cancel_session", "done", REASON)
    assert not screen.detail.cancel_button.isEnabled()
    assert screen.detail.cancel_button.value == "runs no statement"
    assert screen.detail.terminate_button.isEnabled()


def test_keeping_it_ends_nothing(
    blocked: tuple[Connection, Waiter], admin: Database, screen_of: Callable[..., Server], qtbot: QtBot
) -> None:
    _, waiter = blocked
    screen = screen_of("", admin)
    screen.renewal.toggle()
    choose(screen, waiter.pid)
    QTest.mouseClick(screen.detail.terminate_button, Qt.MouseButton.LeftButton)
    dialog = screen.dialog
    assert dialog is not None
    QTest.keyClicks(dialog.edit, REASON)
    QTest.mouseClick(dialog.next_button, Qt.MouseButton.LeftButton)
    QTest.mouseClick(dialog.back_button, Qt.MouseButton.LeftButton)
    assert steps_of(dialog) == 1
    QTest.mouseClick(dialog.keep_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: screen.dialog is None)
    # What had been begun would now end: it must have been nothing.
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert waiter.error is None
    assert waiter.waiting
    assert audit_page(admin, AuditFilter(subject=f"session:{waiter.pid}")).rows == ()


def test_a_session_that_is_gone_is_a_refusal_in_words(  # noqa: PLR0917 - fixtures are given by name
    blocked: tuple[Connection, Waiter],
    admin: Database,
    screen_of: Callable[..., Server],
    notices: Notices,
    ledger_url: str,
    qtbot: QtBot,
) -> None:
    _, waiter = blocked
    screen = screen_of("", admin)
    said: list[str] = []
    notices.posted.connect(lambda notice: said.append(notice.text))
    screen.renewal.toggle()
    row = choose(screen, waiter.pid)
    with connected(ledger_url) as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", [waiter.pid])
    screen._end(row, REASON, cancel=False)
    qtbot.waitUntil(lambda: bool(said))
    assert "this session is not there any more" in said[0]


def test_ending_is_one_operation_however_often_it_is_pressed(
    blocked: tuple[Connection, Waiter],
    admin: Database,
    screen_of: Callable[..., Server],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, waiter = blocked
    screen = screen_of("", admin)
    screen.renewal.toggle()
    row = choose(screen, waiter.pid)
    called: list[tuple[object, object]] = []
    really = terminate_session

    def end_and_lose(*arguments: Any, **options: Any) -> Ended:
        called.append((options["key"], options["reason"]))
        done = really(*arguments, **options)
        if len(called) == 1:
            raise OutcomeUnknownError(str(options["key"]))
        return done

    monkeypatch.setattr("ui.screens.server.screen.terminate_session", end_and_lose)
    for _ in range(3):
        screen._end(row, REASON, cancel=False)
    assert screen.detail.terminate_button.value == "wait until this has ended"
    qtbot.waitUntil(lambda: not screen._ending.busy)
    assert len(called) == 1
    assert screen._ending.pending
    screen._end(row, "another reason, the first one's answer was lost", cancel=False)
    qtbot.waitUntil(lambda: not screen._ending.pending)
    assert called == [called[0], called[0]]
    assert (called[0][1], len(ends_in_audit(admin))) == (REASON, 1)


@pytest.mark.parametrize("login", ["t_viewer", "t_operator", "t_auditor"])
def test_who_may_not_sees_why(
    login: str, blocked: tuple[Connection, Waiter], screen_of: Callable[..., Server]
) -> None:
    _, waiter = blocked
    screen = screen_of(login)
    buttons = (screen.detail.cancel_button, screen.detail.terminate_button)
    assert [one.value for one in buttons] == ["needs role admin"] * 2, "said before anything is chosen"
    choose(screen, waiter.pid)
    for refused in buttons:
        assert not refused.isEnabled()
        assert refused.value == "needs role admin"


def test_what_cannot_be_seen_is_said(
    blocked: tuple[Connection, Waiter], screen_of: Callable[..., Server], qtbot: QtBot
) -> None:
    holder, waiter = blocked
    screen = screen_of("t_admin")
    assert not screen.limits.isHidden()
    assert "your role is not in pg_monitor" in screen.limits.text()
    assert cells(screen, holder.info.backend_pid)["state"] == "hidden"
    # The wait is seen all the same, and the end is not offered: the session's start is not known.
    assert cells(screen, waiter.pid)["state"] == "blocked"
    choose(screen, waiter.pid)
    assert screen.detail.terminate_button.value == "needs pg_monitor"
    assert "members of pg_monitor only" in screen.detail._text.text()


def test_the_database_in_figures(
    screen_of: Callable[..., Server], open_accounts: Callable[..., None], qtbot: QtBot
) -> None:
    open_accounts({"alice": 100})
    screen = screen_of("t_viewer")
    screen.show_tab(DATABASE_TAB)
    tiles = screen.database.tiles
    qtbot.waitUntil(lambda: screen.database.table_model.rowCount() > 0)
    assert not screen.detail.isVisible()
    assert "MB" in tiles.size.accessibleName()
    assert tiles.deadlocks.accessibleName() == "Deadlocks: 0"
    assert "CREATE EXTENSION pg_stat_statements" in screen.database.absence.text()
    # A rate needs two readings.
    assert tiles.transactions.accessibleName().endswith("\N{EN DASH}")
    screen.refresh()
    qtbot.waitUntil(lambda: not tiles.transactions.accessibleName().endswith("\N{EN DASH}"))
    screen.show_tab(SESSIONS_TAB)
    assert screen.detail.isVisible()


def test_statements_of_the_server_are_deltas(
    screen_of: Callable[..., Server],
    ledger_url: str,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    # The embedded server has no such extension: here its name stands over a table of the same columns.
    monkeypatch.setattr("ui.screens.server.screen.STATEMENTS_S", 0.0)
    with connected(ledger_url) as owner:
        owner.execute("""
            CREATE TABLE public.pg_stat_statements (userid oid, dbid oid, toplevel bool, queryid bigint,
                query text, calls bigint, total_exec_time float8, rows bigint, shared_blks_read bigint,
                temp_blks_written bigint, wal_bytes numeric, shared_blk_read_time float8)""")
        owner.execute("GRANT SELECT ON public.pg_stat_statements TO ledger_viewer")
        owner.execute("""
            INSERT INTO public.pg_stat_statements SELECT 'ledger_viewer'::regrole, oid, true, 1,
                'SELECT id FROM ledger.users WHERE email = $$marked$$', 5, 50, 5, 0, 0, 0, 0
            FROM pg_database WHERE datname = current_database()""")
        owner.execute("SET allow_system_table_mods = on")
        owner.execute("""
            INSERT INTO pg_extension
            SELECT 4711, 'pg_stat_statements', 10, 'public'::regnamespace, false, '1.12'""")
        screen = screen_of("t_viewer")
        screen.show_tab(DATABASE_TAB)
        model = screen.database.statement_model

        def again() -> None:
            # Each asking replaces the one before: under load, one every 10 ms would never be answered.
            if screen.context.worker.active == 0:
                screen.refresh()

        def read() -> bool:
            again()
            return model.rowCount() == 1

        qtbot.waitUntil(read)
        assert (model.row_at(0).label, model.row_at(0).calls) == ("SELECT users by email", 5)
        assert "since the server began to count" in screen.database.statements_words.text()
        owner.execute("UPDATE public.pg_stat_statements SET calls = 7, total_exec_time = 90")

        def delta() -> bool:
            again()
            return model.rowCount() == 1 and model.row_at(0).calls == 2

        qtbot.waitUntil(delta)
        assert model.row_at(0).mean_ms == 20.0
        owner.execute("REVOKE SELECT ON public.pg_stat_statements FROM ledger_viewer")

        def told() -> bool:
            again()
            return "cannot be read" in screen.database.absence.text()

        qtbot.waitUntil(told)
        screen.hide()
        owner.execute("DELETE FROM pg_extension WHERE oid = 4711")


def test_it_reads_while_it_is_seen_and_not_paused(
    screen_of: Callable[..., Server], statements: Statements, qtbot: QtBot
) -> None:
    screen = screen_of("t_viewer")
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    with statements.counted() as sent:
        screen.renewal._timer.timeout.emit()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert len(sent) == 1
    assert screen.renewal.interval_ms == REFRESH_MS
    QTest.keyClick(screen, Qt.Key.Key_Space)
    assert screen.renewal.paused
    assert screen.pause.accessibleName() == "Go on Space"
    with statements.counted() as sent:
        screen.renewal._timer.timeout.emit()
        qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert sent == []
    QTest.keyClick(screen, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    screen.hide()
    assert not screen.renewal.running
    screen.show()
    assert screen.renewal.running


def test_at_work_only_leaves_out_the_idle(
    screen_of: Callable[..., Server], as_role: Callable[[str], str], admin: Database
) -> None:
    with connected(as_role("t_auditor")) as idle:
        idle.execute("SELECT 1")
        screen = screen_of("", admin)
        pids = {row.pid for row in screen.sessions.model.rows}
        assert idle.info.backend_pid in pids
        screen.busy_only.click()
        assert idle.info.backend_pid not in {row.pid for row in screen.sessions.model.rows}


@pytest.mark.alone
def test_a_server_that_hangs_does_not_hold_the_window(
    screen_of: Callable[..., Server], ledger_url: str, qtbot: QtBot
) -> None:
    """A reading that waits two seconds for its answer, on a catalogue that somebody holds."""
    screen = screen_of("t_viewer")
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    sampler = LagSampler(screen)
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        with connected(ledger_url, autocommit=False) as holder:
            holder.execute("LOCK TABLE pg_catalog.pg_namespace IN ACCESS EXCLUSIVE MODE")
            held.set()
            release.wait(10)

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    sampler.start()
    screen.refresh()
    until = time.monotonic() + 1.0
    qtbot.waitUntil(lambda: time.monotonic() > until)
    assert screen.context.worker.active == 1
    release.set()
    other.join()
    qtbot.waitUntil(lambda: screen.context.worker.active == 0)
    assert sampler.lag().longest_ms < 250


def test_a_server_that_is_gone_leaves_what_was_read(
    context_of: Contexts, settings: Settings, as_role: Callable[[str], str], qtbot: QtBot
) -> None:
    database = Database(as_role("t_viewer"), Recorder(capacity=2_000), settings)
    context = context_of("", database)
    broken = Database(
        as_role("t_viewer").replace("t_viewer:only-for-tests", "t_viewer:wrong"),
        Recorder(capacity=2_000),
        settings,
    )
    parts = {name: getattr(context, name) for name in type(context).__slots__}
    screen = Server(type(context)(**(parts | {"database": broken})))
    qtbot.addWidget(screen)
    screen.show()
    qtbot.waitUntil(lambda: screen.sessions.table.list_state is State.ERROR)
    assert screen.sessions.table.words.startswith("Could not load")
    assert "tried again" in subtitle(screen)
    screen.context = context
    screen.refresh()
    qtbot.waitUntil(lambda: screen.sessions.model.rowCount() > 0)
    assert screen.sessions.table.list_state is State.READY
    screen.context = type(context)(**(parts | {"database": broken}))
    screen.refresh()
    qtbot.waitUntil(lambda: "tried again" in subtitle(screen))
    assert screen.sessions.model.rowCount() > 0
    database.close()
    broken.close()

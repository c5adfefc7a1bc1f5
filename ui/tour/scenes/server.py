"""The tour's stops at the server: its sessions, its locks, its figures, and the console's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.ledger.jobs.keeper import Keeper
from console.ledger.jobs.states import Job
from ui.kit.theme.theme import Mode
from ui.screens.health.screen import Health
from ui.screens.server.screen import BLOCKING_TAB, DATABASE_TAB, SESSIONS_TAB, Server
from ui.tour.hands import expect, go, screen, window_of
from ui.tour.walk import Stop

if TYPE_CHECKING:
    from ui.tour.walk import Walk

# The demo has some ten thousand transactions to seal, to count and to sum.
_JOBS_MS: Final = 60_000


def sessions(walk: Walk) -> None:
    """See who is at work, and choose one's own session."""
    window_of(walk).context.theme.set_mode(Mode.LIGHT)
    go(walk, "server")
    shown = screen(walk, Server)
    walk.wait(lambda: shown.sessions.model.rowCount() > 0, "the sessions")
    rows = shown.sessions.model.rows
    shown.sessions.table.setFocus()
    shown.sessions.table.select_place(next(place for place, row in enumerate(rows) if row.own))
    expect(shown.detail.row is not None, "the chosen session is not shown")
    expect(not shown.detail.terminate_button.isEnabled(), "an operator is offered to end sessions")


def blocking(walk: Walk) -> None:
    """See that nobody waits, and what locks there are."""
    shown = screen(walk, Server)
    shown.show_tab(BLOCKING_TAB)
    walk.wait(lambda: shown.blocking.table.words.startswith("Nobody waits"), "the tree")


def database(walk: Walk) -> None:
    """See the database in figures, of two readings."""
    shown = screen(walk, Server)
    shown.show_tab(DATABASE_TAB)
    tile = shown.database.tiles.transactions
    walk.wait(lambda: not tile.accessibleName().endswith("\N{EN DASH}"), "the second reading")


def dark_database(walk: Walk) -> None:
    """Turn the lights off, and hold the readings still."""
    QTest.keyClick(screen(walk, Server), Qt.Key.Key_Space)
    expect(screen(walk, Server).renewal.paused, "Space does not pause")
    window_of(walk).context.theme.set_mode(Mode.DARK)


def dark_sessions(walk: Walk) -> None:
    """See the sessions in the dark."""
    shown = screen(walk, Server)
    QTest.keyClick(shown, Qt.Key.Key_Space)
    shown.show_tab(SESSIONS_TAB)
    walk.wait(lambda: shown.sessions.model.rowCount() > 0, "the sessions")


def dark_console(walk: Walk) -> None:
    """Run the automatic jobs that are due, and see what came of them beside the console's own figures."""
    ledger = window_of(walk).context.ledger
    ran: list[bool] = []
    walk.session.worker.run(lambda _cancel: Keeper(ledger).run_due(), done=ran.append, owner=window_of(walk))
    walk.wait(lambda: bool(ran), "the end of the automatic jobs", _JOBS_MS)
    go(walk, "console")
    shown = screen(walk, Health)
    walk.wait(lambda: shown.pool.accessibleName().startswith("Pool in use: "), "the pool's figures")
    walk.wait(lambda: any(row.marks for row in shown.jobs.model.rows), "what came of the jobs")
    shown.jobs.table.setFocus()
    shown.jobs.table.select_place([row.state.job for row in shown.jobs.model.rows].index(Job.SEAL))
    expect("sealed" in shown.jobs.about.text(), "what came of the chosen job is not told")


def console(walk: Walk) -> None:
    """Turn the lights on again."""
    window_of(walk).context.theme.set_mode(Mode.LIGHT)


SERVER_STOPS = (
    Stop("server", sessions),
    Stop("server-blocking", blocking),
    Stop("server-database", database),
    Stop("server-database-dark", dark_database),
    Stop("server-dark", dark_sessions),
    Stop("console-dark", dark_console),
    Stop("console", console),
)

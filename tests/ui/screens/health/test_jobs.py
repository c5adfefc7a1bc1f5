"""The automatic jobs on a real ledger: what was run by the ledger's functions stands in the card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from console.ledger.jobs.commands import claim_lease, leave_lease, report_failure, run_job, start_job
from console.ledger.jobs.states import MOST_RUNS, Job, RunMark
from console.ledger.jobs.words import TITLES
from tests.cluster import connected
from ui.kit.theme.tokens import LIGHT, Tone
from ui.kit.widgets.placing import RoomArea
from ui.screens.health.jobs.columns import runs
from ui.screens.health.jobs.strip import draw_strip
from ui.screens.health.screen import Health

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.conftest import Statements
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.kit.table.columns import Cell

DESK = "desk-3, process 4711"
NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)
WHY = "The disk of the server is full: nothing was written. Ask who looks after it, and then wait."


@pytest.fixture
def page(context: Context, qtbot: QtBot) -> Health:
    """Show the page once it has read the jobs."""
    made = Health(context)
    qtbot.addWidget(made)
    made.resize(1232, 820)
    made.show()
    qtbot.waitUntil(lambda: made.jobs.model.rowCount() > 0)
    return made


@pytest.fixture
def token(context: Context) -> int:
    """Return the lease of a keeper at another desk."""
    return claim_lease(context.ledger, None, DESK).token


def renew(page: Health, qtbot: QtBot) -> None:
    """Read the jobs once more."""
    before = page.jobs._seen
    page.jobs.refresh()
    qtbot.waitUntil(lambda: page.jobs._seen is not before)


def cells(page: Health, job: Job) -> dict[str, Cell]:
    """Return the cells of a job's row by their columns."""
    model = page.jobs.model
    place = next(at for at, row in enumerate(model.rows) if row.state.job is job)
    return {column.key: model.cell(place, at) for at, column in enumerate(model.columns)}


def texts(page: Health, job: Job) -> dict[str, str]:
    return {key: cell.text for key, cell in cells(page, job).items()}


def test_a_ledger_whose_jobs_nobody_has_run(page: Health) -> None:
    assert page.jobs.runner.text() == (
        "Nobody runs them now. Open a console with the operator's rights, or start: ledgerctl keeper run"
    )
    assert page.jobs.runner.property("tone") == "warning"
    assert [texts(page, job)["job"] for job in Job] == list(TITLES.values())
    assert texts(page, Job.SEAL) == {
        "job": "Seal transactions",
        "state": "idle",
        "last": "",
        "outcome": "no run yet",
        "due": "nothing to do",
        "runs": "no run yet",
    }
    assert texts(page, Job.VERIFY)["state"] == "planned"
    assert page.jobs.about.isHidden()


def test_what_was_run_stands_there_and_who_runs_it(page: Health, token: int, qtbot: QtBot) -> None:
    run_job(page.context.ledger, token, Job.SEAL)
    run_job(page.context.ledger, token, Job.SEAL)
    renew(page, qtbot)
    assert page.jobs.runner.text().startswith(f"Run by t_operator at {DESK}, since ")
    assert page.jobs.runner.property("tone") == "muted"
    shown = cells(page, Job.SEAL)
    assert shown["state"].text == "idle"
    assert shown["outcome"].text == "0 transactions sealed, up to 0"
    assert shown["outcome"].tone is None
    assert shown["runs"].spoken == "2 runs"
    last = page.jobs.model.rows[1].state.last
    assert last is not None
    assert shown["last"].text == page.context.formats.timestamp(last.ended_at)[11:]
    assert (shown["last"].tip or "").startswith("by t_operator, 20")
    leave_lease(page.context.ledger, token)
    renew(page, qtbot)
    assert page.jobs.runner.text().startswith("Nobody runs them now.")


def test_what_fails_is_late_or_runs_is_seen(page: Health, token: int, ledger_url: str, qtbot: QtBot) -> None:
    ledger = page.context.ledger
    for _ in range(2):
        report_failure(ledger, token, Job.CHECKPOINT, WHY)
    with connected(ledger_url) as connection:
        connection.execute("UPDATE ledger.jobs SET since = since - interval '2 days' WHERE name = 'verify'")
    renew(page, qtbot)
    failing, late = cells(page, Job.CHECKPOINT), cells(page, Job.VERIFY)
    assert (failing["state"].text, failing["state"].tone) == ("failing", Tone.ERROR)
    assert (failing["state"].tip or "").startswith("failed 2 times in a row, next try at ")
    assert (failing["outcome"].text, failing["outcome"].tone) == (WHY, Tone.ERROR)
    assert failing["outcome"].tip == WHY
    assert failing["runs"].spoken == "2 runs, 2 failed"
    assert (late["state"].text, late["state"].tone) == ("late", Tone.WARNING)
    assert (late["state"].tip or "").startswith("late by ")
    assert late["due"].text.startswith("since ")
    # Nobody has chosen a row: the first that somebody should look at is told in full.
    assert page.jobs.about.text().startswith(f"Checkpoint system accounts: {WHY} By t_operator, 20")
    assert "Failed 2 times in a row, next try at " in page.jobs.about.text()
    assert page.jobs.about.text().endswith("Last 24 hours: 2 runs, 2 failed.")
    start_job(ledger, token, Job.VERIFY)
    renew(page, qtbot)
    running = cells(page, Job.VERIFY)["state"]
    assert (running.text, running.tone) == ("running", Tone.ACCENT)


def test_a_job_that_waits_for_open_transactions_says_for_whose(
    page: Health, token: int, as_role: Callable[[str], str], open_accounts: Callable[..., None], qtbot: QtBot
) -> None:
    open_accounts({"alice": 0})
    with connected(as_role("t_operator"), autocommit=False) as busy:
        busy.execute(
            "SELECT ledger.transfer(gen_random_uuid(), '@external', 'alice', 'CR', 1, NULL, '', NULL)"
        )
        outcome = run_job(page.context.ledger, token, Job.SEAL)
        pid = busy.info.backend_pid
        busy.rollback()
    assert outcome["status"] == "waiting"
    renew(page, qtbot)
    shown = cells(page, Job.SEAL)
    assert shown["outcome"].text == f"waits for open transactions of 1 session: {pid}"
    assert shown["outcome"].tone is Tone.WARNING
    assert shown["runs"].spoken == "1 run, 1 waited"
    assert page.jobs.about.text().startswith("Seal transactions: waits for open")
    # What fails is told of before what waits, wherever it stands.
    report_failure(page.context.ledger, token, Job.CHECKPOINT, WHY)
    renew(page, qtbot)
    assert page.jobs.about.text().startswith("Checkpoint system accounts: ")
    assert "Failed the last time, next try at " in page.jobs.about.text()


def test_the_runs_of_the_day_are_asked_for_only_when_one_has_ended(
    page: Health, token: int, statements: Statements, qtbot: QtBot
) -> None:
    with statements.counted() as quiet:
        renew(page, qtbot)
    assert len(quiet) == 1
    run_job(page.context.ledger, token, Job.SWEEP)
    with statements.counted() as busy:
        renew(page, qtbot)
    assert len(busy) == 2


def test_it_is_read_while_it_is_seen(page: Health) -> None:
    assert page.jobs.renewal.running
    page.hide()
    assert not page.jobs.renewal.running


def test_what_cannot_be_read_again_stays_with_its_moment(
    page: Health, token: int, ledger_url: str, qtbot: QtBot
) -> None:
    run_job(page.context.ledger, token, Job.SWEEP)
    renew(page, qtbot)
    before = texts(page, Job.SWEEP)
    right = "EXECUTE ON FUNCTION ledger.job_states()"
    with connected(ledger_url) as connection:
        connection.execute(f"REVOKE {right} FROM ledger_viewer, ledger_keeper")
        page.refresh()
        qtbot.waitUntil(page.jobs.trouble.isVisible)
        assert page.jobs.trouble.text().startswith("Not read again: ")
        assert "job_states. What is shown is of 20" in page.jobs.trouble.text()
        assert texts(page, Job.SWEEP) == before
        connection.execute(f"GRANT {right} TO ledger_viewer, ledger_keeper")
    renew(page, qtbot)
    assert page.jobs.trouble.isHidden()


def test_a_page_that_could_not_be_read_at_all_says_why_and_recovers(
    context: Context, ledger_url: str, qtbot: QtBot
) -> None:
    right = "EXECUTE ON FUNCTION ledger.job_states()"
    page = Health(context)
    qtbot.addWidget(page)
    with connected(ledger_url) as connection:
        connection.execute(f"REVOKE {right} FROM ledger_viewer, ledger_keeper")
        page.show()
        qtbot.waitUntil(lambda: page.jobs.table.words.startswith("Could not load"))
        assert page.jobs.runner.isHidden()
        connection.execute(f"GRANT {right} TO ledger_viewer, ledger_keeper")
    renew(page, qtbot)
    assert page.jobs.table.words == ""
    assert page.jobs.runner.text().startswith("Nobody runs them now.")
    assert page.jobs.runner.isVisible()


def test_a_run_leaves_the_picture_after_a_day(page: Health, token: int, qtbot: QtBot) -> None:
    run_job(page.context.ledger, token, Job.SEAL)
    renew(page, qtbot)
    seen = page.jobs._seen
    assert seen is not None
    assert [len(row.marks) for row in seen.rows()] == [0, 1, 0, 0, 0]
    later = replace(seen, states=replace(seen.states, at=seen.states.at + timedelta(hours=24)))
    assert [len(row.marks) for row in later.rows()] == [0, 0, 0, 0, 0]


def test_a_narrow_page_cuts_no_moment_and_tells_the_rest_below(
    page: Health, token: int, qtbot: QtBot
) -> None:
    report_failure(page.context.ledger, token, Job.SWEEP, WHY)
    page.resize(736, 500)
    renew(page, qtbot)
    table, keys = page.jobs.table, [column.key for column in page.jobs.model.columns]
    qtbot.waitUntil(lambda: table.isColumnHidden(keys.index("runs")))
    for key in ("job", "state", "last", "due"):
        place = keys.index(key)
        # The hint has a pixel for a grid, which this table has not.
        assert table.columnWidth(place) >= table.sizeHintForColumn(place) - 1, key
    assert not table.horizontalScrollBar().maximum()
    about = page.jobs.about
    assert WHY in about.text()
    assert about.height() >= about.heightForWidth(about.width()) > 2 * about.fontMetrics().height() - 4
    page.resize(1232, 820)
    qtbot.waitUntil(lambda: not table.isColumnHidden(keys.index("runs")))


def test_the_keyboard_reaches_each_job_and_a_reader_hears_it(page: Health, token: int, qtbot: QtBot) -> None:
    run_job(page.context.ledger, token, Job.SEAL)
    renew(page, qtbot)
    table = page.jobs.table
    assert table.accessibleName() == "Automatic jobs"
    assert table.focusPolicy() & Qt.FocusPolicy.TabFocus
    table.setFocus()
    table.select_place(0)
    assert page.jobs.about.text() == "End what is past its time: no run yet."
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert page.jobs.about.text().startswith(
        "Seal transactions: 0 transactions sealed, up to 0. By t_operator"
    )
    spoken = page.jobs.model.index(1, 5).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "1 run"
    # Read anew, the job that was chosen stays the one that is told of.
    report_failure(page.context.ledger, token, Job.SWEEP, WHY)
    renew(page, qtbot)
    assert page.jobs.about.text().startswith("Seal transactions: ")


def test_in_a_low_window_the_keyboard_brings_the_jobs_into_view_and_scrolls_back(
    context: Context, qtbot: QtBot
) -> None:
    page = Health(context)
    area = RoomArea(page)
    qtbot.addWidget(area)
    area.resize(744, 420)
    area.show()
    qtbot.waitUntil(lambda: page.jobs.model.rowCount() > 0)
    area.activateWindow()
    qtbot.waitUntil(area.isActiveWindow)
    bar, table = area.verticalScrollBar(), page.jobs.table
    page.setFocus()
    assert bar.value() == 0
    QTest.keyClick(page, Qt.Key.Key_Tab)
    assert table.hasFocus()
    qtbot.waitUntil(lambda: table.visibleRegion().boundingRect().height() == table.height())
    QTest.keyClick(table, Qt.Key.Key_Backtab)
    assert page.hasFocus()
    QTest.keyClick(page, Qt.Key.Key_PageUp)
    QTest.keyClick(page, Qt.Key.Key_PageUp)
    QTest.keyClick(page, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: bar.value() == 0)
    # A click moves nothing under the mouse.
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert table.hasFocus()
    QCoreApplication.processEvents()
    assert bar.value() == 0


def test_runs_are_counted_and_more_than_are_asked_for_is_not_said_to_be_all(
    page: Health, formats: Formats
) -> None:
    row = page.jobs.model.rows[0]
    some = replace(row, marks=(RunMark(NOW, "done", 1_200), RunMark(NOW, "failed", 3)))
    assert runs(some, formats) == "1,203 runs, 3 failed"
    most = replace(row, marks=(RunMark(NOW, "done", MOST_RUNS),))
    assert runs(most, formats) == "the last 2,000 runs"


def strip(*marks: RunMark, width: int = 240) -> QImage:
    """Return the picture of some runs, of the day before 14:00."""
    image = QImage(width, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(LIGHT.surface))
    painter = QPainter(image)
    draw_strip(painter, QRect(0, 0, width, 30), LIGHT, marks, NOW)
    painter.end()
    return image


def columns_of(image: QImage, tone: Tone) -> dict[int, int]:
    """Return how many pixels of a tone there are in each column that has any."""
    ink = QColor(LIGHT.ink(tone)).name()
    counts = {
        x: sum(image.pixelColor(x, y).name() == ink for y in range(image.height()))
        for x in range(image.width())
    }
    return {x: count for x, count in counts.items() if count}


def test_a_run_is_a_tick_at_its_moment_in_the_colour_of_its_end() -> None:
    image = strip(
        RunMark(NOW, "done"),
        RunMark(NOW - timedelta(hours=6), "waiting"),
        RunMark(NOW - timedelta(hours=12), "found"),
        RunMark(NOW - timedelta(hours=18), "failed"),
    )
    done, waiting = columns_of(image, Tone.NEUTRAL), columns_of(image, Tone.WARNING)
    wrong = columns_of(image, Tone.ERROR)
    assert list(done) == [238, 239]
    assert list(waiting) == pytest.approx([178, 179], abs=1)
    assert list(wrong) == pytest.approx([59, 60, 119, 120], abs=1)
    # By its height too, for whom colours do not tell.
    assert max(done.values()) < min(*waiting.values(), *wrong.values())


def test_the_worst_of_several_at_one_place_is_seen() -> None:
    image = strip(RunMark(NOW, "failed"), RunMark(NOW, "waiting"), RunMark(NOW, "done"))
    assert list(columns_of(image, Tone.ERROR)) == [238, 239]
    assert not columns_of(image, Tone.WARNING)

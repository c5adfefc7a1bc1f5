"""A desk follows what another does: within two seconds, with and without hints from the server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from PySide6.QtWidgets import QLineEdit

from console.settings import Settings
from models.batch import BatchStatus
from tests.bookkeeping import Line, create_batch, post_batch
from tests.cluster import connected
from tests.models.jobs.lease import claimed
from tests.models.writes import REASON, write
from tests.ui.sessions import Sessions, window_of
from ui.screens.batches.screen import Batches
from ui.window.hints import NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from tests.bookkeeping import Connection
    from ui.window.main_window import MainWindow

# Two seconds are the promise, and other tests beside these would spend them.
pytestmark = pytest.mark.alone

TOP = Path(__file__).parents[3]
WITHIN_MS = 2_000


@pytest.fixture
def operator(as_role: Callable[[str], str], open_accounts: Callable[..., None]) -> Iterator[Connection]:
    open_accounts({"alice": 1_000, "bob": 0})
    with connected(as_role("t_operator2")) as connection:
        yield connection


@pytest.fixture(params=["hints", "a pooler between"])
def window(  # noqa: PLR0917 - fixtures are given by name
    request: pytest.FixtureRequest,
    make_session: Sessions,
    as_role: Callable[[str], str],
    operator: Connection,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> MainWindow:
    """Return the window of one who watches; its console does not run the jobs."""
    del operator
    pooled = request.param != "hints"
    build = Settings.model_construct
    monkeypatch.setattr(
        Settings, "model_construct", lambda **values: build(**values, pooled=pooled, keeper=False)
    )
    session = make_session(as_role("t_operator"))
    with qtbot.waitSignal(session.entered, timeout=20_000):
        pass
    return window_of(session)


def batches_of(window: MainWindow) -> Batches:
    """Open the screen of the batches, and return it once its list is read."""
    window.open_screen("batches")
    shown = window.current_screen
    assert isinstance(shown, Batches)
    return shown


def post_elsewhere(url: str, batch: int, home: Path) -> float:
    """Post a batch as another process does; return when it had."""
    folders = {f"XDG_{name}_HOME": str(home) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    done = subprocess.run(
        [sys.executable, "-m", "console", "batch", "post", str(batch)],
        cwd=TOP, env={**os.environ, **folders, "LEDGER_DATABASE_URL": url},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return time.monotonic()


def test_a_batch_posted_by_another_process_is_seen(
    window: MainWindow, qtbot: QtBot, operator: Connection, as_role: Callable[[str], str], tmp_path: Path
) -> None:
    batch = create_batch(operator, [Line(1, "alice", "bob", 5, "r")])
    screen = batches_of(window)
    qtbot.waitUntil(lambda: [row.status for row in screen.list.model.rows] == [BatchStatus.DRAFT])
    screen.list.table.select_place(0)
    posted_at = post_elsewhere(as_role("t_operator2"), batch, tmp_path)
    qtbot.waitUntil(
        lambda: [row.status for row in screen.list.model.rows] == [BatchStatus.POSTED], timeout=WITHIN_MS
    )
    assert time.monotonic() - posted_at < WITHIN_MS / 1_000
    # What was chosen is chosen still.
    assert [row.id for row in screen.list.table.selected_rows()] == [batch]


def test_what_waits_is_counted(window: MainWindow, qtbot: QtBot, operator: Connection) -> None:
    counts: dict[str, int | None] = {}
    window.context.navigator.counted.connect(lambda screen, count: counts.update({screen: count}))
    write(operator, "flag_account", "alice", "ask for a passport", "t_operator")
    qtbot.waitUntil(lambda: counts.get("accounts") == 1, timeout=WITHIN_MS)


def test_a_list_that_somebody_is_in_the_middle_of_stays_and_says_so(
    window: MainWindow, qtbot: QtBot, operator: Connection
) -> None:
    for number in range(3):
        create_batch(operator, [Line(1, "alice", "bob", 5, f"r{number}")])
    screen = batches_of(window)
    shown = screen.list.table
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == 3)
    # What came before it is looked at again a little later; that is not what is tried.
    qtbot.wait(WITHIN_MS)
    shown.setFocus()
    shown.selectAll()
    create_batch(operator, [Line(1, "alice", "bob", 5, "another")])
    qtbot.waitUntil(screen.list.renewed.stale.isVisible, timeout=WITHIN_MS)
    assert len(shown.selected_rows()) == 3
    assert "read again" in screen.list.renewed.stale.text()
    screen.list.renewed.stale.click()
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == 4)
    assert not screen.list.renewed.stale.isVisible()


def test_a_screen_that_is_not_shown_follows_when_it_is(
    window: MainWindow, qtbot: QtBot, operator: Connection
) -> None:
    screen = batches_of(window)
    qtbot.waitUntil(lambda: screen.list.table.words != "")
    window.open_screen("console")
    create_batch(operator, [Line(1, "alice", "bob", 5, "r")])
    qtbot.wait(WITHIN_MS)
    assert screen.list.model.rows == ()
    window.open_screen("batches")
    qtbot.waitUntil(lambda: len(screen.list.model.rows) == 1)


def test_a_job_that_fails_is_said_until_it_does_not(
    window: MainWindow, qtbot: QtBot, operator: Connection
) -> None:
    said: list[str] = []
    withdrawn: list[str] = []
    window.context.notices.posted.connect(lambda notice: said.append(notice.text))
    window.context.notices.withdrawn.connect(withdrawn.append)
    token = claimed(operator)
    words = psycopg.types.json.Jsonb({"message": "no room on the disk"})
    write(operator, "report_job", token, "seal", "failed", words)
    qtbot.waitUntil(lambda: said == ["An automatic job fails: Seal transactions."], timeout=WITHIN_MS)
    write(operator, "report_job", token, "verify", "done", words)
    operator.execute("SELECT 1")
    write(operator, "run_job", token, "seal")
    qtbot.waitUntil(lambda: NOTICE in withdrawn, timeout=WITHIN_MS)


def test_another_zone_is_said_at_once(
    window: MainWindow, qtbot: QtBot, as_role: Callable[[str], str]
) -> None:
    said: list[str] = []
    window.context.notices.posted.connect(lambda notice: said.append(notice.text))
    with connected(as_role("t_admin")) as admin:
        write(admin, "set_business_zone", "Europe/Berlin", REASON)
    qtbot.waitUntil(lambda: any("business day" in words for words in said), timeout=WITHIN_MS)


def test_a_batch_that_is_open_shows_what_became_of_it(
    window: MainWindow, qtbot: QtBot, operator: Connection
) -> None:
    """Unless somebody types there: what is read meanwhile must not take the words away."""
    batch = create_batch(operator, [Line(1, "alice", "bob", 5, "r")])
    screen = batches_of(window)
    screen.show_batch(batch)
    page = screen.batch_page
    assert page is not None
    qtbot.waitUntil(lambda: page.title.chip.text() == "draft")
    field = QLineEdit(page)
    field.show()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    assert post_batch(operator, batch)["status"] == "posted"
    qtbot.wait(WITHIN_MS)
    assert page.title.chip.text() == "draft"
    page.focus_lines()
    create_batch(operator, [Line(1, "alice", "bob", 5, "another")])
    qtbot.waitUntil(lambda: page.title.chip.text() == "posted", timeout=WITHIN_MS)

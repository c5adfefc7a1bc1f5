"""The hands that tests of batches share: files are mapped, loaded and opened as an operator would."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.cluster import connected

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton
    from pytestqt.qtbot import QtBot

    from ui.kit.worker import Worker
    from ui.screens.batches.batch.page import BatchPage
    from ui.screens.batches.load.dialog import MappingDialog
    from ui.screens.batches.screen import Batches

SAMPLES = Path(str(files("resources") / "sample"))
PAYOUT = SAMPLES / "payout.csv"
BANK = SAMPLES / "bank.csv"
GRANTS = SAMPLES / "grants.csv"
TOTAL = "2,168.53"
BALANCE = 50_000
"""What each account of the sample payout has before, in minor units."""


def press(button: QAbstractButton) -> None:
    """Click a button that must not be grey."""
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def mapped(qtbot: QtBot, screen: Batches, path: Path) -> MappingDialog:
    """Open a file's mapping and wait for a proposal that can be loaded."""
    screen.map_file(path)
    dialog = screen.mapping_dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not dialog.reason)
    return dialog


def page_of(qtbot: QtBot, screen: Batches) -> BatchPage:
    """Wait until a batch was read."""
    qtbot.waitUntil(lambda: screen.batch_page is not None and screen.batch_page.state is not None)
    assert screen.batch_page is not None
    return screen.batch_page


def loaded(qtbot: QtBot, screen: Batches, path: Path) -> BatchPage:
    """Load a file as proposed."""
    press(mapped(qtbot, screen, path).load_button)
    return page_of(qtbot, screen)


def loaded_page(qtbot: QtBot, screen: Batches, batch_id: int) -> BatchPage:
    """Open a batch and wait until it was read."""
    screen.show_batch(batch_id)
    return page_of(qtbot, screen)


def waits(ledger_url: str) -> bool:
    """Whether one of this database's sessions waits for a lock."""
    with connected(ledger_url) as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()
    return row is not None and row[0] > 0


def end_before_the_cancel(worker: Worker, cancel: QAbstractButton) -> None:
    """Press cancel when the work has ended and its outcome has not yet been delivered."""
    assert worker._pool.waitForDone(20_000)
    press(cancel)

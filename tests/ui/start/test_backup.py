"""A ledger on this computer backed up from its window, and restored before it is open."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from console.errors import ConsoleError
from console.settings import Settings
from console.settings.profiles.profile import Profile
from console.workspace.workspace import open_workspace
from tests.ui.sessions import window_of
from tests.ui.start.home.conftest import opens
from tests.ui.whys import why_not
from ui.kit.notices import NoticesStrip
from ui.start.backup.make import BackupDialog
from ui.start.backup.restore import RestoreDialog

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QAbstractButton
    from pytestqt.qtbot import QtBot

    from console.settings import Paths
    from tests.ui.sessions import Sessions
    from ui.kit.worker import Worker

SECRET = "correct horse battery"
OPEN_MS = 30_000


@pytest.fixture
def ledger(paths: Paths, tmp_path: Path) -> Paths:
    """Make an empty ledger on this computer, and leave it."""
    own = dataclasses.replace(paths, data=tmp_path / "own")
    with open_workspace(Settings.model_construct(), own, is_served=False):
        pass
    return own


def press(button: QAbstractButton) -> None:
    assert button.isEnabled(), button.toolTip()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def backed_up(qtbot: QtBot, ledger: Paths, worker: Worker, file: Path) -> BackupDialog:
    """Make a backup as an operator does."""
    dialog = BackupDialog(None, "Our ledger", Settings.model_construct(), ledger, worker)  # type: ignore[arg-type]  # stands alone in a test
    qtbot.addWidget(dialog)
    dialog.show()
    assert why_not(dialog) == "Not yet: type a passphrase."
    dialog.file.setText(str(file))
    QTest.keyClicks(dialog.secret.first, SECRET[:5])
    assert why_not(dialog) == "Not yet: the passphrase is too short."
    QTest.keyClicks(dialog.secret.first, SECRET[5:])
    assert why_not(dialog) == "Not yet: the passphrases differ."
    QTest.keyClicks(dialog.secret.again, SECRET)
    press(dialog.deed_button)
    qtbot.waitUntil(lambda: dialog.close_button.text() == "Close", timeout=OPEN_MS)
    return dialog


def restoring(qtbot: QtBot, ledger: Paths, worker: Worker, file: Path) -> RestoreDialog:
    """Choose a file to restore."""
    profile = Profile.made(name="Our ledger", kind="computer")
    dialog = RestoreDialog(None, profile, Settings.model_construct(), ledger, worker)  # type: ignore[arg-type]  # stands alone in a test
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.keyClicks(dialog.file, str(file))
    QTest.keyClick(dialog.file, Qt.Key.Key_Return)
    return dialog


def test_a_ledger_is_backed_up_and_restored_by_the_windows_alone(
    qtbot: QtBot, ledger: Paths, worker: Worker, tmp_path: Path
) -> None:
    file = tmp_path / "ours.ledgerbackup"
    made = backed_up(qtbot, ledger, worker, file)
    assert f"{file}: " in made.progress.words
    assert "read through and whole" in made.progress.words
    dialog = restoring(qtbot, ledger, worker, file)
    qtbot.waitUntil(lambda: "0 transactions" in dialog.about, timeout=OPEN_MS)
    QTest.keyClicks(dialog.passphrase, "wrong horse battery")
    press(dialog.deed_button)
    qtbot.waitUntil(lambda: bool(dialog.passphrase.accessibleDescription()), timeout=OPEN_MS)
    dialog.passphrase.clear()
    QTest.keyClicks(dialog.passphrase, SECRET)
    with qtbot.waitSignal(dialog.restored, timeout=OPEN_MS):
        press(dialog.deed_button)
    assert dialog.progress.words.startswith("Restored and verified. What it replaced is kept in ")


def test_what_is_no_backup_is_said_in_place(
    qtbot: QtBot, paths: Paths, worker: Worker, tmp_path: Path
) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear customer", encoding="utf-8")
    dialog = restoring(qtbot, paths, worker, file)
    qtbot.waitUntil(lambda: str(file) in dialog.progress.words, timeout=OPEN_MS)
    assert not dialog.deed_button.isEnabled()


def test_in_clear_it_says_what_is_left_out(qtbot: QtBot, paths: Paths, worker: Worker) -> None:
    dialog = BackupDialog(None, "Our ledger", Settings.model_construct(), paths, worker)  # type: ignore[arg-type]  # stands alone in a test
    qtbot.addWidget(dialog)
    dialog.show()
    QTest.mouseClick(
        dialog.secret.encrypted, Qt.MouseButton.LeftButton, pos=dialog.secret.encrypted.rect().center()
    )
    dialog.secret.encrypted.setChecked(False)
    assert dialog.deed_button.isEnabled()
    assert dialog.secret.passphrase is None


def test_the_window_says_what_came_of_a_backup_that_was_due(make_session: Sessions, qtbot: QtBot) -> None:
    session = make_session(None)
    opens(session, qtbot)
    assert session.workspace is not None
    backups = session.workspace.backups
    assert backups is not None
    assert backups.told is not None
    # As its timer does, from a thread that may touch no widget.
    teller = threading.Thread(target=backups.told, args=(ConsoleError("The disk is not there."),))
    teller.start()
    teller.join(OPEN_MS / 1000)
    notices = window_of(session).findChild(NoticesStrip)
    assert isinstance(notices, NoticesStrip)
    assert notices.texts == []
    qtbot.waitUntil(lambda: notices.texts == ["No backup was made. The disk is not there."])

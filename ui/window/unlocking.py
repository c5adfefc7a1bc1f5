"""Unlocks a read-only ledger for a while, with a reason, and locks it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isinf
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QVBoxLayout

from ui.kit.commands import Command
from ui.kit.days import short_moment
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.reason import ReasonEdit

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.workspace.workspace import Workspace
    from ui.window.main_window import MainWindow

_WIDTH: Final = 440
_MINUTES: Final = (15, 30, 60, 120, 240, 480)
_LOOK_MS: Final = 1_000
NOTICE: Final = "unlock"


class UnlockDialog(QDialog):
    """Asks why, and for how long; emits `given` with minutes and reason. It stays until that is so."""

    given = Signal(int, str)

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Unlock {name}")
        self.setFixedWidth(_WIDTH)
        self.reason = ReasonEdit("such as the ticket, and what is to be done")
        self.minutes = QComboBox()
        for one in _MINUTES:
            self.minutes.addItem(f"{one} minutes" if one < 60 else f"{one // 60} h", one)  # noqa: PLR2004 - an hour has 60
        self.keep_button, self.deed_button = button("Cancel"), button("Unlock", danger=True)
        self._why = WhyNot(self.deed_button)
        self._trouble = label(tone="error", wrap=True)
        self._trouble.hide()
        self.keep_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(self._give)
        self.reason.textChanged.connect(self._look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        heading = text_font(15, weight=text_font().Weight.DemiBold)
        words = "What is done from now on is real. The audit trail keeps who unlocked it, why, and how long."
        layout.addWidget(label(f"Write to {name} for a while", font=heading, wrap=True))
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(Field("Reason, for the audit", self.reason))
        layout.addWidget(Field("For", self.minutes))
        layout.addWidget(self._trouble)
        layout.addLayout(deed_row(self._why, self.keep_button, self.deed_button))
        self._look()
        self.reason.setFocus()

    def refuse(self, error: ConsoleError) -> None:
        """Say why it is not unlocked."""
        self._trouble.setText(str(error))
        self._trouble.show()
        self.adjustSize()
        self.deed_button.setEnabled(True)

    def _look(self) -> None:
        self._why.explain(self.reason.missing)

    def _give(self) -> None:
        self.deed_button.setEnabled(False)
        self.given.emit(self.minutes.currentData(), self.reason.reason)


class Writing(QObject):
    """Unlocks a window's ledger, and keeps the mark true; the database is what lets nothing through.

    unlocked: somebody gave a reason. changed: what may be written has changed, by hand or by the clock.
    """

    unlocked = Signal()
    changed = Signal()

    def __init__(self, window: MainWindow, workspace: Workspace) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._mark = window.top_bar.writing
        self._was_open = False
        if not workspace.identity.read_only:
            return
        self._mark.clicked.connect(self.turn)
        refusal = "" if workspace.identity.can_unlock else "this profile is read-only with no exception"
        window.context.commands.add(
            Command("unlock", "Unlock for writing, or lock again", self.turn, ("Ctrl+Shift+U",), "Window",
                    words="read-only production write", refusal=lambda: refusal)
        )  # fmt: skip
        timer = QTimer(self, interval=_LOOK_MS)
        timer.timeout.connect(self.look)
        timer.start()

    def turn(self) -> None:
        """Ask why it is to be unlocked, or lock it again at once."""
        database = self._workspace.database
        if database.unlocked_for > 0:
            database.lock()
            self.look()
            return
        dialog = UnlockDialog(self._window, self._workspace.identity.name)
        dialog.given.connect(lambda minutes, reason: self._unlock(dialog, minutes, reason))
        dialog.finished.connect(dialog.deleteLater)
        self._window.context.theme.dress(dialog)
        dialog.open()

    def look(self) -> None:
        """Show how it is; say it when the time has run out."""
        left = self._workspace.database.unlocked_for
        is_open = left > 0
        if is_open and not isinf(left):
            until = datetime.now(UTC) + timedelta(seconds=left)
            self._mark.show_unlocked(short_moment(until, self._window.context.formats)[:5])
        elif self._was_open:
            self._mark.show_locked()
            self._window.context.notices.inform("The ledger is read-only again.", key=NOTICE)
        if is_open != self._was_open:
            self._was_open = is_open
            self.changed.emit()

    def _unlock(self, dialog: UnlockDialog, minutes: int, reason: str) -> None:
        from console.workspace.unlock import unlock  # noqa: PLC0415 - most windows never ask

        workspace = self._workspace

        def done(_unlocked: None) -> None:
            dialog.accept()
            self.look()
            self.unlocked.emit()

        self._window.context.worker.run(
            lambda cancel: unlock(workspace, minutes, reason, cancel=cancel),
            done=done,
            failed=dialog.refuse,
            owner=dialog,
        )


def no_writing(workspace: Workspace) -> str:
    """Say why nothing can be written now; empty while it can."""
    identity = workspace.identity
    if not identity.read_only or workspace.database.unlocked_for > 0:
        return ""
    return "read-only: unlock it first" if identity.can_unlock else "this ledger was opened read-only"

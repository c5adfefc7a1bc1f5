"""Making a backup from the window: where it goes, and whether it is encrypted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout

from console.postgres.steps import Step
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.start.backup.passphrase import PassphraseFields
from ui.start.backup.progress import StepProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from console.settings import Paths, Settings
    from console.workspace.backup.making import BackupReport
    from ui.kit.worker import Worker
    from ui.window.main_window import MainWindow

SUFFIX: Final = ".ledgerbackup"
_WIDTH: Final = 480
_MB: Final = 1024 * 1024


class BackupDialog(QDialog):
    """Backs up one ledger on this computer; others go on working meanwhile. Closing it cancels."""

    def __init__(self, parent: QWidget, name: str, settings: Settings, paths: Paths, worker: Worker) -> None:
        super().__init__(parent)
        self._settings = settings
        self._paths = paths
        self._worker = worker
        self.setWindowTitle(f"Back up {name}")
        self.setFixedWidth(_WIDTH)
        self.file = QLineEdit(
            str(Path.home() / f"{_plain(name)}-{datetime.now().astimezone():%Y-%m-%d}{SUFFIX}")
        )
        self.file.setFont(text_font())
        self.choose_button = button("Choose…")
        self.secret = PassphraseFields()
        self.progress = StepProgress()
        self.close_button, self.deed_button = button("Cancel"), button("Back up", accent=True)
        self._why = WhyNot(self.deed_button)
        self._running = False
        hint = "On another disk it outlives this computer."
        place = Field("File", self.file, hint=hint, beside=self.choose_button)
        words = "One moment of the ledger is copied, with its history and audit trail, and read through."
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addWidget(label(f"Back up {name}", font=text_font(15, weight=text_font().Weight.DemiBold)))
        layout.addWidget(label(words, tone="muted", wrap=True))
        layout.addWidget(place)
        layout.addWidget(self.secret)
        layout.addWidget(self.progress)
        layout.addLayout(deed_row(self._why, self.close_button, self.deed_button))
        self.choose_button.clicked.connect(lambda _checked: self._choose())
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(lambda _checked: self._begin())
        self.secret.changed.connect(self._look)
        self.file.textChanged.connect(lambda _text: self._look())
        self.finished.connect(lambda _code: self._worker.cancel(self))
        self._look()

    def _look(self) -> None:
        where = "" if self.file.text().strip() else "name a file"
        self._why.explain("it is being made" if self._running else where or self.secret.missing)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Back up into", self.file.text())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"Backups (*{SUFFIX})")
        dialog.fileSelected.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take(self, chosen: str) -> None:
        self.file.setText(chosen if chosen.endswith(SUFFIX) else f"{chosen}{SUFFIX}")

    def _begin(self) -> None:
        from console.workspace.backup.making import make_backup  # noqa: PLC0415 - seldom asked

        target, passphrase = Path(self.file.text().strip()).expanduser(), self.secret.passphrase
        settings, paths = self._settings, self._paths
        self._set_running(running=True)
        self.progress.show_step(Step("Looking at the ledger"))

        def work(cancel: Cancellation, report: Callable[[Step], None]) -> BackupReport:
            return make_backup(settings, paths, target, passphrase=passphrase, progress=report, cancel=cancel)

        self._worker.run_reporting(
            work, progress=self._show, done=self._done, failed=self._failed, owner=self, replaces="backup",
            cancelled=lambda: self._end("Cancelled. No file was left.", tone="muted"),
        )  # fmt: skip

    def _show(self, step: Step) -> None:
        if self._running:
            self.progress.show_step(step)

    def _done(self, report: BackupReport) -> None:
        facts = report.header.facts
        size = f"{report.bytes / _MB:,.1f} MB"
        self._end(
            f"{report.file}: {size}, {facts.transactions:,} transactions, read through and whole.",
            tone="credit",
        )
        self.close_button.setText("Close")
        self.close_button.setFocus()

    def _failed(self, error: ConsoleError) -> None:
        self._end(str(error), tone="error")

    def _end(self, words: str, *, tone: str) -> None:
        self._set_running(running=False)
        self.progress.end(words, tone=tone)

    def _set_running(self, *, running: bool) -> None:
        self._running = running
        for one in (self.file, self.choose_button, self.secret):
            one.setEnabled(not running)
        self._look()


def open_backup(window: MainWindow, settings: Settings, paths: Paths) -> None:
    """Ask where the ledger of a window is backed up to, and do it."""
    context = window.context
    dialog = BackupDialog(window, context.session.identity.name, settings, paths, context.worker)
    dialog.finished.connect(dialog.deleteLater)
    context.theme.dress(dialog)
    dialog.open()


def _plain(name: str) -> str:
    """Return a name as every system takes it in a file's name."""
    made = "".join(one if one.isalnum() else "-" for one in name.lower())
    return made.strip("-") or "ledger"

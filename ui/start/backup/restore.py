"""Restoring a backup before the ledger is open: what is in the file, what it would cost, and the doing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QVBoxLayout

from console.postgres.steps import Step
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field, button, label
from ui.kit.widgets.buttons import WhyNot, deed_row
from ui.kit.widgets.reason import ReasonEdit
from ui.start.backup.make import SUFFIX
from ui.start.backup.passphrase import secret_line
from ui.start.backup.progress import StepProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from console.settings import Paths, Settings
    from console.settings.profiles.profile import Profile
    from console.workspace.backup.header import BackupHeader
    from console.workspace.backup.restoring import RestoreReport
    from ui.kit.worker import Worker

_WIDTH: Final = 500
_WORDS: Final = (
    "It is restored beside the ledger that is there, verified, and put in its place in the last step; what "
    "it replaces is kept. Only restore a file that you trust."
)


class RestoreDialog(QDialog):
    """Restores one ledger on this computer; emits `restored` once it is in its place."""

    restored = Signal()

    def __init__(
        self, parent: QWidget, profile: Profile, settings: Settings, paths: Paths, worker: Worker
    ) -> None:
        """Take the `settings` and `paths` with which the profile's ledger is opened."""
        super().__init__(parent)
        self._profile = profile
        self._settings = settings
        self._paths = paths
        self._worker = worker
        self._header: BackupHeader | None = None
        self._running = False
        self.setWindowTitle(f"Restore {profile.name}")
        self.setFixedWidth(_WIDTH)
        self.file = QLineEdit()
        self.file.setFont(text_font())
        self.file.setPlaceholderText(f"a file *{SUFFIX}")
        self.choose_button = button("Choose…")
        self._about = label(tone="muted", wrap=True, selectable=True)
        self.passphrase = secret_line()
        self._passphrase_field = Field("Passphrase", self.passphrase)
        self._loss = label(tone="warning", wrap=True, selectable=True)
        self.reason = ReasonEdit("why the ledger goes back to the backup")
        self._reason_field = Field("Reason, for the restored ledger's audit", self.reason)
        self.progress = StepProgress()
        self.close_button, self.deed_button = button("Cancel"), button("Restore", danger=True)
        self._why = WhyNot(self.deed_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        heading = text_font(15, weight=text_font().Weight.DemiBold)
        layout.addWidget(label(f"Restore {profile.name} from a backup", font=heading, wrap=True))
        layout.addWidget(label(_WORDS, tone="muted", wrap=True))
        layout.addWidget(Field("File", self.file, beside=self.choose_button))
        for part in (self._about, self._passphrase_field, self._loss, self._reason_field, self.progress):
            layout.addWidget(part)
        layout.addLayout(deed_row(self._why, self.close_button, self.deed_button))
        for part in (self._about, self._passphrase_field, self._loss, self._reason_field):
            part.hide()
        self._connect()
        self._look()

    @property
    def loss(self) -> str:
        """What would be given up for the backup; empty while nothing would, or nobody has looked."""
        return "" if self._loss.isHidden() else self._loss.text()

    @property
    def about(self) -> str:
        """What the file says of itself."""
        return self._about.text()

    def _connect(self) -> None:
        self.choose_button.clicked.connect(lambda _checked: self._choose())
        self.file.editingFinished.connect(self._read)
        self.passphrase.textChanged.connect(lambda _text: self._look())
        self.reason.textChanged.connect(self._look)
        self.close_button.clicked.connect(self.reject)
        self.deed_button.clicked.connect(lambda _checked: self._begin())
        self.finished.connect(lambda _code: self._worker.cancel(self))

    def _look(self) -> None:
        if self._running:
            reason = "it is being restored"
        elif self._header is None:
            reason = "choose a backup"
        elif self._header.is_encrypted and not self.passphrase.text():
            reason = "type the passphrase"
        else:
            reason = self.reason.missing if self.loss else ""
        self._why.explain(reason)

    def _choose(self) -> None:
        dialog = QFileDialog(self, "Restore from", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(f"Backups (*{SUFFIX});;All files (*)")
        dialog.fileSelected.connect(self._take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _take(self, chosen: str) -> None:
        self.file.setText(chosen)
        self._read()

    def _read(self) -> None:
        """Look at what the file says of itself, in clear at its head."""
        from console.workspace.backup.files import read_header  # noqa: PLC0415 - seldom asked

        written = self.file.text().strip()
        if not written:
            return
        path = Path(written).expanduser()
        self._worker.run(
            lambda _cancel: read_header(path),
            done=self._show_header,
            failed=self._refuse,
            owner=self,
            replaces="header",
        )

    def _show_header(self, header: BackupHeader) -> None:
        self._header = header
        facts = header.facts
        totals = ", ".join(total.currency for total in facts.totals)
        made = header.made_at.astimezone()
        secrets = "" if header.has_passwords else " Operators' passwords are not in it."
        self._about.setText(
            f"Made {made:%Y-%m-%d %H:%M:%S}, {facts.transactions:,} transactions in "
            f"{totals or 'no currency'}, schema {facts.schema}, by Ledger Console {header.console}.{secrets}"
        )
        self._about.show()
        self._passphrase_field.setVisible(header.is_encrypted)
        self._passphrase_field.set_problem("")
        self._forget_loss()
        self.progress.end("", tone="muted")
        self._look()

    def _begin(self) -> None:
        from console.workspace.backup.restoring import restore  # noqa: PLC0415 - seldom asked

        path = Path(self.file.text().strip()).expanduser()
        settings, paths, operator = self._settings, self._paths, self._profile.operator
        encrypted = self._header is not None and self._header.is_encrypted
        passphrase = self.passphrase.text() if encrypted else None
        reason = self.reason.reason if self.loss else None
        self._set_running(running=True)
        self.progress.show_step(Step("Reading the backup through"))

        def work(cancel: Cancellation, report: Callable[[Step], None]) -> RestoreReport:
            return restore(
                settings, paths, path, passphrase=passphrase, over_reason=reason, progress=report,
                cancel=cancel, operator=operator,
            )  # fmt: skip

        self._worker.run_reporting(
            work, progress=self._show, done=self._done, failed=self._failed, owner=self, replaces="restore",
            cancelled=lambda: self._end("Cancelled. Nothing was changed.", tone="muted"),
        )  # fmt: skip

    def _show(self, step: Step) -> None:
        if self._running:
            self.progress.show_step(step)

    def _done(self, report: RestoreReport) -> None:
        kept = "" if report.kept is None else f" What it replaced is kept in {report.kept}."
        self._end(f"Restored and verified.{kept}", tone="credit")
        self.close_button.setText("Close")
        self.deed_button.setEnabled(False)
        self._header = None
        self.restored.emit()
        self.close_button.setFocus()

    def _failed(self, error: ConsoleError) -> None:
        from console.workspace.backup.errors import PassphraseError, WouldLoseError  # noqa: PLC0415 - seldom asked

        if isinstance(error, WouldLoseError):
            self._end("", tone="muted")
            self._loss.setText(error.lost)
            self._loss.show()
            self._reason_field.show()
            self.reason.setFocus()
            self._look()
        elif isinstance(error, PassphraseError):
            self._end("", tone="muted")
            self._passphrase_field.set_problem(str(error))
            self.passphrase.setFocus()
        else:
            self._end(str(error), tone="error")

    def _refuse(self, error: ConsoleError) -> None:
        self._header = None
        self._about.hide()
        self._forget_loss()
        self.progress.end(str(error), tone="error")
        self._look()

    def _forget_loss(self) -> None:
        self._loss.hide()
        self._reason_field.hide()

    def _end(self, words: str, *, tone: str) -> None:
        self._set_running(running=False)
        self.progress.end(words, tone=tone)

    def _set_running(self, *, running: bool) -> None:
        self._running = running
        for one in (self.file, self.choose_button, self.passphrase, self.reason):
            one.setEnabled(not running)
        self._look()

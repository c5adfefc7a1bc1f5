"""An export as the operator sees it: where to, how far, a way to cancel, and what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QProgressBar

from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, label
from ui.kit.widgets.buttons import allow

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.files.exports import ExportResult
    from console.postgres.cancellation import Cancellation
    from ui.kit.formats import Formats
    from ui.kit.notices import Notices
    from ui.kit.worker import Worker

    Work = Callable[[Path, Cancellation, Callable[[int], None]], ExportResult]

_KEY = "export"


class ExportStrip(QFrame):
    """Shown only while an export runs; `button` is what begins one."""

    running_changed = Signal(bool)

    def __init__(
        self,
        worker: Worker,
        notices: Notices,
        formats: Formats,
        work: Callable[[], Work],
        *,
        noun: str,
        total: str,
        words: str = "Export\N{HORIZONTAL ELLIPSIS}",
        remark: Callable[[], str] = str,
    ) -> None:
        """`work` is asked for when an export begins, `remark` is added to what is said of its file.

        noun: what the rows are. total: the column that adds up in the notice. words: the button's.
        """
        super().__init__()
        self._worker, self._notices, self._formats = worker, notices, formats
        self._work = work
        self._words_after = remark
        self._refusal = ""
        self.button = button(words)
        self.button.clicked.connect(lambda _checked: self.ask())
        self._noun = noun
        self._total = total
        self._remark = ""
        self._folder = ""
        self.setProperty("notice", True)
        self.said = label(font=text_font(tabular=True))
        bar = QProgressBar(textVisible=False, minimum=0, maximum=0)
        bar.setFixedWidth(120)
        cancel = button("Cancel", compact=True)
        cancel.setToolTip("Ctrl+.")
        cancel.clicked.connect(self.cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 4, 6, 4)
        layout.setSpacing(12)
        layout.addWidget(self.said)
        layout.addWidget(bar)
        layout.addStretch(1)
        layout.addWidget(cancel)
        self.hide()

    def allow(self, reason: str = "") -> None:
        """Let an export begin, or say why not; none begins while one runs."""
        self._refusal = reason
        allow(self.button, reason or ("" if self.isHidden() else "one export is under way"))

    def ask(self) -> QFileDialog:
        """Ask for a file, then export to it."""
        day = self._formats.today()
        dialog = QFileDialog(self, f"Export {self._noun}", self._folder or _documents())
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(["CSV files (*.csv)", "All files (*)"])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(f"{self._noun}-{day.isoformat()}.csv")
        if QGuiApplication.platformName() == "offscreen":
            dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
        dialog.fileSelected.connect(lambda name: self.run(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def run(self, path: Path) -> None:
        """Export to a file; an export under way is cancelled."""
        work = self._work()
        self._folder = str(path.parent)
        self._remark = self._words_after()
        self.said.setText(f"Exporting to {path.name}")
        self.show()
        self.allow(self._refusal)
        self.running_changed.emit(True)
        self._notices.withdraw(_KEY)
        self._worker.run_reporting(
            lambda cancel, report: work(path, cancel, report),
            progress=self._progress,
            done=self._done,
            failed=self._failed,
            cancelled=self._cancelled,
            owner=self,
            replaces="export",
        )

    def cancel(self) -> None:
        """End the export; no file is left."""
        self._worker.cancel(self)

    def _progress(self, rows: int) -> None:
        self.said.setText(f"Exporting, {self._formats.integer(rows)} {self._noun} so far")

    def _end(self) -> None:
        self.hide()
        self.allow(self._refusal)
        self.running_changed.emit(False)

    def _done(self, result: ExportResult) -> None:
        self._end()
        formats = self._formats
        totals = [
            formats.money(total, currency)
            for currency, total in result.control_totals.get(self._total, {}).items()
        ]
        noun = "Control totals" if len(totals) > 1 else "Control total"
        said = f"{noun} of {self._total} {', '.join(totals)}. " if totals else ""
        folder = QUrl.fromLocalFile(str(result.path.parent))
        self._notices.confirm(
            f"{formats.integer(result.rows)} {self._noun} in {result.path.name}. "
            f"{said}"
            f"SHA-256 {result.sha256}, also in {result.path.name}.sha256. {self._remark}".rstrip(),
            action="Open folder",
            act=lambda: _open(folder),
            key=_KEY,
        )

    def _failed(self, error: ConsoleError) -> None:
        self._end()
        self._notices.fail(f"Not exported: {error}", key=_KEY)

    def _cancelled(self) -> None:
        self._end()
        self._notices.inform("Export cancelled. No file was written.", key=_KEY)


def _open(folder: QUrl) -> None:
    QDesktopServices.openUrl(folder)


def _documents() -> str:
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)

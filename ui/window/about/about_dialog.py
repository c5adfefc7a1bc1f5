"""What this console is made of: versions, the ledger that is open, and the licence of each part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from console import PROGRAM, console_version
from ui.kit.formats import DOT
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import button, caption, label, row_of
from ui.kit.widgets.placing import fit_dialog
from ui.window.about.two_lines import TwoLineList

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.errors import ConsoleError
    from console.postgres.database import Database
    from console.workspace.licences import PartLicence
    from ui.kit.worker import Worker

_SIZE: Final = QSize(1100, 700)
_LIST_PX: Final = 280
CHOOSE: Final = "Choose a part to read its licence."
NO_TEXT: Final = "This part brings no text of its licence; its name is in the list."
QT_NOTICE: Final = (
    "Qt and Qt for Python are used under the GNU Lesser General Public License, version 3, and are not "
    "changed. Their libraries are separate files beside the program, in the folder PySide6: you may put your "
    "own in their place. Their source is at https://download.qt.io and https://code.qt.io."
)


class AboutDialog(QDialog):
    """Is there at once; what takes longer to find comes in, and a licence's text when it is chosen."""

    diagnostics_wanted = Signal()

    def __init__(self, parent: QWidget, worker: Worker, database: Database | None = None) -> None:
        """`database` is that of the ledger that is open."""
        super().__init__(parent)
        self._worker = worker
        self._versions = ""
        self.setWindowTitle(f"About {PROGRAM}")
        fit_dialog(self, _SIZE)
        self._facts = label("Looking…", tone="muted", wrap=True, selectable=True)
        words = "No ledger is open." if database is None else "The open ledger is asked…"
        self._ledger = label(words, tone="muted", wrap=True, selectable=True)
        self.parts = TwoLineList("Parts and their licences", _LIST_PX)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Licence")
        self.text.setTabChangesFocus(True)
        # The texts are wrapped by hand, many at 80 characters: with these that fits.
        self.text.setFont(label_font())
        self.text.setPlainText(CHOOSE)
        self.copy_button = button("Copy versions")
        self.save_button, self.close_button = button("Save diagnostics…"), button("Close", accent=True)
        self.copy_button.setEnabled(False)
        self.copy_button.clicked.connect(self.copy)
        self.save_button.clicked.connect(lambda _checked: self.diagnostics_wanted.emit())
        self.close_button.clicked.connect(self.accept)
        self.parts.currentItemChanged.connect(self._read)
        self._build()
        self._load(database)
        self.parts.setFocus()

    @property
    def facts(self) -> str:
        """What is said of the parts and of the ledger."""
        return f"{self._facts.text()}\n{self._ledger.text()}"

    def copy(self) -> None:
        """Put the versions on the clipboard, those of the open ledger too; no place and no name is said."""
        QGuiApplication.clipboard().setText(f"{self._versions}\n{self._ledger.text()}\n")

    def _build(self) -> None:
        heading = label(PROGRAM, font=text_font(18, weight=QFont.Weight.DemiBold))
        version = label(f"Version {console_version()}", tone="muted", selectable=True)
        notice = label(QT_NOTICE, tone="muted", font=label_font(), wrap=True, selectable=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 18, 20, 16)
        layout.setSpacing(10)
        layout.addLayout(row_of(heading, version, None))
        layout.addWidget(self._facts)
        layout.addWidget(self._ledger)
        name = caption("&Parts and their licences")
        name.setBuddy(self.parts)
        layout.addWidget(name)
        both = row_of(self.parts)
        both.addWidget(self.text, 1)
        layout.addLayout(both, 1)
        layout.addWidget(notice)
        layout.addLayout(row_of(self.copy_button, self.save_button, None, self.close_button))

    def _load(self, database: Database | None) -> None:
        """Ask what is installed, and the server; neither keeps the other waiting."""

        def installed() -> tuple[Sequence[tuple[str, str]], str, Sequence[PartLicence]]:
            from console.workspace.diagnostics.parts import parts, version_text  # noqa: PLC0415 - see above
            from console.workspace.licences import licences  # noqa: PLC0415 - on the worker, with what it imports

            return parts(), version_text(), licences()

        self._worker.run(lambda _cancel: installed(), done=self._show, owner=self)
        if database is None:
            return

        def said() -> str:
            from console.workspace.diagnostics.system import leading_numbers  # noqa: PLC0415 - see above
            from models.migrations import head_revision  # noqa: PLC0415 - see above

            version = leading_numbers(database.session_facts().server_version)
            return f"The open ledger: PostgreSQL {version}, schema {head_revision()}."

        self._worker.run(
            lambda _cancel: said(), done=self._ledger.setText, failed=self._say_silent, owner=self
        )

    def _say_silent(self, _error: ConsoleError) -> None:
        self._ledger.setText("The open ledger does not answer now.")

    def _show(self, found: tuple[Sequence[tuple[str, str]], str, Sequence[PartLicence]]) -> None:
        facts, self._versions, licences = found
        self._facts.setText(DOT.join(f"{name} {value}" for name, value in facts))
        self.copy_button.setEnabled(True)
        for part in licences:
            self.parts.add(f"{part.name} {part.version}", part.licence, part)

    def _read(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        """Show the text of the part that was chosen, once it is read."""
        if item is None:
            return
        part: PartLicence = item.data(Qt.ItemDataRole.UserRole)
        self.text.setAccessibleName(f"Licence of {part.name}")
        self._worker.run(
            lambda _cancel: _text_of(part), done=self.text.setPlainText, owner=self, replaces="licence"
        )


def _text_of(part: PartLicence) -> str:
    try:
        return part.text() or NO_TEXT
    except OSError as error:
        return f"The licence's text cannot be read: {error.strerror}. Its name is in the list."

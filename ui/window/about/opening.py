"""Opens About and the diagnostics over a window, whether a ledger is open there or none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.kit.commands import Command
from ui.window.about.about_dialog import AboutDialog
from ui.window.about.diagnostics_dialog import DiagnosticsDialog
from ui.window.about.surroundings import surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QDialog, QWidget

    from console.monitor.watch import Alert
    from console.postgres.database import Database
    from console.settings import Paths, Settings
    from console.workspace.diagnostics.texts import DiagnosticFile
    from ui.context import Context
    from ui.kit.theme.theme import Theme
    from ui.kit.worker import Worker
    from ui.window.bars.status_bar import StatusBar
    from ui.window.bars.top_bar import TopBar


class About:
    """Opens both dialogs for one window.

    theme: dresses the dialogs where the window is not dressed itself. alerts: those noticed so far.
    """

    def __init__(
        self,
        window: QWidget,
        worker: Worker,
        settings: Settings,
        paths: Paths,
        *,
        database: Database | None = None,
        alerts: Callable[[], Sequence[Alert]] = tuple,
        theme: Theme | None = None,
    ) -> None:
        self._window = window
        self._worker = worker
        self._settings = settings
        self._paths = paths
        self._database = database
        self._alerts = alerts
        self._theme = theme

    def show_about(self) -> None:
        """Show what this console is made of."""
        dialog = AboutDialog(self._window, self._worker, self._database)
        dialog.diagnostics_wanted.connect(lambda: self._open_diagnostics(dialog))
        self._open(dialog)

    def save_diagnostics(self) -> None:
        """Collect the diagnostics and let them be read and saved."""
        self._open_diagnostics(self._window)

    def _open_diagnostics(self, parent: QWidget) -> None:
        around, alerts = surroundings(self._window), tuple(self._alerts())

        def collected() -> Sequence[DiagnosticFile]:
            from console.workspace.diagnostics.ledger import OpenLedger  # noqa: PLC0415 - on the worker, seldom asked
            from console.workspace.diagnostics.report import Sources, collect  # noqa: PLC0415 - see above

            opened = None if self._database is None else OpenLedger(self._database, alerts)
            return collect(Sources(self._settings, self._paths, around, opened))

        self._open(DiagnosticsDialog(parent, self._worker, collected))

    def _open(self, dialog: QDialog) -> None:
        if self._theme is not None:
            self._theme.dress(dialog)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def offer_about(window: QWidget, context: Context, top_bar: TopBar, status_bar: StatusBar) -> None:
    """Let both be opened in the ledger's window: in the palette, and under the operator's name."""
    about = About(
        window,
        context.worker,
        context.settings,
        context.paths,
        database=context.database,
        alerts=lambda: status_bar.alerts.alerts,
        theme=context.theme,
    )
    ways = (
        ("about", "About Ledger Console", about.show_about, "version licence license lgpl parts"),
        ("diagnostics", "Save diagnostics…", about.save_diagnostics, "help support log report problem"),
    )
    for name, title, run, words in ways:
        context.commands.add(Command(name, title, run, group="Window", words=words))
        top_bar.add_to_menu(title, run)

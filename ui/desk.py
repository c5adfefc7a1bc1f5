"""One sitting at the console: start page, sign-in, then the ledger's window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr
from PySide6.QtCore import QObject, QTimer, Signal

from console.errors import AccessDeniedError, ConsoleError
from ui.context import Context
from ui.lag import LagSampler
from ui.notices import Notices
from ui.numbers import Formats
from ui.opening import Opening
from ui.screen import Navigator
from ui.sign_in import Credentials, role_word, url_with
from ui.start import StartWindow
from ui.worker import Worker

if TYPE_CHECKING:
    from PySide6.QtCore import QSettings

    from console.config import Paths, Settings
    from console.database import SessionFacts
    from console.workspace import Workspace
    from ui.live_status import LiveStatus
    from ui.main_window import MainWindow
    from ui.theme import Theme

_PAINTED_MS = 50
EMBEDDED_PLACE = "The ledger on this computer"


class Desk(QObject):
    """Leads from the first window to the ledger's; `leave` ends everything in order."""

    entered = Signal()

    def __init__(
        self,
        theme: Theme,
        settings: Settings,
        paths: Paths,
        store: QSettings,
        *,
        demo: tuple[int, int] | None = None,
        ask: bool = False,
    ) -> None:
        """`ask` shows the sign-in even where this computer knows the password."""
        super().__init__()
        self._theme = theme
        self._settings = settings
        self._store = store
        self._ask = ask
        self._notices = Notices()
        self.worker = Worker(self._notices.show_error)
        # The worker is what all screens share: there the Queries screen finds the sampler.
        self.lag = LagSampler(self.worker)
        self._opening = Opening(self.worker, paths, demo)
        self.workspace: Workspace | None = None
        self.start_window = StartWindow(store)
        self.window: MainWindow | None = None
        self.status: LiveStatus | None = None
        self.start_window.retry_wanted.connect(self._open)
        self.start_window.sign_in.submitted.connect(self._sign_in)
        self._opening.opened.connect(self._take)
        self._opening.failed.connect(self._explain)
        self._opening.progressed.connect(self._show_progress)

    @property
    def _url(self) -> str | None:
        url = self._settings.database_url
        return None if url is None else url.get_secret_value()

    @property
    def _place(self) -> str:
        return EMBEDDED_PLACE if self._url is None else Credentials.of(self._url).place

    def begin(self) -> None:
        """Show the window, and open the ledger or ask who is there."""
        self.lag.start()
        self.start_window.show()
        if self._url is not None and not Credentials.of(self._url).password_given:
            self._show_sign_in()
        else:
            self._open()
        # Once the window is painted and the ledger is on its way, so that both are there sooner.
        QTimer.singleShot(_PAINTED_MS, self, _load_screens)

    def leave(self) -> bool:
        """End all work, close the database, leave the server; False when a thread would not end."""
        self.lag.stop()
        ended = self.worker.shutdown()
        self._opening.close()
        return ended

    def _open(self) -> None:
        where = (
            "Starting the ledger on this computer" if self._url is None else f"Connecting to {self._place}"
        )
        self.start_window.show_preparing(f"{where}…")
        self._opening.open(self._settings)

    def _show_progress(self, done: int, total: int) -> None:
        words = f"Making the demo ledger: {done:,} of {total:,} transactions"
        self.start_window.preparing.say(words, done, total)

    def _show_sign_in(self, problem: str = "") -> None:
        page = self.start_window.sign_in
        workspace = self.workspace
        if workspace is not None:
            page.ask(self._place, workspace.facts.operator, remembered=True)
        elif self._url is not None:
            page.ask(self._place, Credentials.of(self._url).operator, problem=problem)
        self.start_window.setCurrentWidget(page)

    def _sign_in(self, operator: str, password: str) -> None:
        self.start_window.sign_in.set_busy(busy=True)
        if self.workspace is not None:
            database = self.workspace.database
            self.worker.run(
                lambda cancel: database.session_facts(cancel=cancel),
                done=self._enter,
                failed=self._explain,
                owner=self,
                replaces="sign-in",
            )
        elif self._url is not None:
            secret = SecretStr(url_with(self._url, operator, password))
            self._settings = self._settings.model_copy(update={"database_url": secret})
            self._opening.open(self._settings)

    def _take(self, workspace: Workspace) -> None:
        self.workspace = workspace
        if self._ask:
            self._show_sign_in()
        else:
            self._enter(workspace.facts)

    def _explain(self, error: ConsoleError) -> None:
        if isinstance(error, AccessDeniedError) and self._url is not None:
            self._show_sign_in(str(error))
        else:
            self.start_window.show_trouble(error, self._place)

    def _enter(self, facts: SessionFacts) -> None:
        from ui.finding import finder  # noqa: PLC0415 - see _load_screens
        from ui.live_status import LiveStatus  # noqa: PLC0415 - see _load_screens
        from ui.main_window import MainWindow  # noqa: PLC0415 - see _load_screens
        from ui.screens.registry import SCREENS  # noqa: PLC0415 - see _load_screens
        from ui.table import LedgerTable  # noqa: PLC0415 - see _load_screens

        workspace = self.workspace
        if workspace is None:
            return
        self.window = window = MainWindow(self._context(workspace, facts), SCREENS)
        window.context.commands.add_provider(finder(window.context.navigator))
        self.status = LiveStatus(window, workspace.database)
        self.lag.start()
        self.start_window.hand_over()
        window.open_screen(SCREENS[0].id)
        window.show()
        listed = window.findChild(LedgerTable)
        if listed is not None:
            listed.setFocus()
        self.entered.emit()

    def _context(self, workspace: Workspace, facts: SessionFacts) -> Context:
        from ui.commands import Commands  # noqa: PLC0415 - see _load_screens
        from ui.icons import Icons  # noqa: PLC0415 - see _load_screens

        return Context(
            database=workspace.database,
            recorder=workspace.recorder,
            settings=self._settings,
            profile=workspace.profile,
            environment=workspace.environment,
            # Any server of others may be the real one: better a red line too many.
            production=workspace.environment == "LIVE",
            operator=facts.operator,
            role=role_word(facts.rights),
            currency=workspace.currency,
            formats=Formats.of(workspace.currency),
            worker=self.worker,
            theme=self._theme,
            icons=Icons(self._theme),
            commands=Commands(self._store, self._notices.warn),
            notices=self._notices,
            navigator=Navigator(),
            store=self._store,
        )


def _load_screens() -> None:
    """Load what the ledger's window needs: a second's work that the first window does not wait for."""
    from ui.screens import registry  # noqa: PLC0415 - see above

    _ = registry

"""An operator's session at the console: start page, sign-in, then the ledger's window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr
from PySide6.QtCore import QObject, QTimer, Signal

from console.errors import AccessDeniedError, ConsoleError
from console.ledger.operators.credentials import Credentials
from console.ledger.operators.rights import Rights
from console.workspace.identity import Identity
from ui.context import Context, Session
from ui.kit.formats import Formats
from ui.kit.notices import Notices
from ui.kit.sampling.lag import LagSampler
from ui.kit.worker import Worker
from ui.routes import Navigator, OpenBatchFile
from ui.start.backup.offer import BackupOffer
from ui.start.home.home import Home
from ui.start.lock.locking import Locking
from ui.start.opening import Opening, Target
from ui.start.sign_in.page import UrlParts
from ui.start.sign_in.redeeming import Redeeming
from ui.start.sizes import DEMO_SIZE
from ui.start.start_window import StartWindow
from ui.start.waking import Waking
from ui.start.witness_check import ask_witness

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QSettings

    from console.postgres.database import SessionFacts
    from console.postgres.steps import Step
    from console.settings import Paths, Settings
    from console.settings.profiles.profile import Profile
    from console.workspace.workspace import Workspace
    from ui.kit.theme.theme import Theme
    from ui.start.home.chosen import Choice
    from ui.window.live_status import LiveStatus
    from ui.window.main_window import MainWindow

_PAINTED_MS = 50
_PULSE_MS = 500
EMBEDDED_PLACE = "The ledger on this computer"
UNGUARDED = (
    "Sign-in protection is off: this computer has no gate_password for this server, so wrong passwords are "
    "not counted. "
    "An administrator makes one with: ledgerctl operator gate"
)


class OperatorSession(QObject):
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
        home: bool = False,
        profile: str = "",
        file: Path | None = None,
    ) -> None:
        """`ask` shows the sign-in even where this computer knows the password.

        home: the user's profiles say which ledger there is, and `profile` names one; else the settings do.
        file: a batch's CSV file, whose mapping whoever signs in first is shown.
        """
        super().__init__()
        self._theme = theme
        self._settings = self._own_settings = settings
        self._paths = self._own_paths = paths
        self._store = store
        self._named = profile
        self._file = file
        self._chosen: Choice | None = None
        self._demo = demo
        self._ask = ask
        self._credentials: Credentials | None = None
        self._notices = Notices()
        self.worker = Worker(self._notices.show_error)
        self._pulse_worker = Worker(lambda _error: None, threads=1)
        self.lag = LagSampler(self)
        self._opening = Opening(self.worker)
        self._backups = BackupOffer(self._notices)
        self.workspace: Workspace | None = None
        self.start_window = StartWindow(store)
        theme.dress(self.start_window)
        self.home = Home(self.start_window, self.worker, settings, paths) if home else None
        if self.home is not None:
            self.home.chosen.connect(self._choose)
            self.start_window.offer_ledgers(self._show_ledgers)
        self.window: MainWindow | None = None
        self.status: LiveStatus | None = None
        self.locking: Locking | None = None
        self.start_window.retry_wanted.connect(self._open)
        self.start_window.sign_in.submitted.connect(self._sign_in)
        self.start_window.sign_in.remembered_wanted.connect(self._open_remembered)
        self._redeeming = Redeeming(
            self.start_window,
            self.worker,
            lambda: (self._settings, self._paths, self._where, self._identity),
        )
        self._redeeming.redeemed.connect(self._sign_in)
        self._opening.opened.connect(self._take)
        self._opening.failed.connect(self._explain)
        self._opening.progressed.connect(self._show_progress)

    @property
    def _url(self) -> str | None:
        url = self._settings.database_url
        return None if url is None else url.get_secret_value()

    @property
    def _where(self) -> str:
        return EMBEDDED_PLACE if self._url is None else UrlParts.of(self._url).place

    @property
    def _place(self) -> str:
        """Where the ledger is, with what it is called where it has a name."""
        if self._chosen is None:
            return self._where
        profile = self._chosen.profile
        return f"{profile.name} ({profile.environment}): {self._where}"

    @property
    def _identity(self) -> Identity | None:
        """What the chosen profile calls the ledger."""
        return None if self._chosen is None else Identity.of(self._chosen.profile, self._own_settings)

    @property
    def _claimed(self) -> str:
        """Who signs in: as typed, or as the URL says."""
        if self._credentials is not None:
            return self._credentials.operator
        return "" if self._url is None else UrlParts.of(self._url).operator

    def begin(self) -> None:
        """Show the window, and open the ledger or ask who is there."""
        self.lag.start()
        self.start_window.show()
        if self.home is not None:
            self.start_window.show_preparing("Looking for your ledgers…")
            self.home.begin(self._named)
        else:
            self._enter_by_settings()
        # Once the window is painted and the ledger is on its way, so that both are there sooner.
        QTimer.singleShot(_PAINTED_MS, self, _load_screens)

    def switch_operator(self) -> None:
        """Leave the ledger and ask who comes next; what still runs for this operator is cancelled."""
        self._leave_window(self._show_sign_in)

    def switch_ledger(self, profile: Profile | None = None) -> None:
        """Leave the ledger for another, or for the list of them."""
        home = self.home
        if home is not None:
            self._leave_window(home.show if profile is None else partial(home.open, profile))

    def _show_ledgers(self) -> None:
        """Let what is being opened go: it would come over the list."""
        self.worker.cancel(self._opening)
        self._opening.release()
        if self.home is not None:
            self.home.show()

    def _choose(self, choice: Choice) -> None:
        """Open the ledger of a profile, or ask who signs in there."""
        self._chosen, self._credentials = choice, choice.credentials
        self._settings, self._paths = choice.profile.applied(
            self._own_settings, self._own_paths, gate_password=choice.gate_password
        )
        if choice.profile.is_server and choice.credentials is None:
            self._show_sign_in(choice.profile.operator)
        else:
            self._open()

    def _enter_by_settings(self) -> None:
        if self._url is not None and not UrlParts.of(self._url).password_given:
            self._show_sign_in(self._claimed)
        else:
            self._open()

    def _leave_window(self, then: Callable[[], None]) -> None:
        window = self.window
        if window is None:
            return
        self.window = self.workspace = self.status = self.locking = self._credentials = None
        self._ask = False
        self.worker.cancel(window)
        self._opening.release()
        then()
        # Before the other closes: with the last window the program would end.
        self.start_window.take_back(window.saveGeometry())
        window.close()
        window.deleteLater()

    def leave(self) -> bool:
        """End all work, close the database, leave the server; False when a thread would not end."""
        self.lag.stop()
        ended = self.worker.shutdown()
        ended = self._pulse_worker.shutdown(_PULSE_MS) and ended
        self._opening.close()
        return ended

    def _open(self) -> None:
        where = (
            "Starting the ledger on this computer" if self._url is None else f"Connecting to {self._place}"
        )
        self.start_window.show_preparing(f"{where}…")
        self._opening.open(self._target(), self._credentials)

    def _target(self) -> Target:
        """Return what is to be opened: by the profile that was chosen, or by the settings."""
        if self._chosen is None:
            return Target(self._settings, self._paths, demo=self._demo)
        profile = self._chosen.profile
        return Target(
            self._settings,
            self._paths,
            demo=DEMO_SIZE if profile.kind == "demo" else None,
            identity=self._identity,
            currency=self._chosen.currency,
        )

    def _open_remembered(self) -> None:
        self._credentials = None
        self._open()

    def _show_progress(self, step: Step) -> None:
        self.start_window.preparing.say(step.words, step.done, step.total)

    def _show_sign_in(self, operator: str = "", problem: str = "") -> None:
        page = self.start_window.sign_in
        if self.workspace is not None:
            operator = self.workspace.facts.operator
            page.ask(self._where, operator, remembered=True, problem=problem, identity=self._identity)
        else:
            guarded = self._url is None or self._settings.gate_password is not None
            page.ask(
                self._where,
                operator,
                offered=_remembered() if self._url is None else "",
                problem=problem,
                caution="" if guarded else UNGUARDED,
                identity=self._identity,
            )
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
        else:
            self._credentials = Credentials(operator, SecretStr(password))
            self._opening.open(self._target(), self._credentials)

    def _take(self, workspace: Workspace) -> None:
        if self.home is not None and self._chosen is not None:
            self.home.opened(self._chosen.profile, self._credentials)
        self.workspace, self._credentials = workspace, None
        if self._ask:
            self._show_sign_in()
        else:
            self._enter(workspace.facts)

    def _explain(self, error: ConsoleError) -> None:
        if isinstance(error, AccessDeniedError):
            self._show_sign_in(self._claimed, str(error))
        else:
            self.start_window.show_trouble(error, self._place)

    def _enter(self, facts: SessionFacts) -> None:
        from ui.acts.offered import offer_acts  # noqa: PLC0415 - see _load_screens
        from ui.acts.outcome.settling import say_settled  # noqa: PLC0415 - see _load_screens
        from ui.screens.registry import SCREENS  # noqa: PLC0415 - see _load_screens
        from ui.waiting import COUNTED, count_waiting  # noqa: PLC0415 - see _load_screens
        from ui.window.hints import Hints  # noqa: PLC0415 - see _load_screens
        from ui.window.live_status import LiveStatus  # noqa: PLC0415 - see _load_screens
        from ui.window.main_window import MainWindow  # noqa: PLC0415 - see _load_screens
        from ui.window.search import Search  # noqa: PLC0415 - see _load_screens

        workspace = self.workspace
        if workspace is None:
            return
        self.window = window = MainWindow(self._context(workspace, facts), SCREENS)
        window.palette_dialog.set_search(Search(window.context))
        self.status = LiveStatus(window, workspace.database, self._pulse_worker, workspace.watch)
        hints = Hints(window, workspace.database, self.worker)
        hints.news.connect(self.status.take_news)
        window.closing.connect(hints.stop)
        self.lag.start()
        window.context.sampler.start()
        window.closing.connect(window.context.sampler.stop)
        offer_acts(window.context, window, shown=lambda: window.current_screen, refresh=window.refresh_screen)
        self._offer(window, workspace, self.status)
        self.start_window.hand_over()
        window.open_screen(SCREENS[0].id)
        window.show()
        say_settled(window.context, workspace.settled)
        for screen in COUNTED:
            count_waiting(window.context, screen, window)
        hints.start()
        if self._settings.keeper and window.context.session.rights.keeps:
            workspace.keeper.start()
        ask_witness(workspace.database, self._paths.data, self.worker, self._notices, window)
        self.entered.emit()
        if self._file is not None:
            file, self._file = self._file, None
            window.open_route(OpenBatchFile(file))

    def _offer(self, window: MainWindow, workspace: Workspace, status: LiveStatus) -> None:
        """Let the window be locked, unlocked for writing, backed up and left; settle what is in doubt."""
        from ui.acts.outcome.settling import settle_now  # noqa: PLC0415 - see _load_screens
        from ui.window.technical import Technical  # noqa: PLC0415 - see _load_screens
        from ui.window.unlocking import Writing  # noqa: PLC0415 - see _load_screens

        # Whatever the sleep or the break left without an answer comes before anything else.
        self.locking = locking = Locking(window, self.start_window, workspace, self._place)
        locking.switch_wanted.connect(self.switch_operator)
        Technical(window)
        writing = Writing(window, workspace)
        writing.unlocked.connect(partial(settle_now, window.context, window))
        writing.changed.connect(window.refresh_screen)
        if self.home is not None:
            self.home.offer(window, self.switch_ledger)
        self._backups.make(window, workspace, self._settings, self._paths)
        window.offer_lock(locking.lock)
        window.offer_switch(self.switch_operator)
        waking = Waking(window)
        waking.woke.connect(partial(locking.lock, "the computer slept"))
        waking.woke.connect(partial(settle_now, window.context, window, also=locking.tell))
        status.returned.connect(partial(settle_now, window.context, window, also=locking.tell))

    def _context(self, workspace: Workspace, facts: SessionFacts) -> Context:
        from ui.kit.commands import Commands  # noqa: PLC0415 - see _load_screens
        from ui.kit.sampling.sampler import ConsoleSampler  # noqa: PLC0415 - see _load_screens
        from ui.kit.theme.icons import Icons  # noqa: PLC0415 - see _load_screens
        from ui.window.unlocking import no_writing  # noqa: PLC0415 - see _load_screens

        return Context(
            session=Session(
                workspace.identity,
                rights=replace(Rights.of(facts), no_writing=partial(no_writing, workspace)),
                books=workspace.books,
            ),
            database=workspace.database,
            ledger=workspace.ledger,
            recorder=workspace.recorder,
            settings=self._settings,
            paths=self._paths,
            formats=Formats.of(workspace.books.zone),
            worker=self.worker,
            lag=self.lag,
            sampler=ConsoleSampler(workspace.ledger, self.lag),
            theme=self._theme,
            icons=Icons(self._theme),
            commands=Commands(self._store, self._notices.warn),
            notices=self._notices,
            navigator=Navigator(),
            store=self._store,
        )


def _remembered() -> str:
    """Return the operator whose password this computer keeps for its own ledger."""
    from console.ledger.operators.enrolment import role_name  # noqa: PLC0415 - with the database's libraries, a second's work

    return role_name()


def _load_screens() -> None:
    """Load what the ledger's window needs: a second's work that the first window does not wait for."""
    from ui.screens import registry  # noqa: PLC0415 - see above

    _ = registry

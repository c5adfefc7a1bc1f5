"""Leads from the first window to one ledger: the one used last, one of the list, or one that is made."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import uuid4

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QDialog, QFileDialog, QMenu

from console.errors import ConsoleError
from console.postgres.embedded.folder import Folder
from console.settings.profiles.profile import Profile
from console.settings.profiles.secrets import Secrets, SecretsUnavailableError
from console.settings.profiles.store import ProfileStore, name_key
from ui.kit.commands import Command
from ui.start.home.chosen import Choice
from ui.start.home.connecting import Connecting
from ui.start.home.dialogs import OwnProfileDialog, SureDialog
from ui.start.home.team import TeamDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ledger.operators.credentials import Credentials
    from console.settings import Paths, Settings
    from ui.kit.worker import Worker
    from ui.start.home.own_form import NewOwnLedger
    from ui.start.start_window import StartWindow
    from ui.window.main_window import MainWindow

T = TypeVar("T")

OWN_NAME: Final = "This computer"
DEMO_NAME: Final = "Demo"


@dataclass(frozen=True, slots=True)
class _Known:
    profiles: tuple[Profile, ...]
    last: Profile | None


class Home(QObject):
    """Shows the ledgers and the forms, and keeps the profiles; `chosen` tells what to open."""

    chosen = Signal(object)

    def __init__(self, window: StartWindow, worker: Worker, settings: Settings, paths: Paths) -> None:
        super().__init__()
        self._window = window
        self._worker = worker
        self._settings = settings
        self._paths = paths
        self._known = _Known((), None)
        self.store = ProfileStore(paths)
        self.secrets = Secrets()
        self.connecting = Connecting(window.connect_form, self.store, self.secrets, worker, paths)
        self._connect()

    def begin(self, name: str = "") -> None:
        """Open the ledger of a name, or the one used last, or the one there is; else welcome who is there."""
        own = Folder.of(self._paths.data).pgdata

        def work() -> Profile | None:
            if name:
                return self.store.named(name)
            if not self.store.exists and own.is_dir():
                # From before there were profiles: the ledger on this computer goes on as it was.
                self.store.add(Profile.made(name=OWN_NAME, kind="computer", colour="blue"))
            profiles = self.store.list()
            last = self.store.last_used()
            return last if last is not None else profiles[0] if len(profiles) == 1 else None

        def done(profile: Profile | None) -> None:
            if profile is None:
                self.show()
            else:
                self.open(profile)

        self._run(work, done, failed=self._say)

    def show(self, words: str = "", *, tone: str = "error") -> None:
        """Show the list of ledgers, and say something above it."""

        def done(known: _Known) -> None:
            self._known = known
            page = self._window.ledgers
            self._window.setCurrentWidget(page)
            page.say(words, tone=tone)
            page.show_profiles(known.profiles, known.last)

        self._run(lambda: _Known(self.store.list(), self.store.last_used()), done, failed=self._show_trouble)

    def open(self, profile: Profile) -> None:
        """Open a ledger; where the keyring keeps the operator's password, nobody is asked for it."""

        def work() -> Choice:
            self.store.use(profile.id)
            return self.connecting.kept(profile)

        # A store that cannot be written keeps nobody from working.
        self._run(work, self.chosen.emit, failed=lambda _error: self.chosen.emit(Choice(profile)))

    def opened(self, profile: Profile, credentials: Credentials | None) -> None:
        """Keep the password of who has signed in, where the profile says so."""
        if profile.is_server and profile.keep_password and credentials is not None:
            self._run(
                lambda: self.secrets.keep(profile, credentials.operator, credentials.password),
                lambda _kept: None,
                failed=lambda _error: None,
            )

    def offer(self, window: MainWindow, switch: Callable[..., None]) -> None:
        """Let a window's operator go to another ledger: under its name, by key, and in the palette."""
        window.context.commands.add(
            Command("ledger.switch", "Other ledgers", switch, ("Ctrl+Shift+L",), "Window", words="profile")
        )
        menu = QMenu(window.top_bar)
        menu.aboutToShow.connect(partial(self._fill, menu, window, switch))
        window.top_bar.offer_ledgers(menu)

    def _fill(self, menu: QMenu, window: MainWindow, switch: Callable[..., None]) -> None:
        """List the other ledgers as they are known now."""
        menu.clear()
        try:
            # The file is a few kB, read where a menu must be there at once.
            profiles = self.store.list()
        except ConsoleError:
            profiles = ()
        for profile in profiles:
            if profile.name != window.context.session.identity.name:
                menu.addAction(f"{profile.name}   {profile.environment}", partial(switch, profile))
        menu.addSeparator()
        menu.addAction("Other ledgers…", switch)

    def _connect(self) -> None:
        page, own, server = self._window.ledgers, self._window.own_form, self._window.connect_form
        page.open_wanted.connect(self.open)
        page.demo_wanted.connect(self._make_demo)
        page.own_wanted.connect(self._begin_own)
        page.connect_wanted.connect(lambda: self._begin_server(None))
        page.edit_wanted.connect(self._edit)
        page.remove_wanted.connect(self._ask_remove)
        page.throw_wanted.connect(self._ask_throw)
        page.restore_wanted.connect(self._restore)
        page.import_wanted.connect(self._import)
        page.export_wanted.connect(self._export)
        page.about_wanted.connect(self._show_about)
        own.wanted.connect(self._make_own)
        own.back_wanted.connect(self.show)
        server.back_wanted.connect(self._leave_server)
        self.connecting.ready.connect(self.chosen)
        self.connecting.saved.connect(lambda: self.show("Saved.", tone="credit"))

    def _show_about(self) -> None:
        from ui.window.about.opening import About  # noqa: PLC0415 - seldom asked

        About(self._window, self._worker, self._settings, self._paths).show_about()

    def _make_demo(self) -> None:
        profile = Profile.made(name=self._free_name(DEMO_NAME), kind="demo", colour="amber")
        self._add(profile, lambda: self.open(profile))

    def _begin_own(self) -> None:
        # The console's own folder is for the first one; each other has a folder of its own.
        taken = any(one.kind == "computer" and not one.folder for one in self._known.profiles)
        taken = taken or Folder.of(self._paths.data).pgdata.is_dir()
        folder = str(self._paths.data / "ledgers" / uuid4().hex[:8]) if taken else ""
        self._window.setCurrentWidget(self._window.own_form)
        self._window.own_form.begin(self._free_name(OWN_NAME), folder)

    def _make_own(self, wanted: NewOwnLedger) -> None:
        def done() -> None:
            self.chosen.emit(Choice(wanted.profile, None, wanted.currency))

        self._add(wanted.profile, done, failed=lambda error: self._window.own_form.say(str(error)))

    def _begin_server(self, profile: Profile | None) -> None:
        def done(why_not: str) -> None:
            self._window.setCurrentWidget(self._window.connect_form)
            self._window.connect_form.begin(profile, why_not=why_not)

        self._run(self.secrets.why_not, done, failed=lambda error: done(str(error)))

    def _leave_server(self) -> None:
        self.connecting.cancel()
        self.show()

    def _edit(self, profile: Profile) -> None:
        if profile.is_server:
            self._begin_server(profile)
            return
        dialog = OwnProfileDialog(self._window, profile)

        def keep(changed: Profile) -> None:
            def done(_kept: object) -> None:
                dialog.accept()
                self.show()

            self._run(lambda: self.store.change(changed), done, failed=lambda error: dialog.say(str(error)))

        dialog.changed.connect(keep)
        self._open(dialog)

    def _ask_remove(self, profile: Profile) -> None:
        where = "on its server" if profile.is_server else f"in {profile.data_folder(self._paths)}"
        dialog = SureDialog(
            self._window,
            title=f"Remove {profile.name} from this list?",
            words=f"The ledger itself stays as it is, {where}. Passwords kept for it are forgotten.",
            deed="Remove",
        )
        dialog.accepted.connect(lambda: self._remove(profile))
        self._open(dialog)

    def _remove(self, profile: Profile) -> None:
        def work() -> None:
            self.store.remove(profile.id)
            if profile.is_server:
                self._forget(profile)

        self._run(work, lambda _gone: self.show(), failed=self._say)

    def _forget(self, profile: Profile) -> None:
        try:
            self.secrets.forget(profile)
        except SecretsUnavailableError:
            # What cannot be asked keeps nothing that leads anywhere: passwords go with their profile's id.
            return

    def _ask_throw(self, profile: Profile) -> None:
        dialog = SureDialog(
            self._window,
            title="Throw the demo away?",
            words=f"Everything in it is removed from {profile.data_folder(self._paths)}, for good.",
            deed="Throw it away",
        )
        dialog.accepted.connect(lambda: self._throw(profile))
        self._open(dialog)

    def _throw(self, profile: Profile) -> None:
        def work() -> None:
            from console.workspace.demo_away import throw_away  # noqa: PLC0415 - seldom asked

            throw_away(profile, self._paths)
            self.store.remove(profile.id)

        self._run(work, lambda _gone: self.show("The demo is gone.", tone="credit"), failed=self._say)

    def _restore(self, profile: Profile) -> None:
        from ui.start.backup.restore import RestoreDialog  # noqa: PLC0415 - seldom asked

        settings, paths = profile.applied(self._settings, self._paths)
        self._open(RestoreDialog(self._window, profile, settings, paths, self._worker))

    def _import(self) -> None:
        dialog = QFileDialog(
            self._window, "Import profiles", "", "Profiles (*.ledger-profiles.json *.json);;All files (*)"
        )
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.plan(Path(chosen)))
        self._open(dialog)

    def plan(self, path: Path) -> None:
        """Show what an import of a file would do."""
        from console.settings.profiles.team import ImportPlan, apply_import, plan_import  # noqa: PLC0415 - seldom asked

        def show(plan: ImportPlan) -> None:
            dialog = TeamDialog(self._window, plan)
            dialog.wanted.connect(
                lambda entries: self._run(
                    lambda: apply_import(self.store, entries),
                    lambda count: self.show(f"{count} taken over from {path.name}.", tone="credit"),
                    failed=self._say,
                )
            )
            self._open(dialog)

        self._run(lambda: plan_import(path, self.store.list()), show, failed=self._say)

    def _export(self) -> None:
        from console.settings.profiles.team import SUFFIX, export_profiles  # noqa: PLC0415 - seldom asked

        dialog = QFileDialog(self._window, "Export profiles", f"ledger{SUFFIX}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(f"Profiles (*{SUFFIX})")

        def write(chosen: str) -> None:
            path = Path(chosen if chosen.endswith(SUFFIX) else f"{chosen}{SUFFIX}")
            self._run(
                lambda: export_profiles(path, self.store.list()),
                lambda count: self.show(f"{count} written to {path}.", tone="credit"),
                failed=self._say,
            )

        dialog.fileSelected.connect(write)
        self._open(dialog)

    def _add(
        self,
        profile: Profile,
        done: Callable[[], None],
        *,
        failed: Callable[[ConsoleError], None] | None = None,
    ) -> None:
        def work() -> None:
            self.store.add(profile)
            self.store.use(profile.id)

        self._run(work, lambda _added: done(), failed=failed or self._say)

    def _free_name(self, wanted: str) -> str:
        taken = {name_key(one.name) for one in self._known.profiles}
        names = (wanted, *(f"{wanted} {number}" for number in range(2, 1_000)))
        return next(one for one in names if name_key(one) not in taken)

    def _open(self, dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _say(self, error: ConsoleError) -> None:
        self.show(str(error))

    def _show_trouble(self, error: ConsoleError) -> None:
        page = self._window.ledgers
        self._window.setCurrentWidget(page)
        page.say(str(error))
        page.show_profiles((), None)

    def _run(
        self, work: Callable[[], T], done: Callable[[T], None], *, failed: Callable[[ConsoleError], None]
    ) -> None:
        self._worker.run(lambda _cancel: work(), done=done, failed=failed, owner=self)

"""Tries a server's connection for the form, keeps its profile, and makes the ledger where it may be made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from console.ledger.operators.credentials import Credentials
from console.settings.profiles.profile import ProfileError
from console.settings.profiles.roots import written_roots
from console.settings.profiles.secrets import SecretsUnavailableError
from console.settings.profiles.store import name_key
from ui.start.home.chosen import Choice
from ui.start.home.make_dialog import MakeLedgerDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError
    from console.postgres.cancellation import Cancellation
    from console.settings import Paths
    from console.settings.profiles.profile import Profile
    from console.settings.profiles.secrets import Secrets
    from console.settings.profiles.store import ProfileStore
    from console.workspace.trial.creation import NewLedger
    from console.workspace.trial.steps import Step, TrialResult
    from ui.kit.worker import Worker
    from ui.start.home.connect_form import ConnectForm, Connection


class Connecting(QObject):
    """What the form's buttons do, on a pool thread.

    ready: a Choice whose profile is kept and whose connection has passed. saved: a profile was kept untried.
    """

    ready = Signal(object)
    saved = Signal()

    def __init__(
        self, form: ConnectForm, store: ProfileStore, secrets: Secrets, worker: Worker, paths: Paths
    ) -> None:
        super().__init__()
        self._form = form
        self._store = store
        self._secrets = secrets
        self._worker = worker
        self._paths = paths
        form.try_wanted.connect(lambda wanted: self._try(wanted, lambda: None))
        form.open_wanted.connect(lambda wanted: self._try(wanted, lambda: self._keep(wanted, opens=True)))
        form.save_wanted.connect(lambda wanted: self._keep(wanted, opens=False))
        form.make_wanted.connect(self._ask_make)

    def cancel(self) -> None:
        """End what is being tried."""
        self._worker.cancel(self)

    def kept(self, profile: Profile) -> Choice:
        """Return a profile with what the keyring keeps for it: who signs in, and the gate's. It may block."""
        if not profile.is_server:
            return Choice(profile)
        password = gate = None
        try:
            gate = self._secrets.gate_password(profile)
            if profile.keep_password and profile.operator:
                password = self._secrets.password(profile, profile.operator)
        except SecretsUnavailableError:
            pass  # it is asked for
        credentials = None if password is None else Credentials(profile.operator, password)
        return Choice(profile, credentials, gate_password=gate)

    def _try(self, wanted: Connection, passed: Callable[[], None]) -> None:
        from console.workspace.trial.trial import try_connection  # noqa: PLC0415 - the window is there sooner

        form = self._form
        form.set_busy(busy=True)
        form.steps.begin()
        form.say("")
        paths = self._paths

        def work(cancel: Cancellation, report: Callable[[Step], None]) -> TrialResult:
            self._refuse_taken(wanted.profile)
            roots = written_roots(paths.state)
            return try_connection(
                wanted.profile, wanted.credentials, report,
                gate_password=wanted.gate_password, roots=roots, cancel=cancel,
            )  # fmt: skip

        def done(result: TrialResult) -> None:
            for step in result.steps:
                form.show_step(step)
            form.show_result(result)
            if result.passed:
                passed()

        self._worker.run_reporting(
            work, progress=form.show_step, done=done, failed=self._refuse, owner=self, replaces="trial",
            cancelled=lambda: form.set_busy(busy=False),
        )  # fmt: skip

    def _refuse_taken(self, profile: Profile) -> None:
        """Raise ProfileError for a name that another has: before a ledger is made that nobody could keep."""
        taken = {name_key(one.name) for one in self._store.list() if one.id != profile.id}
        if name_key(profile.name) in taken:
            raise ProfileError(f"There is a profile named {profile.name} already; choose another name.")

    def _keep(self, wanted: Connection, *, opens: bool) -> None:
        """Keep the profile, and in the keyring what belongs there; open it, or say that it is kept."""

        def work() -> None:
            if wanted.new:
                self._store.add(wanted.profile)
            else:
                self._store.change(wanted.profile)
            if opens:
                self._store.use(wanted.profile.id)
            self._keep_secrets(wanted)

        def done(_kept: None) -> None:
            if opens:
                self.ready.emit(
                    Choice(wanted.profile, wanted.credentials, gate_password=wanted.gate_password)
                )
            else:
                self.saved.emit()

        self._worker.run(lambda _cancel: work(), done=done, failed=self._refuse, owner=self)

    def _keep_secrets(self, wanted: Connection) -> None:
        password = wanted.credentials.password.get_secret_value()
        if wanted.profile.keep_password and password:
            self._secrets.keep(wanted.profile, wanted.credentials.operator, wanted.credentials.password)
        if wanted.gate_password is not None:
            self._secrets.keep_gate(wanted.profile, wanted.gate_password)

    def _ask_make(self, wanted: Connection) -> None:
        where = f"the database {wanted.profile.database} on {', '.join(wanted.profile.hosts)}"
        dialog = MakeLedgerDialog(self._form, where)
        dialog.wanted.connect(lambda ledger: self._make(wanted, ledger))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _make(self, wanted: Connection, ledger: NewLedger) -> None:
        """Make the ledger as who could, then go on as its first operator."""
        from console.workspace.trial.creation import create_ledger  # noqa: PLC0415 - with Alembic, seldom asked

        form, paths = self._form, self._paths
        form.set_busy(busy=True)
        form.steps.show_verdict("Making the ledger: its groups, tables and functions…")

        def done(_schema: str) -> None:
            first = ledger.first
            if first is None:
                self._try(wanted, lambda: self._keep(wanted, opens=True))
                return
            form.operator.setText(first.operator)
            form.password.setText(first.password.get_secret_value())
            theirs = replace(
                wanted, profile=wanted.profile.changed(operator=first.operator), credentials=first
            )
            self._try(theirs, lambda: self._keep(theirs, opens=True))

        self._worker.run(
            lambda _cancel: create_ledger(
                wanted.profile, wanted.credentials, ledger, roots=written_roots(paths.state)
            ),
            done=done,
            failed=self._refuse,
            owner=self,
        )

    def _refuse(self, error: ConsoleError) -> None:
        self._form.steps.show_verdict("")
        self._form.set_busy(busy=False)
        self._form.say(str(error))

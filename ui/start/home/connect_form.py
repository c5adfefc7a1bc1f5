"""A server's profile: where it is, who signs in, how it is told from others; and the connection tried."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from console.ledger.operators.credentials import Credentials
from console.settings.profiles.profile import COLOURS, TLS_WORDS, Profile, ProfileError
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import Field, bring_into_view, button, column_of, label
from ui.start.home.form import FormPage, presses
from ui.start.home.steps import TrialSteps

if TYPE_CHECKING:
    from console.workspace.trial.steps import Step, TrialResult

_WORDS: Final = "Ask who runs the server for these; the connection is tried before anything is kept."
_TLS: Final = {
    "verify-full": "Certificate and name are checked",
    "verify-ca": "Certificate is checked, the name is not",
    "require": "Encrypted, but nobody is checked",
    "off": "Not encrypted",
}


@dataclass(frozen=True, slots=True)
class Connection:
    """What was filled in: where, and who signs in. new: whether the profile is not kept yet."""

    profile: Profile
    credentials: Credentials
    gate_password: SecretStr | None
    new: bool


class ConnectForm(FormPage):
    """Emits what is asked for with a Connection that can be; what cannot is said in place."""

    try_wanted = Signal(object)
    open_wanted = Signal(object)
    make_wanted = Signal(object)
    save_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("Connect to a server", _WORDS, "Save and open")
        self._before: Profile | None = None
        self._pressed: QWidget | None = None
        self.name, self.database = _line(), _line()
        self.hosts = _line("db.example.org")
        self.operator, self.password = _line(), _secret()
        self.keep = QCheckBox("Keep the password in this computer's keyring")
        self.tls = QComboBox()
        for word in TLS_WORDS:
            self.tls.addItem(_TLS[word], word)
        self.root = _line("empty: the certificates that this system trusts")
        self.choose_root = button("Choose…")
        self.environment = _line("such as LIVE, TEST")
        self.colour = QComboBox()
        self.colour.addItems([one.capitalize() for one in COLOURS])
        self.production = QCheckBox("It is the real thing: read-only until unlocked with a reason")
        self.read_only = QCheckBox("Read-only, with no exception")
        self.pooler = QCheckBox("It is reached through a pooler (pgbouncer)")
        self.gate = _secret("its password, from an administrator")
        self._no_keyring = label(tone="muted", font=label_font(), wrap=True)
        self._fields = {
            "name": Field("Name", self.name, hint="What it is called in this console."),
            "hosts": Field("Host, or several with commas", self.hosts),
            "database": Field("Database", self.database),
            "operator": Field("Operator", self.operator),
        }
        for field in self._fields.values():
            field.forgive()
        self.steps = TrialSteps()
        self.try_button, self.make_button = self.steps.try_button, self.steps.make_button
        self.save_button = button("Save untried", flat=True)
        self._build()

    @property
    def profile_before(self) -> Profile | None:
        """The profile that is changed; None for a new one."""
        return self._before

    def begin(self, profile: Profile | None = None, *, why_not: str = "") -> None:
        """Begin anew, or with a profile that is to be changed; why_not: why no keyring keeps a password."""
        self._before = profile
        self.heading.setText("Connect to a server" if profile is None else f"Change {profile.name}")
        shown = profile or Profile.made(name="Ledger", kind="server", hosts=["localhost"], database="ledger")
        self.name.setText(shown.name if profile else "")
        self.hosts.setText(", ".join(shown.hosts) if profile else "")
        self.database.setText(shown.database)
        self.operator.setText(shown.operator)
        self.password.clear()
        self.gate.clear()
        self.keep.setChecked(shown.keep_password and not why_not)
        self.keep.setEnabled(not why_not)
        self._no_keyring.setText(f"The password is asked for each time: {why_not}")
        self._no_keyring.setVisible(bool(why_not))
        self.tls.setCurrentIndex(self.tls.findData(shown.tls))
        self.root.setText(shown.root_certificate)
        self.environment.setText(shown.environment if profile else "")
        self.colour.setCurrentIndex(COLOURS.index(shown.colour))
        self.production.setChecked(shown.production)
        self.read_only.setChecked(shown.read_only)
        self.pooler.setChecked(shown.pooler)
        self.steps.begin()
        self.make_button.hide()
        self.set_busy(busy=False)
        self.say("")
        self._say_missing({})
        self.name.setFocus()

    def show_step(self, step: Step) -> None:
        """Show how one step of the trial stands."""
        self.steps.show_step(step)

    def show_result(self, result: TrialResult) -> None:
        """Say what came of a trial; a ledger that can be made there is offered."""
        self.set_busy(busy=False)
        self.make_button.setVisible(result.can_create)
        bring_into_view(self.steps)
        if result.passed:
            self.steps.show_verdict("All of it works. Save and open the ledger.")
            self.deed_button.setFocus()
        elif result.can_create:
            self.make_button.setFocus()

    def set_busy(self, *, busy: bool) -> None:
        """Keep other presses out while one is under way; then the keyboard is where it was."""
        if busy:
            self._pressed = self.focusWidget()
        for one in (self.try_button, self.deed_button, self.make_button, self.save_button):
            one.setEnabled(not busy)
        self.try_button.setText("Trying…" if busy else "Try the connection")
        if busy:
            bring_into_view(self.steps)
        elif self._pressed is not None:
            self._pressed.setFocus()
            self._pressed = None

    def connection(self, *, signs_in: bool = True) -> Connection | None:
        """Return what was filled in; None, and what is wrong in place, when it can be none.

        signs_in: whether it is tried at once, so that somebody must sign in.
        """
        if self._say_missing(self._missing(signs_in=signs_in)):
            return None
        values = {
            "name": self.name.text().strip(),
            "kind": "server",
            "hosts": [one.strip() for one in self.hosts.text().split(",") if one.strip()],
            "database": self.database.text().strip(),
            "operator": self.operator.text().strip(),
            "colour": COLOURS[self.colour.currentIndex()],
            "environment": self.environment.text().strip(),
            "production": self.production.isChecked(),
            "read_only": self.read_only.isChecked(),
            "tls": self.tls.currentData(),
            "root_certificate": self.root.text().strip(),
            "pooler": self.pooler.isChecked(),
            "keep_password": self.keep.isChecked(),
        }
        try:
            before = self._before
            profile = Profile.made(**values) if before is None else before.changed(**values)
        except ProfileError as error:
            self.say(str(error))
            return None
        self.say("")
        gate = self.gate.text()
        return Connection(
            profile,
            Credentials(profile.operator, SecretStr(self.password.text())),
            SecretStr(gate) if gate else None,
            self._before is None,
        )

    def _missing(self, *, signs_in: bool) -> dict[str, str]:
        """Return what has to be filled in and is not, by field."""
        asked = {
            "name": "Give it a name.",
            "hosts": "Write the server's name or address.",
            "database": "Write which database.",
            "operator": "Write who signs in.",
        }
        if not signs_in:
            asked.pop("operator")
        return {name: words for name, words in asked.items() if not getattr(self, name).text().strip()}

    def _say_missing(self, missing: dict[str, str]) -> bool:
        """Say in place what is missing, and go there; return whether anything is."""
        for name, field in self._fields.items():
            field.set_problem(missing.get(name, ""))
        for name in missing:
            self._fields[name].editor.setFocus()
            bring_into_view(self._fields[name])
            break
        return bool(missing)

    def _build(self) -> None:
        named = self._fields
        self.fields.addWidget(named["name"])
        self.fields.addLayout(_pair(named["hosts"], named["database"]))
        self.fields.addLayout(_pair(named["operator"], Field("Password", self.password)))
        self.fields.addLayout(column_of(self.keep, self._no_keyring, spacing=4))
        self.fields.addWidget(Field("Encryption (TLS)", self.tls))
        certificate = Field("Certificate of the server's issuer", self.root, beside=self.choose_root)
        self.choose_root.setAccessibleName("Choose the certificate of the server's issuer")
        self.fields.addWidget(certificate)
        self.fields.addLayout(
            _pair(Field("Environment, in a word", self.environment), Field("Colour", self.colour))
        )
        self.fields.addLayout(column_of(self.production, self.read_only, self.pooler, spacing=6))
        self.fields.addWidget(
            Field("Sign-in protection", self.gate, hint="Where it is known, wrong passwords are counted.")
        )
        self.beside.addWidget(self.steps)
        self.buttons.insertWidget(2, self.save_button)
        self.try_button.clicked.connect(lambda _checked: self._ask(self.try_wanted))
        self.deed_button.clicked.connect(lambda _checked: self._ask(self.open_wanted))
        self.save_button.clicked.connect(lambda _checked: self._ask(self.save_wanted, signs_in=False))
        self.make_button.clicked.connect(lambda _checked: self._ask(self.make_wanted))
        self.choose_root.clicked.connect(lambda _checked: self._choose_root())
        for editor in self.findChildren(QLineEdit):
            editor.returnPressed.connect(lambda: presses(self.try_button))

    def _ask(self, signal: object, *, signs_in: bool = True) -> None:
        found = self.connection(signs_in=signs_in)
        if found is not None:
            signal.emit(found)  # type: ignore[attr-defined]  # a bound signal, which has no type of its own

    def _choose_root(self) -> None:
        dialog = QFileDialog(self, "Certificate", "", "Certificates (*.pem *.crt *.cer);;All files (*)")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.root.setText(str(Path(chosen))))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


def _line(placeholder: str = "") -> QLineEdit:
    made = QLineEdit()
    made.setFont(text_font())
    made.setPlaceholderText(placeholder)
    return made


def _secret(placeholder: str = "") -> QLineEdit:
    made = _line(placeholder)
    made.setEchoMode(QLineEdit.EchoMode.Password)
    return made


def _pair(first: Field, second: Field) -> QHBoxLayout:
    made = QHBoxLayout()
    made.setSpacing(12)
    # At the top: what is wrong with one moves no part of the other.
    made.addWidget(first, 3, Qt.AlignmentFlag.AlignTop)
    made.addWidget(second, 2, Qt.AlignmentFlag.AlignTop)
    return made

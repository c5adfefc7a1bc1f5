"""What is typed and ticked in the audit's filters: what happened, and whom it is about."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import has_hidden
from console.ledger.audit.kinds import ACTIONS, TITLES, Family, actions_of, name_of
from console.postgres.page import asked_name
from ui.kit.widgets.basics import Field
from ui.kit.widgets.filters import ANY, ChoiceFilter

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

_NO_KIND: Final = "There is no such kind; write it as the list does, such as post batch."
_HIDDEN: Final = "This has a character that nobody sees; type it instead of pasting it."
_LONGEST_SHOWN: Final = 28
_DIGITS_OF_BIGINT: Final = 19


class KindFilter(QWidget):
    """Families of kinds, or one kind exactly; the value is a tuple of kinds or None."""

    applied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.families = ChoiceFilter([(family.value, TITLES[family]) for family in Family])
        self.exact = QLineEdit()
        self._field = Field("Or one kind exactly", self.exact, hint="such as post batch")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.families)
        layout.addWidget(self._field)
        self.families.applied.connect(self.applied)
        self.exact.returnPressed.connect(self.applied)
        self.exact.textChanged.connect(self.problem)
        self.setFocusProxy(self.families)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> tuple[str, ...] | None:
        """Return the kinds asked for."""
        if self.exact.text().strip():
            found = self._kind()
            return None if found is None else (found,)
        families = self.families.value()
        return None if families is None else actions_of(families)

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        self.clear()
        kinds = cast("tuple[str, ...] | None", value)
        if kinds is None:
            return
        if len(kinds) == 1:
            self.exact.setText(name_of(kinds[0]))
        else:
            self.families.set_value([one.value for one in Family if set(actions_of([one])) <= set(kinds)])

    def words(self) -> str:
        """Return what is chosen in a few words."""
        found = self._kind()
        return name_of(found) if found is not None else self.families.words()

    def clear(self) -> None:
        """Choose nothing."""
        self.exact.clear()
        self.families.clear()

    def problem(self) -> str:
        """Say at the editor what is wrong, and return it; empty when nothing is."""
        wrong = _NO_KIND if self.exact.text().strip() and self._kind() is None else ""
        self._field.set_problem(wrong)
        return wrong

    def _kind(self) -> str | None:
        """Return the kind that is written, by the name in the list or by its own."""
        written = " ".join(self.exact.text().casefold().split())
        return next((one for one in ACTIONS if written in {name_of(one), one, one.replace("_", " ")}), None)


class About(StrEnum):
    """What an event may be about."""

    ACCOUNT = "account"
    BATCH = "batch"
    REQUEST = "request"
    HOLD = "hold"
    OPERATOR = "operator"
    TRANSACTION = "transaction"
    START = "start"


_TITLES: Final = {About.HOLD: "Hold, by its reference", About.START: "Start of the subject"}
_NUMBERED: Final = frozenset({About.BATCH, About.REQUEST, About.TRANSACTION})
_PREFIXES: Final = {About.HOLD: "reservation"}


class AboutFilter(QWidget):
    """What something is about, and its name or number; the value is (what, text) or None."""

    applied = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.choices = {one: QRadioButton(_TITLES.get(one, one.value.capitalize())) for one in About}
        self.edit = QLineEdit()
        self._field = Field("Name, number or reference", self.edit)
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        group = QButtonGroup(self)
        for place, choice in enumerate(self.choices.values()):
            group.addButton(choice)
            grid.addWidget(choice, place // 2, place % 2)
            choice.toggled.connect(self.problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(grid)
        layout.addWidget(self._field)
        self.choices[About.ACCOUNT].setChecked(True)
        self.edit.returnPressed.connect(self.applied)
        self.edit.textChanged.connect(self.problem)
        self.setFocusProxy(self.edit)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> tuple[str, str] | None:
        """Return what it is about, and the text as the chain has it."""
        text = self.edit.text().strip()
        if not text or self._wrong():
            return None
        about = self._about
        if about in _NUMBERED:
            text = str(int(text.removeprefix("#")))
        elif about in {About.ACCOUNT, About.OPERATOR}:
            text = asked_name(text)
        return about.value, text

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        about, text = cast("tuple[str, str] | None", value) or (About.ACCOUNT, "")
        self.choices[About(about)].setChecked(True)
        self.edit.setText(text)

    def words(self) -> str:
        """Return what is chosen in a few words."""
        found = self.value()
        if found is None:
            return ANY
        about, text = found
        words = f"{text}\N{HORIZONTAL ELLIPSIS}" if about == About.START else f"{about} {text}"
        return (
            words if len(words) <= _LONGEST_SHOWN else f"{words[: _LONGEST_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"
        )

    def clear(self) -> None:
        """Ask about nothing."""
        self.put(None)

    def problem(self) -> str:
        """Say at the editor what is wrong, and return it; empty when nothing is."""
        wrong = self._wrong() if self.edit.text().strip() else ""
        self._field.set_problem(wrong)
        return wrong

    @property
    def _about(self) -> About:
        return next((one for one, choice in self.choices.items() if choice.isChecked()), About.ACCOUNT)

    def _wrong(self) -> str:
        text = self.edit.text().strip()
        digits = text.removeprefix("#")
        is_number = digits.isascii() and digits.isdigit() and len(digits) < _DIGITS_OF_BIGINT
        if self._about in _NUMBERED and not is_number:
            return f"A {self._about.value} has a number; digits only, such as 12."
        return _HIDDEN if has_hidden(text) else ""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.applied.emit()
        else:
            super().keyPressEvent(event)


def subject_of(value: tuple[str, str] | None) -> tuple[str, bool]:
    """Return the subject as the chain has it, and whether it is only the start of one."""
    if value is None:
        return "", False
    about, text = About(value[0]), value[1]
    if about is About.START:
        return text, True
    return f"{_PREFIXES.get(about, about.value)}:{text}", False


def about_subject(subject: str) -> tuple[str, str]:
    """Return the value of the filter that asks for a subject of the chain."""
    prefix, _, text = subject.partition(":")
    names = {_PREFIXES.get(one, one.value): one for one in About if one is not About.START}
    if text and prefix in names:
        return names[prefix].value, text
    return About.START.value, subject

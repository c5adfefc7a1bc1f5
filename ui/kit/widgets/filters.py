"""Filter chips: `Kind any` opens a small popup with its editor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from ui.kit.widgets.basics import Field, button, row_of
from ui.kit.widgets.buttons import PairButton
from ui.kit.widgets.inputs import AmountEdit, DateEdit
from ui.kit.widgets.placing import place_popup

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from PySide6.QtCore import SignalInstance
    from PySide6.QtGui import QKeyEvent

    from console.money import Currency
    from ui.kit.formats import Formats

ANY = "any"


class FilterEditor(Protocol):
    """What a filter's editor must offer; `widget` is shown in the popup."""

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        ...

    @property
    def applied(self) -> SignalInstance:
        """Emitted when Enter in the editor means: apply."""
        ...

    def value(self) -> object:
        """Return what is chosen, None for any."""
        ...

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        ...

    def words(self) -> str:
        """Return what is chosen in a few words."""
        ...

    def clear(self) -> None:
        """Choose nothing."""
        ...


class FilterChip(PairButton):
    """A button that names a filter and its value; `changed` comes when a new one is applied."""

    changed = Signal()

    def __init__(self, name: str, editor: FilterEditor) -> None:
        super().__init__(name, ANY)
        self._filter_name = name
        self.editor = editor
        self._applied = editor.value()
        self._popup = QFrame(self, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        frame = QFrame()
        frame.setProperty("popup", True)
        outer = QVBoxLayout(self._popup)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self._inside = layout = QVBoxLayout(frame)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(editor.widget)
        clear, apply = button("Clear", compact=True), button("Apply", compact=True, accent=True)
        layout.addLayout(row_of(clear, None, apply))
        clear.clicked.connect(self.clear)
        apply.clicked.connect(self.apply)
        editor.applied.connect(self.apply)
        self.clicked.connect(self.open)

    def open(self) -> None:
        """Open the editor under the chip."""
        self._popup.setMinimumWidth(max(self.width(), 220))
        self._popup.adjustSize()
        place_popup(self._popup, self, QPoint(0, self.height() + 4))
        self._popup.show()
        self.editor.widget.setFocus()

    def apply(self) -> None:
        """Take over what the editor says and close it."""
        self._popup.hide()
        self.sync()
        if self.editor.value() != self._applied:
            self._applied = self.editor.value()
            self.changed.emit()

    def clear(self) -> None:
        """Choose nothing and close the editor."""
        self.editor.clear()
        self.apply()

    def sync(self) -> None:
        """Show what the editor holds, after it was set by the program."""
        self.set_pair(self._filter_name, self.editor.words())
        self.setChecked(False)


class ChoiceFilter(QWidget):
    """Some of a few words; the value is a tuple of keys or None."""

    applied = Signal()

    def __init__(self, choices: Sequence[tuple[str, str]]) -> None:
        """`choices` are (key, word)."""
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        self._boxes: dict[str, QCheckBox] = {}
        for key, word in choices:
            self._boxes[key] = QCheckBox(word)
            layout.addWidget(self._boxes[key])
        if self._boxes:
            self.setFocusProxy(next(iter(self._boxes.values())))

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> tuple[str, ...] | None:
        """Return the keys chosen; None when none or all are."""
        chosen = tuple(key for key, box in self._boxes.items() if box.isChecked())
        return chosen if 0 < len(chosen) < len(self._boxes) else None

    def set_value(self, keys: Sequence[str]) -> None:
        """Choose these."""
        for key, box in self._boxes.items():
            box.setChecked(key in keys)

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        self.set_value(cast("tuple[str, ...] | None", value) or ())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.applied.emit()
        else:
            super().keyPressEvent(event)

    def words(self) -> str:
        """Return the words chosen, the first two of them in full."""
        chosen = [self._boxes[key].text() for key in self.value() or ()]
        most = 2
        if len(chosen) > most:
            return f"{', '.join(chosen[:most])} +{len(chosen) - most}"
        return ", ".join(chosen) or ANY

    def clear(self) -> None:
        """Choose nothing."""
        self.set_value(())


class OneChoice(QWidget):
    """One of several, or any of them; the value is its key or None."""

    applied = Signal()

    def __init__(
        self, choices: Sequence[tuple[str, str]], *, all_title: str = "Any", word: str = ANY
    ) -> None:
        """`choices` are (key, title); `word` is what a chip says while none is chosen."""
        super().__init__()
        self._word = word
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        group = QButtonGroup(self)
        self._all = QRadioButton(all_title)
        self._each = {key: QRadioButton(title) for key, title in choices}
        for choice in (self._all, *self._each.values()):
            group.addButton(choice)
            layout.addWidget(choice)
        for choice in (self._all, *self._each.values()):
            choice.toggled.connect(self._follow)
        self._all.setChecked(True)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> str | None:
        """Return the key chosen."""
        return next((key for key, choice in self._each.items() if choice.isChecked()), None)

    def set_value(self, key: str | None) -> None:
        """Choose one; a key that is not among them is any."""
        self._each.get(key or "", self._all).setChecked(True)

    def put(self, value: object) -> None:
        """Choose what `value` returned before."""
        self.set_value(cast("str | None", value))

    def words(self) -> str:
        """Return the key chosen, or the word for any."""
        return self.value() or self._word

    def clear(self) -> None:
        """Choose any."""
        self._all.setChecked(True)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.applied.emit()
        else:
            super().keyPressEvent(event)

    def _follow(self) -> None:
        """Let the keyboard begin at what is chosen when the popup opens again."""
        self.setFocusProxy(self._each.get(self.value() or "", self._all))


class TextFilter(QLineEdit):
    """A text; the value is the text without outer spaces, or None."""

    applied = Signal()

    def __init__(self, placeholder: str = "") -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.returnPressed.connect(self.applied)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> str | None:
        """Return the text."""
        return self.text().strip() or None

    def put(self, value: object) -> None:
        """Put in what `value` returned before."""
        self.setText(cast("str | None", value) or "")

    def words(self) -> str:
        """Return the text, or any."""
        return self.value() or ANY


class AmountFilter(QWidget):
    """A range of amounts; the value is (least, most) in minor units, either may be None, or None."""

    applied = Signal()

    def __init__(self, formats: Formats, currency: Currency | None) -> None:
        super().__init__()
        self._formats = formats
        self._least = AmountEdit(formats, currency, signed=True)
        self._most = AmountEdit(formats, currency, signed=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for text, edit in (("At least", self._least), ("At most", self._most)):
            layout.addWidget(Field(text, edit))
            edit.returnPressed.connect(self.applied)
        self.setFocusProxy(self._least)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> tuple[int | None, int | None] | None:
        """Return the bounds."""
        bounds = (self._least.amount, self._most.amount)
        return None if bounds == (None, None) else bounds

    def set_value(self, least: int | None, most: int | None) -> None:
        """Set the bounds."""
        self._least.set_amount(least)
        self._most.set_amount(most)

    def put(self, value: object) -> None:
        """Set what `value` returned before."""
        self.set_value(*cast("tuple[int | None, int | None]", value or (None, None)))

    def words(self) -> str:
        """Return the bounds in words."""
        least, most = self.value() or (None, None)
        currency = self._least.currency
        if currency is None:
            return ANY
        if least is not None and most is not None:
            return f"{self._formats.amount(least, currency)} to {self._formats.money(most, currency)}"
        if least is not None:
            return f"\N{GREATER-THAN OR EQUAL TO} {self._formats.money(least, currency)}"
        return ANY if most is None else f"\N{LESS-THAN OR EQUAL TO} {self._formats.money(most, currency)}"

    def set_currency(self, currency: Currency | None) -> None:
        """Ask for amounts of another currency; bounds in the one before mean nothing in it."""
        for edit in (self._least, self._most):
            edit.set_currency(currency)

    def clear(self) -> None:
        """Set no bounds."""
        self.set_value(None, None)


class DatesFilter(QWidget):
    """A range of days, both included; the value is (first, last) or None."""

    applied = Signal()

    def __init__(self, today: date) -> None:
        super().__init__()
        self._on = QCheckBox("Only between")
        self._first, self._last = DateEdit(today), DateEdit(today)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._on)
        for text, edit in (("First day", self._first), ("Last day", self._last)):
            layout.addWidget(Field(text, edit))
            edit.dateChanged.connect(lambda: self._on.setChecked(True))
            edit.entered.connect(self.applied)
        self.setFocusProxy(self._on)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> tuple[date, date] | None:
        """Return the first and the last day."""
        return (self._first.day(), self._last.day()) if self._on.isChecked() else None

    def set_value(self, first: date, last: date) -> None:
        """Set the days."""
        self._first.set_day(first)
        self._last.set_day(last)
        self._on.setChecked(True)

    def put(self, value: object) -> None:
        """Set what `value` returned before."""
        if value is None:
            self.clear()
        else:
            self.set_value(*cast("tuple[date, date]", value))

    def words(self) -> str:
        """Return the days in words."""
        days = self.value()
        if days is None:
            return ANY
        first, last = days
        return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"

    def clear(self) -> None:
        """Set no days."""
        self._on.setChecked(False)

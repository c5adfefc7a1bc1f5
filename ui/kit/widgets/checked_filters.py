"""Filter editors that say what is wrong with their input, and a chip that then takes nothing over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.text import has_hidden
from ui.kit.theme.fonts import label_font
from ui.kit.widgets.basics import Field, label, restyle
from ui.kit.widgets.filters import ANY, AmountFilter, DatesFilter, FilterChip, TextFilter
from ui.kit.widgets.inputs import AmountEdit

if TYPE_CHECKING:
    from datetime import date

    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.widgets.filters import FilterEditor

_SHOWN_CHARACTERS = 24
_HIDDEN = "This has a character that nobody sees, and no name has such; type it instead of pasting it."
_DIGITS_OF_BIGINT = len(str(2**63))


@runtime_checkable
class Checked(Protocol):
    """An editor that looks its input over before it is taken."""

    def problem(self) -> str:
        """Say at the editor what is wrong, and return it; empty when nothing is."""
        ...


class AmountRange(AmountFilter):
    """A range of amounts that can be looked over before it is sent."""

    def __init__(self, formats: Formats, currency: Currency | None) -> None:
        super().__init__(formats, currency)
        for edit in (self._least, self._most):
            edit.textChanged.connect(self.problem)
        self._tell()

    @override
    def set_currency(self, currency: Currency | None) -> None:
        super().set_currency(currency)
        self._tell()

    def _tell(self) -> None:
        """Say why no amount can be asked for while the list is of several currencies."""
        words = "Choose one currency first: amounts are of one." if self._least.currency is None else ""
        self.findChildren(Field)[0].set_problem(words)

    def problem(self) -> str:
        """Say at the editors what is wrong, and return it; empty when nothing is."""
        found = ""
        if self._least.currency is None:
            return found
        for field in self.findChildren(Field):
            words = field.editor.problem if isinstance(field.editor, AmountEdit) else ""
            if field.editor is self._most and not (words or found):
                words = self._order_problem()
            field.set_problem(words)
            found = found or words
        return found

    def _order_problem(self) -> str:
        least, most = self._least.amount, self._most.amount
        if least is not None and most is not None and most < least:
            return "This is less than the least amount."
        return ""


class DayRange(DatesFilter):
    """A range of days that can be looked over before it is sent."""

    def problem(self) -> str:
        """Say at the editors what is wrong, and return it; empty when nothing is."""
        days = self.value()
        words = "This is before the first day." if days is not None and days[1] < days[0] else ""
        for field in self.findChildren(Field):
            if field.editor is self._last:
                field.set_problem(words)
        return words

    @override
    def set_value(self, first: date, last: date) -> None:
        super().set_value(first, last)
        self.problem()


class ShortText(TextFilter):
    """A text of any length, of which the chip shows the beginning; under it stands what is wrong with it."""

    def __init__(self, placeholder: str = "") -> None:
        super().__init__(placeholder)
        self.below = label(tone="error", font=label_font(), wrap=True)
        self.below.hide()
        self.textChanged.connect(self.problem)

    def problem(self) -> str:
        """Say under the editor what is wrong, and return it; empty when nothing is."""
        words = _HIDDEN if has_hidden(self.value() or "") else ""
        restyle(self, invalid=bool(words))
        self.setAccessibleDescription(words)
        self.below.setText(words)
        self.below.setVisible(bool(words))
        return words

    @override
    def words(self) -> str:
        text = self.value() or ANY
        if len(text) <= _SHOWN_CHARACTERS:
            return text
        return text[: _SHOWN_CHARACTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"


class NumberText(QWidget):
    """A whole number as text, such as a batch's; the value is its digits or None."""

    applied = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._edit = QLineEdit()
        self._field = Field(name, self._edit)
        self._edit.returnPressed.connect(self.applied)
        self._edit.textChanged.connect(self.problem)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._field)
        self.setFocusProxy(self._edit)

    @property
    def widget(self) -> QWidget:
        """The editor itself."""
        return self

    def value(self) -> str | None:
        """Return the number, without the # that people write before it."""
        digits = self._digits()
        return digits if digits and not self._wrong(digits) else None

    def words(self) -> str:
        """Return the number, or any."""
        return self.value() or ANY

    def put(self, value: object) -> None:
        """Put in what `value` returned before."""
        self._edit.setText(cast("str | None", value) or "")

    def clear(self) -> None:
        """Ask for none."""
        self._edit.clear()

    def problem(self) -> str:
        """Say at the editor what is wrong, and return it; empty when nothing is."""
        digits = self._digits()
        words = "This is no number; digits only, such as 12." if digits and self._wrong(digits) else ""
        self._field.set_problem(words)
        return words

    def _digits(self) -> str:
        return self._edit.text().strip().removeprefix("#")

    def _wrong(self, digits: str) -> bool:
        return not (digits.isascii() and digits.isdigit() and len(digits) < _DIGITS_OF_BIGINT)


class CheckedChip(FilterChip):
    """A filter chip whose popup stays open, saying why, while its input cannot be used."""

    def __init__(self, name: str, editor: FilterEditor) -> None:
        super().__init__(name, editor)
        if isinstance(editor, ShortText):
            self._inside.insertWidget(1, editor.below)
            editor.textChanged.connect(self._popup.adjustSize)
        self.sync()

    @override
    def apply(self) -> None:
        editor = self.editor
        if isinstance(editor, Checked) and editor.problem():
            self._popup.adjustSize()
            return
        super().apply()

    def reset(self) -> bool:
        """Choose nothing without telling; return whether anything was chosen."""
        had = self._applied is not None
        self.editor.clear()
        self._applied = self.editor.value()
        self.sync()
        return had

    @property
    def applied_value(self) -> object:
        """What was last taken over; text half typed into the popup is not in it."""
        return self._applied

    def put(self, value: object) -> None:
        """Choose an applied value again, without telling."""
        self.editor.put(value)
        self.take()

    def take(self) -> None:
        """Take over what the program put into the editor, without telling."""
        self._applied = self.editor.value()
        self.sync()

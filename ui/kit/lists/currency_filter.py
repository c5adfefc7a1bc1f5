"""Which currency a list shows: all of them, or one, remembered from one start to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QVBoxLayout, QWidget
from typing_extensions import override

from console.ledger.books.names import currency_words
from ui.kit.widgets.checked_filters import CheckedChip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QSettings
    from PySide6.QtGui import QKeyEvent

    from console.money import Currency

_ALL = "all"


class CurrencyChoice(QWidget):
    """All currencies, or one; the value is its code or None."""

    applied = Signal()

    def __init__(self, currencies: Sequence[Currency]) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        group = QButtonGroup(self)
        self._all = QRadioButton("All currencies")
        self._each = {one.code: QRadioButton(currency_words(one.code)) for one in currencies}
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
        """Return the code chosen."""
        return next((code for code, choice in self._each.items() if choice.isChecked()), None)

    def set_value(self, code: str | None) -> None:
        """Choose one; a code that the ledger has not is all of them."""
        self._each.get(code or "", self._all).setChecked(True)

    def words(self) -> str:
        """Return the code chosen, or all."""
        return self.value() or _ALL

    def clear(self) -> None:
        """Choose all."""
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


class CurrencyChip(CheckedChip):
    """`Currency all` over a list; not shown where the ledger has one currency only."""

    def __init__(self, name: str, currencies: Sequence[Currency], store: QSettings) -> None:
        """`name` is the list's own, under which the choice is kept."""
        self._choice = CurrencyChoice(currencies)
        super().__init__("Currency", self._choice)
        self._currencies = tuple(currencies)
        self._store = store
        self._key = f"currency/{name}"
        self._choice.set_value(str(store.value(self._key, "") or ""))
        self.take()
        self.changed.connect(self.remember)
        self.setVisible(len(self._currencies) > 1)

    @property
    def currency(self) -> Currency | None:
        """The currency that the list is of; None for several."""
        if len(self._currencies) == 1:
            (only,) = self._currencies
            return only
        return next((one for one in self._currencies if one.code == self._applied), None)

    @property
    def code(self) -> str:
        """The code to ask for; empty for all."""
        return "" if self._applied is None else str(self._applied)

    def choose(self, code: str) -> None:
        """Show one currency, without telling and without keeping it for the next start."""
        self._choice.set_value(code)
        self.take()

    def remember(self) -> None:
        """Keep the choice for the next start."""
        self._store.setValue(self._key, self.code)

    @override
    def setVisible(self, visible: bool) -> None:
        # A layout shows its widgets when it is itself shown.
        super().setVisible(visible and len(self._currencies) > 1)

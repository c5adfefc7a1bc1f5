"""Which currency a new ledger begins with: its code and its decimals, with what is usual for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from console.ledger.books.names import currency_name, usual_decimals
from console.money import currency_of
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import Field

if TYPE_CHECKING:
    from console.money import Currency

# As the ledger has it: models/migrations/sql/0001_ledger.sql, currencies.
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_MOST_DECIMALS: Final = 8
_HINT: Final = "Such as EUR, USD, JPY; or CR for credits of your own."


class CurrencyFields(QWidget):
    """A code and a number of decimals; the second follows the first until somebody sets it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.code = QLineEdit()
        self.code.setFont(text_font())
        self.code.setMaxLength(12)
        self.decimals = QComboBox()
        self.decimals.addItems([str(one) for one in range(_MOST_DECIMALS + 1)])
        self.decimals.setCurrentIndex(2)
        self._is_set = False
        self._field = Field("Currency", self.code, hint=_HINT)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._field, 1, Qt.AlignmentFlag.AlignTop)
        decimals = Field("Decimals", self.decimals, hint="of an amount")
        layout.addWidget(decimals, 0, Qt.AlignmentFlag.AlignTop)
        self.code.textEdited.connect(self._follow)
        self.decimals.activated.connect(self._keep)

    def set_code(self, code: str) -> None:
        """Propose a currency."""
        self.code.setText(code)
        self._follow(code)

    def currency(self) -> Currency | None:
        """Return what was chosen; None, and the reason in place, when it can be none."""
        code = self.code.text().strip().upper()
        if _CODE.fullmatch(code) is None:
            self._field.set_problem("A code has 2 to 12 letters A to Z and digits, and begins with a letter.")
            self.code.setFocus()
            return None
        self._field.set_problem("")
        return currency_of(code, self.decimals.currentIndex())

    def _follow(self, text: str) -> None:
        code = text.strip().upper()
        usual = usual_decimals(code) if code else None
        if usual is not None and not self._is_set:
            self.decimals.setCurrentIndex(min(usual, _MOST_DECIMALS))
        self._field.set_hint(currency_name(code) or _HINT)
        self.changed.emit()

    def _keep(self, _index: int) -> None:
        self._is_set = True
        self.changed.emit()

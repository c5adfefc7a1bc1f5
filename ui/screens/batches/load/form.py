"""What the columns of a file mean: the form whose content is a mapping, or the reason why it is none yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from console.errors.fields import explained
from console.files.mappings.mapping import BankMapping, Mapping, TransfersMapping
from console.files.reading.layout import Layout
from console.ledger.books.names import currency_words
from ui.kit.widgets.basics import Field, column_of
from ui.screens.batches.load.fields import Choice, ColumnChoice, ColumnsChoice, PartyChoice
from ui.screens.batches.load.grants import DateFields, pair_of
from ui.screens.batches.load.layout import LayoutFields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.files.reading.layout import Dialect
    from console.money import Currency

_NO_REFERENCE = "none: made from the file"
_REFERENCE_HINT = (
    "Without one, references are made from the file's content and the line: "
    "the same file still cannot post twice."
)


class MappingForm(QWidget):
    """Fields for both shapes; `changed` comes after each edit, `cut_changed` when columns may be others.

    The box `create_missing` belongs to the mapping and stands in the dialog, beside what it would do.
    """

    changed = Signal()
    cut_changed = Signal()

    def __init__(self, currencies: Sequence[Currency]) -> None:
        """`currencies` are those that a batch may be in; it is asked which only where there are several."""
        super().__init__()
        self._several = len(currencies) > 1
        self._quiet = False
        self._header: tuple[str, ...] | None = None
        self.shape = Choice()
        self.shape.addItem("Transfers: from, to, amount", "transfers")
        self.shape.addItem("Bank rows: account, direction, amount", "bank")
        self.payer = PartyChoice("From")
        self.payee = PartyChoice("To")
        self.account = ColumnChoice("choose a column")
        self.counterparty = QLineEdit("@external")
        self.direction = ColumnChoice("none: the amount's sign")
        self.credits = QLineEdit()
        self.debits = QLineEdit()
        self.amount = ColumnChoice("choose a column")
        self.money = Choice()
        self.money.addItem("choose the currency", None)
        for one in currencies:
            self.money.addItem(currency_words(one.code), one.code)
        self.currency = ColumnChoice("none")
        self.each_currency = QCheckBox("A draft for each currency in the file")
        self.reference = ColumnChoice(_NO_REFERENCE)
        self.description = ColumnChoice("none")
        self.texts = ColumnsChoice("none")
        self.dates = DateFields()
        self.prefix = QLineEdit()
        self.create_missing = QCheckBox("Open accounts that are missing")
        self.layout_fields = LayoutFields()
        self._money_field = Field("Currency of the batch", self.money)
        self._values = (Field("Credit values", self.credits), Field("Debit values", self.debits))
        self._transfers, self._bank = QWidget(), QWidget()
        self._build()
        self._connect()
        self._show_shape()

    def offer(self, header: Sequence[str], dialect: Dialect) -> None:
        """Offer a file's columns, and say how it is laid out."""
        self._quiet = True
        if self._header != tuple(header):
            self._header = tuple(header)
            for choice in self._column_choices():
                choice.offer(header)
        self.layout_fields.show_found(dialect)
        self._quiet = False

    def show_mapping(self, mapping: Mapping) -> None:
        """Fill the form from a mapping; says `changed` once."""
        self._quiet = True
        self.shape.choose(mapping.shape)
        self.amount.choose(mapping.amount_column)
        self.currency.choose(mapping.currency_column)
        self.money.choose(mapping.currency)
        self.each_currency.setChecked(mapping.each_currency)
        self.reference.choose(mapping.reference_column)
        self.dates.show_mapping(mapping)
        self.prefix.setText(mapping.account_prefix)
        self.create_missing.setChecked(mapping.create_missing)
        if isinstance(mapping, BankMapping):
            self._show_bank(mapping)
        else:
            self.payer.choose(mapping.from_column, mapping.from_constant)
            self.payee.choose(mapping.to_column, mapping.to_constant)
            self.description.choose(mapping.description_column)
        self.layout_fields.show_layout(
            Layout(**{name: getattr(mapping, name) for name in Layout.model_fields})
        )
        self._quiet = False
        self._edited()

    def read(self) -> tuple[Mapping | None, str]:
        """Return the mapping, or None and what is missing."""
        missing = self._missing()
        if missing:
            return None, missing
        try:
            return (self._bank_mapping() if self._is_bank else self._transfers_mapping()), ""
        except ValidationError as error:
            model = BankMapping if self._is_bank else TransfersMapping
            return None, explained(error, model, subject=lambda name: name.replace("_", " "))[0]

    def stated(self) -> Layout:
        """Return the layout that is stated."""
        return Layout(**self.layout_fields.stated())  # type: ignore[arg-type]  # pydantic checks each field

    @property
    def _is_bank(self) -> bool:
        return self.shape.value() == "bank"

    def _missing(self) -> str:
        if self._is_bank:
            if self.account.value() is None:
                return "choose the account column"
            if not self.counterparty.text().strip():
                return "name the counterparty"
            if self.direction.value() is not None and not self._values_written:
                return "fill in the credit values, the debit values or both"
        else:
            for name, party in (("from", self.payer), ("to", self.payee)):
                if party.value() == (None, None):
                    return f"choose the {name} column or account"
        if self.amount.value() is None:
            return "choose the amount column"
        asked = self._several and not self._apart
        return "choose the currency of the batch" if asked and self.money.value() is None else ""

    @property
    def _apart(self) -> bool:
        """Whether each currency gets a draft of its own."""
        return self._several and self.currency.value() is not None and self.each_currency.isChecked()

    def _shared(self) -> dict[str, Any]:
        return {
            **self.layout_fields.stated(),
            "amount_column": self.amount.value(),
            "reference_column": self.reference.value(),
            **self.dates.stated(),
            "currency": self.money.value() if self._several and not self._apart else None,
            "currency_column": self.currency.value(),
            "each_currency": self._apart,
            "account_prefix": self.prefix.text().strip(),
            "create_missing": self.create_missing.isChecked(),
        }

    def _transfers_mapping(self) -> TransfersMapping:
        from_column, from_constant = self.payer.value()
        to_column, to_constant = self.payee.value()
        return TransfersMapping(
            **self._shared(),
            from_column=from_column,
            from_constant=from_constant,
            to_column=to_column,
            to_constant=to_constant,
            description_column=self.description.value(),
        )

    @property
    def _values_written(self) -> bool:
        return any(_listed(edit.text()) for edit in (self.credits, self.debits))

    def _bank_mapping(self) -> BankMapping:
        directed = self.direction.value() is not None
        return BankMapping(
            **self._shared(),
            account_column=self.account.value() or "",
            counterparty=self.counterparty.text().strip(),
            direction_column=self.direction.value(),
            credit_values=_listed(self.credits.text()) if directed else (),
            debit_values=_listed(self.debits.text()) if directed else (),
            description_columns=self.texts.value(),
        )

    def _show_bank(self, mapping: BankMapping) -> None:
        self.account.choose(mapping.account_column)
        self.counterparty.setText(mapping.counterparty)
        self.direction.choose(mapping.direction_column)
        self.credits.setText(", ".join(mapping.credit_values))
        self.debits.setText(", ".join(mapping.debit_values))
        self.texts.choose(mapping.description_columns)

    def _column_choices(self) -> tuple[ColumnChoice | PartyChoice | ColumnsChoice | DateFields, ...]:
        return (
            self.payer, self.payee, self.account, self.direction, self.amount, self.currency,
            self.reference, self.description, self.texts, self.dates,
        )  # fmt: skip

    def _edited(self) -> None:
        self._show_shape()
        if not self._quiet:
            self.changed.emit()

    def _cut(self) -> None:
        if not self._quiet:
            self.cut_changed.emit()

    def _show_shape(self) -> None:
        self._transfers.setVisible(not self._is_bank)
        self._bank.setVisible(self._is_bank)
        for field in self._values:
            field.setVisible(self.direction.value() is not None)
        self._money_field.setVisible(self._several)
        self._money_field.setEnabled(not self._apart)
        self.each_currency.setVisible(self._several and self.currency.value() is not None)

    def _connect(self) -> None:
        for choice in (
            self.shape, self.account, self.direction, self.amount, self.money, self.currency, self.reference,
            self.description,
        ):  # fmt: skip
            choice.currentIndexChanged.connect(self._edited)
        for edit in (self.counterparty, self.credits, self.debits, self.prefix):
            edit.textChanged.connect(self._edited)
        for part in (self.payer, self.payee, self.texts, self.dates, self.layout_fields):
            part.changed.connect(self._edited)
        for box in (self.create_missing, self.each_currency):
            box.toggled.connect(self._edited)
        self.layout_fields.cut_changed.connect(self._cut)

    def _build(self) -> None:
        transfers = column_of(
            pair_of(Field("From", self.payer), Field("To", self.payee)),
            Field("Description column", self.description),
        )
        bank = column_of(
            pair_of(Field("Account column", self.account), Field("Counterparty", self.counterparty)),
            Field("Direction column", self.direction),
            pair_of(*self._values),
            Field("Description columns", self.texts),
        )
        for holder, parts in ((self._transfers, transfers), (self._bank, bank)):
            holder.setLayout(parts)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(Field("The file holds", self.shape))
        money = pair_of(Field("Amount column", self.amount), Field("Currency column", self.currency))
        layout.addLayout(money)
        layout.addWidget(self._money_field)
        layout.addWidget(self.each_currency)
        layout.addWidget(self._transfers)
        layout.addWidget(self._bank)
        layout.addWidget(Field("Reference column", self.reference, hint=_REFERENCE_HINT))
        layout.addWidget(self.dates)
        layout.addWidget(Field("Account prefix", self.prefix, hint="Goes before each name of the file."))
        layout.addWidget(self.layout_fields)
        layout.addStretch(1)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())

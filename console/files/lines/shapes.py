"""From the cells of one record to a draft line, for each shape of mapping."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from console.files.lines.draft import DraftLine, Tally
from console.files.mappings.mapping import BankMapping, Mapping, TransfersMapping
from console.files.text import DESCRIPTION_LENGTH
from console.money import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from console.files.lines.cells import Cells
    from console.files.lines.draft import ProblemLog
    from console.files.mappings.mapping import Columns
    from console.money import Currency

TEXT_JOINT = " / "
_SAME = "Both parties are the same account; nothing would move."


class Shape(Protocol):
    """Reads records of one mapping and keeps the sums."""

    def draft(self, line: int, cells: Sequence[str]) -> DraftLine:
        """Return the draft line of a record that has all its cells."""

    def of_each(self) -> dict[Currency, dict[str, Tally]]:
        """Return what went which way so far, by currency."""


class Common:
    """The cells that both shapes read alike; `ways` is what a line may be."""

    ways: tuple[str, ...]

    def __init__(self, mapping: Columns, header: Sequence[str], cells: Cells, stem: str) -> None:
        self._header = header
        self._cells = cells
        self._tallies: dict[Currency, dict[str, list[int]]] = {}
        self._stem = stem
        self._amount_index = header.index(mapping.amount_column)
        self._reference_index = self._position(mapping.reference_column)
        self._date_index = self._position(mapping.date_column)
        self._currency_index = self._position(mapping.currency_column)
        self._source_index = self._position(mapping.source_column)
        self._expires_index = self._position(mapping.expires_column)

    def _position(self, column: str | None) -> int | None:
        return None if column is None else self._header.index(column)

    def _reference(self, line: int, record: Sequence[str]) -> str | None:
        index = self._reference_index
        if index is None:
            return f"{self._stem}-{line}"
        return self._cells.reference(line, self._header[index], record[index])

    def _money(self, line: int, record: Sequence[str]) -> Currency | None:
        """Return what the line's amount is of; None for one that cannot be known."""
        index = self._currency_index
        if index is None:
            return self._cells.only
        return self._cells.currency(line, self._header[index], record[index])

    def _amount(
        self, line: int, record: Sequence[str], money: Currency | None, *, signed: bool
    ) -> int | None:
        if money is None:
            return None
        index = self._amount_index
        return self._cells.amount(line, self._header[index], record[index], money, signed=signed)

    def _count(self, direction: str, money: Currency | None, amount: int | None) -> None:
        """Add a line to its currency's tally; a line in none counts where all should be in one."""
        money = money or self._cells.only
        if money is not None:
            tally = self._tallies.setdefault(money, {}).setdefault(direction, [0, 0])
            tally[0] += 1
            tally[1] += amount or 0

    def of_each(self) -> dict[Currency, dict[str, Tally]]:
        """Return what went which way so far, by currency; a direction without lines is there too."""
        known = self._tallies or ({} if self._cells.only is None else {self._cells.only: {}})
        return {
            money: {way: Tally(*tallies.get(way, (0, 0))) for way in self.ways}
            for money, tallies in known.items()
        }

    def _moment(self, line: int, record: Sequence[str], *, required: bool) -> date | datetime | None:
        """Return the day; a bank's list always has one, and without it the day would be today."""
        index = self._date_index
        if index is None or not (required or record[index].strip(" ")):
            return None
        return self._cells.moment(line, self._header[index], record[index])

    def _lot(self, line: int, record: Sequence[str]) -> tuple[str | None, datetime | None]:
        """Return source and expiry of the credit that the line grants; the ledger judges whether it may."""
        source = expires = None
        index = self._source_index
        if index is not None:
            source = self._cells.source(line, self._header[index], record[index])
        index = self._expires_index
        if index is not None and record[index].strip(" "):
            expires = self._cells.expiry(line, self._header[index], record[index])
        return source, expires


class TransfersShape(Common):
    """From, to, amount; each line says itself from whom to whom."""

    ways = ("transfer",)

    def __init__(
        self, mapping: TransfersMapping, header: Sequence[str], cells: Cells, log: ProblemLog, stem: str
    ) -> None:
        super().__init__(mapping, header, cells, stem)
        self._log = log
        self._from = self._position(mapping.from_column), mapping.from_constant
        self._to = self._position(mapping.to_column), mapping.to_constant
        self._description_index = self._position(mapping.description_column)

    def draft(self, line: int, cells: Sequence[str]) -> DraftLine:
        """Return the draft line of a record that has all its cells."""
        money = self._money(line, cells)
        from_name = self._party(line, cells, self._from)
        to_name = self._party(line, cells, self._to)
        if from_name is not None and from_name == to_name:
            index = self._to[0] if self._to[0] is not None else self._from[0]
            if index is not None:
                self._log.add(line, self._header[index], "party.same", cells[index], _SAME)
            to_name = None
        amount = self._amount(line, cells, money, signed=False)
        reference = self._reference(line, cells)
        description = None
        index = self._description_index
        if index is not None:
            description = (
                self._cells.text(line, self._header[index], cells[index], DESCRIPTION_LENGTH) or None
            )
        moment = self._moment(line, cells, required=False)
        self._count("transfer", money, amount)
        lot = self._lot(line, cells)
        return DraftLine(line, from_name, to_name, amount, reference, description, moment, *lot, money)

    def _party(self, line: int, cells: Sequence[str], place: tuple[int | None, str | None]) -> str | None:
        index, constant = place
        if index is None:
            return constant
        return self._cells.name(line, self._header[index], cells[index])


class BankShape(Common):
    """Account, direction or sign, amount."""

    ways = ("credit", "debit")

    def __init__(
        self, mapping: BankMapping, header: Sequence[str], cells: Cells, log: ProblemLog, stem: str
    ) -> None:
        super().__init__(mapping, header, cells, stem)
        self._log = log
        self._counterparty = mapping.counterparty
        self._account_index = header.index(mapping.account_column)
        self._account_column = mapping.account_column
        self._direction_index = self._position(mapping.direction_column)
        self._is_credit = dict.fromkeys(
            (_key(value) for value in mapping.credit_values), True
        ) | dict.fromkeys((_key(value) for value in mapping.debit_values), False)
        known = ", ".join((*mapping.credit_values, *mapping.debit_values))
        self._direction_advice = f"This direction is not known; the mapping has {known}."
        self._text_places = [(header.index(column), column) for column in mapping.description_columns]
        self._text_columns = ", ".join(mapping.description_columns)

    def draft(self, line: int, cells: Sequence[str]) -> DraftLine:
        """Return the draft line of a record that has all its cells."""
        money = self._money(line, cells)
        account = self._cells.name(line, self._account_column, cells[self._account_index])
        amount, credit = self._movement(line, cells, money)
        from_name, to_name = (
            (account, self._counterparty) if credit is False else (self._counterparty, account)
        )
        if account == self._counterparty:
            written = cells[self._account_index]
            self._log.add(line, self._account_column, "party.same", written, _SAME)
            from_name = to_name = None
        if credit is None:
            from_name = to_name = None
        else:
            self._count("credit" if credit else "debit", money, amount)
        reference = self._reference(line, cells)
        description = self._description(line, cells)
        moment = self._moment(line, cells, required=True)
        lot = self._lot(line, cells)
        return DraftLine(line, from_name, to_name, amount, reference, description, moment, *lot, money)

    def _movement(
        self, line: int, cells: Sequence[str], money: Currency | None
    ) -> tuple[int | None, bool | None]:
        """Return the amount without its sign, and whether it is a credit; None for what cannot be read."""
        index = self._direction_index
        if index is None:
            signed = self._amount(line, cells, money, signed=True)
            if signed is None:
                return None, None
            if signed < -LARGEST:
                column = self._header[self._amount_index]
                written = cells[self._amount_index]
                self._log.add(line, column, "amount.range", written, "This amount is too large.")
                return None, None
            return abs(signed), signed > 0
        credit = self._is_credit.get(cells[index])
        if credit is None:
            credit = self._is_credit.get(_key(cells[index]))
        if credit is None:
            column = self._header[index]
            self._log.add(line, column, "direction.unknown", cells[index], self._direction_advice)
        return self._amount(line, cells, money, signed=False), credit

    def _description(self, line: int, cells: Sequence[str]) -> str | None:
        parts = []
        for index, column in self._text_places:
            written = cells[index]
            if not written or written == " ":
                continue
            text = self._cells.text(line, column, written, DESCRIPTION_LENGTH)
            if text is None:
                return None
            if text:
                parts.append(text)
        joined = TEXT_JOINT.join(parts)
        if len(joined) > DESCRIPTION_LENGTH:
            return self._cells.text(line, self._text_columns, joined, DESCRIPTION_LENGTH)
        return joined or None


def shape_for(mapping: Mapping, header: Sequence[str], cells: Cells, log: ProblemLog, stem: str) -> Shape:
    """Return the reader for a mapping; its columns must be in the header."""
    if isinstance(mapping, BankMapping):
        return BankShape(mapping, header, cells, log, stem)
    return TransfersShape(mapping, header, cells, log, stem)


def _key(direction: str) -> str:
    return direction.strip().casefold()

"""What a table shows of a row: columns, and the cells made from them once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from ui.kit.theme.tokens import Tone, tone_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPainter

    from console.money import Currency
    from ui.kit.formats import Formats
    from ui.kit.theme.tokens import Tokens

    Picture = Callable[[QPainter, QRect, Tokens], None]
    """Draws into a cell's rectangle, in the colours of the theme."""

Row = TypeVar("Row")


class Kind(StrEnum):
    """How a column's values are written, aligned and painted."""

    TEXT = "text"
    AMOUNT = "amount"
    SIGNED = "signed"
    MOVED = "moved"
    INTEGER = "integer"
    IDENTIFIER = "identifier"
    DECIMAL = "decimal"
    DURATION = "duration"
    TIMESTAMP = "timestamp"
    DATE = "date"
    UNTIL = "until"
    CHIP = "chip"


AMOUNTS = frozenset({Kind.AMOUNT, Kind.SIGNED, Kind.MOVED})
RIGHT_ALIGNED = AMOUNTS | {Kind.INTEGER, Kind.DECIMAL, Kind.DURATION}
TABULAR = RIGHT_ALIGNED | {Kind.IDENTIFIER, Kind.TIMESTAMP, Kind.DATE, Kind.UNTIL}


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a table over rows of one type.

    key: stable name, under which width, order and visibility are kept; also the row's attribute
        unless `value` is given. AMOUNT, SIGNED and MOVED are int minor units, DURATION is milliseconds;
        below zero SIGNED is in the error's tone, MOVED in the text's: money that went out is no fault.
    muted: a secondary figure or text. sortable: a click on the head asks for this order.
    width: pixels, what it is at least. stretch: takes the room left; a muted text also narrows first.
    yields: where room is short, the higher the sooner it is left out; 0 never.
    hidden: not shown until the operator asks. tone: a chip's or text's tone, by default by its word.
    words: how a text is shown and spoken, where it is copied as it is; what differs is in the muted tone.
    currency: the row's own, without which there is no column of amounts.
    picture: what is drawn, `width` wide, unless it is None; the text is then only spoken and copied.
    """

    key: str
    title: str
    kind: Kind = Kind.TEXT
    value: Callable[[Row], Any] | None = None
    muted: bool = False
    sortable: bool = False
    width: int | None = None
    stretch: bool = False
    yields: int = 0
    hidden: bool = False
    tone: Callable[[Row], Tone | None] | None = None
    currency: Callable[[Row], Currency] | None = None
    tip: Callable[[Row], str] | None = None
    words: Callable[[str], str] | None = None
    picture: Callable[[Row], Picture | None] | None = None

    def __post_init__(self) -> None:
        """Let there be no amounts whose decimals nobody knows."""
        if self.kind in AMOUNTS and self.currency is None:
            raise ValueError(f"the amounts of {self.key} are of no currency")

    @property
    def read(self) -> Callable[[Row], Any]:
        """The function from a row to this column's value."""
        return self.value if self.value is not None else cast("Callable[[Row], Any]", attrgetter(self.key))

    @property
    def right(self) -> bool:
        """Whether the column is right-aligned."""
        return self.kind in RIGHT_ALIGNED


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell as shown, spoken and copied; `tone` is None for plain text."""

    text: str
    spoken: str
    copied: str
    tone: Tone | None = None
    tip: str | None = None


EMPTY = Cell("", "", "")


def cells_of(columns: Sequence[Column[Row]], row: Row, formats: Formats) -> tuple[Cell, ...]:
    """Return one row's cells, in the order of the columns."""
    return tuple(_cell(column, row, formats) for column in columns)


def _cell(column: Column[Row], row: Row, formats: Formats) -> Cell:
    value = column.read(row)
    if value is None:
        return EMPTY
    tone = None if column.tone is None else column.tone(row)
    tip = None if column.tip is None else column.tip(row) or None
    if column.currency is not None and column.kind in AMOUNTS:
        return _amount(column, column.currency(row), value, formats, tone=tone, tip=tip)
    text, copied = _written(column.kind, value, formats)
    if column.words is not None and (words := column.words(text)) != text:
        return Cell(words, words, copied, tone or Tone.NEUTRAL, tip or text)
    if column.kind is Kind.CHIP and tone is None:
        tone = tone_of(text)
    return Cell(text, text, copied, tone, tip)


def _amount(
    column: Column[Row],
    currency: Currency,
    minor: int,
    formats: Formats,
    *,
    tone: Tone | None,
    tip: str | None,
) -> Cell:
    signed = column.kind in {Kind.SIGNED, Kind.MOVED}
    if signed and tone is None and minor:
        below = Tone.ERROR if column.kind is Kind.SIGNED else None
        tone = Tone.CREDIT if minor > 0 else below
    return Cell(
        formats.amount(minor, currency, signed=signed),
        formats.spoken_amount(minor, currency),
        formats.plain_amount(minor, currency),
        tone,
        tip,
    )


def _written(kind: Kind, value: Any, formats: Formats) -> tuple[str, str]:
    """Return a value as shown and as copied."""
    if kind is Kind.INTEGER:
        return formats.integer(value), str(value)
    if kind is Kind.DECIMAL:
        return formats.decimals(value), str(value).replace(".", formats.decimal)
    if kind is Kind.DURATION:
        return formats.duration(value), str(value).replace(".", formats.decimal)
    if kind is Kind.UNTIL and isinstance(value, datetime):
        return formats.until(value), formats.plain_until(value)
    text = str(value)
    if kind is Kind.TIMESTAMP and isinstance(value, datetime):
        text = formats.timestamp(value)
    elif kind is Kind.DATE and isinstance(value, date):
        text = formats.day(value)
    return text, text

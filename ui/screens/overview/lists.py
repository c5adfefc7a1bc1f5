"""The lists of the overview: each a table of few rows, whose rows lead to what is behind them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

from PySide6.QtCore import QObject, Signal

from console.files.text import party
from console.ledger.jobs.words import TITLES, due_words, state_word
from ui.kit.commands import native
from ui.kit.days import short_moment
from ui.kit.lists.renewed import show_rows
from ui.kit.table.columns import Column, Kind
from ui.kit.table.paged_model import State
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.tokens import Tone
from ui.screens.overview.rows import NO_LIST, ChangeRow, CountRow, JobRow, LargeRow, WaitingRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.ledger.jobs.states import JobState
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.routes import Route

_UNKNOWN: Final = "\N{EM DASH}"
_MANY: Final = 20


class _Leading(Protocol):
    @property
    def route(self) -> Route | None: ...


Row = TypeVar("Row", bound=_Leading)


class SmallList(QObject, Generic[Row]):
    """A table as high as its rows; Enter, or a double click, opens what is behind one.

    wanted: the route to it. key: what makes a row the same row.
    """

    wanted = Signal(object)

    def __init__(self, context: Context, name: str, spoken: str, *, key: Callable[[Row], object]) -> None:
        super().__init__()
        self._context = context
        self._key = key
        self._heads: tuple[str, ...] = ()
        self.model: RowsModel[Row] = RowsModel((), context.formats, parent=self)
        self.table = context.table(f"overview.{name}", spoken)
        self.table.set_snug(at_most=_MANY)
        self.table.set_row_actions(self._actions)
        self.table.activated_row.connect(self._open)
        self.table.set_state(State.LOADING)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is listed."""
        return self.model.rows

    def show(self, columns: Sequence[Column[Any]], rows: Sequence[Row]) -> None:
        """Show rows under heads that may have changed."""
        heads = tuple(column.title for column in columns)
        if heads != self._heads:
            self._heads = heads
            self.model = RowsModel(columns, self._context.formats, parent=self)
            self.table.setModel(self.model)
        show_rows(self.table, self.model, rows, self._key)
        self.table.set_state(State.READY if rows else State.EMPTY)

    def _actions(self, row: Row) -> list[RowAction]:
        refusal = NO_LIST if row.route is None else ""
        return [RowAction("Open", partial(self._open, row), native("Return"), refusal=refusal)]

    def _open(self, row: Row) -> None:
        if row.route is not None:
            self.wanted.emit(row.route)


def waiting_columns(formats: Formats) -> tuple[Column[WaitingRow], ...]:
    """Return what waits, what is to be known of it, and how many there are."""
    return (
        Column("what", "Waiting", width=150),
        Column("note", "", muted=True, width=90, stretch=True, tip=lambda row: row.note),
        Column(
            "number", "", Kind.CHIP, tone=lambda row: row.tone,
            value=lambda row: _UNKNOWN if row.number is None else formats.integer(row.number),
        ),
    )  # fmt: skip


def change_columns(title: str, code: str) -> tuple[Column[ChangeRow], ...]:
    """Return what is owed or changed it, and how much, under the currency's code."""
    return (
        Column("what", title, width=120, stretch=True),
        Column(
            "amount", code, Kind.AMOUNT, currency=lambda row: row.currency,
            tone=lambda row: Tone.CREDIT if row.amount > 0 and not row.is_sum else None,
        ),
    )  # fmt: skip


def large_columns(code: str, formats: Formats) -> tuple[Column[LargeRow], ...]:
    """Return when, of which kind, from whom to whom, and how much."""
    return (
        Column(
            "at", "Largest", Kind.IDENTIFIER, muted=True,
            value=lambda row: formats.timestamp(row.large.posted_at)[11:16],
        ),
        Column(
            "kind", "Kind", Kind.CHIP, value=lambda row: row.large.kind.value,
            tone=lambda _row: Tone.NEUTRAL, yields=1,
        ),
        Column("parties", "", value=_parties, tip=_parties, width=110, stretch=True),
        Column(
            "amount", f"today, {code}", Kind.AMOUNT, value=lambda row: row.large.amount,
            currency=lambda row: row.currency,
            tone=lambda row: Tone.CREDIT if row.large.payer.startswith("@") else None,
        ),
    )  # fmt: skip


def count_columns() -> tuple[Column[CountRow], ...]:
    """Return which accounts, and how many."""
    return (
        Column("what", "Accounts", width=120, stretch=True),
        Column("accounts", "in all currencies", Kind.INTEGER),
    )


def job_columns(formats: Formats) -> tuple[Column[JobRow], ...]:
    """Return what the job is called, what came of its last run, and when it is due."""
    return (
        Column("job", "Automatic jobs", value=lambda row: TITLES[row.state.job], width=150),
        Column(
            "last", "last", tip=lambda row: row.last, width=110, stretch=True, muted=True,
            tone=lambda row: _job_tone(row.state),
        ),
        Column(
            "due", "next", Kind.IDENTIFIER, muted=True,
            value=lambda row: due_words(row.state, lambda moment: short_moment(moment, formats)),
        ),
    )  # fmt: skip


def _parties(row: LargeRow) -> str:
    return f"{party(row.large.payer)} \N{RIGHTWARDS ARROW} {party(row.large.payee)}"


def _job_tone(state: JobState) -> Tone | None:
    return {"failing": Tone.ERROR, "late": Tone.WARNING}.get(state_word(state))

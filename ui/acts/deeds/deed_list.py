"""A list with its table, and what is done with the row that is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.lists.renewed import show_rows
from ui.kit.table.paged_model import State
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.widgets.basics import button, row_of
from ui.kit.widgets.buttons import allow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ui.context import Context
    from ui.kit.table.columns import Column

_CHOOSE: Final = "choose a row first"


@dataclass(frozen=True, slots=True)
class RowDeed:
    """What is done with a row: its name, what opens it, and why it cannot be done with this row."""

    name: str
    run: Callable[[Any], object]
    refusal: Callable[[Any], str] = lambda _row: ""


@dataclass(frozen=True, slots=True)
class ListOf:
    """One of the lists.

    key: under which its layout is kept. key_of: what makes a row the same row. adds: what makes another, None
    where each currency has its own. no_add: why this operator makes none, although they may change others.
    """

    key: str
    title: str
    empty: tuple[str, str]
    columns: tuple[Column[Any], ...]
    key_of: Callable[[Any], object]
    deeds: tuple[RowDeed, ...]
    add: str = ""
    adds: Callable[[], object] | None = None
    no_add: str = ""


class RuleList(QWidget):
    """A table and its buttons under it; greyed ones say why."""

    def __init__(self, context: Context, of: ListOf, refusal: str) -> None:
        """`refusal` says why nothing is changed at all; empty when the operator may."""
        super().__init__()
        self._of = of
        self._refusal = refusal
        self.table = context.table(f"rules.{of.key}", of.title)
        self.model: RowsModel[Any] = RowsModel(of.columns, context.formats, (), self)
        self.table.setModel(self.model)
        self.table.set_empty_words(*of.empty)
        self.table.set_state(State.LOADING)
        self.table.set_row_actions(self._row_actions)
        self.add_button = button(f"{of.add}\N{HORIZONTAL ELLIPSIS}")
        self.deed_buttons = tuple(button(f"{deed.name}\N{HORIZONTAL ELLIPSIS}") for deed in of.deeds)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.table, 1)
        layout.addLayout(row_of(self.add_button, *self.deed_buttons, None, spacing=8))
        self.add_button.setVisible(of.adds is not None)
        self.add_button.clicked.connect(lambda _checked: of.adds is not None and of.adds())
        for made, deed in zip(self.deed_buttons, of.deeds, strict=True):
            made.clicked.connect(partial(self._do, deed))
        self.table.selectionModel().selectionChanged.connect(self._offer)
        self.table.activated_row.connect(self._activate)
        self._offer()

    @property
    def title(self) -> str:
        """What the list is called."""
        return self._of.title

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self.table.set_state(State.READY if rows else State.EMPTY)
        show_rows(self.table, self.model, rows, self._of.key_of)
        self._offer()

    def fail(self, words: str) -> None:
        """Say that there was no answer, unless what was read before is still there."""
        if not self.model.rowCount():
            self.table.set_state(State.ERROR, words)

    def _row(self) -> Any | None:
        rows = self.table.selected_rows()
        return rows[0] if len(rows) == 1 else None

    def _why_not(self, deed: RowDeed, row: Any | None) -> str:
        return self._refusal or (_CHOOSE if row is None else deed.refusal(row))

    def _do(self, deed: RowDeed, _checked: object = None) -> None:
        row = self._row()
        if row is not None and not self._why_not(deed, row):
            deed.run(row)

    def _activate(self, row: Any) -> None:
        """Open the first thing that can be done with a row; Enter does."""
        able = (deed for deed in self._of.deeds if not self._why_not(deed, row))
        deed = next(able, None)
        if deed is not None:
            deed.run(row)

    def _offer(self) -> None:
        row = self._row()
        allow(self.add_button, self._refusal or self._of.no_add)
        for made, deed in zip(self.deed_buttons, self._of.deeds, strict=True):
            allow(made, self._why_not(deed, row))

    def _row_actions(self, row: Any) -> list[RowAction]:
        return [
            RowAction(
                f"{deed.name}\N{HORIZONTAL ELLIPSIS}",
                partial(_run, deed, row),
                refusal=self._why_not(deed, row),
            )
            for deed in self._of.deeds
        ]


def _run(deed: RowDeed, row: Any) -> None:
    deed.run(row)

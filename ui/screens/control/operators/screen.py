"""Operators: who may sign in, and one of them in full."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from console.ledger.audit.news import Topic
from console.ledger.operators.asked import asked
from console.ledger.operators.page import BY_HAND, DISABLED, LOCKED, page
from ui.acts.deeds.deed import no_deed
from ui.kit.commands import Command, native
from ui.kit.formats import DOT
from ui.kit.lists.list_part import ListPart
from ui.kit.lists.renewed import show_rows
from ui.kit.renewal import Renewal
from ui.kit.table.paged_model import State
from ui.kit.table.row_menu import RowAction
from ui.kit.table.rows_model import RowsModel
from ui.kit.theme.fonts import label_font
from ui.kit.widgets.basics import TitleRow, label
from ui.kit.widgets.buttons import ActionButton
from ui.routes import OpenSessions, Route
from ui.screen import Screen
from ui.screens.control.operators.columns import columns
from ui.screens.control.operators.deeds import Deeds
from ui.screens.control.operators.panel import WIDTH, OperatorPanel
from ui.screens.control.operators.words import (
    NOT_TOLD,
    no_change,
    no_ending,
    no_other_roles,
    no_status_change,
    no_unlock,
    sign_in_words,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent

    from console.errors import ConsoleError
    from console.ledger.operators.asked import Asked
    from console.ledger.operators.page import OperatorRow, Operators
    from console.postgres.cancellation import Cancellation
    from ui.context import Context

REFRESH_MS: Final = 10_000
"""Sessions come and go untold; what is done to an operator comes as news."""

_NARROW_PX: Final = 860
_MORE: Final = "\N{HORIZONTAL ELLIPSIS}"


@dataclass(frozen=True, slots=True)
class _AsLeft(Route):
    """The list with the operator whose page was open."""

    screen: ClassVar[str] = "operators"
    operator: str


class OperatorsScreen(Screen):
    """The list at the left, the operator that is chosen at the right, what is asked at sign-in below."""

    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.OPERATORS})

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.found: Operators | None = None
        self.asked: Asked | None = None
        self._wanted = ""
        self.title = TitleRow("Operators")
        self.add_button = ActionButton(f"Add operator{_MORE}")
        self.table = context.table("operators", "Operators")
        shown = columns(context.formats, told=context.session.rights.reads_operators)
        self.model: RowsModel[OperatorRow] = RowsModel(shown, context.formats, (), self)
        self.table.setModel(self.model)
        self.table.set_empty_words("No operators", "Whoever may sign in to this ledger appears here")
        self.deeds = Deeds(context, self, then=self.refresh)
        self.panel = OperatorPanel(context, self.deeds)
        self.list = ListPart(self.title, self.table)
        self.note = label(tone="muted", font=label_font(), wrap=True)
        self.sign_in = label(tone="muted", font=label_font(), wrap=True, selectable=True)
        self.renewal = Renewal(self, REFRESH_MS)
        self._build()
        self._connect()

    @override
    def refresh(self) -> None:
        database, rights = self.context.database, self.context.session.rights
        wants_asked = self.asked is None

        def ask(cancel: Cancellation) -> tuple[Operators, Asked | None]:
            found = page(database, rights, cancel=cancel)
            return found, asked(database, cancel=cancel) if wants_asked else None

        self.context.worker.run(ask, done=self._show, failed=self._fail, owner=self, replaces="list")

    @override
    def renew(self) -> None:
        self.refresh()

    @override
    def focus_filter(self) -> None:
        self.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave_panel()
        else:
            super().keyPressEvent(event)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.table.setFocus()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.list.width() < _NARROW_PX
        self.panel.setMinimumWidth(0 if narrow else WIDTH)
        self.panel.setMaximumWidth(self.width() if narrow else WIDTH)

    @property
    @override
    def place(self) -> Route | None:
        row = self.panel.row
        return None if row is None else _AsLeft(row.name)

    @override
    def show_again(self, place: Route | None) -> None:
        if isinstance(place, _AsLeft):
            self._wanted = place.operator
            self.refresh()
        else:
            super().show_again(place)

    @override
    def show_start(self) -> None:
        self._leave_panel()

    def add(self) -> None:
        """Open the form of a new operator, or say why not."""
        reason = self._no_adding()
        if reason:
            self.context.notices.warn(f"Add operator: {reason}", key="deed")
        else:
            self.deeds.add(self.model.rows)

    def _no_adding(self) -> str:
        waits = "" if self.found is not None else "the list is being read"
        return no_deed(self.context.session.rights) or waits

    def _show(self, answer: tuple[Operators, Asked | None]) -> None:
        found, told = answer
        self.found = found
        self.asked = told or self.asked
        self.table.set_state(State.READY if found.rows else State.EMPTY)
        show_rows(self.table, self.model, found.rows, lambda row: row.name)
        wanted, self._wanted = self._wanted, ""
        if wanted:
            names = [row.name for row in self.model.rows]
            self.table.select_place(names.index(wanted) if wanted in names else -1)
        self._follow_selection()
        self.add_button.judge(self._no_adding())
        counts = {
            "locked": LOCKED,
            "disabled": DISABLED,
            "made by hand": BY_HAND,
        }
        integer = self.context.formats.integer
        parts = [self.context.formats.count(len(found.rows), "operator")]
        for words, status in counts.items():
            number = sum(row.status == status for row in found.rows)
            if number:
                parts.append(f"{integer(number)} {words}")
        self.title.set_subtitle(DOT.join(parts))
        self.note.setText("" if found.told else NOT_TOLD)
        self.note.setVisible(not found.told)
        if self.asked is not None:
            self.sign_in.setText(sign_in_words(self.asked))

    def _fail(self, error: ConsoleError) -> None:
        """Keep what was read before, and say so."""
        if self.model.rowCount():
            self.title.set_subtitle("not read now, tried again every 10 s")
        else:
            self.table.set_state(State.ERROR, str(error))

    def _follow_selection(self) -> None:
        rows = self.table.selected_rows()
        told = self.found is not None and self.found.told
        self.panel.show_row(rows[0] if len(rows) == 1 else None, told=told)

    def _activate(self, _row: OperatorRow) -> None:
        self._follow_selection()
        self.panel.focus_first()

    def _leave_panel(self) -> None:
        self.table.clearSelection()
        self.panel.show_row(None, told=True)
        self.table.setFocus()

    def _row_actions(self, row: OperatorRow) -> list[RowAction]:
        rights = self.context.session.rights
        general = no_deed(rights)
        status, turn = (
            ("Enable", self.deeds.enable) if row.status == DISABLED else ("Disable", self.deeds.disable)
        )
        go = self.context.navigator.go
        deeds = (
            ("Set password", self.deeds.set_password, no_change(row)),
            ("Change roles", self.deeds.change_roles, no_other_roles(row, rights)),
            ("Unlock", self.deeds.unlock, no_unlock(row)),
            ("End sessions", self.deeds.end_sessions, no_ending(row, rights)),
            (status, turn, no_status_change(row, rights)),
        )
        return [
            RowAction("Open", partial(self._activate, row), native("Return")),
            RowAction(
                "Sessions", partial(go, OpenSessions(row.name)),
                refusal="" if row.sessions else "there are none",
            ),
            *(
                RowAction(f"{name}{_MORE}", partial(_open, run, row), refusal=general or why)
                for name, run, why in deeds
            ),
        ]  # fmt: skip

    def _connect(self) -> None:
        self.renewal.due.connect(self.refresh)
        self.table.selectionModel().selectionChanged.connect(self._follow_selection)
        self.table.activated_row.connect(self._activate)
        self.panel.closed.connect(self._leave_panel)
        self.add_button.clicked.connect(self.add)
        self.context.commands.add(
            Command("operators.add", "Add an operator", self.add, group="Admin", refusal=self._no_adding,
                    words="user role right")
        )  # fmt: skip

    def _build(self) -> None:
        self.title.add_action(self.add_button)
        self.add_button.judge(self._no_adding())
        self.table.set_state(State.LOADING)
        self.table.set_row_actions(self._row_actions)
        self.list.add_right(self.panel, under_below_px=_NARROW_PX)
        self.note.hide()
        for part, stretch in ((self.list, 1), (self.note, 0), (self.sign_in, 0)):
            self.page.addWidget(part, stretch)
        in_order: tuple[QWidget, ...] = (self.add_button, self.table, *self.panel.in_order)
        for before, after in pairwise(in_order):
            QWidget.setTabOrder(before, after)


def _open(deed: Callable[[OperatorRow], object], row: OperatorRow) -> None:
    deed(row)

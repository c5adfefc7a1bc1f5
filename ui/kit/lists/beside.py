"""A list that a row of a table opens, beside the table, or under it where the width is short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QBoxLayout, QWidget
from typing_extensions import override

from ui.kit.table.paged_model import State
from ui.kit.theme.icons import Glyph
from ui.kit.theme.tokens import GAP
from ui.kit.widgets.basics import bring_into_view, button, label, row_of
from ui.kit.widgets.cards import Card, heading_label

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from console.postgres.cancellation import Cancellation
    from console.postgres.page import Direction, Page
    from ui.kit.table.paged_model import PagedModel
    from ui.kit.table.view import LedgerTable
    from ui.kit.theme.icons import Icons

    Load = Callable[[Direction, Any, Cancellation], Page[Any]]

_NARROW_PX = 900
_LEAST_HEIGHT = 250


class BesideList(Card):
    """A heading, words on what the list is of, and the list; hidden until it is opened.

    closed: by the operator, so that the keyboard must go elsewhere. chosen: one of its rows, by Enter or a
    double click.
    """

    closed = Signal()
    chosen = Signal(object)

    def __init__(self, heading: str, table: LedgerTable, model: PagedModel[Any], icons: Icons) -> None:
        """`table` has no model yet; `heading` is also how it is spoken."""
        super().__init__(spacing=8)
        self._heading = heading_label("")
        self._of = label(tone="muted", wrap=True)
        self._wanted = (heading, "")
        self.close_button = button("", flat=True, compact=True)
        self.close_button.setToolTip("Hide (Esc)")
        icons.dress(self.close_button, Glyph.CLOSE, size=14)
        self.model = model
        model.setParent(self)
        # Before the table's own: what is of another row goes before the table says that a load failed.
        self.model.state_changed.connect(self._follow)
        self.table = table
        self.table.setModel(self.model)
        self.table.activated_row.connect(self.chosen)
        self.model.first_page_shown.connect(self._begin_at_first)
        self.close_button.clicked.connect(self._close)
        self.body.addLayout(row_of(self._heading, None, self.close_button))
        self.body.addWidget(self._of)
        self.body.addWidget(self.table, 1)
        self._name()
        self.hide()

    @property
    def of(self) -> str:
        """What the rows shown are of."""
        return self._of.text()

    @property
    def heading(self) -> str:
        """What the rows shown are."""
        return self._heading.text()

    def show_list(self, of: str, load: Load, *, heading: str = "") -> None:
        """Open a list; `of` says of what it is, in the table's row's words; `heading` is kept without one."""
        self._wanted = (heading or self._wanted[0], of)
        if not self.model.rowCount():
            self._name()
        if self.isHidden():
            self.show()
            bring_into_view(self)
        self.model.show(load)

    def close_list(self) -> None:
        """Hide it, and hold its rows no longer."""
        self.hide()
        self.model.forget()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._close()
        else:
            super().keyPressEvent(event)

    def _close(self) -> None:
        self.close_list()
        self.closed.emit()

    def _follow(self) -> None:
        """Say whose the rows are once they are there; until then those of the row before stay."""
        if self.model.state in {State.READY, State.EMPTY}:
            self._name()
        elif self.model.state is State.ERROR and (self.heading, self.of) != self._wanted:
            self._name()
            self.model.forget()

    def _name(self) -> None:
        heading, of = self._wanted
        self._heading.setText(heading)
        self._of.setText(of)
        self.setAccessibleName(heading)
        self.table.setAccessibleName(heading)
        self.close_button.setAccessibleName(f"Hide: {heading}")

    def _begin_at_first(self) -> None:
        if self.table.hasFocus():
            self.table.select_place(0)


class Beside(QWidget):
    """A table, or a stack of them, and the list that their rows open."""

    def __init__(self, main: QWidget, opened: BesideList) -> None:
        super().__init__()
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GAP)
        for part, share in ((main, 5), (opened, 4)):
            # One under the other, both keep a height to read in: the page scrolls.
            part.setMinimumHeight(_LEAST_HEIGHT)
            self._row.addWidget(part, share)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        narrow = event.size().width() < _NARROW_PX
        self._row.setDirection(direction.TopToBottom if narrow else direction.LeftToRight)

"""Both sides of an act: balance, available and on hold, before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout

from console.errors.refusals import OperationRefusedError, sentence
from console.files.text import party_in_full
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import button, caption, label, restyle, row_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from console.errors import RefusedError
    from console.ledger.acts.rehearsal import Figures, Rehearsal, Side
    from ui.acts.foresight import Foresight
    from ui.context import Context

_ARROW: Final = " \N{RIGHTWARDS ARROW} "
_NONE: Final = "\N{EM DASH}"
_LEAST_HEIGHT: Final = 112
_TELL: Final = "What it would do to both sides stands here."
_ASKING: Final = "Asking the ledger what it would do\N{HORIZONTAL ELLIPSIS}"
_NOTHING_MOVES: Final = "The ledger would do it. No money moves."
_WOULD: Final = "The ledger would do it."


_FIGURES: Final[tuple[tuple[str, Callable[[Figures], int]], ...]] = (
    ("Balance", lambda found: found.balance),
    ("Available", lambda found: found.available),
    ("On hold", lambda found: found.on_hold),
)


class Preview(QFrame):
    """What the ledger said it would do; `again_button` asks once more where it said no."""

    def __init__(self, context: Context, *, asks: bool) -> None:
        """`asks`: it is asked for by whoever may not do it."""
        super().__init__()
        self._asks = asks
        self._formats = context.formats
        self._currencies = {one.code: one for one in context.session.currencies}
        self.setProperty("card", True)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setAccessibleName("Preview")
        self._said = label(_TELL, tone="muted", font=text_font(tabular=True), wrap=True, selectable=True)
        self.again_button = button("Look again", compact=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(18)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(0, 1)
        self._cells: list[QLabel] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(8)
        head = row_of(self._said, self.again_button)
        head.setStretch(0, 1)
        layout.addLayout(head)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.again_button.hide()

    @property
    def words(self) -> str:
        """What is said of the order."""
        return self._said.text()

    @property
    def rows(self) -> tuple[str, ...]:
        """What is shown of the sides, a line for each."""
        return tuple(one.accessibleName() for one in self._cells if one.accessibleName())

    def show_foresight(self, foresight: Foresight, told: Sequence[str] = ()) -> None:
        """Show what is known of the order, and `told` of it; figures stay until the next are there."""
        found, error = foresight.found, foresight.error
        self.again_button.setVisible(error is not None or (found is not None and found.refusal is not None))
        if error is not None:
            self._say(f"What it would do is not known: {error}", "warning")
            self._show_sides(())
        elif found is None:
            self._say(_ASKING if foresight.waits else _TELL, "muted")
            if not foresight.waits:
                self._show_sides(())
        elif found.refusal is not None:
            self._say(refusal_words(found.refusal), "error")
            self._show_sides(())
        else:
            self._say(_outline(found, asks=self._asks, moves=bool(found.sides or told)), "muted")
            self._show_sides(found.sides)
            self._tell(told)

    def _say(self, words: str, tone: str) -> None:
        self._said.setText(words)
        restyle(self._said, tone=tone)

    def _tell(self, told: Sequence[str]) -> None:
        """Show lines on what is done to many; there are no sides of that."""
        for row, words in enumerate(told):
            line = label(words, font=text_font(tabular=True), wrap=True, selectable=True)
            line.setAccessibleName(words)
            self._grid.addWidget(line, row, 0, 1, len(_FIGURES) + 1)
            self._cells.append(line)

    def _show_sides(self, sides: tuple[Side, ...]) -> None:
        for old in self._cells:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells = []
        if not sides:
            return
        for place, (name, _read) in enumerate(_FIGURES, start=1):
            self._put(caption(name), 0, place)
        for row, side in enumerate(sides, start=1):
            self._show_side(row, side)

    def _show_side(self, row: int, side: Side) -> None:
        name = label(
            f"{party_in_full(side.username)}{_status(side)}",
            font=text_font(weight=QFont.Weight.Medium, tabular=True),
        )
        self._put(name, row, 0)
        told = [name.text()]
        for place, (title, read) in enumerate(_FIGURES, start=1):
            if side.is_system:
                self._put(label(_NONE, tone="faint"), row, place)
                continue
            before = None if side.before is None else read(side.before)
            after = read(side.after)
            words, tone = self._change(side, before, after)
            self._put(label(words, tone=tone, font=text_font(tabular=True)), row, place)
            told.append(f"{title} {words}")
        name.setAccessibleName(", ".join(told))

    def _change(self, side: Side, before: int | None, after: int) -> tuple[str, str | None]:
        """Write a figure before and after, in the tone of what becomes of it."""
        currency = self._currencies[side.currency]
        written = self._formats.money(after, currency)
        if before == after:
            return written, "muted"
        start = _NONE if before is None else self._formats.amount(before, currency)
        return f"{start}{_ARROW}{written}", "error" if after < 0 else None

    def _put(self, cell: QLabel, row: int, column: int) -> None:
        side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
        self._grid.addWidget(cell, row, column, side | Qt.AlignmentFlag.AlignVCenter)
        self._cells.append(cell)


def refusal_words(refusal: RefusedError) -> str:
    """Return what would have to change, as a sentence."""
    if isinstance(refusal, OperationRefusedError):
        return sentence(refusal.code, refusal.detail)
    return str(refusal)


def _outline(found: Rehearsal, *, asks: bool, moves: bool) -> str:
    """Say what comes before the figures: who else must agree; `moves`: there is something to show."""
    asked = ""
    if found.is_allowed and (asks or found.approvals):
        asked = " An allowance lets it pass at once."
    elif found.approvals:
        asked = f" A rule asks for {checkers(found.approvals)} first."
    elif asks:
        asked = f" {checkers(1)} must agree first."
    return f"{_WOULD if moves else _NOTHING_MOVES}{asked}"


def checkers(count: int) -> str:
    """Return `1 checker`, `2 checkers`."""
    return f"{count} checker{'' if count == 1 else 's'}"


def _status(side: Side) -> str:
    before = "new" if side.before is None else side.before.status.value
    return "" if before == side.after.status.value else f"  ({before}{_ARROW}{side.after.status.value})"

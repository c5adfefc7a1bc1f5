"""The credits that a capture would use: as parts of one bar, and as a row each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from console.files.days import last_day
from console.files.text import shown
from console.ledger.accounts.statement import NO_EXPIRY
from ui.kit.formats import MINUS, plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.widgets.basics import caption, label, line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from console.ledger.holds.commands import Burn
    from console.money import Currency
    from ui.context import Context
    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme

MOST: Final = 8
"""Rows that are shown one by one; of what follows, the sum."""

_BAR_PX: Final = 16
_MARK_PX: Final = 9
_RADIUS: Final = 4.0
_APART_PX: Final = 2.0
_LEAST_PX: Final = 3.0
_NAME_LENGTH: Final = 18
# Ochre first: what is used first is what would expire first; the ledger's own blue is what never does.
_COLOURS: Final = (2, 6, 1, 3, 4, 5, 7)
_PLAIN: Final = 0


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of the bar: its share in minor units, and its place among the theme's colours."""

    amount: int
    colour: int


def _colour_of(place: int, burn: Burn) -> int:
    return _PLAIN if burn.lot is None else _COLOURS[place % len(_COLOURS)]


class CreditBar(QWidget):
    """What a capture takes, as wide as the whole; each credit has its share of it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[_Part, ...] = ()
        self.setFixedHeight(_BAR_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_parts(self, parts: Sequence[_Part]) -> None:
        """Show other shares."""
        self._parts = tuple(parts)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, _BAR_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = self._theme.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QPainterPath()
        whole.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(whole)
        painter.fillRect(self.rect(), QColor(tokens.neutral_pale))
        left = 0.0
        for part, width in zip(self._parts, self._widths(), strict=True):
            painter.fillRect(QRectF(left, 0, width, self.height()), QColor(tokens.series[part.colour]))
            left += width + _APART_PX

    def _widths(self) -> list[float]:
        """Return the parts' widths: even the least share is seen."""
        total = sum(part.amount for part in self._parts)
        room = self.width() - _APART_PX * max(len(self._parts) - 1, 0)
        free = room - _LEAST_PX * len(self._parts)
        return [_LEAST_PX + free * part.amount / total for part in self._parts]


class _Mark(QWidget):
    """The colour of a row's part of the bar."""

    def __init__(self, theme: Theme, colour: int) -> None:
        super().__init__()
        self._theme = theme
        self._colour = colour
        self.setFixedSize(_MARK_PX, _MARK_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.series[self._colour]))
        painter.drawRoundedRect(QRectF(self.rect()), 2, 2)


class CreditRows(QWidget):
    """The bar, and under it of each credit: where it came from, its end, what is used of it, what is left."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._formats: Formats = context.formats
        self._theme = context.theme
        self.bar = CreditBar(context.theme)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self._cells: list[QWidget] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.bar)
        layout.addLayout(self._grid)

    @property
    def rows(self) -> tuple[str, ...]:
        """What is shown of each credit, as it is spoken."""
        return tuple(one.accessibleName() for one in self._cells if one.accessibleName())

    def show_burns(self, burns: Sequence[Burn], currency: Currency) -> None:
        """Show what would be used, in order."""
        for old in self._cells:
            self._grid.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._cells = []
        self.bar.show_parts([
            _Part(burn.burned, _colour_of(place, burn)) for place, burn in enumerate(burns)
        ])  # fmt: skip
        if not burns:
            return
        for column, name in enumerate(("Credit", "Expires", "Used", "Left"), start=1):
            self._put(caption(name), 0, column)
        for place, burn in enumerate(burns[:MOST]):
            self._show_row(2 * place + 1, _colour_of(place, burn), burn, currency)
        rest = burns[MOST:]
        if rest:
            used = self._formats.amount(-sum(burn.burned for burn in rest), currency)
            words = f"and {self._formats.count(len(rest), 'more credit')}, {used}"
            more = label(words, tone="muted", font=text_font(tabular=True))
            more.setAccessibleName(words)
            self._put(more, 2 * MOST + 1, 1, span=4)

    def _show_row(self, at: int, colour: int, burn: Burn, currency: Currency) -> None:
        formats = self._formats
        rule = line()
        self._grid.addWidget(rule, at, 0, 1, 5)
        self._cells.append(rule)
        source = NO_EXPIRY if burn.source is None else burn.source
        name = label(shown(source, _NAME_LENGTH))
        name.setToolTip(plain_tip(shown(source)))
        used = f"{MINUS}{formats.amount(burn.burned, currency)}"
        left = formats.amount(burn.remaining_after, currency)
        ends = self._ends(burn)
        mark = _Mark(self._theme, colour)
        self._grid.addWidget(mark, at + 1, 0, Qt.AlignmentFlag.AlignVCenter)
        self._cells.append(mark)
        figures = text_font(tabular=True)
        cells = (name, label(ends, tone="muted", font=figures), label(used, font=figures))
        for column, cell in enumerate((*cells, label(left, tone="muted", font=figures)), start=1):
            self._put(cell, at + 1, column)
        name.setAccessibleName(f"{shown(source)}, expires {ends}, used {used}, left {left}")

    def _ends(self, burn: Burn) -> str:
        if burn.expires_at is None:
            return "never"
        day = last_day(burn.expires_at, self._formats.zone)
        return self._formats.timestamp(burn.expires_at)[:16] if day is None else self._formats.day(day)

    def _put(self, cell: QLabel, row: int, column: int, *, span: int = 1) -> None:
        side = Qt.AlignmentFlag.AlignRight if column > 2 and span == 1 else Qt.AlignmentFlag.AlignLeft  # noqa: PLR2004 - the figures
        self._grid.addWidget(cell, row, column, 1, span, side | Qt.AlignmentFlag.AlignVCenter)
        self._cells.append(cell)

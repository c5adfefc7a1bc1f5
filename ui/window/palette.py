"""The palette: type anything, see what can be done with it, press Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from ui.kit.commands import Match
from ui.kit.theme.fonts import CHIP_PX, LABEL_PX, text_font
from ui.kit.widgets.basics import line
from ui.kit.widgets.placing import place_popup
from ui.window.bars.top_bar import SEARCH_WORDS

if TYPE_CHECKING:
    from ui.kit.commands import Commands
    from ui.kit.theme.theme import Theme
    from ui.window.search import Search

_WIDTH_PX = 620
_ROW_PX = 36
_ROWS_SHOWN = 9
_TOP_PX = 60
_LOOKING = "Looking in the ledger\N{HORIZONTAL ELLIPSIS}"
_LATE = "The database does not answer yet"
_LATE_MS = 5_000
_NOTHING = "Nothing found in commands"
_STEPS: dict[int, int] = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS_SHOWN,
    Qt.Key.Key_PageUp: -_ROWS_SHOWN,
}
_MATCH = int(Qt.ItemDataRole.UserRole)


class Palette(QDialog):
    """Filters the commands as the operator types and runs the chosen one."""

    def __init__(self, commands: Commands, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._commands = commands
        self._window = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle("Commands")
        self.field = QLineEdit()
        self.field.setProperty("bare", True)
        self.field.setFont(text_font(15))
        self.field.setPlaceholderText(SEARCH_WORDS)
        self.field.setAccessibleName("Search or command")
        self.field.installEventFilter(self)
        self.matches = QListWidget()
        self.matches.setProperty("bare", True)
        self.matches.setItemDelegate(_MatchDelegate(theme, self.matches))
        self.matches.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.matches.setMouseTracking(True)
        self.matches.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.matches.setAccessibleName("Matches")
        frame = QFrame()
        frame.setProperty("popup", True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(1, 1, 1, 6)
        layout.setSpacing(0)
        self.field.setContentsMargins(16, 8, 16, 8)
        layout.addWidget(self.field)
        layout.addWidget(line())
        layout.addSpacing(6)
        layout.addWidget(self.matches)
        self._search: Search | None = None
        self._found: list[Match] = []
        self._looking = self._entered = False
        self._said, self._closing = "", _NOTHING
        self.late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self.late.timeout.connect(self._tell_late)
        # The palette is as high as what it shows, and the field never higher than one line.
        outer.setSizeConstraint(QLayout.SizeConstraint.SetFixedSize)
        self.field.textChanged.connect(self._look)
        self.field.returnPressed.connect(self._enter)
        self.matches.itemClicked.connect(lambda _item: self._run_current())

    def set_search(self, search: Search) -> None:
        """Let `search` say what the ledger has of the name that is typed."""
        self._search = search
        search.found.connect(self._take)
        search.failed.connect(self._miss)

    def open_with(self, text: str = "") -> None:
        """Open over the top of the window, with a text already typed."""
        self.field.setText(text)
        self._look(text)
        self.matches.setFixedWidth(_WIDTH_PX)
        place_popup(self, self._window, QPoint((self._window.width() - _WIDTH_PX) // 2, _TOP_PX))
        self.show()
        self.field.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = _STEPS.get(event.key())
            if step is not None and self.matches.count():
                last = self.matches.count() - 1
                self.matches.setCurrentRow(min(max(self.matches.currentRow() + step, 0), last))
                return True
        return super().eventFilter(watched, event)

    def _look(self, text: str) -> None:
        """Show the commands that match at once, and ask what the ledger has of that name."""
        self._found, self._said, self._closing, self._entered = [], "", _NOTHING, False
        sought = text.strip()
        self._looking = bool(sought) and self._search is not None
        if self._search is not None:
            self._search.look_for(sought)
        self.late.start()
        self._fill()

    def _take(self, text: str, found: list[Match], closing: str) -> None:
        if text == self.field.text().strip():
            self._found, self._closing, self._looking = found, closing, False
            self._fill()
            self._run_entered()

    def _miss(self, text: str, reason: str) -> None:
        if text == self.field.text().strip():
            self._said, self._looking = f"Not looked up: {reason}", False
            self._fill()
            self._run_entered()

    def _tell_late(self) -> None:
        """Say that the answer is late; what is chosen stays chosen."""
        at = self.matches.currentRow()
        if self._looking:
            self._fill()
            self.matches.setCurrentRow(at)

    def _fill(self) -> None:
        """Show commands with a word that begins so, then what there is of that name, then other commands."""
        commands = self._commands.find(self.field.text())
        shown = [one for one in commands if one.near]
        shown += self._found
        shown += [one for one in commands if not one.near]
        self.matches.clear()
        for match in shown:
            item = QListWidgetItem(match.title)
            item.setData(_MATCH, match)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken(match))
            self.matches.addItem(item)
        closing = self._closing if self._found or not shown else ""
        looking = _LOOKING if self.late.isActive() else _LATE
        words = self._said or (looking if self._looking else closing)
        if words:
            item = QListWidgetItem(words)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.matches.addItem(item)
        # What merely has the typed text within a word is run only when it is chosen.
        self.matches.setCurrentRow(0 if shown and shown[0].near else -1)
        self.matches.setFixedHeight(min(self.matches.count(), _ROWS_SHOWN) * _ROW_PX + 2)

    def _enter(self) -> None:
        """Run what is chosen; while nothing is, the ledger's answer may bring it."""
        if self._current() is not None or not self._looking or self._search is None:
            self._run_current()
            return
        self._entered = True
        self._search.look_for(self.field.text().strip(), now=True)

    def _run_entered(self) -> None:
        if self._entered:
            self._run_current()
        self._entered = False

    def _current(self) -> Match | None:
        row = self.matches.currentRow()
        found = self.matches.item(row).data(_MATCH) if row >= 0 else None
        return found if isinstance(found, Match) else None

    def _run_current(self) -> None:
        match = self._current()
        if match is not None:
            self.hide()
            match.run()


def spoken(match: Match) -> str:
    """Return a match for a screen reader: also what tells it from another of the same title."""
    return ", ".join(part for part in (match.title, match.detail, match.keys, match.refusal) if part)


class _MatchDelegate(QStyledItemDelegate):
    """Paints a match: title, group in the muted tone, key or the reason of a refusal at the right."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._title = text_font(weight=QFont.Weight.Medium)
        self._detail = text_font(LABEL_PX)
        self._key = text_font(CHIP_PX, weight=QFont.Weight.Medium)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, _ROW_PX)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        tokens = self._theme.tokens
        rect: QRect = option.rect
        state: Any = option.state
        match = index.data(_MATCH)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(match, Match) and state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(rect.adjusted(6, 1, -6, -1), 5, 5)
        inner = rect.adjusted(17, 0, -17, 0)
        title = match.title if isinstance(match, Match) else str(index.data())
        refused = not isinstance(match, Match) or bool(match.refusal)
        painter.setPen(QColor(tokens.muted if refused else tokens.text))
        painter.setFont(self._title)
        left = self._draw(painter, inner, title)
        if isinstance(match, Match):
            right, font = match.refusal or match.keys, self._detail if match.refusal else self._key
            painter.setPen(QColor(tokens.muted))
            painter.setFont(font)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, right)
            used = int(QFontMetricsF(font).horizontalAdvance(right))
            painter.setFont(self._detail)
            self._draw(painter, inner.adjusted(left + 10, 0, -used, 0), match.detail)
        painter.restore()

    @staticmethod
    def _draw(painter: QPainter, rect: QRect, text: str) -> int:
        """Write a text as far as there is room for it; return how wide it is."""
        measure = QFontMetricsF(painter.font())
        shown = measure.elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, Qt.AlignmentFlag.AlignVCenter, shown)
        return int(measure.horizontalAdvance(shown))

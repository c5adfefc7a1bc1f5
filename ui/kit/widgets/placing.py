"""Where windows and popups stand: whole on the screen, however small it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QEvent, QObject, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent, QScreen
    from PySide6.QtWidgets import QWidget

WANTED: Final = QSize(1440, 900)
"""What a window is at first, where the screen has room for it."""
LEAST: Final = QSize(800, 500)
"""Down to this a window can be used: 1,920 by 1,080 at 200 %, less what panels take."""
# A window system adds a title bar and edges to what is asked for; some say how much only afterwards.
_FRAME: Final = QSize(2, 38)
_MARGIN_PX: Final = 48


def inside(wanted: QRect, available: QRect) -> QRect:
    """Return a rectangle no larger than the room there is, moved no further than it must be."""
    size = wanted.size().boundedTo(available.size())
    left = max(available.left(), min(wanted.left(), available.right() + 1 - size.width()))
    top = max(available.top(), min(wanted.top(), available.bottom() + 1 - size.height()))
    return QRect(QPoint(left, top), size)


def room_for(available: QRect) -> QRect:
    """Return what is left of a screen for a window's inside once its frame is drawn."""
    return available.adjusted(0, _FRAME.height(), -_FRAME.width(), 0)


def first_place(available: QRect) -> QRect:
    """Return where a window stands that nobody has moved yet: in the middle."""
    room = room_for(available)
    first = QRect(QPoint(), WANTED.boundedTo(room.size()))
    first.moveCenter(room.center())
    return first


class KeptOnScreen(QObject):
    """Gives a window its place, and keeps it whole on its screen when that changes."""

    def __init__(self, window: QWidget, kept: object = None, *, available: QRect | None = None) -> None:
        """`kept` is what saveGeometry gave; `available` stands for the screen's own."""
        super().__init__(window)
        self._window = window
        self._available = available
        window.setMinimumSize(LEAST.boundedTo(room_for(self._room()).size()))
        if isinstance(kept, QByteArray) and window.restoreGeometry(kept):
            self.fit()
        else:
            window.setGeometry(first_place(self._room()))
        window.installEventFilter(self)

    def fit(self) -> None:
        """Make the window smaller, or move it, where it reaches over an edge."""
        window = self._window
        if not (window.isMaximized() or window.isFullScreen()):
            window.setGeometry(inside(window.geometry(), room_for(self._room())))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and self._window.windowHandle() is not None:
            self._window.windowHandle().screenChanged.connect(self._follow)
            self._window.removeEventFilter(self)
        return False

    def _follow(self, _screen: QScreen) -> None:
        self.fit()

    def _room(self) -> QRect:
        return self._window.screen().availableGeometry() if self._available is None else self._available


def fit_dialog(dialog: QWidget, wanted: QSize) -> None:
    """Give a dialog its size, or as much of it as its window has room for."""
    parent = dialog.parentWidget()
    if parent is not None:
        wanted = wanted.boundedTo(parent.window().size() - QSize(_MARGIN_PX, _MARGIN_PX))
    dialog.resize(wanted)


def place_popup(popup: QWidget, anchor: QWidget, place: QPoint) -> None:
    """Move a popup to a place in its anchor, or as near as the screen lets it be whole."""
    wanted = QRect(anchor.mapToGlobal(place), popup.size())
    popup.move(inside(wanted, anchor.screen().availableGeometry()).topLeft())


class Pages(QStackedWidget):
    """Pages of which one is shown, none higher than there is room for: each scrolls by itself.

    A stack with a page whose height depends on its width would ask for the height the page likes best.
    """

    @override
    def hasHeightForWidth(self) -> bool:
        return False


class RoomArea(QScrollArea):
    """Gives a widget all the room there is, and scrolls where that is less than the widget needs.

    A resizable QScrollArea would ask for the height a widget likes best: a table's, where one of a few rows
    does, and the whole screen would scroll.
    """

    def __init__(self, inside: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inside)
        inside.installEventFilter(self)

    @override
    def eventFilter(self, arg__1: QObject, arg__2: QEvent) -> bool:
        if arg__2.type() is QEvent.Type.LayoutRequest:
            self._give_room()
        return super().eventFilter(arg__1, arg__2)

    @override
    def resizeEvent(self, arg__1: QResizeEvent) -> None:
        super().resizeEvent(arg__1)
        self._give_room()

    def _give_room(self) -> None:
        widget = self.widget()
        if widget is None:
            return
        room = self.maximumViewportSize()
        least = _least(widget, room.width())
        if room.height() < least.height():
            # The bar at the right takes its part of the width, in which words may need a line more.
            room -= QSize(self.verticalScrollBar().sizeHint().width(), 0)
            least = _least(widget, room.width())
        widget.resize(room.expandedTo(least))


def _least(widget: QWidget, width: int) -> QSize:
    """Return the least size of a widget that may be so wide."""
    layout, least = widget.layout(), widget.minimumSizeHint()
    if layout is not None and layout.hasHeightForWidth():
        least.setHeight(max(layout.minimumHeightForWidth(max(width, least.width())), 0))
    return least

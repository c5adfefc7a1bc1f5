"""Where the window has been: back and forward over every place visited, as a browser goes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, Self
from weakref import ref

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QScrollArea
from shiboken6 import isValid
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from ui.routes import Route

MOST: Final = 100
"""Places behind, and as many ahead; of more the oldest is forgotten."""

_BUTTONS: Final = {Qt.MouseButton.BackButton: "back", Qt.MouseButton.ForwardButton: "forward"}


@dataclass(frozen=True, slots=True)
class Place:
    """What a screen showed, None for its start, and which widget had the keyboard."""

    screen: str
    route: Route | None
    # Weak: a page that is gone must not be kept, with all its rows, for a button that had the keyboard.
    keyboard: ref[QWidget] | None = field(default=None, compare=False)

    @classmethod
    def of(cls, screen: str, route: Route | None, keyboard: QWidget | None) -> Self:
        """Return a place with the widget that has the keyboard, if one has."""
        return cls(screen, route, None if keyboard is None else ref(keyboard))

    def give_keyboard(self) -> None:
        """Put the keyboard where it was, unless that is gone or out of sight."""
        widget = None if self.keyboard is None else self.keyboard()
        if widget is not None and isValid(widget) and widget.isVisible():
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
            # What was put into place again is laid out only then.
            QTimer.singleShot(0, widget, partial(_bring_into_sight, widget))


def _bring_into_sight(widget: QWidget) -> None:
    """Scroll to a widget of which nothing is seen; where a part is, what was scrolled to stays."""
    area: QWidget | None = widget.parentWidget()
    while area is not None and widget.visibleRegion().isEmpty():
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(widget)
        area = area.parentWidget()


class History:
    """The places behind and ahead of the one that is shown, which is told with each question."""

    def __init__(self) -> None:
        self._behind: deque[Place] = deque(maxlen=MOST)
        self._ahead: deque[Place] = deque(maxlen=MOST)

    def leave(self, place: Place) -> None:
        """Note a place that is left on a new way; what was ahead is cut off."""
        if self._behind and self._behind[-1] == place:
            self._behind.pop()
        self._behind.append(place)
        self._ahead.clear()

    def has_behind(self, now: Place | None) -> bool:
        """Whether there is another place to go back to."""
        return any(place != now for place in self._behind)

    def has_ahead(self, now: Place | None) -> bool:
        """Whether there is another place to go forward to."""
        return any(place != now for place in self._ahead)

    def back(self, now: Place) -> Place | None:
        """Return the place before, None where there is none."""
        return _step(now, self._behind, self._ahead)

    def forward(self, now: Place) -> Place | None:
        """Return the place that was gone back from, None where there is none."""
        return _step(now, self._ahead, self._behind)


def _step(now: Place, source: deque[Place], target: deque[Place]) -> Place | None:
    # A step that shows what is shown already would seem to do nothing.
    while source and source[-1] == now:
        source.pop()
    if not source:
        return None
    target.append(now)
    return source.pop()


class MouseWays(QObject):
    """Takes a mouse's back and forward buttons before any widget does: a table would choose the row there."""

    def __init__(self, run: Callable[[str], object], parent: QObject) -> None:
        """`run` takes the id of the command that a button stands for."""
        super().__init__(parent)
        self._run = run

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QMouseEvent) or event.button() not in _BUTTONS:
            return False
        if event.type() == QEvent.Type.MouseButtonPress:
            self._run(_BUTTONS[event.button()])
        return True

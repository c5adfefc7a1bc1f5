"""Notices: what the operator should know, over the foot of the screen and moving nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph, Icons
from ui.kit.theme.tokens import PAGE_MARGIN, Tone
from ui.kit.widgets.basics import button, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError

SHOWN_AT_MOST = 3
INFORMATION_MS = 6_000
_AGAIN_MS = 1_000
_WIDEST_PX = 960
_EDGE_PX = 12

_UNTOUCHED = Qt.WidgetAttribute.WA_TransparentForMouseEvents
_NO_FOCUS = Qt.FocusPolicy.NoFocus

_SPOKEN = {
    Tone.ACCENT: "Information",
    Tone.CREDIT: "Done",
    Tone.WARNING: "Warning",
    Tone.ERROR: "Failure",
}
_GLYPHS = {
    Tone.ACCENT: Glyph.INFORMATION,
    Tone.CREDIT: Glyph.DONE,
    Tone.WARNING: Glyph.WARNING,
    Tone.ERROR: Glyph.ERROR,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice; a `key` lets a later one of the same key take its place, `detail` is its tip."""

    text: str
    tone: Tone
    action: str = ""
    act: Callable[[], None] | None = None
    key: str = ""
    detail: str = ""


class Notices(QObject):
    """Where every part of the window leaves its notices."""

    posted = Signal(object)
    withdrawn = Signal(str)

    def inform(
        self, text: str, *, action: str = "", act: Callable[[], None] | None = None, key: str = ""
    ) -> None:
        """Say something that passes: it goes by itself unless it has an action."""
        self.posted.emit(Notice(text, Tone.ACCENT, action, act, key))

    def confirm(
        self, text: str, *, action: str = "", act: Callable[[], None] | None = None, key: str = ""
    ) -> None:
        """Say that something was done."""
        self.posted.emit(Notice(text, Tone.CREDIT, action, act, key))

    def warn(
        self, text: str, *, action: str = "", act: Callable[[], None] | None = None, key: str = ""
    ) -> None:
        """Say something that stays until it is closed."""
        self.posted.emit(Notice(text, Tone.WARNING, action, act, key))

    def fail(
        self,
        text: str,
        *,
        action: str = "",
        act: Callable[[], None] | None = None,
        key: str = "",
        detail: str = "",
    ) -> None:
        """Say that something failed; stays until it is closed."""
        self.posted.emit(Notice(text, Tone.ERROR, action, act, key, detail))

    def show_error(self, error: ConsoleError) -> None:
        """Show a failure that no form has a place for."""
        self.fail(str(error))

    def withdraw(self, key: str) -> None:
        """Take back the notice of a key: its cause is gone."""
        self.withdrawn.emit(key)


class NoticesStrip(QWidget):
    """Shows the newest notices, three at most.

    It floats: a strip that took room of its own moved the whole screen by 48 px, under a mouse that was about
    to press, when it came and when it went.
    """

    def __init__(self, notices: Notices, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._shown: list[_Line] = []
        self.setVisible(False)
        self._content: QWidget | None = None
        self._at_top = False
        notices.posted.connect(self._show)
        notices.withdrawn.connect(self._withdraw)

    @property
    def texts(self) -> list[str]:
        """What is shown, newest first."""
        return [shown.notice.text for shown in self._shown]

    def float_over(self, content: QWidget) -> None:
        """Stand over the foot of a widget; over its head while the mouse is where it would come."""
        self._content = content
        self.setParent(content)
        content.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._content and event.type() is QEvent.Type.Resize:
            self._settle()
        return super().eventFilter(watched, event)

    def dismiss_all(self) -> None:
        """Close every notice."""
        for shown in list(self._shown):
            self._remove(shown)

    def _show(self, notice: Notice) -> None:
        for shown in list(self._shown):
            same = (shown.notice.text, shown.notice.tone) == (notice.text, notice.tone)
            if same or (notice.key and shown.notice.key == notice.key):
                self._remove(shown)
        added = _Line(notice, self._icons)
        added.close_wanted.connect(lambda: self._remove(added))
        self._layout.insertWidget(0, added)
        # Now, not when the layout comes to it: its height is asked for below.
        added.show()
        self._shown.insert(0, added)
        for old in self._shown[SHOWN_AT_MOST:]:
            self._remove(old)
        if self.isHidden():
            self._at_top = False
            self._settle()
            self._at_top = self._is_under_mouse()
        self.setVisible(True)
        self._settle()

    def _withdraw(self, key: str) -> None:
        for shown in [shown for shown in self._shown if shown.notice.key == key]:
            self._remove(shown)

    def _remove(self, shown: _Line) -> None:
        if shown in self._shown:
            self._shown.remove(shown)
            self._layout.removeWidget(shown)
            shown.hide()
            shown.deleteLater()
        self.setVisible(bool(self._shown))
        self._settle()

    def _settle(self) -> None:
        """Take the place over the content; those that stay keep theirs, at the edge."""
        content = self._content
        if content is None:
            return
        self._layout.activate()
        width = min(content.width() - 2 * PAGE_MARGIN, _WIDEST_PX)
        height = max(self._layout.heightForWidth(width), self._layout.minimumSize().height())
        left = (content.width() - width) // 2
        top = _EDGE_PX if self._at_top else content.height() - height - _EDGE_PX
        self.setGeometry(left, top, width, height)
        self.raise_()

    def _is_under_mouse(self) -> bool:
        content = self._content
        return content is not None and self.geometry().contains(content.mapFromGlobal(QCursor.pos()))


class _Line(QFrame):
    """One notice on its ground, with its action and a button that closes it."""

    close_wanted = Signal()

    def __init__(self, notice: Notice, icons: Icons) -> None:
        super().__init__()
        self.notice = notice
        self.setProperty("notice", True)
        self.setProperty("tone", notice.tone.value)
        self.setAccessibleName(notice.text)
        mark = button("", flat=True, compact=True)
        mark.setAccessibleName(_SPOKEN[notice.tone])
        mark.setAttribute(_UNTOUCHED)
        mark.setFocusPolicy(_NO_FOCUS)
        icons.dress(mark, _GLYPHS[notice.tone], tone=notice.tone)
        text = label(notice.text, font=text_font(tabular=True), wrap=True, selectable=True)
        text.setToolTip(plain_tip(notice.detail) if notice.detail else "")
        self.setAccessibleDescription(notice.detail)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 4)
        layout.setSpacing(6)
        layout.addWidget(mark)
        layout.addWidget(text, 1)
        if notice.act is not None:
            layout.addWidget(self._action(notice.action, notice.act))
        close = button("", flat=True, compact=True)
        close.setAccessibleName("Close this notice")
        icons.dress(close, Glyph.CLOSE, size=14)
        close.clicked.connect(self.close_wanted)
        layout.addWidget(close)
        if notice.tone in {Tone.ACCENT, Tone.CREDIT} and notice.act is None:
            self._leave = QTimer(self, interval=INFORMATION_MS)
            self._leave.timeout.connect(self._go)
            self._leave.start()

    def _go(self) -> None:
        """Go by itself, but not from under the mouse."""
        if self.underMouse():
            self._leave.setInterval(_AGAIN_MS)
        else:
            self.close_wanted.emit()

    def _action(self, text: str, act: Callable[[], None]) -> QWidget:
        made = button(text, compact=True)
        made.clicked.connect(lambda _checked: act())
        made.clicked.connect(self.close_wanted)
        return made

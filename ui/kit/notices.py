"""Notices: what the operator should know, in a strip above the screen and never in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import text_font
from ui.kit.theme.icons import Glyph, Icons
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import button, label

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.errors import ConsoleError

SHOWN_AT_MOST = 3
INFORMATION_MS = 6_000

_UNTOUCHED = Qt.WidgetAttribute.WA_TransparentForMouseEvents
_NO_FOCUS = Qt.FocusPolicy.NoFocus

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
    """Shows the newest notices, three at most."""

    def __init__(self, notices: Notices, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(6)
        self._shown: list[_Line] = []
        self.setVisible(False)
        notices.posted.connect(self._show)
        notices.withdrawn.connect(self._withdraw)

    @property
    def texts(self) -> list[str]:
        """What is shown, newest first."""
        return [shown.notice.text for shown in self._shown]

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
        self._shown.insert(0, added)
        for old in self._shown[SHOWN_AT_MOST:]:
            self._remove(old)
        self.setVisible(True)

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
            QTimer.singleShot(INFORMATION_MS, self, self.close_wanted.emit)

    def _action(self, text: str, act: Callable[[], None]) -> QWidget:
        made = button(text, compact=True)
        made.clicked.connect(lambda _checked: act())
        made.clicked.connect(self.close_wanted)
        return made

"""Buttons that say two things: what they are, muted, and what holds now, in the text colour."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStyle, QStyleOptionButton, QStylePainter
from typing_extensions import override

from ui.kit.formats import plain_tip, sentence
from ui.kit.theme.fonts import label_font, text_font

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QAbstractButton

_PADDING_PX = 11
_BETWEEN_PX = 7
HELD = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)
"""With one of these held, a key is a command and no letter or Enter."""


def allow(pressed: QAbstractButton, reason: str = "") -> None:
    """Let a button be pressed, or grey it and say why not, such as `needs role operator`."""
    pressed.setEnabled(not reason)
    pressed.setToolTip(plain_tip(reason) if reason else "")
    pressed.setAccessibleDescription(reason)


def stop_while_checked(made: QPushButton) -> None:
    """Let the Tab key stop only at the button of a group that is checked; the arrows go to the others."""
    made.setCheckable(True)
    made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    made.toggled.connect(partial(_stop_at, made))


def _stop_at(chosen: QPushButton, checked: bool) -> None:  # noqa: FBT001 - a slot takes its value by position
    chosen.setFocusPolicy(Qt.FocusPolicy.StrongFocus if checked else Qt.FocusPolicy.ClickFocus)


class WhyNot(QLabel):
    """Beside or under one button: why it cannot be pressed now; hidden when it can."""

    def __init__(self, pressed: QPushButton, *, wrap: bool = True) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(label_font())
        self.setProperty("tone", "muted")
        self.setWordWrap(wrap)
        self._pressed = pressed
        self.explain("")

    def explain(self, reason: str, *, never: str = "", otherwise: str = "", quiet: bool = False) -> None:
        """Grey the button for a reason, which is said as one that may pass.

        never: a reason that does not pass is said as it is. otherwise: what is said when there is none.
        quiet: something is under way, which says more than the label would.
        """
        allow(self._pressed, reason)
        words = sentence(never) if never else f"Not yet: {reason}." if reason else otherwise
        self.setText(words)
        self.setVisible(bool(words) and not quiet)


def deed_row(why: WhyNot, *buttons: QPushButton) -> QHBoxLayout:
    """Return a dialog's last row: the buttons at the right, and why not in all the room before them.

    The words break there when they are long: two lines are no higher than the buttons, which stay put.
    """
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    layout.addWidget(why, 1)
    # Takes the room only while there are no words to take it.
    layout.addStretch()
    for one in buttons:
        layout.addWidget(one)
    return layout


class PressButton(QPushButton):
    """A button that Enter presses while it has the keyboard, and only then.

    Qt's own way, autoDefault, lets Enter in any field of a dialog press the first such button too.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setAutoDefault(False)

    @override
    def keyPressEvent(self, e: QKeyEvent) -> None:
        # Of a key that is held, from the list that opened this page perhaps, only the first press counts.
        enter = e.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and not e.modifiers() & HELD
        if not enter or e.isAutoRepeat():
            super().keyPressEvent(e)
        elif self.menu() is not None:
            self.showMenu()
        else:
            self.click()


class PairButton(PressButton):
    """`Kind any`, `As of now`, `Mara Okafor operator`: one part muted, one strong."""

    def __init__(self, lead: str, value: str = "", *, strong_lead: bool = False) -> None:
        super().__init__()
        self._lead = lead
        self._value = value
        self._strong_lead = strong_lead
        self._plain = text_font(tabular=True)
        self._strong = text_font(weight=QFont.Weight.Medium, tabular=True)
        self.setProperty("compact", True)
        self._name()

    @property
    def value(self) -> str:
        """The second part."""
        return self._value

    def set_pair(self, lead: str, value: str) -> None:
        """Show other words."""
        self._lead, self._value = lead, value
        self._name()
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        width = self._advance(strong=self._strong_lead, text=self._lead)
        if self._value:
            width += _BETWEEN_PX + self._advance(strong=not self._strong_lead, text=self._value)
        return QSize(int(width) + 2 * _PADDING_PX + 2, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: Any) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.icon = QIcon()
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        area = QRectF(self.rect()).adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        self._write(painter, area, self._lead, strong=self._strong_lead)
        left = self._advance(strong=self._strong_lead, text=self._lead) + _BETWEEN_PX
        self._write(painter, area.adjusted(left, 0, 2, 0), self._value, strong=not self._strong_lead)

    def _write(self, painter: QStylePainter, area: QRectF, text: str, *, strong: bool) -> None:
        # The application's palette: a style sheet gives the widget's own another placeholder tone.
        palette = QGuiApplication.palette()
        role = QPalette.ColorRole.Text if strong else QPalette.ColorRole.PlaceholderText
        if self.isChecked():
            role = QPalette.ColorRole.Accent
        if not self.isEnabled():
            role = QPalette.ColorRole.PlaceholderText
        painter.setFont(self._strong if strong else self._plain)
        painter.setPen(palette.color(QPalette.ColorGroup.Active, role))
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _advance(self, *, strong: bool, text: str) -> float:
        return QFontMetricsF(self._strong if strong else self._plain).horizontalAdvance(text)

    def _name(self) -> None:
        self.setAccessibleName(f"{self._lead} {self._value}".strip())


class ActionButton(PairButton):
    """A button for an act that may be refused: it stays, greyed, and says why."""

    def __init__(self, text: str) -> None:
        super().__init__(text, strong_lead=True)
        self._text = text
        self.setProperty("compact", False)

    def rename(self, text: str) -> None:
        """Stand for another act; `allow` or `refuse` follows."""
        self._text = text

    def judge(self, reason: str) -> None:
        """Let it be pressed, or grey it for a reason."""
        if reason:
            self.refuse(reason)
        else:
            self.allow()

    def allow(self) -> None:
        """Let it be pressed."""
        self._strong_lead = True
        self.set_pair(self._text, "")
        self.setToolTip("")
        self.setEnabled(True)

    def refuse(self, reason: str) -> None:
        """Grey it and say why, such as `needs role operator`."""
        self._strong_lead = False
        self.set_pair(self._text, reason)
        self.setEnabled(False)

"""What the watch has noticed: a count in the status bar, and the last alerts in a popup above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from console.monitor.watch import Level
from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.theme.tokens import Tone
from ui.kit.widgets.basics import Chip, button, label, restyle, row_of
from ui.kit.widgets.buttons import PressButton
from ui.kit.widgets.placing import place_popup

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.monitor.watch import Alert
    from ui.kit.formats import Formats

SHOWN_AT_MOST: Final = 8
_WIDTH_PX: Final = 600
_TONES: Final = {Level.WARNING: Tone.ERROR, Level.NOTICE: Tone.WARNING}
_WORDS: Final = {Level.WARNING: "warning", Level.NOTICE: "notice"}


@dataclass(frozen=True, slots=True)
class _Group:
    """One alert, how often it came, and when last."""

    last: Alert
    count: int


class AlertsButton(PressButton):
    """Counts what was not looked at yet; a press shows the newest, and leads to their statements."""

    statement_wanted = Signal(str)

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._alerts: list[Alert] = []
        self._seen = 0
        self.setFont(text_font(LABEL_PX, weight=QFont.Weight.Medium, tabular=True))
        self.setProperty("compact", True)
        self.setProperty("flat", True)
        self.setProperty("danger", False)
        self.popup = QFrame(self, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.popup.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.popup.setAccessibleName("Alerts")
        self._frame: QFrame | None = None
        outer = QVBoxLayout(self.popup)
        outer.setContentsMargins(0, 0, 0, 0)
        self.clicked.connect(lambda _checked: self.open())
        self._say()

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All alerts, the newest last."""
        return tuple(self._alerts)

    @property
    def texts(self) -> list[str]:
        """What the popup says, the newest first."""
        return [group.last.text for group in self._groups()]

    def add(self, alert: Alert) -> None:
        """Take one more alert."""
        self._alerts.append(alert)
        self._say()

    def set_alerts(self, alerts: Iterable[Alert]) -> None:
        """Show what was noticed before the window was opened."""
        self._alerts = list(alerts)
        self._say()

    def open(self) -> None:
        """Show the newest alerts above the button."""
        self._seen = len(self._alerts)
        self._say()
        self._fill()
        self.popup.setFixedWidth(_WIDTH_PX)
        self.popup.adjustSize()
        place_popup(self.popup, self, QPoint(self.width() - _WIDTH_PX, -self.popup.height() - 6))
        self.popup.show()
        self.popup.setFocus()

    def clear(self) -> None:
        """Forget all of them."""
        self._alerts, self._seen = [], 0
        self.popup.hide()
        self._say()

    def _say(self) -> None:
        fresh = self._alerts[self._seen :]
        count = len(fresh) or len(self._alerts)
        noun = "alert" if count == 1 else "alerts"
        self.setText(f"{self._formats.integer(count)} {'new ' if fresh and self._seen else ''}{noun}")
        grave = any(alert.level is Level.WARNING for alert in fresh)
        if self.property("danger") != grave:
            restyle(self, danger=grave)
        self.setToolTip("Show what actions cost too much")
        self.setAccessibleName(self.text())
        self.setVisible(bool(self._alerts))

    def _groups(self) -> list[_Group]:
        """Return the alerts, each text once, the newest first."""
        found: dict[str, _Group] = {}
        for alert in reversed(self._alerts):
            known = found.get(alert.text)
            found[alert.text] = _Group(alert, 1) if known is None else _Group(known.last, known.count + 1)
        return list(found.values())[:SHOWN_AT_MOST]

    def _fill(self) -> None:
        if self._frame is not None:
            self._frame.hide()
            self._frame.deleteLater()
        self._frame = frame = QFrame()
        frame.setProperty("popup", True)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(14, 10, 12, 12)
        layout.setSpacing(8)
        clear = button("Clear", compact=True)
        clear.clicked.connect(lambda _checked: self.clear())
        heading = label("Alerts", font=text_font(weight=QFont.Weight.DemiBold))
        layout.addLayout(row_of(heading, None, clear))
        for group in self._groups():
            layout.addWidget(self._line(group))
        body = self.popup.layout()
        if body is not None:
            body.addWidget(frame)

    def _line(self, group: _Group) -> QWidget:
        alert = group.last
        when = self._formats.moment(alert.at)
        times = f"{when}, {group.count} times" if group.count > 1 else when
        made = QWidget()
        words = label(alert.text, font=text_font(tabular=True), wrap=True, selectable=True)
        row = row_of(
            Chip(_WORDS[alert.level], _TONES[alert.level]),
            words,
            label(times, tone="muted", font=text_font(LABEL_PX, tabular=True)),
            spacing=8,
        )
        row.setStretch(1, 1)
        if alert.fingerprint is not None:
            shown = button("Open", compact=True)
            shown.setAccessibleName(f"Open the statement of: {alert.text}")
            shown.clicked.connect(lambda _checked, wanted=alert.fingerprint: self._open(wanted))
            row.addWidget(shown)
        made.setLayout(row)
        return made

    def _open(self, fingerprint: str) -> None:
        self.popup.hide()
        self.statement_wanted.emit(fingerprint)

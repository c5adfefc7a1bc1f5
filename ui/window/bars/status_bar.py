"""The bar at the foot: connection, the meter of the last action, pool, cache, controls and a hint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel
from typing_extensions import override

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import LABEL_PX, text_font
from ui.kit.theme.tokens import STATUS_BAR_HEIGHT, Tone
from ui.kit.widgets.basics import label, restyle
from ui.window.bars.alerts import AlertsButton

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from ui.kit.formats import Formats

_CONTROLS = (
    "An administrator alone may end an approval rule, raise a limit or make an approver, "
    "and then post without a second person. Each such change stands in the audit."
)
_DUAL_CONTROL = (
    "What gives rights needs another administrator, and no tier of the rules is passed in parts. What takes "
    "rights away one administrator does at once."
)
_BETWEEN = " \N{MIDDLE DOT} "


class StatusBar(QFrame):
    """Says what the last action cost, and whether the server is there."""

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self.setProperty("bar", True)
        self.setFixedHeight(STATUS_BAR_HEIGHT - 1)
        self._formats = formats
        self._dot = label("\N{BLACK CIRCLE}", tone="muted", font=text_font(11))
        self._connection = _part()
        self._statements = label(font=text_font(LABEL_PX, weight=QFont.Weight.DemiBold, tabular=True))
        self._cost = _part()
        self._pool, self._cache, self._hint = _part(), _part(), _part("F1 keys")
        self.alerts = AlertsButton(formats)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(0)
        for part, gap in (
            (self._dot, 6),
            (self._connection, 20),
            (self._statements, 0),
            (self._cost, 20),
            (self._pool, 20),
            (self._cache, 0),
        ):
            layout.addWidget(part)
            layout.addSpacing(gap)
        layout.addStretch(1)
        zone = _part(str(formats.zone))
        words = f"Times and days are those of {formats.zone}, in which this ledger counts its business day."
        zone.setToolTip(plain_tip(words))
        zone.setAccessibleDescription(words)
        layout.addWidget(zone)
        layout.addSpacing(20)
        # Until a change of a rule, a limit or an operator needs a second person, the frame does not hide it.
        self._controls = _part()
        layout.addWidget(self._controls)
        layout.addSpacing(20)
        layout.addWidget(self.alerts)
        layout.addSpacing(14)
        layout.addWidget(self._hint)
        self._pool_shown = True
        # What a narrow window does without, the first first; who may change controls always stands.
        self._yielding = (self._hint, self._cache, self._pool, zone, self._cost)
        self.show_controls(dual=False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def set_connection(self, words: str, tone: Tone = Tone.CREDIT) -> None:
        """Say which server answers: `primary, 0.4 ms`."""
        restyle(self._dot, tone=tone.value)
        self._connection.setText(words)
        self._fit()

    def set_meter(
        self,
        statements: int,
        milliseconds: float,
        rows: int | None = None,
        *,
        action: str = "",
        excess: str = "",
    ) -> None:
        """Say what the last action cost; `excess` says in red by what it went over its budget."""
        noun = "statement" if statements == 1 else "statements"
        parts = [self._formats.duration(milliseconds)]
        if rows is not None:
            parts.append(f"{self._formats.integer(rows)} {'row' if rows == 1 else 'rows'}")
        self._statements.setText(excess or f"{self._formats.integer(statements)} {noun}")
        restyle(self._statements, tone="error" if excess else None)
        self._cost.setText(_BETWEEN + _BETWEEN.join(parts))
        spoken = f"last action: {action}" if action else ""
        self._statements.setToolTip(plain_tip(spoken) if spoken else "")
        self._statements.setAccessibleDescription(spoken)
        self._fit()

    def show_controls(self, *, dual: bool) -> None:
        """Say whether one person may change who may do what."""
        self._controls.setText("Dual control" if dual else "One person may change controls")
        self._controls.setToolTip(plain_tip(_DUAL_CONTROL if dual else _CONTROLS))
        self._controls.setAccessibleDescription(_DUAL_CONTROL if dual else _CONTROLS)
        self._fit()

    def set_pool(self, words: str) -> None:
        """Say how many connections are in use: `pool 1 of 8`."""
        self._pool.setText(words)
        self._fit()

    def show_pool(self, *, shown: bool) -> None:
        """Leave the connections out, or take them in again."""
        self._pool_shown = shown
        self._fit()

    def set_cache(self, words: str) -> None:
        """Say how often the cache had the answer: `cache 96 %`."""
        self._cache.setText(words)
        self._fit()

    def set_hint(self, words: str) -> None:
        """Say what could be done next."""
        self._hint.setText(words)
        self._fit()

    def _fit(self) -> None:
        """Leave out as much as the width asks for, so that no word is cut."""
        layout = self.layout()
        if layout is None:
            return
        for part in self._yielding:
            part.setVisible(part is not self._pool or self._pool_shown)
        for part in self._yielding:
            if layout.minimumSize().width() <= self.width():
                return
            part.setVisible(False)


def _part(text: str = "") -> QLabel:
    return label(text, tone="muted", font=text_font(LABEL_PX, tabular=True))
